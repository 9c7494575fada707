//===- MatmulKind.cpp - Matmuls that share their kernels ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See MatmulKind.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/MatmulKind.h"

#include "dialects/Conversion/LinalgToVector/VectorBody.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::grouped {

static Type elementOf(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

static bool isKernelElement(Type type) {
  return type.isF32() || type.isBF16() || type.isF16();
}

/// Neighbours in k that one step takes, as panels or an instruction for pairs
/// have it; a failure where the two do not go together.
static FailureOr<int64_t> findDepth(MatmulOp op, bool isDot) {
  if (!op.isPacked())
    return isDot ? 2 : 1;
  int64_t depth = op.getPanelDepth();
  bool isPair = depth == 2 && elementOf(op.getRhs().front()).isBF16();
  if ((depth != 1 && !isPair) || (isDot && !isPair))
    return failure();
  return depth;
}

/// Elements of the last dimension lie behind one another.
static bool hasUnitRows(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type)
    return false;
  auto [strides, offset] = type.getStridesAndOffset();
  return strides.empty() || strides.back() == 1;
}

/// Whether the columns of the destination may be no multiple of a panel.
static bool mayHaveTail(MatmulOp op, int64_t panelColumns) {
  Value init = op.getInit();
  int64_t columns = cast<MemRefType>(init.getType()).getDimSize(1);
  if (ShapedType::isStatic(columns))
    return columns % panelColumns != 0;
  // A chunk of the columns of `tasks`: chunks begin at multiples.
  auto argument = dyn_cast<BlockArgument>(init);
  auto tasks = argument ? dyn_cast<TasksOp>(argument.getOwner()->getParentOp())
                        : nullptr;
  if (!tasks || !tasks.getColumnBlock())
    return true;
  OpOperand *whole = tasks.getTiedOperand(argument.getArgNumber());
  auto type = cast<ShapedType>(whole->get().getType());
  int64_t all = type.getDimSize(type.getRank() - 1);
  return ShapedType::isDynamic(all) || all % panelColumns != 0 ||
         *tasks.getColumnBlock() % panelColumns != 0;
}

/// Writes the epilogue into `key`, and collects what it captures.
static void describeEpilogue(MatmulKind &kind, llvm::raw_ostream &key) {
  Block &block = kind.op.getEpilogue().front();
  llvm::MapVector<Value, unsigned> numbers;
  for (Value argument : block.getArguments())
    numbers.insert({argument, numbers.size()});
  auto describe = [&](Value operand) {
    Attribute constant;
    if (auto known = numbers.find(operand); known != numbers.end()) {
      key << " %" << known->second;
    } else if (matchPattern(operand, m_Constant(&constant))) {
      key << " " << constant;
    } else {
      numbers.insert({operand, numbers.size()});
      kind.captured.push_back(operand);
      key << " captured " << operand.getType();
    }
  };
  for (Operation &op : block) {
    key << "; " << op.getName() << op.getAttrDictionary();
    for (Value operand : op.getOperands())
      describe(operand);
    for (Value result : op.getResults()) {
      key << " : " << result.getType();
      numbers.insert({result, numbers.size()});
    }
  }
}

FailureOr<MatmulKind> classify(MatmulOp op) {
  if (!op.hasPureBufferSemantics())
    return failure();
  MatmulKind kind;
  kind.op = op;
  kind.target = spex::VectorTarget::of(op);
  kind.element = op.getAccumulatorType();
  kind.left = elementOf(op.getLhs());
  kind.right = elementOf(op.getRhs().front());
  kind.isDot = kind.target.multipliesPairs(kind.left, kind.right, kind.element);
  kind.sides = op.getNumAccumulators();
  kind.isPacked = op.isPacked();
  FailureOr<int64_t> depth = findDepth(op, kind.isDot);
  if (!kind.element.isF32() || !isKernelElement(kind.left) ||
      !isKernelElement(kind.right) || failed(depth) ||
      !hasUnitRows(op.getLhs()))
    return failure();
  kind.depth = *depth;
  for (Value rhs : op.getRhs())
    if (elementOf(rhs) != kind.right || !hasUnitRows(rhs))
      return failure();
  for (Value with : op.getWith())
    if (!hasUnitRows(with))
      return failure();
  if (!hasUnitRows(op.getInit()))
    return failure();
  if (kind.isPacked &&
      cast<MemRefType>(op.getRhs().front().getType()).getDimSize(3) !=
          kind.panelColumns())
    return failure();
  if (!op.hasEpilogue() && elementOf(op.getInit()) != kind.element)
    return failure();
  kind.hasTail = mayHaveTail(op, kind.panelColumns());
  int64_t columns = cast<MemRefType>(op.getInit().getType()).getDimSize(1);
  kind.hasWhole =
      ShapedType::isDynamic(columns) || columns >= kind.panelColumns();

  llvm::raw_string_ostream key(kind.key);
  key << kind.packedElement() << kind.right << kind.depth << " " << kind.sides
      << (kind.isPacked ? "p" : "m") << (kind.hasTail ? "t" : "")
      << (kind.hasWhole ? "w " : " ") << elementOf(op.getInit());
  for (Value with : op.getWith())
    key << " " << elementOf(with) << MatmulOp::isColumns(with);
  if (!op.hasEpilogue())
    return kind;
  Block &block = op.getEpilogue().front();
  for (BlockArgument sum : block.getArguments().take_front(kind.sides))
    if (sum.getType() != kind.element)
      return failure();
  for (Operation &inner : block.without_terminator())
    if (!spex::VectorBody::isElementwise(&inner))
      return failure();
  describeEpilogue(kind, key);
  return kind;
}

} // namespace mlir::grouped
