//===- Attention.cpp - Find what holds positions by positions -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The product of two activations whose result has a dimension of either (query
// rows and past positions) starts a cluster. Everything that works on such a
// tensor joins, up to the ops that sum the past positions away. Sizes unknown
// to the compiler make such tensors too large to exist; so the whole cluster is
// computed by blocks of query rows.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Cluster.h"
#include "dialects/Conversion/MoeToGrouped/Contraction.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace mlir::moe {

Names getLoopNames(linalg::GenericOp op) {
  Names names;
  auto loops = op->getAttrOfType<ArrayAttr>("spex.loops");
  if (loops && loops.size() == op.getNumLoops())
    for (Attribute name : loops)
      names.push_back(cast<StringAttr>(name).getValue());
  return names;
}

Names getDimNames(linalg::GenericOp op, OpOperand &operand) {
  Names loops = getLoopNames(op), names;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  for (AffineExpr result : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    names.push_back(dim && !loops.empty() ? loops[dim.getPosition()]
                                          : StringRef());
  }
  return names;
}

Names getResultNames(linalg::GenericOp op) {
  return getDimNames(op, *op.getDpsInitOperand(0));
}

//===----------------------------------------------------------------------===//
// The seed
//===----------------------------------------------------------------------===//

/// The first dimension of `operand` that `other` does not have and the result
/// keeps, as its number; those of dynamic size come first.
static std::optional<unsigned>
findOwnDim(linalg::GenericOp op, OpOperand &operand, OpOperand &other) {
  Names names = getDimNames(op, operand), others = getDimNames(op, other);
  Names results = getResultNames(op);
  auto type = cast<RankedTensorType>(operand.get().getType());
  std::optional<unsigned> found;
  for (auto [i, name] : llvm::enumerate(names)) {
    if (llvm::is_contained(others, name) || !llvm::is_contained(results, name))
      continue;
    if (type.isDynamicDim(i))
      return i;
    if (!found)
      found = i;
  }
  return found;
}

/// The dimension before the rows that everything shares: sequences, which
/// become the groups of the tasks.
static StringRef findGroup(linalg::GenericOp op, OpOperand &queries,
                           OpOperand &others) {
  Names names = getDimNames(op, queries);
  bool isShared = llvm::is_contained(getDimNames(op, others), names.front()) &&
                  llvm::is_contained(getResultNames(op), names.front());
  return isShared ? names.front() : StringRef();
}

/// Whether `op` multiplies query rows by past positions; sets the names.
static bool matchSeed(linalg::GenericOp op, Cluster &cluster) {
  if (!isContraction(op) || getLoopNames(op).empty() ||
      isParameterPart(op.getInputs()[0]) || isParameterPart(op.getInputs()[1]))
    return false;
  OpOperand &a = *op.getDpsInputOperand(0), &b = *op.getDpsInputOperand(1);
  std::optional<unsigned> rows = findOwnDim(op, a, b);
  std::optional<unsigned> past = findOwnDim(op, b, a);
  if (!rows || !past)
    return false;
  // Of fixed sizes: the same positions, under two names.
  int64_t rowsSize =
      cast<RankedTensorType>(a.get().getType()).getDimSize(*rows);
  int64_t pastSize =
      cast<RankedTensorType>(b.get().getType()).getDimSize(*past);
  if (ShapedType::isDynamic(rowsSize) != ShapedType::isDynamic(pastSize) ||
      rowsSize != pastSize)
    return false;
  cluster.rows = getDimNames(op, a)[*rows];
  cluster.past = getDimNames(op, b)[*past];
  cluster.group = findGroup(op, a, b);
  return true;
}

//===----------------------------------------------------------------------===//
// Growth
//===----------------------------------------------------------------------===//

static bool hasLoops(linalg::GenericOp op, StringRef rows, StringRef past) {
  Names names = getLoopNames(op);
  return llvm::is_contained(names, rows) && llvm::is_contained(names, past);
}

/// Whether `user` reads the result of `producer` row by row: one's query rows
/// are the other's.
static bool isAligned(linalg::GenericOp producer, linalg::GenericOp user,
                      StringRef rows) {
  Names results = getResultNames(producer);
  for (OpOperand &operand : user->getOpOperands()) {
    if (operand.get() != producer->getResult(0))
      continue;
    if (!user.isDpsInput(&operand))
      return false;
    Names names = getDimNames(user, operand);
    for (auto [result, name] : llvm::zip(results, names))
      if (result == rows && name != rows)
        return false;
  }
  return true;
}

using Members = llvm::SetVector<Operation *>;

static linalg::GenericOp getInBlock(Operation *op, Block *block) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && generic->getBlock() == block ? generic
                                                 : linalg::GenericOp();
}

/// Ops with both loops that read, or are read by, one that has joined.
static void addNeighbours(const Cluster &cluster, Members &members) {
  for (unsigned i = 0; i < members.size(); ++i) {
    auto op = cast<linalg::GenericOp>(members[i]);
    for (Operation *user : op->getUsers()) {
      linalg::GenericOp generic = getInBlock(user, op->getBlock());
      if (generic && hasLoops(generic, cluster.rows, cluster.past) &&
          isAligned(op, generic, cluster.rows))
        members.insert(generic);
    }
    for (Value input : op.getInputs()) {
      linalg::GenericOp generic =
          getInBlock(input.getDefiningOp(), op->getBlock());
      if (generic && hasLoops(generic, cluster.rows, cluster.past) &&
          isAligned(generic, op, cluster.rows))
        members.insert(generic);
    }
  }
}

/// Whether `op` lies between two members, such as a limit on the largest value.
static bool isBetween(linalg::GenericOp op, const Cluster &cluster,
                      const Members &members) {
  return llvm::is_contained(getResultNames(op), cluster.rows) &&
         llvm::any_of(op->getUsers(), [&](Operation *user) {
           return members.contains(user) &&
                  isAligned(op, cast<linalg::GenericOp>(user), cluster.rows);
         });
}

static bool addBetween(const Cluster &cluster, Members &members) {
  bool hasNew = false;
  for (unsigned i = 0; i < members.size(); ++i) {
    auto op = cast<linalg::GenericOp>(members[i]);
    for (Operation *user : op->getUsers()) {
      linalg::GenericOp generic = getInBlock(user, op->getBlock());
      if (generic && !members.contains(generic) &&
          isBetween(generic, cluster, members) &&
          isAligned(op, generic, cluster.rows))
        hasNew |= members.insert(generic);
    }
  }
  return hasNew;
}

static void growCluster(linalg::GenericOp seed, Cluster &cluster) {
  Members members;
  members.insert(seed);
  do
    addNeighbours(cluster, members);
  while (addBetween(cluster, members));
  for (auto generic : seed->getBlock()->getOps<linalg::GenericOp>())
    if (members.contains(generic))
      cluster.ops.push_back(generic);
}

//===----------------------------------------------------------------------===//
// Can it be done?
//===----------------------------------------------------------------------===//

/// An init that can be made again inside a task.
static bool isFreshInit(Value init) {
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_Constant()) &&
           fill.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>();
  return bool(init.getDefiningOp<tensor::EmptyOp>());
}

/// Whether the body of `op` reads a tensor that the cluster makes.
static bool readsMember(linalg::GenericOp op, const Cluster &cluster) {
  bool reads = false;
  op.getBody()->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (Operation *source = operand.getDefiningOp())
        reads |= cluster.contains(source);
  });
  return reads;
}

/// Collects the outputs, and checks that every op can move into the region.
static bool finishCluster(Cluster &cluster) {
  Operation *last = cluster.ops.back();
  for (linalg::GenericOp op : cluster.ops) {
    if (op.getNumDpsInits() != 1 || getLoopNames(op).empty() ||
        !isFreshInit(op.getDpsInits()[0]) || readsMember(op, cluster) ||
        llvm::any_of(op.getIndexingMapsArray(), [](AffineMap map) {
          return !map.isProjectedPermutation();
        }))
      return false;
    bool isOutput = false;
    for (Operation *user : op->getUsers()) {
      if (cluster.contains(user))
        continue;
      Operation *ancestor = last->getBlock()->findAncestorOpInBlock(*user);
      if (!ancestor || ancestor->isBeforeInBlock(last))
        return false;
      isOutput = true;
    }
    if (!isOutput)
      continue;
    // What keeps the past positions would exist outside anyway.
    Names names = getResultNames(op);
    if (!llvm::is_contained(names, cluster.rows) ||
        llvm::is_contained(names, cluster.past))
      return false;
    if (!cluster.group.empty() && !llvm::is_contained(names, cluster.group))
      cluster.group = StringRef();
    cluster.outputs.push_back(op);
  }
  return !cluster.outputs.empty();
}

void convertAttention(func::FuncOp function, const Blocks &blocks) {
  SmallVector<linalg::GenericOp> generics;
  function.walk([&](linalg::GenericOp op) {
    if (!op->getParentOfType<ExpertsOp>())
      generics.push_back(op);
  });

  IRRewriter rewriter(function.getContext());
  llvm::SmallPtrSet<Operation *, 16> gone;
  for (linalg::GenericOp op : generics) {
    if (gone.contains(op))
      continue;
    Cluster cluster;
    if (!matchSeed(op, cluster))
      continue;
    growCluster(op, cluster);
    if (!finishCluster(cluster))
      continue;
    gone.insert(cluster.ops.begin(), cluster.ops.end());
    convertCluster(rewriter, cluster, blocks.attentionRows);
  }
}

} // namespace mlir::moe
