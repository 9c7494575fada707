//===- ConvertGroupedToRuntime.cpp - Plans and order of tasks as calls ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is better done once, in C, than in every compiled model: ordering the
// choices, ordering the tasks, taking note of choices. The list of tasks is
// allocated here, before scratch is assigned.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Conversion/GroupedToRuntime/LimitCall.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"
#include "dialects/Conversion/GroupedToRuntime/SelectCalls.h"
#include "dialects/Conversion/GroupedToRuntime/TaskOrder.h"
#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_CONVERTGROUPEDTORUNTIMEPASS
#include "dialects/Conversion/GroupedToRuntime/Passes.h.inc"

namespace {
/// What the manifest says about a route.
struct Route {
  int64_t experts = 0, choices = 0, layers = 0;
  bool isGiven = false; // by the module
};

struct ConvertGroupedToRuntimePass final
    : impl::ConvertGroupedToRuntimePassBase<ConvertGroupedToRuntimePass> {
  void runOnOperation() override;

private:
  LogicalResult convert(func::FuncOp func);
  LogicalResult lower(ObserveOp op, Value runtimeContext);
  LogicalResult lower(LimitOp op, Value runtimeContext);
  LogicalResult describe(ObserveOp op, Route &route);
  void readRoutes();
  void writeRoutes();

  llvm::MapVector<StringAttr, Route> routes;
};
} // namespace

static void lower(PlanOp op) {
  OpBuilder builder(op);
  LoopBuilder l{builder, op.getLoc()};
  auto pointer = [&](Value memref) {
    return pointerTo(builder, op.getLoc(), memref);
  };
  Value ids = op.getIds();
  Value experts = arith::SubIOp::create(builder, op.getLoc(),
                                        l.dim(op.getOffsets(), 0), l.index(1));
  callRuntime(builder, op.getLoc(), "spex_plan",
              {pointer(ids), l.dim(ids, 0), l.dim(ids, 1), experts,
               pointer(op.getOffsets()), pointer(op.getRows()),
               pointer(op.getPlace())});
  op.erase();
}

/// One more than the largest value of a layer number: loops over layers are
/// static, and numbers of nested ones are sums of products.
static std::optional<int64_t> numLayers(Value layer) {
  if (std::optional<int64_t> number = getConstantIntValue(layer))
    return *number + 1;
  if (auto argument = dyn_cast<BlockArgument>(layer)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar())
      return std::nullopt;
    return getConstantIntValue(loop.getUpperBound());
  }
  Operation *op = layer.getDefiningOp();
  if (!isa<arith::AddIOp, arith::MulIOp>(op))
    return std::nullopt;
  std::optional<int64_t> a = numLayers(op->getOperand(0));
  std::optional<int64_t> b = numLayers(op->getOperand(1));
  if (!a || !b)
    return std::nullopt;
  return isa<arith::AddIOp>(op) ? *a + *b - 1 : (*a - 1) * (*b - 1) + 1;
}

/// A route that the module says nothing about: only in IR made by hand.
LogicalResult ConvertGroupedToRuntimePass::describe(ObserveOp op,
                                                    Route &route) {
  route.choices = cast<MemRefType>(op.getIds().getType()).getDimSize(1);
  if (ShapedType::isDynamic(route.choices))
    return op.emitOpError("needs a static number of choices");
  std::optional<int64_t> layers = numLayers(op.getLayer());
  if (!layers)
    return op.emitOpError("needs a layer that counts static loops");
  route.experts = op.getNumExperts();
  *layers *= op.getNumOuter().value_or(1);
  route.layers = std::max(route.layers, *layers);
  return success();
}

/// The runtime changes the choices in place, so they are copied first.
LogicalResult ConvertGroupedToRuntimePass::lower(ObserveOp op,
                                                 Value runtimeContext) {
  OpBuilder builder(op);
  LoopBuilder l{builder, op.getLoc()};
  Value ids = op.getIds(), used = op.getInit();
  Route &route = routes[op.getRouteAttr()];
  if (!route.isGiven && failed(describe(op, route)))
    return failure();
  int64_t number = routes.find(op.getRouteAttr()) - routes.begin();
  if (ids != used)
    l.forEach(used, {},
              [&](ArrayRef<Value> at) { l.store(l.load(ids, at), used, at); });
  SmallVector<Value> operands = {
      runtimeContext, l.index(number),
      op.getLayer(),  pointerTo(builder, op.getLoc(), used),
      l.dim(used, 0), l.dim(used, 1)};
  StringRef function =
      op.getKept() ? "spex_observe_kept" : "spex_observe_route";
  if (op.getOuter()) {
    function =
        op.getKept() ? "spex_observe_kept_within" : "spex_observe_within";
    operands.push_back(pointerTo(builder, op.getLoc(), op.getOuter()));
    operands.push_back(l.index(*op.getNumOuter()));
  }
  callRuntime(builder, op.getLoc(), function, operands);
  op.erase();
  return success();
}

LogicalResult ConvertGroupedToRuntimePass::lower(LimitOp op,
                                                 Value runtimeContext) {
  auto route = op.getRoute() ? routes.find(op.getRouteAttr()) : routes.end();
  if (op.getRoute() && route == routes.end())
    return op.emitOpError("is strict about a route that nothing observes");
  callLimit(op, runtimeContext, route - routes.begin());
  return success();
}

LogicalResult ConvertGroupedToRuntimePass::convert(func::FuncOp func) {
  Value runtimeContext = argumentAt(func, contextPlace);
  if (!runtimeContext) {
    FailureOr<BlockArgument> appended =
        appendArgument(func, IndexType::get(&getContext()), contextPlace);
    if (failed(appended))
      return failure();
    runtimeContext = *appended;
  }
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) {
    if (isa<PlanOp, ObserveOp, LimitOp, TasksOp>(op) || isSelectionOfGroup(op))
      ops.push_back(op);
  });
  bool allConverted = true;
  for (Operation *op : ops) {
    auto destination = cast<DestinationStyleOpInterface>(op);
    if (!destination.hasPureBufferSemantics()) {
      op->emitOpError("has to be on buffers to become a call");
      allConverted = false;
    } else if (isSelectionOfGroup(op)) {
      callSelection(op, runtimeContext);
    } else if (auto plan = dyn_cast<PlanOp>(op)) {
      grouped::lower(plan);
    } else if (auto observe = dyn_cast<ObserveOp>(op)) {
      allConverted &= succeeded(lower(observe, runtimeContext));
    } else if (auto limit = dyn_cast<LimitOp>(op)) {
      allConverted &= succeeded(lower(limit, runtimeContext));
    } else if (auto tasks = cast<TasksOp>(op); tasks.getOrder().empty()) {
      orderTasks(tasks);
    }
  }
  if (allConverted)
    joinTasks(func);
  return success(allConverted);
}

/// IRGen knows the routes; their order there is that of the manifest.
void ConvertGroupedToRuntimePass::readRoutes() {
  routes.clear();
  auto table = getOperation()->getAttrOfType<ArrayAttr>("spex.routes");
  if (!table)
    return;
  for (auto entry : table.getAsRange<DictionaryAttr>()) {
    auto number = [&](StringRef name) {
      auto value = entry.getAs<IntegerAttr>(name);
      return value ? value.getInt() : 0;
    };
    if (auto path = entry.getAs<StringAttr>("path"))
      routes[path] = {number("experts"), number("choices"), number("layers"),
                      /*isGiven=*/true};
  }
}

void ConvertGroupedToRuntimePass::writeRoutes() {
  Builder builder(&getContext());
  SmallVector<Attribute> table;
  for (auto &[path, route] : routes) {
    auto number = [&](StringRef name, int64_t value) {
      return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
    };
    table.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("path", path), number("experts", route.experts),
         number("choices", route.choices), number("layers", route.layers)}));
  }
  getOperation()->setAttr("spex.routes", builder.getArrayAttr(table));
}

void ConvertGroupedToRuntimePass::runOnOperation() {
  readRoutes();
  bool allConverted = true;
  for (func::FuncOp func : entryFunctions(getOperation()))
    allConverted &= succeeded(convert(func));
  if (!allConverted)
    return signalPassFailure();
  writeRoutes();
}
} // namespace mlir::grouped
