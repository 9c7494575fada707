//===- TasksOps.td - Work that is shared out ----------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `tasks`, the op whose region is the fusion, and the terminator of all regions
// of this dialect.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_IR_TASKSOPS
#define DIALECTS_GROUPED_IR_TASKSOPS

include "dialects/Grouped/IR/GroupedBase.td"

def Grouped_TasksOp : Grouped_DestinationOp<"tasks", [
    AttrSizedOperandSegments, IsolatedFromAbove, RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "run the region once for each block of rows of each group";
  let description = [{
    The rows of `outs` fall into groups, the rows of a group into blocks of
    `row_block` rows (the last may have fewer, and an empty group has none).
    The region computes one block. It may run in any order and beside itself.

    Where the groups come from:

    - with `offsets` and `rows` (of a `plan`), group `g` has the rows
      `offsets[g]` to `offsets[g + 1] - 1` of each of `outs` and `blocks`;
    - with `groups(%n)`, there are `n` groups of equal size: the first dimension
      of each of `outs` and `blocks` is the group, the second the row;
    - with neither, all rows of `outs` are one group.

    Arguments of the region, in this order:

    1. `count`, the number of rows of the block;
    2. `first`, the number of its first row within its group;
    3. `group`, the number of its group;
    4. with `offsets` only: the block's part of `rows`, the unit of each row;
    5. each of `ins`, unchanged;
    6. the block's rows of each of `blocks`, with no dimension for the group;
    7. each of `panels` without its first dimension, which is the group. Where
       all rows are one group, panels have no such dimension and come whole;
    8. the block's rows of each of `outs`, with no dimension for the group.
    9. only once scratch is assigned: the worker's scratch.

    The region yields the new contents of its rows of each of `outs`. It writes
    those rows whole; rows of no group are left as they were.

    With `column_block`, a task computes so many columns only. The last
    dimension of every one of `outs` is cut, and so are the parts of `panels`:
    the last dimension of a matrix (K x N) or a vector (N), the first of packed
    panels (P x K x R x W), each of W columns. In the region these dimensions
    are dynamic. `ins` and `blocks` are not cut. A chain of two matmuls cannot
    be cut so; write one `tasks` for each.

    With `joins_next`, the tasks of this op and those of the next `tasks` of the
    block are one list: they run in any order and beside each other, the most
    expensive first. So neither reads what the other writes, though on tensors
    they may write into one value, each its own rows.

    `order` is empty until the op is lowered: the list of tasks and its length;
    in the last of several that are joined, the joined list and its length
    follow.

    Constraints:

    - (C1) `row_block` is positive, and so is `column_block` where given.
    - (C2) `offsets` and `rows` stand together, and never with `groups`.
    - (C3) There is at least one of `outs`, and each has a dimension for rows
      (and one for groups, with `groups`).
    - (C4) The region has the arguments above.
    - (C5) Each argument has the type of the part it shows: dimensions of rows
      and of cut columns are dynamic, all others as in the operand.
    - (C6) With `column_block`, parts of `panels` are vectors, matrices or
      packed panels, and W divides `column_block`.
    - (C7) On tensors, the region yields one value for each of `outs`, of the
      type of its argument; on memrefs, nothing.
    - (C8) With `joins_next`, another `tasks` follows in the block, and nothing
      between them reads or writes memory.

    Example:

    ```mlir
    // offsets = [0, 1, 3], rows = [1, 0, 1, -1], x = [[1], [2]],
    // w = [[[10]], [[100]]]: two experts, three choices
    %y = grouped.tasks offsets(%o : tensor<3xi32>) rows(%r : tensor<4xi32>)
        ins(%x : tensor<2x1xf32>) panels(%w : tensor<2x1x1xf32>)
        outs(%y0 : tensor<4x1xf32>) row_block 2 -> tensor<4x1xf32> {
    ^bb0(%count: index, %first: index, %group: index, %units: tensor<?xi32>,
         %xs: tensor<2x1xf32>, %we: tensor<1x1xf32>, %ys: tensor<?x1xf32>):
      %e = tensor.empty(%count) : tensor<?x1xf32>
      %g = grouped.gather %xs at %units outs(%e : tensor<?x1xf32>)
          : tensor<2x1xf32>, tensor<?xi32> -> tensor<?x1xf32>
      %m = grouped.matmul %g by(%we : tensor<1x1xf32>)
          outs(%ys : tensor<?x1xf32>) : tensor<?x1xf32> -> tensor<?x1xf32>
      grouped.yield %m : tensor<?x1xf32>
    }
    // y = [[20], [100], [200], as %y0]: one block for each expert
    ```
  }];
  let arguments = (ins
    Optional<Grouped_Ids>:$offsets,       // E + 1
    Optional<Grouped_Ids>:$rows,          // as many as rows of outs
    Optional<Index>:$groups,
    Variadic<AnyType>:$inputs,
    Variadic<Grouped_Shaped>:$blocks,
    Variadic<Grouped_Shaped>:$panels,
    Variadic<Grouped_Shaped>:$inits,
    Variadic<AnyType>:$order,
    I64Attr:$row_block,
    OptionalAttr<I64Attr>:$column_block,
    UnitAttr:$joins_next);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`offsets` `(` $offsets^ `:` type($offsets) `)`)?
    (`rows` `(` $rows^ `:` type($rows) `)`)?
    (`groups` `(` $groups^ `)`)?
    (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    (`blocks` `(` $blocks^ `:` type($blocks) `)`)?
    (`panels` `(` $panels^ `:` type($panels) `)`)?
    `outs` `(` $inits `:` type($inits) `)`
    (`order` `(` $order^ `:` type($order) `)`)?
    `row_block` $row_block (`column_block` $column_block^)?
    (`joins_next` $joins_next^)?
    attr-dict-with-keyword (`->` type($results)^)? $body
  }];
  let extraClassDeclaration = [{
    /// What an argument of the region shows.
    enum class Part { Count, First, Group, Rows, Input, Block, Panel, Init,
                      Scratch };

    MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }

    /// The kind of region argument `index`, and its number within the kind.
    std::pair<Part, unsigned> getPart(unsigned index);
    /// The operand that region argument `index` shows, or shows a part of;
    /// none for count, first, group and scratch.
    OpOperand *getTiedOperand(unsigned index);

    /// The number of the first region argument of a kind (as if there were
    /// one, for kinds that are absent).
    unsigned getFirstArg(Part part);
    BlockArgument getCountArg() { return getBody().getArgument(0); }
    BlockArgument getFirstRowArg() { return getBody().getArgument(1); }
    BlockArgument getGroupArg() { return getBody().getArgument(2); }
    /// The units of the block's rows; null without `offsets`.
    BlockArgument getRowsArg();
    BlockArgument getInputArg(unsigned i);
    BlockArgument getBlockArg(unsigned i);
    BlockArgument getPanelArg(unsigned i);
    BlockArgument getInitArg(unsigned i);

    /// Groups are a dimension of `outs`, `blocks` and `panels`.
    bool hasRegularGroups() { return bool(getGroups()); }
    /// All rows are one group.
    bool isOneGroup() { return !getOffsets() && !getGroups(); }
    /// How many leading dimensions of an operand its part lacks.
    unsigned getNumDroppedDims(Part part);
    /// The dimension of a part that `column_block` cuts, -1 for none.
    /// Parts of `panels` of so many dimensions are packed panels; each panel has
    /// as many columns as dimension 3.
    static bool isPackedPart(int64_t rank) { return rank == 4 || rank == 5; }
    int64_t getCutDim(Part part, int64_t rankOfPart);
    /// The shape a region argument of this kind has for an operand's shape.
    SmallVector<int64_t> getPartShape(Part part, ArrayRef<int64_t> whole);

    /// The terminator of the region.
    YieldOp getYield();
    /// The `tasks` that this one joins; null without `joins_next`.
    TasksOp getNextJoined();
  }];
  let hasVerifier = 1; // (C1) to (C6), (C8)
  let hasRegionVerifier = 1; // (C7)
}

def Grouped_YieldOp : Grouped_Op<"yield", [
    Pure, ReturnLike, Terminator,
    ParentOneOf<["TasksOp", "MatmulOp"]>]> {
  let summary = "end a task or an epilogue";
  let description = [{
    Gives what the region computed: the block's rows of each of `outs` of a
    task (nothing once these are buffers), or the element of an epilogue.

    Example:

    ```mlir
    grouped.yield %rows : tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ValueRange());
  }]>];
}

#endif // DIALECTS_GROUPED_IR_TASKSOPS
