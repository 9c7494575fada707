//===- MoeOps.td - What an expert layer computes ----------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of the moe dialect: parameters, selection, experts and combine.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_MOE_IR_MOEOPS
#define DIALECTS_MOE_IR_MOEOPS

include "dialects/Moe/IR/MoeBase.td"
include "dialects/Moe/IR/SelectOps.td"

def Moe_ParameterOp : Moe_Op<"parameter", [Symbol]> {
  let summary = "a named tensor that the weights file or the seed fills";
  let description = [{
    The symbol is the path of the parameter in the program, which is its name
    in the weights file, too, unless there are `files`. The dimensions of `stack` and of experts come
    first. Parameters are those of the model, in this order; the op stays in
    the module until the manifest is made from it.

    `init` is the initial value: `normal(std)`, `trunc_normal(std)`,
    `uniform(bound)`, `uniform_fan(bound)`, `orthogonal(gain)`,
    `constant(value)`, `zeros` or `ones`. `declared` is the number of trailing
    dimensions that the declaration itself has (absent: all).

    `files` are the lines of a `weights` section, each a dictionary; none means
    that the parameter keeps its initial value. `tensor` is the name in the
    file: in braces, d0 is the index in dimension 0. `axes` are those of the
    file, each a list of dimensions, row-major; -1 stands for `parts` parts, of
    which number `part` is taken. All indices in dimension `repeat` share what
    is read. `format` is the coding, if there is one.

    Constraints:

    - (C1) The type is a ranked tensor with static sizes.
    - (C2) There is one name for each dimension.
    - (C3) `zeros` and `ones` have no number, all others have one.
    - (C4) Each line of `files` has each dimension once: in the braces of its
      tensor, in `axes`, or as `repeat`; -1 once, if it has parts.

    Example:

    ```mlir
    moe.parameter @"Block.y.w1" : tensor<4x8x128x256xf32>
        dims ["L", "E", "D", "F"] init normal(5.0e-02)
        {files = [{axes = [[3], [2]], tensor = "layers.{d0}.experts.{d1}.w1"} ]}
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<AnyRankedTensor>:$type,
    StrArrayAttr:$dims,
    Moe_InitKind:$init,
    OptionalAttr<F64Attr>:$init_value,
    DefaultValuedAttr<Moe_ParameterKind,
                      "::mlir::moe::ParameterKind::Param">:$kind,
    OptionalAttr<I64Attr>:$declared,
    OptionalAttr<ArrayAttr>:$files);
  let assemblyFormat = [{
    $sym_name `:` $type `dims` $dims
    `init` $init (`(` $init_value^ `)`)? (`kind` $kind^)? attr-dict
  }];
  let hasVerifier = 1; // (C1) to (C4)
}

def Moe_GetOp : Moe_Op<"get", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a parameter";
  let description = [{
    Gives the whole tensor, with the dimensions of stack and experts.

    Constraints:

    - (C1) The symbol is a `moe.parameter` of the type of the result.

    Example:

    ```mlir
    %w1 = moe.get @"Block.y.w1" : tensor<4x8x128x256xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$parameter attr-dict `:` type($result)";
}

def Moe_TopKOp : Moe_Op<"top_k", [
    NoMemoryEffect, InferTypeOpAdaptor]> {
  let summary = "choose the experts with the largest values";
  let description = [{
    `ids[u]` are the numbers of the K largest of `values[u]`, the largest
    first; ties go to the lower number. NaN counts as minus infinity, -0 equals
    0. With a mask, only experts whose mask is true are chosen. Where fewer than
    K remain, the rest of `ids[u]` is -1.

    Constraints:

    - (C1) `values` are units x experts, with a static number of experts.
    - (C2) `choose` is at least 1 and at most the number of experts.
    - (C3) The mask has the shape of `values`.

    Example:

    ```mlir
    // values = [[0.1, 0.7, 0.7], [0.5, 0.2, 0.3]]
    %ids = moe.top_k %values choose 2 : tensor<2x3xf32>
    // ids = [[1, 2], [0, 2]]
    ```
  }];
  let arguments = (ins 2DTensorOf<[AnyFloat]>:$values,
                       Optional<2DTensorOf<[I1]>>:$mask,
                       I64Attr:$num_choices);
  let results = (outs Moe_Ids:$ids);
  let assemblyFormat = [{
    $values (`where` $mask^)? `choose` $num_choices attr-dict
    `:` type($values) (`,` type($mask)^)?
  }];
  let hasVerifier = 1; // (C1) to (C3)
}

def Moe_ObserveOp : Moe_Op<"observe", [
    AllTypesMatch<["ids", "used"]>, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "let statistics, recording and replay see a route's choices";
  let description = [{
    Shows the runtime the choices of one layer of a route, once for each layer
    and run, and gives the choices that the run uses: `ids` themselves, or those
    of the file being replayed. The route is named by its path. `layer` is the
    number in the stack, 0 outside of one.

    With `kept`, `ids` are what a capacity left of the choices shown before, in
    the same layer: those that became -1 count as dropped. Nothing is replayed
    then; the result is `ids`.

    With `within`, the route is one of experts inside of others, and `outer[u]`
    is the outer expert whose unit u is, -1 for nobody's. Each of the outer
    experts counts as a layer: outer expert g as layer `layer * num_outer + g`,
    with its units in their order. Nobody's units are not shown.

    Constraints:

    - (C1) There is at least one expert.
    - (C2) With `within` there is one outer expert for each unit, of at least
      one.

    Example:

    ```mlir
    // ids = [[1, -1], [0, 1]]
    %used = moe.observe %ids route "Block.y" of 2 layer %l : tensor<2x2xi32>
    // nothing is replayed: used = ids; counted: 1 for expert 0, 2 for expert 1
    ```
  }];
  let arguments = (ins Moe_Ids:$ids, StrAttr:$route, I64Attr:$num_experts,
                       Index:$layer, Optional<1DTensorOf<[I32]>>:$outer,
                       OptionalAttr<I64Attr>:$num_outer, UnitAttr:$kept);
  let results = (outs Moe_Ids:$used);
  let assemblyFormat = [{
    $ids (`kept` $kept^)? `route` $route `of` $num_experts `layer` $layer
    (`within` $outer^ `of` $num_outer)? attr-dict
    `:` type($ids) (`,` type($outer)^)?
  }];
  let hasVerifier = 1; // (C1), (C2)
}

def Moe_LimitOp : Moe_Op<"limit", [
    AllTypesMatch<["ids", "kept"]>, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "let no expert take more units of a group than it has places";
  let description = [{
    Units are `groups` groups of equal size, one behind the other. In each,
    every expert has `capacity` places. They are handed out rank by rank, and
    within a rank unit by unit. `kept` is `ids` with -1 for the choices that
    found no place.

    With `order`, larger numbers come before smaller ones within a rank; with
    `first`, before the ranks are compared. NaN counts as minus infinity, and
    what is equal stays in the order above.

    With `next n`, refused choices try again, up to n times in the same order:
    each the expert with the largest `by` of its unit that is not among the
    unit's `selected` and has not refused it, ties to the lower number. `kept`
    is then the expert found. A choice with no expert left to try is refused.

    With `strict`, a choice that is refused is a failure of the run, which
    names the route and its layer.

    Choices of nobody (-1) stay so and take no place. With a capacity of 0 or
    below nothing is kept. Groups that do not divide the units are undefined
    behaviour.

    Constraints:

    - (C1) There is at least one expert.
    - (C2) `order` has the shape of `ids`.
    - (C3) `by` has a number for each unit and expert, and `selected` the shape
      of `ids`.
    - (C4) There are 1 to E - 1 further rounds.

    Example:

    ```mlir
    // ids = [[0, 1], [0, -1], [1, 0], [1, 0]]: first choices fill both experts
    %kept = moe.limit %ids of 2 groups %one to %two : tensor<4x2xi32>
    // kept = [[0, -1], [0, -1], [1, -1], [1, -1]]
    // ids = [[0], [0]], o = [[1], [5]]: the second unit comes first
    %kept = moe.limit %ids of 2 groups %one to %one order(%o : tensor<2x1xf64>)
        : tensor<2x1xi32>
    // kept = [[-1], [0]]
    ```
  }];
  let arguments = (ins Moe_Ids:$ids, I64Attr:$num_experts, Index:$groups,
                       Index:$capacity, Optional<2DTensorOf<[F64]>>:$order,
                       UnitAttr:$order_first, OptionalAttr<I64Attr>:$rounds,
                       Optional<2DTensorOf<[F64]>>:$by,
                       Optional<Moe_Ids>:$selected,
                       OptionalAttr<StrAttr>:$route, Optional<Index>:$layer);
  let results = (outs Moe_Ids:$kept);
  let assemblyFormat = [{
    $ids `of` $num_experts `groups` $groups `to` $capacity
    (`order` `(` $order^ `:` type($order) `)` (`first` $order_first^)?)?
    (`next` $rounds^ `by` `(` $by `:` type($by) `)`
     `except` `(` $selected `:` type($selected) `)`)?
    (`strict` $route^ `layer` $layer)? attr-dict `:` type($ids)
  }];
  let hasVerifier = 1; // (C1) to (C4)
}

def Moe_PickOp : Moe_Op<"pick", [
    NoMemoryEffect, InferTypeOpAdaptor]> {
  let summary = "the values of the chosen experts";
  let description = [{
    Element `[u][k]` is `values[u][ids[u][k]]`, or 0 where that choice is
    nobody's.

    Constraints:

    - (C1) `values` and `ids` have the same number of units.

    Example:

    ```mlir
    // values = [[0.1, 0.7], [0.5, 0.2]], ids = [[1, 0], [0, -1]]
    %w = moe.pick %values at %ids : tensor<2x2xf32>, tensor<2x2xi32>
    // w = [[0.7, 0.1], [0.5, 0]]
    ```
  }];
  let arguments = (ins 2DTensorOf<[AnyType]>:$values, Moe_Ids:$ids);
  let results = (outs 2DTensorOf<[AnyType]>:$result);
  let assemblyFormat = [{
    $values `at` $ids attr-dict `:` type($values) `,` type($ids)
  }];
  let hasVerifier = 1; // (C1)
}

def Moe_ExpertsOp : Moe_Op<"experts", [
    AttrSizedOperandSegments, IsolatedFromAbove, RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "the chosen experts, each on the units that chose it";
  let description = [{
    Element `[u][k]` of each result is what expert `ids[u][k]` makes of unit u.
    Choices of nobody (-1) compute nothing; their elements are undefined and
    `combine` does not read them.

    Experts of one kind have one region, and each has weights of its own. There
    are as many experts of each kind as its number behind `of`; they are
    numbered kind by kind. All kinds are planned together, so that their rows
    lie in one order of experts.

    A region is written for one expert and a batch of any number of rows; row
    by row, it must compute the same whatever else is in the batch. Its
    arguments are, in this order, a batch of rows of each of `units`, each of
    `whole` as it is, and the slice of each of the kind's `weights` for the
    expert. It yields a batch of rows of each result.

    Constraints:

    - (C1) Each of `units` has the U rows of `ids`; there is at least one.
    - (C2) The first dimension of each of `weights` is the expert within its
      kind.
    - (C3) Each region has the arguments above.
    - (C4) Results are U x K of what a row of the yielded value is.
    - (C5) There is at least one kind, with at least one expert each, and one
      region for each.
    - (C6) Several kinds have `weights_of`, how many of `weights` each has; all
      of them are some kind's.

    Example:

    ```mlir
    // x = [[1], [2]], w = [[[10]], [[100]]], ids = [[1, -1], [2, 1]]: two
    // experts multiply by a matrix, the third gives back what it gets
    %each = moe.experts %ids of 2, 1 units(%x : tensor<2x1xf32>)
        weights(%w : tensor<2x1x1xf32>) attributes {weights_of = array<i64: 1, 0>}
        : tensor<2x2xi32> -> tensor<2x2x1xf32> {
    ^bb0(%rows: tensor<?x1xf32>, %we: tensor<1x1xf32>):
      ...                                     // %y = rows times the matrix we
      moe.yield %y : tensor<?x1xf32>
    }, {
    ^bb0(%rows: tensor<?x1xf32>):
      moe.yield %rows : tensor<?x1xf32>
    }
    // each = [[[100], undefined], [[2], [200]]]
    ```
  }];
  let arguments = (ins
    Moe_Ids:$ids, DenseI64ArrayAttr:$counts,
    Variadic<AnyRankedTensor>:$units,
    Variadic<AnyType>:$whole,
    Variadic<AnyRankedTensor>:$weights,
    OptionalAttr<DenseI64ArrayAttr>:$weights_of);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region VariadicRegion<SizedRegion<1>>:$bodies);
  let assemblyFormat = [{
    $ids `of` custom<Counts>($counts)
    `units` `(` $units `:` type($units) `)`
    (`whole` `(` $whole^ `:` type($whole) `)`)?
    (`weights` `(` $weights^ `:` type($weights) `)`)?
    attr-dict-with-keyword `:` type($ids) `->` type($results) $bodies
  }];
  let extraClassDeclaration = [{
    unsigned getNumKinds() { return getCounts().size(); }
    /// Of all kinds.
    int64_t getNumExperts();
    /// The number of the first expert of a kind.
    int64_t getFirstExpert(unsigned kind);
    /// The weights that experts of a kind have.
    OperandRange getWeightsOf(unsigned kind);
  }];
  let hasVerifier = 1; // (C1) to (C3), (C5), (C6)
  let hasRegionVerifier = 1; // (C4)
}

def Moe_YieldOp : Moe_Op<"yield", [
    Pure, ReturnLike, Terminator, HasParent<"ExpertsOp">]> {
  let summary = "end the body of an expert";
  let description = [{
    Gives the rows that the expert made of its batch, one tensor for each result
    of `experts`.

    Example:

    ```mlir
    moe.yield %rows : tensor<?x128xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ValueRange());
  }]>];
}

def Moe_CombineOp : Moe_Op<"combine", [
    NoMemoryEffect, AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "sum what the chosen experts gave, with weights";
  let description = [{
    Element `[u][j...]` starts at 0; for each rank k from 0 up whose choice is
    an expert, `weights[u][k] * each[u][k][j...]` is added by one fused
    multiply-add. A unit without choices gets 0. The sum has the type of the
    weights and is rounded to that of `each` once, at the end.

    With `pass`, a choice that is nobody's in `ids` but an expert's in `wanted`
    adds its weight times the unit's row of `own`, in its turn.

    Constraints:

    - (C1) `weights` and `ids` have the same shape U x K, and so have the first
      two dimensions of `each`.
    - (C2) `weights` have the element type of `each`, or are f32 for bf16 and f16.
    - (C3) `own` has the type of the result, and `wanted` that of `ids`.

    Example:

    ```mlir
    // each = [[[100], undefined], [[20], [200]]], w = [[0.5, 9], [1, 10]],
    // ids = [[1, -1], [0, 1]]
    %y = moe.combine %each by %w at %ids
        : tensor<2x2x1xf32>, tensor<2x2xf32>, tensor<2x2xi32>
    // y = [[50], [2020]]
    ```
  }];
  let arguments = (ins AnyRankedTensor:$each, 2DTensorOf<[AnyFloat]>:$weights,
                       Moe_Ids:$ids, Optional<AnyRankedTensor>:$own,
                       Optional<Moe_Ids>:$wanted);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $each `by` $weights `at` $ids
    (`pass` `(` $own^ `:` type($own) `)` `wanted` `(` $wanted `:`
     type($wanted) `)`)?
    attr-dict `:` type($each) `,` type($weights) `,` type($ids)
  }];
  let hasVerifier = 1; // (C1) to (C3)
}

#endif // DIALECTS_MOE_IR_MOEOPS
