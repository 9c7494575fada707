//===- SelectOps.td - Selections of a whole group ---------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of the moe dialect of these names, with destinations.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_IR_SELECTOPS
#define DIALECTS_GROUPED_IR_SELECTOPS

include "dialects/Grouped/IR/GroupedBase.td"

/// A tensor or a buffer of f32 or f64.
def Grouped_Values : AnyTypeOf<[RankedTensorOf<[F32, F64]>,
                                StridedMemRefOf<[F32, F64]>],
                               "ranked tensor or strided memref of f32 or f64">;

def Grouped_TakeOp : Grouped_DestinationOp<"take"> {
  let summary = "each expert chooses the units with its largest values";
  let description = [{
    The U units are `groups` groups of equal size, one behind the other. In
    each, expert e takes the `count` units with the largest `values[..][e]`, or
    all where there are fewer; ties go to the lower unit, NaN counts as minus
    infinity. Where `mask` is given, only units with a true mask are taken.
    `ids[u][e]` is e where expert e takes unit u, else -1.

    Constraints:

    - (C1) `values`, `ids` and `mask`, where given, have one shape U x E.

    Example:

    ```mlir
    // values = [[0.1, 0.7], [0.5, 0.2], [0.4, 0.9]], one group, count 1
    %ids = grouped.take %values groups %one count %one
        outs(%i0 : tensor<3x2xi32>) : tensor<3x2xf32> -> tensor<3x2xi32>
    // ids = [[-1, -1], [0, -1], [-1, 1]]
    ```
  }];
  let arguments = (ins Grouped_Values:$values, Optional<Grouped_Shaped>:$mask,
                       Index:$groups, Index:$count, Grouped_Ids:$ids);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $values (`where` `(` $mask^ `:` type($mask) `)`)?
    `groups` $groups `count` $count `outs` `(` $ids `:` type($ids) `)`
    attr-dict `:` type($values) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getIdsMutable(); }
  }];
  let hasVerifier = 1; // (C1)
}

def Grouped_BalanceOp : Grouped_DestinationOp<"balance"> {
  let summary = "one expert for each unit, equally many units for each expert";
  let description = [{
    The U units are `groups` groups of equal size, one behind the other. In
    each, every expert gets equally many units, by the auction of BASE layers
    over `values`; values that are not finite count as the smallest finite one.
    Where a group cannot be shared out evenly the run fails.

    Constraints:

    - (C1) `values` are U x E and `ids` U x 1.

    Example:

    ```mlir
    // values = [[0.9, 0.1], [0.8, 0.3]], one group
    %ids = grouped.balance %values groups %one outs(%i0 : tensor<2x1xi32>)
        : tensor<2x2xf32> -> tensor<2x1xi32>
    // ids = [[0], [1]]
    ```
  }];
  let arguments = (ins Grouped_Values:$values, Index:$groups,
                       Grouped_Ids:$ids);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $values `groups` $groups `outs` `(` $ids `:` type($ids) `)`
    attr-dict `:` type($values) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getIdsMutable(); }
  }];
  let hasVerifier = 1; // (C1)
}

def Grouped_SinkhornOp : Grouped_DestinationOp<"sinkhorn"> {
  let summary = "a transport plan between rows and columns";
  let description = [{
    Each matrix behind the first dimension of `scores` becomes exp(s - max s)
    with rows and columns scaled by turns, until the scales of the columns move
    by `tolerance` or less on average, or after `limit` rounds. Computed in f64
    and rounded once.

    Constraints:

    - (C1) `scores` and `plan` have one shape of rank 3 and one element type.
    - (C2) `limit` is at least 1.

    Example:

    ```mlir
    // scores = [[[0, 0], [0, 0]]]
    %plan = grouped.sinkhorn %scores tolerance 1.0e-4 limit 100
        outs(%p0 : tensor<1x2x2xf32>) : tensor<1x2x2xf32> -> tensor<1x2x2xf32>
    // plan = [[[0.25, 0.25], [0.25, 0.25]]]
    ```
  }];
  let arguments = (ins Grouped_Values:$scores, F64Attr:$tolerance,
                       I64Attr:$limit, Grouped_Values:$plan);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $scores `tolerance` $tolerance `limit` $limit
    `outs` `(` $plan `:` type($plan) `)`
    attr-dict `:` type($scores) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getPlanMutable(); }
  }];
  let hasVerifier = 1; // (C1), (C2)
}

def Grouped_DrawOp : Grouped_DestinationOp<"draw", [AttrSizedOperandSegments]> {
  let summary = "random numbers";
  let description = [{
    Element n of the destination, counted row-major, is made of word n of the
    stream of `statement` in `path` with number `call` + 2^32 * `copy_number`,
    under `seed` or, where none is given, under that of the run. `kind` is 0 for
    uniform numbers in [0, 1), 1 for normal ones, 2 for -log(-log(u)), 3 for
    whole numbers from 0 to `bound` - 1, 4 for gamma numbers of `shapes`.

    `numbers` and `copies` have the first dimensions of the destination. Entry r
    of these counts from `numbers`[r] times the elements of an entry, in place of
    r times as many, and is of copy `copy_number` + `copies`[r].

    Constraints:

    - (C1) `kind` is 0 to 4; 3 has a bound and a destination of i32, the others
      have no bound and a destination of floats, 4 of f64 and shapes of its type.

    Example:

    ```mlir
    %u = grouped.draw 0 "Block" "noise" call 0 copy %l
        outs(%u0 : tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins I64Attr:$kind, Optional<Index>:$bound,
                       StrAttr:$path, StrAttr:$statement, I64Attr:$call,
                       Index:$copy_number, OptionalAttr<I64Attr>:$seed,
                       Optional<Grouped_Shaped>:$numbers,
                       Optional<Grouped_Shaped>:$copies,
                       Optional<Grouped_Shaped>:$shapes,
                       Grouped_Shaped:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $kind (`below` $bound^)? $path $statement `call` $call `copy` $copy_number
    (`seed` $seed^)? (`numbers` `(` $numbers^ `:` type($numbers) `)`)?
    (`copies` `(` $copies^ `:` type($copies) `)`)?
    (`shapes` `(` $shapes^ `:` type($shapes) `)`)?
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let hasVerifier = 1; // (C1)
}

#endif // DIALECTS_GROUPED_IR_SELECTOPS
