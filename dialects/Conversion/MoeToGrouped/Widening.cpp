//===- Widening.cpp - Contractions widen what they read -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights that are stored narrower than they are computed with come as a
// tensor of their own. Widening is exact, so a contraction can do it element by
// element, and the weights are read as they are stored. Runs before
// contractions are looked for.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Contraction.h"
#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::moe {

/// The tensor that `value` is the wider form of, at the same places.
static Value findNarrow(Value value) {
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 ||
      generic.getNumDpsInits() != 1 ||
      llvm::any_of(generic.getIndexingMapsArray(),
                   [](AffineMap map) { return !map.isIdentity(); }))
    return {};
  Block *body = generic.getBody();
  auto extension = dyn_cast<arith::ExtFOp>(body->front());
  bool isAlone = extension && extension->getNextNode() == body->getTerminator();
  if (!isAlone || extension.getIn() != body->getArgument(0) ||
      body->getTerminator()->getOperand(0) != extension.getResult())
    return {};
  return generic.getInputs()[0];
}

/// Reads operand `number` as it was before it was widened. Not where the other
/// operand is narrow, too: the type of both can decide how pairs are summed.
static void absorb(linalg::GenericOp op, unsigned number) {
  Value narrow = findNarrow(op.getInputs()[number]);
  Block *body = op.getBody();
  Type wide = body->getArgument(2).getType();
  if (!narrow || body->getArgument(0).getType() != wide ||
      body->getArgument(1).getType() != wide)
    return;
  BlockArgument argument = body->getArgument(number);
  OpBuilder builder = OpBuilder::atBlockBegin(body);
  Type element = cast<RankedTensorType>(narrow.getType()).getElementType();
  argument.setType(element);
  auto extension =
      arith::ExtFOp::create(builder, argument.getLoc(), wide, argument);
  argument.replaceAllUsesExcept(extension, extension);
  op.getDpsInputOperand(number)->set(narrow);
}

void absorbWidening(func::FuncOp function) {
  function.walk([](linalg::GenericOp op) {
    if (!isContraction(op))
      return;
    absorb(op, 1);
    absorb(op, 0);
  });
  // What nothing reads any more.
  SmallVector<Operation *> dead;
  function.walk([&](linalg::GenericOp op) {
    if (op->use_empty() && op.hasPureTensorSemantics())
      dead.push_back(op);
  });
  IRRewriter rewriter(function.getContext());
  for (Operation *op : dead)
    eraseWithInits(rewriter, op);
}

} // namespace mlir::moe
