//===- Builtins.cpp - Calls of built-in functions -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which function is meant, and whether its arguments and brackets have the
// form that Builtins.def asks for.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Sections.h"

namespace spex::sema {

Value Checker::evaluateCall(const ast::CallExpr &expr, Body &body) {
  const ast::Identifier &name = expr.callee.name;
  if (name.isCapital()) {
    ComponentCall call;
    call.location = expr.location;
    call.callee = &expr.callee;
    call.args = &expr.args;
    call.identity = &expr;
    return callComponent(call, body, Expr::Kind::Component);
  }
  if (expr.hasBrackets && expr.dims.size() >= 1 &&
      (expr.dims[0].text == "selected" || expr.dims[0].text == "kept"))
    return evaluateChosen(expr, body);
  if (body.bindings.count(name.text)) {
    ComponentCall call;
    call.location = expr.location;
    call.args = &expr.args;
    call.identity = &expr;
    if (!partCall(name, call, body))
      return {};
    return callComponent(call, body, Expr::Kind::Component);
  }
  const BuiltinInfo *info = BuiltinInfo::find(name.text);
  if (info)
    return callBuiltin(expr, *info, body);
  if (body.run && name.text == "run") {
    if (expr.args.empty())
      return read(*body.run, expr.location);
    diags.report(message::wrongArguments, expr.location, "run", "no argument")
        .help("it gives the results of another pass over the same data");
    return {};
  }
  std::vector<std::string> known = BuiltinInfo::names();
  for (const auto &[other, binding] : body.bindings)
    if (binding.value.kind == Value::Kind::Part)
      known.push_back(other);
  diags.report(message::unknownFunction, name.location, name.text)
      .helpNearest(name.text, known);
  return {};
}

/// `rope[...](value, along: ..., theta: ...)`.
static std::string howToWrite(const BuiltinInfo &info) {
  std::string text = info.name;
  if (info.form == BuiltinInfo::Form::Axis)
    text += "[...]";
  text += "(";
  const char *comma = "";
  for (int i = 0; i < (info.numValues < 0 ? 2 : info.numValues); ++i) {
    text += comma + std::string(i == 0 ? "value" : "other");
    comma = ", ";
  }
  if (info.numValues < 0)
    text += ", ...";
  for (const std::string &name : info.required) {
    text += comma + name + ": ...";
    comma = ", ";
  }
  text += ")";
  return text;
}

bool Checker::splitArguments(const ast::CallExpr &expr,
                             const BuiltinInfo &info,
                             CallArguments &arguments) {
  std::vector<std::string> known = info.optional;
  known.insert(known.end(), info.required.begin(), info.required.end());
  bool isGood = true;
  for (const ast::Argument &arg : expr.args) {
    if (arg.name.empty()) {
      arguments.values.push_back(arg.value.get());
    } else if (std::find(known.begin(), known.end(), arg.name.text) ==
               known.end()) {
      diags.report(message::noArgument, arg.name.location, info.name,
                   arg.name.text)
          .helpNearest(arg.name.text, known)
          .help(known.empty() ? "it takes no named argument"
                              : "it takes: " + joined(known));
      isGood = false;
    } else if (!arguments.named.emplace(arg.name.text, &arg).second) {
      diags.report(message::alreadyBound, arg.name.location, arg.name.text);
      isGood = false;
    }
  }
  if (!isGood)
    return false;
  int count = int(arguments.values.size());
  bool isCounted = info.numValues < 0 ? count >= 2 : count == info.numValues;
  for (const std::string &name : info.required)
    isCounted &= arguments.named.count(name) > 0;
  if (isCounted)
    return true;
  std::string wanted =
      info.numValues < 0    ? "two or more values"
      : info.numValues == 1 ? "1 value"
      : info.numValues > 1  ? std::to_string(info.numValues) + " values"
                            : "";
  for (const std::string &name : info.required)
    wanted += (wanted.empty() ? "`" : " and `") + name + ":`";
  diags.report(message::wrongArguments, expr.location, info.name,
               wanted.empty() ? "no arguments" : wanted)
      .help("write `{}`", howToWrite(info));
  return false;
}

static bool takesArrow(Builtin builtin) {
  return builtin == Builtin::Concat || builtin == Builtin::Split ||
         builtin == Builtin::Merge || builtin == Builtin::Slice ||
         builtin == Builtin::Windows || builtin == Builtin::Sinkhorn;
}

bool Checker::resolveBrackets(BuiltinCall &call, Body &body) {
  bool isGood = true;
  std::vector<const Dimension *> listed;
  auto add = [&](const ast::Identifier &name,
                 std::vector<const Dimension *> &dims, bool isListed) {
    const Dimension *dim = dimension(name, body);
    isGood &= dim != nullptr;
    if (dim && isListed && has(listed, dim)) {
      diags.report(message::dimensionTwice, name.location, name.text)
          .help("each dimension is listed once");
      isGood = false;
    }
    listed.push_back(dim);
    dims.push_back(dim);
  };
  bool isConcat = call.info.builtin == Builtin::Concat;
  for (const ast::Identifier &name : call.expr.dims)
    add(name, call.dims, !isConcat);
  bool isSinkhorn = call.info.builtin == Builtin::Sinkhorn;
  if (!isSinkhorn)
    listed.clear();
  for (const ast::Identifier &name : call.expr.toDims)
    add(name, call.toDims, true);
  if (call.expr.hasArrow && !takesArrow(call.info.builtin)) {
    diags.report(message::wrongArguments, call.expr.location, call.info.name,
                 "no `->`");
    return false;
  }
  return isGood;
}

Value Checker::wrongForm(const BuiltinCall &call, const std::string &help) {
  diags.report(message::wrongForm, call.expr.location, call.info.name)
      .help(help);
  return {};
}

bool Checker::hasDims(const BuiltinCall &call, const Value &value,
                      const std::vector<const Dimension *> &dims) {
  for (const Dimension *dim : dims) {
    if (has(value.type().dims, dim))
      continue;
    std::string listed;
    for (const Dimension *each : call.dims)
      listed += (listed.empty() ? "" : ", ") + each->name;
    diags.report(message::valueLacks, call.expr.location, call.info.name,
                 listed, spell(value), dim->name)
        .help("take a dimension of the value, or rename one to `{}` before: "
              "`x[... as {}]`",
              dim->name, dim->name);
    return false;
  }
  return true;
}

bool Checker::freshDims(const BuiltinCall &call,
                        const std::vector<const Dimension *> &present,
                        const std::vector<const Dimension *> &added) {
  for (const Dimension *dim : added)
    if (has(present, dim)) {
      diags.report(message::dimensionWouldBeTwice, call.expr.location,
                   dim->name)
          .help("declare another of the same size: `dim Other = {}`",
                dim->name);
      return false;
    }
  return true;
}

Value Checker::callExpr(const BuiltinCall &call, std::vector<Value> operands,
                        Type type, Facts facts) {
  ExprPtr made = makeExpr(Expr::Kind::Call, call.expr.location, type);
  made->builtin = call.info.builtin;
  made->dims = call.dims;
  made->toDims = call.toDims;
  for (Value &operand : operands) {
    if (operand.meaning.literal &&
        operand.type().element != ElementType::Index &&
        type.element != ElementType::Bool && type.element != ElementType::Index)
      operand = toElement(std::move(operand), type.element);
    else if (operand.type().element == ElementType::Int && isFloat(type.element))
      operand = toElement(std::move(operand), program.numerics.accumulate);
    adopt(*made, std::move(operand.expr));
  }
  facts.isParameter = false;
  Value result = tensor(std::move(made), std::move(facts));
  if (call.info.stage > Stage::S2)
    markLater(result, "`" + std::string(call.info.name) + "`");
  return result;
}

Value Checker::callBuiltin(const ast::CallExpr &expr, const BuiltinInfo &info,
                           Body &body) {
  using Form = BuiltinInfo::Form;
  BuiltinCall call{info, expr, {}, {}, {}};
  bool takesDims = info.takesDims() || info.builtin == Builtin::DropPath;
  if (expr.hasBrackets ? !takesDims
                       : info.form == Form::Axis ||
                             info.builtin == Builtin::DropPath) {
    diags.report(message::wrongForm, expr.location, info.name)
        .help(expr.hasBrackets ? "write `{}(...)`, without dimensions"
                               : "say over which dimensions: `{}[...](...)`",
              info.name);
    return {};
  }
  if (!resolveBrackets(call, body))
    return {};
  bool isReduction = info.form == Form::Both && expr.hasBrackets;
  if (isReduction) {
    // max[C](x) takes one value, max(a, b) two.
    BuiltinInfo reduction = info;
    reduction.numValues = 1;
    if (!splitArguments(expr, reduction, call.arguments))
      return {};
  } else if (!splitArguments(expr, info, call.arguments)) {
    return {};
  }
  if (info.form == Form::Cast)
    return castBuiltin(call, body);
  if (info.form == Form::Training)
    return trainingBuiltin(call, body);
  if (info.dims == BuiltinInfo::Dims::Own)
    return ownBuiltin(call, body);
  if (isReduction || info.form == Form::Axis)
    return axisBuiltin(call, body);
  return plainBuiltin(call, body);
}

Value Checker::ownBuiltin(BuiltinCall &call, Body &body) {
  switch (call.info.builtin) {
  case Builtin::Dot:
    return dotBuiltin(call, body);
  case Builtin::Expand:
    return expandBuiltin(call, body);
  case Builtin::Split:
    return splitBuiltin(call, body);
  case Builtin::Merge:
    return mergeBuiltin(call, body);
  case Builtin::Concat:
    return concatBuiltin(call, body);
  case Builtin::Slice:
    return sliceBuiltin(call, body);
  case Builtin::Windows:
    return windowsBuiltin(call, body);
  case Builtin::Causal:
  case Builtin::Window:
  case Builtin::Chunk:
  case Builtin::SameMask:
  case Builtin::Bits:
    return maskBuiltin(call, body);
  case Builtin::Range:
  case Builtin::ToIndex:
  case Builtin::Bucket:
    return rangeBuiltin(call, body);
  case Builtin::Zeros:
  case Builtin::Ones:
    return constantBuiltin(call, body);
  case Builtin::CrossEntropy:
    return crossEntropyBuiltin(call, body);
  case Builtin::Sinkhorn:
  case Builtin::BestMatch:
    return transportBuiltin(call, body);
  case Builtin::Normal:
  case Builtin::Uniform:
  case Builtin::Gumbel:
  case Builtin::Categorical:
  case Builtin::DrawIndex:
    return randomBuiltin(call, body);
  case Builtin::Bytes:
  case Builtin::Npy:
  case Builtin::Csv:
    return fileBuiltin(call, body);
  default:
    return plainBuiltin(call, body);
  }
}

} // namespace spex::sema
