//===- Rope.cpp - Rotary positions ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cosines and sines of a call are two tables made once at its start: the
// angles in f64, because a position of some thousands times a frequency has no
// f32 with enough digits. Both halves of the result are loops without choices.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace mlir;

namespace spex::irgen {

static bool hasWord(const Expr &expr, const char *name, const char *word) {
  return llvm::is_contained(expr.words,
                            std::pair(std::string(name), std::string(word)));
}

/// A named argument known when compiling, or what it is without.
double Generator::namedNumber(const Expr &expr, const char *name,
                              double otherwise) {
  const Expr *given = expr.findNamed(name);
  if (!given)
    return otherwise;
  NodeRef node = emit(*given);
  return node->kind == Node::Kind::Constant ? node->constant : otherwise;
}

/// theta^(-2i/A), stretched as the paper of YaRN says where asked to.
SmallVector<double> Generator::ropeFrequencies(const Expr &expr, int64_t size) {
  double theta = namedNumber(expr, "theta", 10000);
  double factor = namedNumber(expr, "yarn", 0);
  double original = namedNumber(expr, "original", 4096);
  bool truncate = !hasWord(expr, "truncate", "false");
  // The pair that turns `turns` times in `original` positions.
  auto pairOf = [&](double turns) {
    return size * std::log(original / (turns * 2 * M_PI)) /
           (2 * std::log(theta));
  };
  double low = 0, high = 0;
  if (factor > 0) {
    low = pairOf(32), high = pairOf(1);
    if (truncate)
      low = std::floor(low), high = std::ceil(high);
    low = std::max(low, 0.0);
    high = std::min(high, size - 1.0);
    if (low == high)
      high += 0.001;
  }
  SmallVector<double> frequencies;
  for (int64_t i = 0; i < size / 2; ++i) {
    double frequency = std::pow(theta, -2.0 * i / size);
    if (factor > 0) {
      double slow = std::clamp((i - low) / (high - low), 0.0, 1.0);
      frequency = frequency / factor * slow + frequency * (1 - slow);
    }
    frequencies.push_back(frequency);
  }
  return frequencies;
}

Generator::RopeTables Generator::ropeTables(const Expr &expr,
                                            const Dimension *half) {
  SmallVector<double> frequencies = ropeFrequencies(expr, half->size * 2);
  std::string key = expr.along->name;
  // Written exactly: most frequencies have more zeros than six digits.
  for (double frequency : frequencies) {
    char digits[40];
    std::snprintf(digits, sizeof(digits), " %a", frequency);
    key += digits;
  }
  // Those along `Rows` are as long as the rows of one expert.
  bool isLocal = isOfRows(expr.along->formula);
  auto found = ropes.find(key);
  if (!isLocal && found != ropes.end()) {
    // The same numbers; this call's own name for the half axis.
    RopeTables tables = found->second;
    tables.cosine.dims[1] = tables.sine.dims[1] = half;
    return tables;
  }

  OpBuilder::InsertionGuard guard(builder);
  if (!isLocal) {
    sizeValue(expr.along);
    builder.setInsertionPoint(topMarker);
  }
  auto type = RankedTensorType::get({half->size}, builder.getF64Type());
  Tensor rates;
  rates.value = arith::ConstantOp::create(
      builder, here, DenseElementsAttr::get(type, ArrayRef(frequencies)));
  rates.dims = {half};
  rates.element = ElementType::F64;
  NodeRef angle = binary(BinaryOp::Mul,
                         convert(index(expr.along), ElementType::F64),
                         makeLeaf(here, rates));
  auto tableOf = [&](Builtin function) {
    NodeRef value = convert(unary(angle, function), ElementType::F32);
    return materialize(value, {expr.along, half});
  };
  RopeTables tables{tableOf(Builtin::Cos), tableOf(Builtin::Sin)};
  if (!isLocal)
    ropes[key] = tables;
  return tables;
}

NodeRef Generator::emitRope(const Expr &expr) {
  NodeRef arg = emit(*expr.args[0]);
  here = locate(expr.location);
  const Dimension *dim = expr.dims[0];
  bool pairs = hasWord(expr, "style", "pairs");
  ElementType type = arithmeticType({arg});
  Tensor x = materialize(arg);
  unsigned axis = llvm::find(x.dims, dim) - x.dims.begin();
  Dimension *half = makeDimension(dim->name, dim->size / 2);
  RopeTables tables = ropeTables(expr, half);
  here = locate(expr.location);

  // Where one partner of all pairs lies: a half, or every other element.
  SmallVector<OpFoldResult> offsets, extents, strides;
  for (const Dimension *each : x.dims) {
    offsets.push_back(builder.getIndexAttr(0));
    extents.push_back(each == dim ? size(half) : size(each));
    strides.push_back(builder.getIndexAttr(each == dim && pairs ? 2 : 1));
  }
  auto offsetsOf = [&](bool second) {
    SmallVector<OpFoldResult> result = offsets;
    if (second)
      result[axis] = builder.getIndexAttr(pairs ? 1 : half->size);
    return result;
  };
  Dims halfDims = x.dims;
  halfDims[axis] = half;
  auto partner = [&](bool second) {
    Tensor part;
    part.dims = halfDims;
    part.element = x.element;
    part.value = tensor::ExtractSliceOp::create(
        builder, here, tensorType(halfDims, x.element), x.value,
        offsetsOf(second), extents, strides);
    return convert(makeLeaf(here, part), type);
  };
  NodeRef a = partner(false), b = partner(true);
  NodeRef cosine = convert(makeLeaf(here, tables.cosine), type);
  NodeRef sine = convert(makeLeaf(here, tables.sine), type);
  auto rotated = [&](BinaryOp op, const NodeRef &p, const NodeRef &q) {
    return binary(op, binary(BinaryOp::Mul, p, cosine),
                  binary(BinaryOp::Mul, q, sine));
  };
  NodeRef first = rotated(BinaryOp::Sub, a, b);
  NodeRef second = rotated(BinaryOp::Add, b, a);

  Tensor result;
  result.dims = x.dims;
  result.element = type;
  result.value = emptyTensor(here, x.dims, type);
  for (bool isSecond : {false, true}) {
    Tensor part = materialize(isSecond ? second : first, halfDims);
    result.value = tensor::InsertSliceOp::create(
        builder, here, part.value, result.value, offsetsOf(isSecond), extents,
        strides);
  }
  return makeLeaf(here, result);
}

} // namespace spex::irgen
