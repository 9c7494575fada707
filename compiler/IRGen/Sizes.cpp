//===- Sizes.cpp - Size formulas as index arithmetic ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formulas of derived dimensions and of capacities, evaluated at the start
// of the function, or where they are used if they read `Rows`. Sema writes a
// division that rounds up as minus one that rounds down of the negative, so
// numerators may be below zero.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace spex::irgen {

/// A name for the formula, the same for equal ones.
static std::string formulaKey(const SizeFormula &formula) {
  if (formula.op == SizeFormula::Op::Constant)
    return std::to_string(formula.constant);
  if (formula.op == SizeFormula::Op::Dim)
    return formula.dim->name;
  static const char *const names[] = {"",      "",     "add",     "sub", "mul",
                                      "div",   "floor", "ceil", "round_up",
                                      "min",   "max"};
  std::string key = names[static_cast<int>(formula.op)];
  key += "(";
  for (const SizeFormula &arg : formula.args)
    key += formulaKey(arg) + ",";
  return key + ")";
}

/// Whether a value below zero can occur; sizes are at least 1.
static bool mayBeNegative(const SizeFormula &formula) {
  switch (formula.op) {
  case SizeFormula::Op::Constant:
    return formula.constant < 0;
  case SizeFormula::Op::Dim:
    return false;
  case SizeFormula::Op::Sub:
    return true;
  case SizeFormula::Op::Max:
    return llvm::all_of(formula.args, mayBeNegative);
  default:
    return llvm::any_of(formula.args, mayBeNegative);
  }
}

namespace {
/// Index arithmetic at one place.
struct Arithmetic {
  OpBuilder &builder;
  Location loc;
  Value zero, one;

  Value apply(SizeFormula::Op op, Value a, Value b, bool isSigned) {
    switch (op) {
    case SizeFormula::Op::Add:
      return arith::AddIOp::create(builder, loc, a, b);
    case SizeFormula::Op::Sub:
      return arith::SubIOp::create(builder, loc, a, b);
    case SizeFormula::Op::Mul:
      return arith::MulIOp::create(builder, loc, a, b);
    case SizeFormula::Op::Div:
    case SizeFormula::Op::FloorDiv:
      return isSigned ? floor(a, b)
                      : arith::DivUIOp::create(builder, loc, a, b).getResult();
    case SizeFormula::Op::CeilDiv:
      return ceiling(a, b, isSigned);
    case SizeFormula::Op::RoundUp:
      return arith::MulIOp::create(builder, loc, ceiling(a, b, isSigned), b);
    case SizeFormula::Op::Min:
      return arith::MinSIOp::create(builder, loc, a, b);
    case SizeFormula::Op::Max:
      return arith::MaxSIOp::create(builder, loc, a, b);
    case SizeFormula::Op::Constant:
    case SizeFormula::Op::Dim:
      break;
    }
    llvm_unreachable("no operation on two sizes");
  }

private:
  /// Down also below zero, where the division of the machine rounds up.
  Value floor(Value a, Value b) {
    Value quotient = arith::DivSIOp::create(builder, loc, a, b);
    Value rest = arith::RemSIOp::create(builder, loc, a, b);
    Value isAbove = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::slt, rest, zero);
    Value down = arith::SubIOp::create(builder, loc, quotient, one);
    return arith::SelectOp::create(builder, loc, isAbove, down, quotient);
  }

  Value ceiling(Value a, Value b, bool isSigned) {
    Value less = arith::SubIOp::create(builder, loc, b, one);
    Value sum = arith::AddIOp::create(builder, loc, a, less);
    return isSigned ? floor(sum, b)
                    : arith::DivUIOp::create(builder, loc, sum, b).getResult();
  }
};
} // namespace

/// The formula behind its operands: "S", 1, "-". False where a base size is
/// none of this entry.
static bool addTerms(const SizeFormula &formula, OpBuilder &builder,
                     ArrayRef<const Dimension *> known,
                     SmallVectorImpl<Attribute> &terms) {
  static const char *const words[] = {"",       "",      "+",   "-",    "*", "/",
                                      "/floor", "/ceil", "*up", "<min", ">max"};
  if (formula.isConstant()) {
    terms.push_back(builder.getI64IntegerAttr(formula.constant));
    return true;
  }
  if (formula.op == SizeFormula::Op::Dim) {
    terms.push_back(builder.getStringAttr(formula.dim->name));
    return llvm::is_contained(known, formula.dim);
  }
  for (auto [i, arg] : llvm::enumerate(formula.args)) {
    if (!addTerms(arg, builder, known, terms))
      return false;
    if (i > 0)
      terms.push_back(builder.getStringAttr(words[static_cast<int>(formula.op)]));
  }
  return true;
}

/// Has a run refused where `formula` is below 0. The manifest carries it: the
/// runtime knows the sizes before it calls what is compiled.
void Generator::checkSize(const SizeFormula &formula, StringRef text) {
  SmallVector<Attribute> terms;
  if (!addTerms(formula, builder, entry.dims, terms))
    return;
  Attribute check = builder.getDictionaryAttr(
      {builder.getNamedAttr("terms", builder.getArrayAttr(terms)),
       builder.getNamedAttr("text", builder.getStringAttr(text))});
  if (!llvm::is_contained(checkAttrs, check))
    checkAttrs.push_back(check);
}

/// Whether a formula reads `Rows`, which the sizes of the call do not decide.
bool Generator::isOfRows(const SizeFormula &formula) const {
  if (formula.op == SizeFormula::Op::Dim)
    return !llvm::is_contained(entry.dims, formula.dim);
  return llvm::any_of(formula.args,
                      [&](const SizeFormula &arg) { return isOfRows(arg); });
}

Value Generator::formulaValue(const SizeFormula &formula) {
  if (formula.isConstant())
    return indexConstant(formula.constant);
  bool isLocal = isOfRows(formula);
  if (isLocal && formula.op == SizeFormula::Op::Dim)
    return sizes.lookup(formula.dim);
  std::string key = formulaKey(formula);
  auto found = formulas.find(key);
  if (!isLocal && found != formulas.end())
    return found->second;

  SmallVector<Value> args;
  for (const SizeFormula &arg : formula.args)
    args.push_back(formulaValue(arg));
  Arithmetic arithmetic{isLocal ? builder : top,
                        isLocal ? here : topMarker->getLoc(), indexConstant(0),
                        indexConstant(1)};
  // All divisors are products of sizes and numbers above zero.
  bool isSigned = mayBeNegative(formula);
  Value result = args.empty() ? indexConstant(1) : args[0];
  for (Value arg : llvm::drop_begin(args))
    result = arithmetic.apply(formula.op, result, arg, isSigned);
  if (!isLocal)
    formulas[key] = result;
  return result;
}

} // namespace spex::irgen
