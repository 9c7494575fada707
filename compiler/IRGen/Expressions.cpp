//===- Expressions.cpp - The choice among all expressions -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sends each expression to the file of its subject, and sets the place that the
// ops made for it carry.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

using namespace mlir;

namespace spex::irgen {

std::string Generator::spellingOf(Builtin builtin) {
  static const char *const spellings[] = {
#define BUILTIN(name, spelling, ...) spelling,
#include "compiler/Builtins.def"
  };
  return spellings[static_cast<int>(builtin)];
}

Location Generator::locate(SourceLocation location) {
  auto key = std::make_pair(location.file, location.offset);
  auto [found, isNew] = places.try_emplace(key);
  if (isNew) {
    const SourceFile &file = diags.file(location.file);
    found->second = file.position(location.offset);
  }
  Location place =
      FileLineColLoc::get(context, diags.file(location.file).name,
                          found->second.line, found->second.column);
  if (!frame || frame->path.empty())
    return place;
  return NameLoc::get(StringAttr::get(context, frame->path), place);
}

/// E0010 at its place. Generation goes on, so that all that a program needs of
/// a later release is said in one go; the module is then thrown away.
void Generator::refuse(SourceLocation location, const std::string &what) {
  diags.report(message::laterRelease, location, what);
  failed = true;
}

/// A value of the type of what was refused, with `outer` in front.
Tensor Generator::standIn(const Type &type, DimsRef outer) {
  Tensor result;
  result.dims.assign(outer.begin(), outer.end());
  result.dims.append(type.dims.begin(), type.dims.end());
  result.element = type.element;
  result.target = type.target;
  result.value = emptyTensor(here, result.dims, type.element);
  return result;
}

NodeRef Generator::unsupported(const Expr &expr, const std::string &what) {
  refuse(expr.location, what);
  return makeLeaf(here, standIn(expr.type));
}

/// `x` with all of `dims`, repeated along those it lacks.
NodeRef Generator::expanded(const NodeRef &x, DimsRef dims) {
  Dims all = unite(x->dims, dims);
  if (all.size() == x->dims.size())
    return x;
  NodeRef result =
      makeApply(here, x->element, all, {x},
                [](Scalars &, ArrayRef<Value> v) { return v[0]; });
  return result;
}

NodeRef Generator::emit(const Expr &expr) {
  here = locate(expr.location);
  if (isElementwise(expr)) {
    SmallVector<NodeRef, 2> args;
    for (const ExprPtr &arg : expr.args)
      args.push_back(emit(*arg));
    here = locate(expr.location);
    NodeRef result = emitElementwise(expr, args);
    bool isWhole = !isFloat(expr.type.element);
    return isWhole ? convert(result, expr.type.element) : result;
  }
  switch (expr.kind) {
  case Expr::Kind::Number:
    return makeConstant(here, expr.number, expr.type.element);
  case Expr::Kind::Local: {
    auto tree = frame->trees.find(expr.slot);
    if (tree != frame->trees.end())
      return tree->second;
    return makeLeaf(here, frame->locals[expr.slot][0]);
  }
  case Expr::Kind::DimSize:
    return dimensionSize(expr.dims[0]);
  case Expr::Kind::Contract:
    return emitContraction(expr);
  case Expr::Kind::Call:
    return emitBuiltin(expr);
  case Expr::Kind::Parameter:
    return emitParameter(expr);
  case Expr::Kind::Rename:
    return emitRename(expr);
  case Expr::Kind::PickEntry: {
    Tensor x = materialize(emit(*expr.args[0]));
    here = locate(expr.location);
    return pickEntry(here, x, expr.dims[0],
                     builder.getIndexAttr(expr.index));
  }
  case Expr::Kind::Lookup:
    return emitLookup(expr);
  case Expr::Kind::RouteField:
    return emitRouteField(expr);
  case Expr::Kind::RouteWord:
    return emitWordOfAll(expr);
  case Expr::Kind::Chosen:
    return emitChosenOfAll(expr);
  default: {
    Values values = emitValues(expr);
    here = locate(expr.location);
    return values.empty() ? unsupported(expr, "this expression")
                          : makeLeaf(here, values[0]);
  }
  }
}

Values Generator::emitValues(const Expr &expr) {
  here = locate(expr.location);
  switch (expr.kind) {
  case Expr::Kind::Local: {
    auto tree = frame->trees.find(expr.slot);
    if (tree != frame->trees.end())
      return {materialize(tree->second)};
    return frame->locals[expr.slot];
  }
  case Expr::Kind::Component:
    return call(expr);
  case Expr::Kind::Stack:
    return emitStack(expr);
  case Expr::Kind::Each:
    return emitEach(expr);
  case Expr::Kind::Scan:
    return emitScan(expr);
  case Expr::Kind::Field: {
    Values record = emitValues(*expr.args[0]);
    // A record that was refused is a single value.
    if (static_cast<size_t>(expr.index) >= record.size())
      return {materialize(unsupported(expr, "a field of this record"))};
    return {record[expr.index]};
  }
  case Expr::Kind::RouteResult:
    return {frame->routes[expr.route].results[expr.index]};
  case Expr::Kind::RouteField:
    if (expr.isRecord())
      return resultsOfEach(*expr.route);
    return {materialize(emitRouteField(expr))};
  case Expr::Kind::Record: {
    Values fields;
    for (const ExprPtr &arg : expr.args)
      fields.push_back(materialize(emit(*arg)));
    return fields;
  }
  default:
    return {materialize(emit(expr))};
  }
}

NodeRef Generator::emitBuiltin(const Expr &expr) {
  switch (expr.builtin) {
  case Builtin::Dot:
    return emitContraction(expr);
  case Builtin::Outer: {
    NodeRef a = emit(*expr.args[0]);
    NodeRef b = emit(*expr.args[1]);
    here = locate(expr.location);
    Dims all = unite(a->dims, b->dims);
    return binary(BinaryOp::Mul, expanded(a, all), b);
  }
  case Builtin::Softmax:
  case Builtin::LogSoftmax:
  case Builtin::CrossEntropy:
    return emitSoftmax(expr);
  case Builtin::RmsNorm:
  case Builtin::LayerNorm:
  case Builtin::L2Norm:
    return emitNorm(expr);
  case Builtin::Rope:
    return emitRope(expr);
  case Builtin::Causal:
  case Builtin::Window:
  case Builtin::Chunk:
  case Builtin::SameMask:
  case Builtin::Bits:
  case Builtin::Range:
  case Builtin::Zeros:
  case Builtin::Ones:
  case Builtin::ToIndex:
  case Builtin::OneHot:
    return emitMask(expr);
  case Builtin::Expand:
  case Builtin::Split:
  case Builtin::Merge:
  case Builtin::Concat:
  case Builtin::Slice:
  case Builtin::Last:
    return emitShape(expr);
  case Builtin::Normal:
  case Builtin::Uniform:
  case Builtin::Gumbel:
  case Builtin::Categorical:
  case Builtin::Chance:
  case Builtin::DrawIndex:
  case Builtin::Dirichlet:
    return emitRandom(expr);
  case Builtin::Windows:
    return emitWindows(expr);
  case Builtin::Sinkhorn:
    return emitSinkhorn(expr);
  case Builtin::CumSum:
  case Builtin::Sort:
  case Builtin::Shift:
    return emitOrdered(expr);
  default:
    break;
  }
  bool isReduction =
      (expr.builtin >= Builtin::Sum && expr.builtin <= Builtin::TopSum) ||
      expr.builtin == Builtin::Max || expr.builtin == Builtin::Min ||
      expr.builtin == Builtin::InTop;
  return isReduction ? emitReduction(expr)
                     : unsupported(expr, "`" + spellingOf(expr.builtin) + "`");
}

} // namespace spex::irgen
