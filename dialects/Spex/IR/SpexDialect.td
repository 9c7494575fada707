//===- SpexDialect.td - Attributes of the program ---------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dialect without ops. It exists so that the attributes which carry names,
// sizes and places through all phases are checked: MLIR accepts any attribute
// of a dialect that is not registered, spelling mistakes included.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_SPEX_IR_SPEXDIALECT
#define DIALECTS_SPEX_IR_SPEXDIALECT

include "mlir/IR/OpBase.td"

def Spex_Dialect : Dialect {
  let name = "spex";
  let cppNamespace = "::spex";
  let summary = "names, sizes and places that travel as attributes";
  let description = [{
    On the module:

    - `spex.name = "char_moe"`: the name of the program;
    - `spex.phase = "grouped"`: the phase whose output this is;
    - `spex.target`, a dictionary: the machine it is compiled for;
    - `spex.routes`: for each route a dictionary `{path = "Block.y", experts = 8,
      choices = 2, layers = 4}`;
    - `spex.skip = ["mtp.*"]`: there is a `weights` section, and so every
      `moe.parameter` has `files`; tensors of a file with these names are not
      wanted.

    On a function: `spex.entry`, which marks an entry point.

    On an op: `spex.loops = ["B", "S", "D"]`, the name of each of its loops.

    On an argument of a function:

    - `spex.dim = "S"` and `spex.max = 128`: an index, the size of a bounded
      dimension (also `"S.position"` and `"S.capacity"`);
    - `spex.place`: where a value comes from or goes to: `"in"`, `"out"`,
      `"state"`, `"packed"`, `"context"` or `"scratch"`;
    - `spex.name = "ids"`: the name the user knows it by;
    - `spex.dims = ["B", "S", 256]`: its sizes, as names of `spex.dim` or as
      numbers;
    - `spex.target = 256`: its elements are indices below that;
    - `spex.default = 5.0e-01`: each of its elements where the caller gives
      nothing;
    - `spex.parameter = "Block.y.w1"`: the parameter it holds, and the dictionary
      `spex.pack`: in which form.
  }];
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
}

#endif // DIALECTS_SPEX_IR_SPEXDIALECT
