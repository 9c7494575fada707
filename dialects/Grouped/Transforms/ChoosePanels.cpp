//===- ChoosePanels.cpp - Let matmuls read packed parameters --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replaces the right-hand sides of matmuls that are parameters by panels, and
// leaves on the function's arguments what has to be packed how. Run before
// bufferization by the pipeline of CPUs.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/Transforms/ParameterView.h"
#include "dialects/Grouped/Transforms/Passes.h"
#include "dialects/Spex/Target/VectorTarget.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLExtras.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_CHOOSEPANELSPASS
#include "dialects/Grouped/Transforms/Passes.h.inc"

namespace {
/// What a packed argument holds, and its type.
struct PanelForm {
  SmallVector<ParameterView, 2> sides;
  RankedTensorType type;
  int64_t columns; // of a panel
  DictionaryAttr pack;
};

struct ChoosePanelsPass final : impl::ChoosePanelsPassBase<ChoosePanelsPass> {
  void runOnOperation() override;

private:
  void convert(MatmulOp op);
  BlockArgument findArgument(func::FuncOp function, const PanelForm &form);
};
} // namespace

static RankedTensorType typeOf(const ParameterView &view) {
  return cast<RankedTensorType>(view.argument.getType());
}

/// The product of the sizes of some dimensions.
static int64_t sizeOf(RankedTensorType type, ArrayRef<int64_t> dims) {
  int64_t size = 1;
  for (int64_t dim : dims)
    size *= type.getDimSize(dim);
  return size;
}

/// Both sides are cut out of their parameters alike.
static bool lieAlike(const ParameterView &a, const ParameterView &b) {
  return typeOf(a) == typeOf(b) && a.dims == b.dims &&
         a.slicedDims == b.slicedDims && a.offsets == b.offsets &&
         a.groupDims == b.groupDims;
}

/// What kernels load: f32, or what widens to it.
static bool isKernelElement(Type type) {
  return type.isF32() || type.isBF16() || type.isF16();
}

/// The panels that `op` would read, if all its right-hand sides are parameters.
static std::optional<PanelForm> findForm(MatmulOp op) {
  if (op.isPacked() || !op->getParentOfType<TasksOp>())
    return std::nullopt;
  PanelForm form;
  for (Value rhs : op.getRhs()) {
    std::optional<ParameterView> view = viewOfParameter(rhs);
    if (!view || !isKernelElement(typeOf(*view).getElementType()))
      return std::nullopt;
    form.sides.push_back(*view);
    if (!lieAlike(form.sides.front(), *view))
      return std::nullopt;
  }
  const ParameterView &view = form.sides.front();
  RankedTensorType type = typeOf(view);
  int64_t numSides = form.sides.size();
  // Columns are those of the accumulators, however narrow the panels are.
  int64_t columns = spex::VectorTarget::of(op).panelColumns(
      Float32Type::get(op.getContext()), numSides);
  int64_t depth = spex::VectorTarget::panelDepth(type.getElementType());
  SmallVector<int64_t> shape;
  for (int64_t dim : view.getOuterDims())
    shape.push_back(type.getDimSize(dim));
  int64_t numPanels =
      llvm::divideCeilSigned(sizeOf(type, view.dims[1]), columns);
  int64_t steps = llvm::divideCeilSigned(sizeOf(type, view.dims[0]), depth);
  shape.append({numPanels, steps, numSides, columns});
  if (depth > 1)
    shape.push_back(depth);
  form.type = RankedTensorType::get(shape, type.getElementType());

  Builder b(op.getContext());
  SmallVector<Attribute> parameters;
  for (const ParameterView &side : form.sides)
    parameters.push_back(side.getParameter());
  SmallVector<NamedAttribute> pack = {
      b.getNamedAttr("columns", b.getI64IntegerAttr(columns)),
      b.getNamedAttr("k", b.getI64ArrayAttr(view.dims[0])),
      b.getNamedAttr("n", b.getI64ArrayAttr(view.dims[1])),
      b.getNamedAttr("outer", b.getI64ArrayAttr(view.getOuterDims())),
      b.getNamedAttr("parameters", b.getArrayAttr(parameters))};
  if (depth > 1)
    pack.push_back(b.getNamedAttr("interleave", b.getI64IntegerAttr(depth)));
  form.columns = columns;
  form.pack = b.getDictionaryAttr(pack);
  return form;
}

/// The argument that holds these panels; a new one behind all others if there
/// is none yet.
BlockArgument ChoosePanelsPass::findArgument(func::FuncOp function,
                                             const PanelForm &form) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, "spex.pack") == form.pack)
      return function.getArgument(i);
  Builder b(&getContext());
  DictionaryAttr attributes = b.getDictionaryAttr(
      {b.getNamedAttr("bufferization.writable", b.getBoolAttr(false)),
       b.getNamedAttr("spex.dims", b.getI64ArrayAttr(form.type.getShape())),
       b.getNamedAttr("spex.pack", form.pack),
       b.getNamedAttr("spex.parameter", form.sides.front().getParameter()),
       b.getNamedAttr("spex.place", b.getStringAttr("packed"))});
  unsigned number = function.getNumArguments();
  LogicalResult inserted = function.insertArgument(
      number, form.type, attributes, form.sides.front().argument.getLoc());
  (void)inserted; // a function with a body takes arguments
  return function.getArgument(number);
}

/// The part of all panels that the tasks read: one element of each dimension
/// that was sliced. These go one by one: with dimensions of size 1 behind,
/// types would not say which of them are dropped, and the strides would be
/// others.
static Value createSlice(OpBuilder &b, Location loc, Value panels,
                         ArrayRef<OpFoldResult> at) {
  for (OpFoldResult offset : at) {
    auto type = cast<RankedTensorType>(panels.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), b.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(b.getContext(), type.getShape());
    offsets[0] = offset;
    sizes[0] = b.getIndexAttr(1);
    panels = tensor::ExtractSliceOp::create(
        b, loc,
        RankedTensorType::get(type.getShape().drop_front(),
                              type.getElementType()),
        panels, offsets, sizes, strides);
  }
  return panels;
}

/// The panels of all groups one after the other, where several dimensions of
/// the parameter number the groups: experts of experts.
static Value createGroups(OpBuilder &b, Location loc, Value panels,
                          int64_t numGroupDims) {
  if (numGroupDims < 2)
    return panels;
  SmallVector<ReassociationIndices> joined(1);
  int64_t rank = cast<RankedTensorType>(panels.getType()).getRank();
  for (int64_t i = 0; i < rank; ++i) {
    if (i >= numGroupDims)
      joined.emplace_back();
    joined.back().push_back(i);
  }
  return tensor::CollapseShapeOp::create(b, loc, panels, joined);
}

/// The region argument that shows `panels`, as one more of them.
static BlockArgument addPanels(TasksOp tasks, Value panels, Location loc) {
  for (auto [i, operand] : llvm::enumerate(tasks.getPanels()))
    if (operand == panels)
      return tasks.getPanelArg(i);
  auto type = cast<RankedTensorType>(panels.getType());
  SmallVector<int64_t> part =
      tasks.getPartShape(TasksOp::Part::Panel, type.getShape());
  unsigned number = tasks.getFirstArg(TasksOp::Part::Init);
  tasks.getPanelsMutable().append(panels);
  return tasks.getBody().insertArgument(number, type.clone(part), loc);
}

/// Chunks of columns have to be whole panels.
static void alignColumnBlock(TasksOp tasks, int64_t columns) {
  if (std::optional<int64_t> block = tasks.getColumnBlock())
    tasks.setColumnBlock(llvm::divideCeilSigned(*block, columns) * columns);
}

void ChoosePanelsPass::convert(MatmulOp op) {
  std::optional<PanelForm> form = findForm(op);
  if (!form)
    return;
  auto tasks = op->getParentOfType<TasksOp>();
  alignColumnBlock(tasks, form->columns);
  BlockArgument argument =
      findArgument(tasks->getParentOfType<func::FuncOp>(), *form);
  // Tasks that read these panels already have their slice.
  Value panels;
  for (Value operand : tasks.getPanels()) {
    Value source = operand;
    if (auto groups = source.getDefiningOp<tensor::CollapseShapeOp>())
      source = groups.getSrc();
    if (auto slice = source.getDefiningOp<tensor::ExtractSliceOp>())
      source = slice.getSource();
    if (source == argument)
      panels = operand;
  }
  if (!panels) {
    OpBuilder builder(tasks);
    const ParameterView &side = form->sides.front();
    panels = createSlice(builder, op.getLoc(), argument, side.offsets);
    panels = createGroups(builder, op.getLoc(), panels, side.groupDims.size());
  }
  op.getRhsMutable().assign(addPanels(tasks, panels, op.getLoc()));
}

/// Takes panels away that the region does not read.
static void dropUnusedPanels(TasksOp tasks) {
  for (unsigned i = tasks.getPanels().size(); i-- > 0;) {
    BlockArgument part = tasks.getPanelArg(i);
    if (!part.use_empty())
      continue;
    tasks.getBody().eraseArgument(part.getArgNumber());
    tasks.getPanelsMutable().erase(i);
  }
}

/// Ops that only led to a right-hand side, from the last to the first. Those of
/// a region go before the op that holds it and would take them along.
static void eraseDeadOps(func::FuncOp function) {
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (!isa<TasksOp>(op) && isOpTriviallyDead(op))
      op->erase();
}

static void dropUnusedParameters(func::FuncOp function) {
  for (unsigned i = function.getNumArguments(); i-- > 0;)
    if (function.getArgAttr(i, "spex.parameter") &&
        function.getArgument(i).use_empty())
      (void)function.eraseArgument(i);
}

void ChoosePanelsPass::runOnOperation() {
  SmallVector<MatmulOp> matmuls;
  getOperation().walk([&](MatmulOp op) { matmuls.push_back(op); });
  for (MatmulOp op : matmuls)
    convert(op);
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    // Ops in tasks go first: they hold on to panels.
    eraseDeadOps(function);
    function.walk(dropUnusedPanels);
    eraseDeadOps(function);
    dropUnusedParameters(function);
  }
}
} // namespace mlir::grouped
