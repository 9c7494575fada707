//===- SelectOps.td - Selections beside top k -------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selections that look at a whole group of units, the transport plan that such
// a choice can be made by, and the order of what was chosen.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_MOE_IR_SELECTOPS
#define DIALECTS_MOE_IR_SELECTOPS

include "dialects/Moe/IR/MoeBase.td"

def Moe_TakeOp : Moe_Op<"take", [NoMemoryEffect, InferTypeOpAdaptor]> {
  let summary = "each expert chooses the units with its largest values";
  let description = [{
    The units are `groups` groups of equal size, one behind the other. In each,
    expert e takes the `count` units with the largest `values[..][e]`, or all
    where there are fewer; ties go to the lower unit. NaN counts as minus
    infinity, -0 equals 0. With a mask, only units whose mask is true are taken.

    `ids[u][e]` is e where expert e takes unit u, else -1: so choices of a unit
    stand in the order of the experts.

    Constraints:

    - (C1) `values` are units x experts, with a static number of experts.
    - (C2) The mask has the shape of `values`.

    Example:

    ```mlir
    // values = [[0.1, 0.7], [0.5, 0.2], [0.4, 0.9]], one group, count 1
    %ids = moe.take %values groups %one count %one : tensor<3x2xf32>
    // ids = [[-1, -1], [0, -1], [-1, 1]]
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32, F64]>:$values,
                       Optional<2DTensorOf<[I1]>>:$mask,
                       Index:$groups, Index:$count);
  let results = (outs Moe_Ids:$ids);
  let assemblyFormat = [{
    $values (`where` $mask^)? `groups` $groups `count` $count attr-dict
    `:` type($values) (`,` type($mask)^)?
  }];
  let hasVerifier = 1; // (C1), (C2)
}

def Moe_BalanceOp : Moe_Op<"balance", [
    InferTypeOpAdaptor, MemoryEffects<[MemWrite]>]> {
  let summary = "choose one expert for each unit, so that all get equally many";
  let description = [{
    The units are `groups` groups of equal size, one behind the other. In each,
    every expert gets as many units as every other, and the sum of the values of
    the chosen pairs is nearly the largest that this allows: an auction, in which
    experts bid for units and the lower expert wins of equal bids. A value that
    is not finite counts as the smallest finite one.

    A group that cannot be shared out evenly makes the run fail; that is the
    op's effect.

    Constraints:

    - (C1) `values` are units x experts, with a static number of experts.

    Example:

    ```mlir
    // values = [[0.9, 0.1], [0.8, 0.3]], one group
    %ids = moe.balance %values groups %one : tensor<2x2xf32>
    // ids = [[0], [1]]: 0.9 + 0.3 is more than 0.1 + 0.8
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32, F64]>:$values, Index:$groups);
  let results = (outs Moe_Ids:$ids);
  let assemblyFormat = "$values `groups` $groups attr-dict `:` type($values)";
  let hasVerifier = 1; // (C1)
}

def Moe_SinkhornOp : Moe_Op<"sinkhorn", [
    NoMemoryEffect, AllTypesMatch<["scores", "plan"]>]> {
  let summary = "a transport plan between rows and columns";
  let description = [{
    `scores` are matrices of rows and columns behind the first dimension. Each
    becomes exp(s - max s) with rows and columns scaled by turns, until rows add
    up to 1 / rows and columns to 1 / columns: until the scales of the columns
    move by `tolerance` or less on average, or after `limit` rounds. All is
    computed in f64 and rounded once.

    Constraints:

    - (C1) `limit` is at least 1.

    Example:

    ```mlir
    // scores = [[[0, 0], [0, 0]]]
    %plan = moe.sinkhorn %scores tolerance 1.0e-4 limit 100
        : tensor<1x2x2xf32>
    // plan = [[[0.25, 0.25], [0.25, 0.25]]]
    ```
  }];
  let arguments = (ins 3DTensorOf<[F32, F64]>:$scores, F64Attr:$tolerance,
                       I64Attr:$limit);
  let results = (outs 3DTensorOf<[F32, F64]>:$plan);
  let assemblyFormat = [{
    $scores `tolerance` $tolerance `limit` $limit attr-dict `:` type($scores)
  }];
  let hasVerifier = 1; // (C1)
}

def Moe_DrawOp : Moe_Op<"draw", [NoMemoryEffect, AttrSizedOperandSegments]> {
  let summary = "random numbers";
  let description = [{
    Element n, counted row-major, is made of word n of the stream of `statement`
    in `path` with number `call` + 2^32 * `copy_number`, under `seed` or, where
    none is given, under that of the run. `copy_number` tells apart the layers of
    a stack. `uniform` is in [0, 1), `normal` has mean 0 and deviation 1,
    `gumbel` is -log(-log(u)), `index` a whole number from 0 to `bound` - 1,
    `gamma` of the distribution whose shape parameter stands in `shapes`. Made in
    f64 and rounded once.

    `numbers` has the first dimensions of the result. Entry r of these counts
    from `numbers`[r] times the elements of an entry, in place of r times as
    many: so the rows of an expert draw the same whatever rows are around. Where
    `copies` is given, entry r is of copy `copy_number` + `copies`[r].

    Constraints:

    - (C1) There is one size for each dynamic dimension.
    - (C2) `index` has a bound and gives i32; others have none and give f32 or
      f64.
    - (C3) `gamma` gives f64 and has shapes of its own type; others have none.
    - (C4) `numbers` and `copies` have the first dimensions of the result, and as
      many as each other.

    Example:

    ```mlir
    %u = moe.draw uniform "Block" "noise" call 0 copy %l (%n)
        : tensor<?x8xf32>
    %table = moe.draw index below %c64 "Hash" "table" call 0 copy %l seed 42 ()
        : tensor<50264xi32>
    %rows = moe.draw normal "y" "return" call 0 copy %l
        numbers(%r : tensor<?xi32>) (%n) : tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Moe_DrawKind:$kind, Optional<Index>:$bound,
                       StrAttr:$path, StrAttr:$statement, I64Attr:$call,
                       Index:$copy_number, OptionalAttr<I64Attr>:$seed,
                       Optional<TensorOf<[I32]>>:$numbers,
                       Optional<TensorOf<[I32]>>:$copies,
                       Optional<TensorOf<[F64]>>:$shapes,
                       Variadic<Index>:$sizes);
  let results = (outs RankedTensorOf<[F32, F64, I32]>:$result);
  let assemblyFormat = [{
    $kind (`below` $bound^)? $path $statement `call` $call `copy` $copy_number
    (`seed` $seed^)? (`numbers` `(` $numbers^ `:` type($numbers) `)`)?
    (`copies` `(` $copies^ `:` type($copies) `)`)?
    (`shapes` `(` $shapes^ `:` type($shapes) `)`)? `(` $sizes `)` attr-dict `:`
    type($result)
  }];
  let hasVerifier = 1; // (C1), (C2), (C3), (C4)
}

def Moe_PlanOp : Moe_Op<"plan", [NoMemoryEffect, InferTypeOpAdaptor]> {
  let summary = "order the choices of all units by expert";
  let description = [{
    For experts that look at all their rows together, which `experts` does not
    show them. The choices are ordered by expert, then by unit, then by rank;
    each is a row. Rows `offsets[e]` to `offsets[e + 1] - 1` belong to expert
    `e`, `rows[r]` is the unit of row `r`, and `place[u][k]` the row of that
    choice, or -1 if it is nobody's. Rows from `offsets[E]` on hold -1.

    Constraints:

    - (C1) There is at least one expert.

    Example:

    ```mlir
    // ids = [[1, -1], [0, 1]]
    %offsets, %rows, %place = moe.plan %ids of 2 : tensor<2x2xi32>
    // offsets = [0, 1, 3], rows = [1, 0, 1, -1], place = [[1, -1], [0, 2]]
    ```
  }];
  let arguments = (ins Moe_Ids:$ids, I64Attr:$num_experts);
  let results = (outs 1DTensorOf<[I32]>:$offsets, 1DTensorOf<[I32]>:$rows,
                      Moe_Ids:$place);
  let assemblyFormat = "$ids `of` $num_experts attr-dict `:` type($ids)";
  let hasVerifier = 1; // (C1)
}

#endif // DIALECTS_MOE_IR_SELECTOPS
