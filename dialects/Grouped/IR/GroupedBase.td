//===- GroupedBase.td - The grouped dialect and its kinds of op -*- tablegen -*-//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect itself, the types its ops take, and their common base classes.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_IR_GROUPEDBASE
#define DIALECTS_GROUPED_IR_GROUPEDBASE

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Grouped_Dialect : Dialect {
  let name = "grouped";
  let cppNamespace = "::mlir::grouped";
  let summary = "how expert layers are done: plans, tasks, matmuls, combines";
  let description = [{
    Sparsity as a schedule: the choices of all units are ordered by expert,
    tasks run over blocks of rows of one group, and everything that multiplies
    goes through `grouped.matmul`. Every op is destination-passing and takes
    tensors or memrefs, as `linalg` ops do: bufferization keeps the op and drops
    its results. Inits are written whole and never read.
  }];
}

/// A tensor or a buffer of floats, integers or indices.
def Grouped_Shaped : AnyTypeOf<[AnyRankedTensor, AnyStridedMemRef],
                               "ranked tensor or strided memref">;

/// Numbers of experts, units or rows.
def Grouped_Ids : AnyTypeOf<[RankedTensorOf<[I32]>, StridedMemRefOf<[I32]>],
                            "ranked tensor or strided memref of i32">;

class Grouped_Op<string mnemonic, list<Trait> traits = []>
    : Op<Grouped_Dialect, mnemonic, traits>;

/// An op that writes its inits: reads and writes are those of its memrefs.
class Grouped_DestinationOp<string mnemonic, list<Trait> traits = []>
    : Grouped_Op<mnemonic, !listconcat(traits, [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>])>;

#endif // DIALECTS_GROUPED_IR_GROUPEDBASE
