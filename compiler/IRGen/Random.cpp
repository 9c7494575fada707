//===- Random.cpp - Random functions --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws are ops of the moe dialect, named by path, statement and call as
// language.md, section 11, says; what is made of them is a formula. A component
// that runs for several units, because its caller brought dimensions along,
// draws for each of them.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include "spex/kernels.h"

using namespace mlir;

namespace spex::irgen {

static moe::DrawKind kindOf(Draw::Kind kind) {
  switch (kind) {
  case Draw::Uniform:
    return moe::DrawKind::Uniform;
  case Draw::Normal:
    return moe::DrawKind::Normal;
  case Draw::Gumbel:
    return moe::DrawKind::Gumbel;
  case Draw::Index:
    return moe::DrawKind::Index;
  case Draw::Gamma:
    return moe::DrawKind::Gamma;
  }
  llvm_unreachable("all distributions are listed");
}

/// The dims that callers brought along, as the widest input has them.
Dims Generator::extraDims() {
  Dims extra;
  if (!frame || fixedDepth > 0)
    return extra;
  const std::vector<Input> &inputs = frame->instance->inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto input = frame->trees.find(static_cast<int>(i));
    if (input == frame->trees.end())
      continue;
    DimsRef declared(inputs[i].type.dims.data(), inputs[i].type.dims.size());
    Dims more = without(input->second->dims, declared);
    if (more.size() > extra.size())
      extra = more;
  }
  return extra;
}

/// Draws of a constant seed are made here, unless they are very many: a table
/// of a million entries is a part of the program, not of every run.
template <typename T>
static DenseElementsAttr drawNow(const Draw &wanted, llvm::StringRef path,
                                 int64_t seed, RankedTensorType type) {
  std::vector<T> numbers(type.getNumElements());
  spex_draw(nullptr, seed, path.str().c_str(), wanted.statement.c_str(),
            wanted.call, /*copy=*/0, /*entries=*/1, type.getNumElements(),
            /*numbers=*/nullptr, /*copies=*/nullptr, wanted.kind, wanted.bound,
            /*shapes=*/nullptr, sizeof(T), numbers.data());
  return DenseElementsAttr::get(type, ArrayRef(numbers));
}

static DenseElementsAttr drawNow(const Draw &wanted, llvm::StringRef path,
                                 int64_t seed, RankedTensorType type) {
  const int64_t most = 1 << 20;
  if (!type.hasStaticShape() || type.getNumElements() > most)
    return {};
  if (wanted.kind == Draw::Index)
    return drawNow<int32_t>(wanted, path, seed, type);
  return type.getElementType().isF64()
             ? drawNow<double>(wanted, path, seed, type)
             : drawNow<float>(wanted, path, seed, type);
}

NodeRef Generator::draw(const Draw &wanted) {
  DrawEntries entries = entriesOf(wanted.dims);
  Tensor result;
  result.dims = entries.dims;
  result.element = wider(ElementType::F32, program.numerics.accumulate);
  if (wanted.kind == Draw::Index)
    result.element = ElementType::Index;
  else if (wanted.kind == Draw::Gamma)
    result.element = ElementType::F64;
  RankedTensorType type = tensorType(result.dims, result.element);
  bool isFirstCopy = !entries.numbers && !entries.copies &&
                     (fixedDepth > 0 || repeats.empty());
  bool isKnown = wanted.seed && !wanted.shapes && !wanted.runtimeBound;
  if (isFirstCopy && isKnown)
    if (DenseElementsAttr made =
            drawNow(wanted, frame->path, wanted.seedNumber(), type)) {
      result.value = arith::ConstantOp::create(builder, here, made);
      return makeLeaf(here, result);
    }
  SmallVector<Value> extents;
  for (const Dimension *dim : result.dims)
    if (dim->isBounded)
      extents.push_back(sizeValue(dim));
  IntegerAttr seed;
  if (wanted.seed)
    seed = builder.getI64IntegerAttr(wanted.seedNumber());
  Value bound = wanted.runtimeBound, shapes;
  if (wanted.kind == Draw::Index && !bound)
    bound = indexConstant(wanted.bound);
  if (wanted.shapes)
    shapes =
        materialize(expanded(wanted.shapes, result.dims), result.dims).value;
  result.value = moe::DrawOp::create(
      builder, here, type, kindOf(wanted.kind), bound, frame->path,
      wanted.statement, static_cast<uint64_t>(wanted.call), entries.copy, seed,
      entries.numbers, entries.copies, shapes, extents);
  return makeLeaf(here, result);
}

/// What is `fixed` is the same in every call, so it is computed at the start of
/// the function, once for all that read it.
NodeRef Generator::emitFixed(const Parameter &declaration) {
  NodeRef &known = fixedValues[pathBelow(declaration.name)];
  if (known)
    return known;
  OpBuilder::InsertionGuard guard(builder);
  builder.restoreInsertionPoint(top.saveInsertionPoint());
  ++fixedDepth;
  NodeRef value = bound(emit(*declaration.value), declaration.type);
  --fixedDepth;
  return known = value;
}

/// The first index along `dim` whose running sum exceeds u times the sum; the
/// last one with a chance if rounding leaves none.
NodeRef Generator::firstExceeding(const NodeRef &chances, const NodeRef &u,
                                  const Dimension *dim) {
  NodeRef p = makeLeaf(here, materialize(chances));
  NodeRef limit = binary(BinaryOp::Mul, u, sum(here, p, {dim}));
  Tensor running = runningSum(materialize(p), dim);
  NodeRef isAbove = binary(BinaryOp::Gt, makeLeaf(here, running), limit);
  NodeRef zero = makeConstant(here, 0, ElementType::Int);
  NodeRef end = dimensionSize(dim);
  NodeRef first = maximum(here, select(isAbove, place(dim), end), {dim},
                          /*smallest=*/true);
  NodeRef isPossible = binary(BinaryOp::Gt, p, constantLike(0, p));
  NodeRef last = maximum(here, select(isPossible, place(dim), zero), {dim});
  NodeRef at = select(binary(BinaryOp::Lt, first, end), first, last);
  Tensor result = materialize(at);
  result.element = ElementType::Index;
  result.target = dim;
  return makeLeaf(here, result);
}

/// Shares over the last dim of `p`, distributed as Dirichlet's of weights p.
NodeRef Generator::dirichlet(const Expr &expr, Draw wanted) {
  wanted.kind = Draw::Gamma;
  wanted.shapes = convert(emit(*expr.args[0]), ElementType::F64);
  here = locate(expr.location);
  NodeRef drawn = draw(wanted);
  NodeRef share = binary(BinaryOp::Div, drawn,
                         sum(here, drawn, {expr.type.dims.back()}));
  return convert(share, wider(ElementType::F32, program.numerics.accumulate));
}

/// What no element number can be told of; or null.
const char *Generator::refusalOfDraw(const Expr &expr, DimsRef dims) {
  if (fixedDepth > 0)
    return nullptr;
  if (isInRows())
    return "a random function inside of an expert that computes across `Rows`";
  bool seesRows =
      llvm::any_of(frame->instance->inputs, [&](const Input &input) {
        return llvm::is_contained(input.type.dims, program.rows);
      });
  if (seesRows && !contains(dims, program.rows))
    return "a random function without `Rows` in an expert that takes them";
  // Numbers of entries are i32.
  double most = 1;
  for (const Dimension *dim : dims)
    most *= dim->size;
  if (most >= 0x1p31 && llvm::any_of(dims, [&](const Dimension *dim) {
        return isStepped(dim);
      }))
    return "so many random numbers along the dimension of steps";
  if (expr.builtin == Builtin::DrawIndex && isStepped(expr.type.target))
    return "`draw_index` below the dimension of steps";
  return nullptr;
}

NodeRef Generator::drawIndex(const Expr &expr, Draw wanted) {
  const Dimension *target = expr.type.target;
  const Expr *room = expr.findNamed("room");
  int64_t kept = room ? static_cast<int64_t>(room->number) : 1;
  wanted.kind = Draw::Index;
  wanted.bound = target->size - kept + 1; // at least 1: E0117
  if (target->isBounded) {
    wanted.runtimeBound = sizeValue(target);
    if (kept > 1) {
      SizeFormula rest;
      rest.op = SizeFormula::Op::Sub;
      rest.args = {target->formula, {}};
      rest.args[1].constant = kept;
      checkSize(rest, "`draw_index`: `" + target->name +
                          "` must have room for " + std::to_string(kept) +
                          " entries");
      wanted.runtimeBound =
          arith::SubIOp::create(builder, here, wanted.runtimeBound,
                                indexConstant(kept - 1));
    }
  }
  return withTarget(draw(wanted), target);
}

NodeRef Generator::emitRandom(const Expr &expr) {
  Dims declared(expr.type.dims.begin(), expr.type.dims.end());
  Dims dims = unite(extraDims(), declared);
  if (const char *what = refusalOfDraw(expr, dims))
    return unsupported(expr, what);
  Draw wanted = {Draw::Uniform, dims, expr.statement, expr.index,
                 expr.findNamed("seed")};
  switch (expr.builtin) {
  case Builtin::Normal:
    wanted.kind = Draw::Normal;
    return draw(wanted);
  case Builtin::Gumbel:
    wanted.kind = Draw::Gumbel;
    return draw(wanted);
  case Builtin::Chance: {
    NodeRef p = emit(*expr.args[0]);
    here = locate(expr.location);
    return binary(BinaryOp::Lt, draw(wanted), p);
  }
  case Builtin::Categorical: {
    NodeRef p = convert(emit(*expr.args[0]), ElementType::F32);
    here = locate(expr.location);
    NodeRef u = draw(wanted);
    return firstExceeding(expanded(p, u->dims), convert(u, ElementType::F32),
                          expr.type.target);
  }
  case Builtin::DrawIndex:
    return drawIndex(expr, wanted);
  case Builtin::Dirichlet:
    return dirichlet(expr, wanted);
  default:
    return draw(wanted);
  }
}

} // namespace spex::irgen
