//===- Evaluator.cpp - Runs straight-line arithmetic IR -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One loop over the lanes for each op that the expansions use.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/ExpandMath/Evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/ErrorHandling.h"

#include <cmath>
#include <cstring>

using namespace mlir;

namespace {
using Registers = std::vector<Evaluator::Register>;

template <class T> T read(uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <class T> uint64_t write(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

/// F : (T, T, T) -> R, on three operands; those that are missing read as 0.
template <class T, auto F> struct Apply {
  template <class Step> static void run(const Step &s, Registers &r) {
    auto &out = r[s.result];
    auto &a = r[s.operands[0]], &b = r[s.operands[1]], &c = r[s.operands[2]];
    for (int i = 0; i < Evaluator::lanes; ++i)
      out[i] = write(F(read<T>(a[i]), read<T>(b[i]), read<T>(c[i])));
  }
};

template <class T> T sumOf(T a, T b, T) { return a + b; }
template <class T> T differenceOf(T a, T b, T) { return a - b; }
template <class T> T productOf(T a, T b, T) { return a * b; }
template <class T> T quotientOf(T a, T b, T) { return a / b; }
template <class T> T fusedOf(T a, T b, T c) { return std::fma(a, b, c); }
template <class T> T negativeOf(T a, T, T) { return -a; }
template <class T> T sizeOf(T a, T, T) { return std::fabs(a); }
template <class T> T root(T a, T, T) { return std::sqrt(a); }
template <class T> T floorOf(T a, T, T) { return std::floor(a); }
template <class T> T signOf(T a, T b, T) { return std::copysign(a, b); }
template <class T> T bitAnd(T a, T b, T) { return a & b; }
template <class T> T left(T a, T b, T) { return a << b; }
template <class T> T right(T a, T b, T) {
  return static_cast<std::make_signed_t<T>>(a) >> b;
}
float narrow(double a, double, double) { return static_cast<float>(a); }
double widen(float a, float, float) { return a; }
float toFloat(int32_t a, int32_t, int32_t) { return static_cast<float>(a); }
double toDouble(int64_t a, int64_t, int64_t) { return static_cast<double>(a); }

template <class Step> void selectLanes(const Step &s, Registers &r) {
  auto &c = r[s.operands[0]], &a = r[s.operands[1]], &b = r[s.operands[2]];
  for (int i = 0; i < Evaluator::lanes; ++i)
    r[s.result][i] = c[i] ? a[i] : b[i];
}
template <class Step> void copyLanes(const Step &s, Registers &r) {
  r[s.result] = r[s.operands[0]];
}
template <class T, class Step> void compare(const Step &s, Registers &r) {
  auto &a = r[s.operands[0]], &b = r[s.operands[1]];
  for (int i = 0; i < Evaluator::lanes; ++i) {
    T x = read<T>(a[i]), y = read<T>(b[i]);
    r[s.result][i] = s.extra ? x < y : x == y;
  }
}
} // namespace

#define FLOAT_OP(OP, F)                                                        \
  if (isa<OP>(op))                                                             \
    step.apply = wide ? Apply<double, F<double>>::run<Step>                    \
                      : Apply<float, F<float>>::run<Step>;
#define INT_OP(OP, F)                                                          \
  if (isa<OP>(op))                                                             \
    step.apply = wide ? Apply<uint64_t, F<uint64_t>>::run<Step>                \
                      : Apply<uint32_t, F<uint32_t>>::run<Step>;

Evaluator::Evaluator(func::FuncOp function) {
  for (Value argument : function.getArguments()) {
    numbers[argument] = registers.size();
    registers.emplace_back();
  }
  for (Operation &op : function.getBody().front())
    add(&op);
}

void Evaluator::add(Operation *op) {
  if (isa<func::ReturnOp>(op)) {
    resultRegister = numbers.at(op->getOperand(0));
    return;
  }
  Step step;
  step.result = registers.size();
  numbers[op->getResult(0)] = step.result;
  registers.emplace_back();
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    uint64_t bits;
    if (auto f = dyn_cast<FloatAttr>(constant.getValue()))
      bits = f.getValue().bitcastToAPInt().getZExtValue();
    else
      bits = cast<IntegerAttr>(constant.getValue()).getValue().getZExtValue();
    registers.back().fill(bits);
    return;
  }
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    step.operands[i] = numbers.at(operand);
  bool wide = op->getOperand(0).getType().getIntOrFloatBitWidth() == 64;
  FLOAT_OP(arith::AddFOp, sumOf)
  FLOAT_OP(arith::SubFOp, differenceOf)
  FLOAT_OP(arith::MulFOp, productOf)
  FLOAT_OP(arith::DivFOp, quotientOf)
  FLOAT_OP(math::FmaOp, fusedOf)
  FLOAT_OP(arith::NegFOp, negativeOf)
  FLOAT_OP(math::AbsFOp, sizeOf)
  FLOAT_OP(math::SqrtOp, root)
  FLOAT_OP(math::FloorOp, floorOf)
  FLOAT_OP(math::CopySignOp, signOf)
  INT_OP(arith::AddIOp, sumOf)
  INT_OP(arith::SubIOp, differenceOf)
  INT_OP(arith::AndIOp, bitAnd)
  INT_OP(arith::ShLIOp, left)
  INT_OP(arith::ShRSIOp, right)
  if (isa<arith::TruncFOp>(op))
    step.apply = Apply<double, narrow>::run<Step>;
  if (isa<arith::ExtFOp>(op))
    step.apply = Apply<float, widen>::run<Step>;
  if (isa<arith::SIToFPOp>(op))
    step.apply = wide ? Apply<int64_t, toDouble>::run<Step>
                      : Apply<int32_t, toFloat>::run<Step>;
  if (isa<arith::SelectOp>(op))
    step.apply = selectLanes<Step>;
  if (isa<arith::BitcastOp>(op))
    step.apply = copyLanes<Step>;
  if (auto cmp = dyn_cast<arith::CmpFOp>(op)) {
    step.extra = cmp.getPredicate() == arith::CmpFPredicate::OLT;
    step.apply = wide ? compare<double, Step> : compare<float, Step>;
  }
  if (isa<arith::CmpIOp>(op))
    step.apply = wide ? compare<uint64_t, Step> : compare<uint32_t, Step>;
  if (!step.apply)
    llvm::report_fatal_error("no evaluation for " +
                             op->getName().getStringRef());
  steps.push_back(step);
}

const Evaluator::Register &Evaluator::run() {
  for (const Step &step : steps)
    step.apply(step, registers);
  return registers[resultRegister];
}
