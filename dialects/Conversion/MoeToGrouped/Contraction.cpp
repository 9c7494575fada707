//===- Contraction.cpp - Find matmuls and their epilogues -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recognises what one grouped.matmul computes. Recognition changes nothing; the
// order of every sum stays that of the loops.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::moe {

/// Starts at zero: sums of grouped.matmul do.
static bool isZeroFill(Value init) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  return fill && matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
}

/// The argument that `value` is, or is the wider form of.
static Value throughExtension(Value value) {
  auto extension = value.getDefiningOp<arith::ExtFOp>();
  return extension ? extension.getIn() : value;
}

bool isContraction(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !op.hasPureTensorSemantics() || !isZeroFill(op.getDpsInits()[0]))
    return false;
  Block *body = op.getBody();
  auto yield = cast<linalg::YieldOp>(body->getTerminator());
  auto fma = yield.getValues()[0].getDefiningOp<math::FmaOp>();
  return fma && fma->getNextNode() == yield &&
         llvm::all_of(body->without_terminator(),
                      [&](Operation &inner) {
                        return &inner == fma || isa<arith::ExtFOp>(inner);
                      }) &&
         throughExtension(fma.getA()) == body->getArgument(0) &&
         throughExtension(fma.getB()) == body->getArgument(1) &&
         fma.getC() == body->getArgument(2) &&
         llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
           return map.isProjectedPermutation();
         });
}

std::optional<Contraction> matchContraction(linalg::GenericOp op,
                                            IsWeight isWeight) {
  if (!isContraction(op))
    return std::nullopt;
  Contraction result;
  result.op = op;
  if (!isWeight(op.getInputs()[1])) {
    if (!isWeight(op.getInputs()[0]))
      return std::nullopt;
    result.weightOperand = 0;
  }

  auto hasLoop = [](AffineMap map, unsigned loop) {
    return map.isFunctionOfDim(loop);
  };
  AffineMap rowsMap = result.getRowsMap();
  AffineMap weightsMap = result.getWeightsMap();
  AffineMap outMap = op.getIndexingMapsArray().back();
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    bool inRows = hasLoop(rowsMap, loop), inWeights = hasLoop(weightsMap, loop);
    if (!hasLoop(outMap, loop)) {
      if (!inRows || !inWeights)
        return std::nullopt;
      result.sums.push_back(loop);
    } else if (inRows == inWeights) {
      return std::nullopt; // a batch of matmuls, or a repetition
    } else {
      (inRows ? result.rows : result.columns).push_back(loop);
    }
  }

  // Results are rows, then columns.
  SmallVector<unsigned> expected(result.rows);
  llvm::append_range(expected, result.columns);
  if (expected.size() != outMap.getNumResults())
    return std::nullopt;
  for (auto [i, loop] : llvm::enumerate(expected))
    if (outMap.getDimPosition(i) != loop)
      return std::nullopt;
  return result;
}

//===----------------------------------------------------------------------===//
// Epilogues
//===----------------------------------------------------------------------===//

/// An elementwise op that an epilogue can take over: it uses its operands,
/// constants and nothing else.
static bool isEpilogueBody(linalg::GenericOp op) {
  if (op.getNumParallelLoops() != op.getNumLoops() ||
      op.getNumDpsInits() != 1 || !op.hasPureTensorSemantics() ||
      !op.getIndexingMapsArray().back().isIdentity() ||
      op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)))
    return false;
  for (Operation &inner : *op.getBody()) {
    if (isa<linalg::IndexOp>(inner) || inner.getNumRegions() != 0)
      return false;
    for (Value operand : inner.getOperands()) {
      if (isa<RankedTensorType>(operand.getType()))
        return false;
      bool isInside = operand.getParentBlock() == op.getBody();
      if (!isInside && !matchPattern(operand, m_Constant()))
        return false;
    }
  }
  return true;
}

/// The one elementwise op that uses the result of `product`, operand by operand
/// at the same place.
static linalg::GenericOp findEpilogue(linalg::GenericOp product) {
  Value result = product->getResult(0);
  if (!result.hasOneUse())
    return {};
  OpOperand &use = *result.getUses().begin();
  auto user = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!user || user->getBlock() != product->getBlock() ||
      !user.isDpsInput(&use) || !isEpilogueBody(user) ||
      !user.getMatchingIndexingMap(&use).isIdentity())
    return {};
  return user;
}

/// Two products of one matmul: the same rows, and weights of one shape.
static bool areAlike(const Contraction &a, const Contraction &b) {
  return a.getRows() == b.getRows() && a.getRowsMap() == b.getRowsMap() &&
         a.getWeightsMap() == b.getWeightsMap() && a.rows == b.rows &&
         a.columns == b.columns && a.sums == b.sums &&
         a.getWeights().getType() == b.getWeights().getType();
}

/// How operand `number` of `epilogue` is paired with elements of the result;
/// nothing if it cannot be.
static std::optional<MatmulGroup::With> matchWith(const Contraction &product,
                                                  linalg::GenericOp epilogue,
                                                  unsigned number) {
  OpOperand *operand = epilogue.getDpsInputOperand(number);
  AffineMap map = epilogue.getMatchingIndexingMap(operand);
  MatmulGroup::With with{operand->get(), number, /*isColumns=*/false};
  if (map.isIdentity())
    return with;
  // Loops of the epilogue are those of the result: rows, then columns.
  unsigned numRows = product.rows.size(), numColumns = product.columns.size();
  if (map.getNumResults() != numColumns || numColumns == 0)
    return std::nullopt;
  for (unsigned i = 0; i < numColumns; ++i)
    if (!isa<AffineDimExpr>(map.getResult(i)) ||
        map.getDimPosition(i) != numRows + i)
      return std::nullopt;
  with.isColumns = true;
  return with;
}

/// Adds `epilogue` and all it reads to `group`, or says that it does not fit.
static bool addEpilogue(MatmulGroup &group, linalg::GenericOp epilogue,
                        IsWeight isWeight) {
  Contraction first = group.products.front();
  group.products.clear();
  for (unsigned i = 0; i < epilogue.getInputs().size(); ++i) {
    Value value = epilogue.getInputs()[i];
    auto generic = value.getDefiningOp<linalg::GenericOp>();
    std::optional<Contraction> product;
    if (generic && group.products.size() < 2 &&
        findEpilogue(generic) == epilogue)
      product = matchContraction(generic, isWeight);
    if (product && areAlike(first, *product)) {
      group.products.push_back(*product);
      group.productOperands.push_back(i);
      continue;
    }
    std::optional<MatmulGroup::With> with = matchWith(first, epilogue, i);
    if (!with)
      return false;
    group.with.push_back(*with);
  }
  group.epilogue = epilogue;
  return true;
}

std::optional<MatmulGroup> matchMatmulGroup(linalg::GenericOp op,
                                            IsWeight isWeight) {
  std::optional<Contraction> product = matchContraction(op, isWeight);
  if (!product)
    return std::nullopt;
  MatmulGroup alone;
  alone.products.push_back(*product);
  linalg::GenericOp epilogue = findEpilogue(op);
  if (!epilogue)
    return alone;
  MatmulGroup group = alone;
  if (!addEpilogue(group, epilogue, isWeight))
    return alone;
  return group;
}

grouped::MatmulOp createMatmul(OpBuilder &builder, Location loc,
                               const MatmulGroup &group, Value lhs,
                               ValueRange rhs, ValueRange with, Value init) {
  auto matmul = grouped::MatmulOp::create(builder, loc, init.getType(), lhs,
                                          rhs, with, init);
  if (!group.epilogue)
    return matmul;

  OpBuilder::InsertionGuard guard(builder);
  linalg::GenericOp epilogue = group.epilogue;
  Block *body = epilogue.getBody();
  Block *block = builder.createBlock(&matmul.getEpilogue());
  IRMapping mapping;
  auto addArgument = [&](unsigned operand) {
    BlockArgument arg = body->getArgument(operand);
    mapping.map(arg, block->addArgument(arg.getType(), arg.getLoc()));
  };
  for (unsigned operand : group.productOperands)
    addArgument(operand);
  for (const MatmulGroup::With &value : group.with)
    addArgument(value.operand);

  for (Operation &inner : body->without_terminator()) {
    // Tasks are isolated: constants come along.
    for (Value operand : inner.getOperands())
      if (operand.getParentBlock() != body && !mapping.contains(operand))
        builder.clone(*operand.getDefiningOp(), mapping);
    builder.clone(inner, mapping);
  }
  auto yield = cast<linalg::YieldOp>(body->getTerminator());
  Value result = yield.getValues()[0];
  if (result.getParentBlock() != body && !mapping.contains(result))
    builder.clone(*result.getDefiningOp(), mapping);
  grouped::YieldOp::create(builder, yield.getLoc(),
                           mapping.lookupOrDefault(result));
  return matmul;
}

} // namespace mlir::moe
