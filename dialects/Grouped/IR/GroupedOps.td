//===- GroupedOps.td - Rows grouped by expert -------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of the grouped dialect. What each means is the same for every target;
// the lowerings decide only how.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_IR_GROUPEDOPS
#define DIALECTS_GROUPED_IR_GROUPEDOPS

include "dialects/Grouped/IR/GroupedBase.td"
include "dialects/Grouped/IR/SelectOps.td"
include "dialects/Grouped/IR/TasksOps.td"

def Grouped_TopKOp : Grouped_DestinationOp<"top_k"> {
  let summary = "the experts with the largest values of each unit";
  let description = [{
    `ids[u]` are the numbers of the K largest of `values[u]`, the largest
    first; ties go to the lower number. NaN counts as minus infinity, -0 equals
    0. Where `mask` is given, only experts with a true mask are chosen. Where
    fewer than K remain, the rest of `ids[u]` is -1.

    Constraints:

    - (C1) `mask`, where given, has the shape of `values`, U x E.
    - (C2) `ids` has the U rows of `values`.
    - (C3) K, static, is at least 1 and at most E.

    Example:

    ```mlir
    // values = [[0.1, 0.7, 0.7], [0.5, 0.2, 0.3]]
    %ids = grouped.top_k %values outs(%i0 : tensor<2x2xi32>)
        : tensor<2x3xf32> -> tensor<2x2xi32>
    // ids = [[1, 2], [0, 2]]
    ```
  }];
  let arguments = (ins Grouped_Shaped:$values, Optional<Grouped_Shaped>:$mask,
                       Grouped_Ids:$ids);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $values (`where` `(` $mask^ `:` type($mask) `)`)?
    `outs` `(` $ids `:` type($ids) `)` attr-dict
    `:` type($values) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getIdsMutable(); }
  }];
  let hasVerifier = 1; // (C1) to (C3)
}

def Grouped_ObserveOp : Grouped_DestinationOp<"observe"> {
  let summary = "let statistics, recording and replay see a route's choices";
  let description = [{
    Shows the runtime the choices `ids` of one layer of a route, once for each
    layer and run, and gives the choices that the run uses: `ids` themselves, or
    those of the file being replayed. `layer` is 0 outside a stack.

    With `kept`, `ids` are what a capacity left of the choices shown before:
    those that became -1 count as dropped, and nothing is replayed.

    With `within`, unit u is one of outer expert `outer[u]`, or nobody's (-1)
    and not shown; outer expert g counts as layer `layer * num_outer + g`.

    Constraints:

    - (C1) `ids` and its destination have the same shape U x K.
    - (C2) There is at least one expert.
    - (C3) With `within` there is one outer expert for each unit, of at least
      one.

    Example:

    ```mlir
    // ids = [[1, -1], [0, 1]]
    %used = grouped.observe %ids route "Block.y" of 2 layer %l
        outs(%u0 : tensor<2x2xi32>) : tensor<2x2xi32> -> tensor<2x2xi32>
    // nothing is replayed: used = ids; counted: 1 for expert 0, 2 for expert 1
    ```
  }];
  let arguments = (ins Grouped_Ids:$ids, StrAttr:$route, I64Attr:$num_experts,
                       Index:$layer, Optional<Grouped_Ids>:$outer,
                       OptionalAttr<I64Attr>:$num_outer, UnitAttr:$kept,
                       Grouped_Ids:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $ids (`kept` $kept^)? `route` $route `of` $num_experts `layer` $layer
    (`within` $outer^ `:` type($outer) `of` $num_outer)?
    `outs` `(` $init `:` type($init) `)` attr-dict
    `:` type($ids) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let hasVerifier = 1; // (C1) to (C3)
}

def Grouped_LimitOp : Grouped_DestinationOp<"limit", [
    AttrSizedOperandSegments]> {
  let summary = "let no expert take more units of a group than it has places";
  let description = [{
    As `moe.limit`: units are `groups` groups of equal size, one behind the
    other, and in each every expert has `capacity` places. They are handed out
    rank by rank, and within a rank unit by unit; with `order` the larger number
    first within a rank, with `first` before the ranks are compared, NaN as
    minus infinity. With `next n` refused choices try the best expert by `by`
    that is not among the unit's `selected` and has not refused it, n times.
    With `strict` a refused choice is a failure of the run.

    The destination is `ids` with the expert that runs each choice, or -1.
    Choices of nobody (-1) stay so and take no place. With a capacity of 0 or
    below nothing is kept. Groups that do not divide the units are undefined
    behaviour.

    Constraints:

    - (C1) `ids` and its destination have the same shape U x K.
    - (C2) There is at least one expert.
    - (C3) `order` and `selected` have the shape of `ids`.
    - (C4) `by` is U x E.

    Example:

    ```mlir
    // ids = [[0, 1], [0, -1], [1, 0], [1, 0]]: first choices fill both experts
    %kept = grouped.limit %ids of 2 groups %one to %two
        outs(%k0 : tensor<4x2xi32>) : tensor<4x2xi32> -> tensor<4x2xi32>
    // kept = [[0, -1], [0, -1], [1, -1], [1, -1]]
    ```
  }];
  let arguments = (ins Grouped_Ids:$ids, I64Attr:$num_experts, Index:$groups,
                       Index:$capacity, Optional<Grouped_Shaped>:$order,
                       UnitAttr:$order_first, OptionalAttr<I64Attr>:$rounds,
                       Optional<Grouped_Shaped>:$by,
                       Optional<Grouped_Ids>:$selected,
                       OptionalAttr<StrAttr>:$route, Optional<Index>:$layer,
                       Grouped_Ids:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $ids `of` $num_experts `groups` $groups `to` $capacity
    (`order` `(` $order^ `:` type($order) `)` (`first` $order_first^)?)?
    (`next` $rounds^ `by` `(` $by `:` type($by) `)`
     `except` `(` $selected `:` type($selected) `)`)?
    (`strict` $route^ `layer` $layer)?
    `outs` `(` $init `:` type($init) `)` attr-dict
    `:` type($ids) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let hasVerifier = 1; // (C1) to (C4)
}

def Grouped_PlanOp : Grouped_DestinationOp<"plan"> {
  let summary = "order the choices of all units by expert";
  let description = [{
    `ids[u][k]` is the expert that unit `u` chose k-th, or -1 for nobody. The
    choices are ordered by expert, then by unit, then by rank; each is a row.

    Rows `offsets[e]` to `offsets[e + 1] - 1` belong to expert `e`. `rows[r]`
    is the unit whose choice row `r` is. `place[u][k]` is the row of that
    choice, or -1 if it is nobody's. Rows from `offsets[E]` on are unused and
    hold -1. The destinations are written whole and never read.

    An id at or above E is undefined behaviour; `moe` ops never make one.

    Constraints:

    - (C1) `ids` and `place` have the same shape U x K.
    - (C2) `offsets` has one element more than there are experts, so at least 2.
    - (C3) `rows` has U*K elements where both are static.

    Example:

    ```mlir
    // ids = [[1, -1], [0, 1]], two experts
    %o, %r, %p = grouped.plan %ids : tensor<2x2xi32>
        outs(%o0, %r0, %p0 : tensor<3xi32>, tensor<4xi32>, tensor<2x2xi32>)
        -> tensor<3xi32>, tensor<4xi32>, tensor<2x2xi32>
    // offsets = [0, 1, 3], rows = [1, 0, 1, -1], place = [[1, -1], [0, 2]]
    ```
  }];
  let arguments = (ins
    Grouped_Ids:$ids,        // U x K
    Grouped_Ids:$offsets,    // E + 1
    Grouped_Ids:$rows,       // U*K
    Grouped_Ids:$place);     // U x K
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $ids `:` type($ids)
    `outs` `(` $offsets `,` $rows `,` $place
      `:` type($offsets) `,` type($rows) `,` type($place) `)`
    attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() {
      return MutableOperandRange(getOperation(), /*start=*/1, /*length=*/3);
    }
  }];
  let hasVerifier = 1; // (C1) to (C3)
}

def Grouped_GatherOp : Grouped_DestinationOp<"gather"> {
  let summary = "the rows named by a list";
  let description = [{
    Row `i` of the result is row `rows[i]` of `source`; a row is everything
    behind the first dimension. A number that is no row of `source` is undefined
    behaviour.

    Constraints:

    - (C1) `rows` is a vector as long as the destination has rows.
    - (C2) `source` and the destination have the same element type, and the same
      dimensions behind the first.

    Example:

    ```mlir
    // source = [[1, 2], [3, 4]], rows = [1, 1, 0]
    %g = grouped.gather %source at %rows outs(%g0 : tensor<3x2xf32>)
        : tensor<2x2xf32>, tensor<3xi32> -> tensor<3x2xf32>
    // g = [[3, 4], [3, 4], [1, 2]]
    ```
  }];
  let arguments = (ins Grouped_Shaped:$source, Grouped_Ids:$rows,
                       Grouped_Shaped:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $source `at` $rows `outs` `(` $init `:` type($init) `)` attr-dict
    `:` type($source) `,` type($rows) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let hasVerifier = 1; // (C1), (C2)
}

def Grouped_MatmulOp : Grouped_DestinationOp<"matmul", [
    AttrSizedOperandSegments, RecursiveMemoryEffects]> {
  let summary = "a block of rows times one or two right-hand sides";
  let description = [{
    Every element of `lhs * rhs` has one accumulator: it starts at 0, and the
    products are added with k ascending, each by one fused multiply-add;
    narrower operands are widened for it. Only where both operands are bf16, the
    accumulators f32 and `bf16` of the module's `spex.target` is true, k is
    taken by pairs and their products are added as `vdpbf16ps` adds them; the
    last of an odd number is paired with -0 and 0, which changes nothing. The
    element of the result is the accumulator, or what `epilogue` makes of the
    accumulators of all right-hand sides at that place, in order, and of one
    element of each of `with`.

    A right-hand side is a matrix K x N, or packed: P x K x R x W is P panels of
    W columns of R right-hand sides, so that column j of right-hand side r is
    `[j div W][:][r][j mod W]`, and columns from N on are 0. In panels
    P x Q x R x W x I, I neighbours in k lie together: row k of that column is
    `[j div W][k div I][r][j mod W][k mod I]`, and rows from K on are 0. Packed
    panels hold all right-hand sides. An operand of `with` has the shape of the result,
    or its columns only. The destination is never read, but it may be an
    operand of `with`.

    Constraints:

    - (C1) `lhs` is M x K, and the destination M x N.
    - (C2) There are one or two right-hand sides, matrices of one shape K x N
      or one operand of packed panels with enough columns for N, and with
      rows for K rounded up to I.
    - (C3) Operands of `with` are M x N or N.
    - (C4) Several right-hand sides need an epilogue.
    - (C5) An epilogue has one argument for each right-hand side, a float, and
      one for each operand of `with`, of its element type.
    - (C6) An epilogue yields one value of the element type of the destination.

    Example:

    ```mlir
    // lhs = [[1, 2]], gate = [[1], [1]], up = [[3], [4]]
    %h = grouped.matmul %lhs by(%gate, %up : tensor<2x1xf32>, tensor<2x1xf32>)
        outs(%h0 : tensor<1x1xf32>) : tensor<1x2xf32> -> tensor<1x1xf32>
        epilogue {
    ^bb0(%g: f32, %u: f32):
      %p = arith.mulf %g, %u : f32
      grouped.yield %p : f32
    }
    // h = [[3 * 11]]
    ```
  }];
  let arguments = (ins Grouped_Shaped:$lhs, Variadic<Grouped_Shaped>:$rhs,
                       Variadic<Grouped_Shaped>:$with, Grouped_Shaped:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region MaxSizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    $lhs `by` `(` $rhs `:` type($rhs) `)`
    (`with` `(` $with^ `:` type($with) `)`)?
    `outs` `(` $init `:` type($init) `)`
    attr-dict `:` type($lhs) (`->` type($result)^)? (`epilogue` $epilogue^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// Right-hand sides are panels (P x K x R x W, or P x Q x R x W x I), not
    /// matrices.
    bool isPacked();
    /// I of panels: neighbours in k that lie together.
    int64_t getPanelDepth();
    /// What the epilogue takes; without one the type of the result, but never
    /// narrower than f32.
    Type getAccumulatorType();
    /// The number of right-hand sides, so of accumulators for an element.
    int64_t getNumAccumulators();
    bool hasEpilogue() { return !getEpilogue().empty(); }
    /// One value for each column, not for each element.
    static bool isColumns(Value with);
  }];
  let hasVerifier = 1; // (C1) to (C5)
  let hasRegionVerifier = 1; // (C6)
}

def Grouped_CombineOp : Grouped_DestinationOp<"combine", [
    AttrSizedOperandSegments]> {
  let summary = "sum the rows of each unit with their weights, in rank order";
  let description = [{
    Element `[u][j...]` of the result starts at 0; for each k from 0 up whose
    `place[u][k]` is a row, `weights[u][k] * each[place[u][k]][j...]` is added by
    one fused multiply-add. A choice that is nobody's (-1) adds nothing, so a
    unit without choices gets 0. The sum has the type of the weights and is
    rounded to that of the destination once, at the end.

    With `pass`, a choice without a row that is an expert's in `wanted` adds
    `weights[u][k] * own[u][j...]` in its turn.

    Constraints:

    - (C1) `weights` and `place` have the same shape U x K.
    - (C2) The destination has U rows.
    - (C3) `each` and the destination have the same element type, and the same
      dimensions behind the first.
    - (C4) `weights` have the element type of `each`, or are f32 for bf16 and f16.
    - (C5) `own` has the shape and element type of the destination, and `wanted`
      the shape of `place`.

    Example:

    ```mlir
    // each = [[1], [2], [3]], weights = [[0.5, 9], [1, 10]],
    // place = [[1, -1], [0, 2]]
    %y = grouped.combine %each by %weights at %place outs(%y0 : tensor<2x1xf32>)
        : tensor<3x1xf32>, tensor<2x2xf32>, tensor<2x2xi32> -> tensor<2x1xf32>
    // y = [[0.5 * 2], [1 * 1 + 10 * 3]]
    ```
  }];
  let arguments = (ins Grouped_Shaped:$each, Grouped_Shaped:$weights,
                       Grouped_Ids:$place, Optional<Grouped_Shaped>:$own,
                       Optional<Grouped_Ids>:$wanted, Grouped_Shaped:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $each `by` $weights `at` $place
    (`pass` `(` $own^ `:` type($own) `)` `wanted` `(` $wanted `:`
     type($wanted) `)`)?
    `outs` `(` $init `:` type($init) `)`
    attr-dict `:` type($each) `,` type($weights) `,` type($place)
    (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let hasVerifier = 1; // (C1) to (C5)
}

#endif // DIALECTS_GROUPED_IR_GROUPEDOPS
