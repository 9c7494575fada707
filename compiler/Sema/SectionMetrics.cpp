//===- SectionMetrics.cpp - Check metrics sections ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 13: the dimensions after `at` run over all batches, so
// only what can be added up batch by batch may reduce them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sections.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

using LineKind = ast::RunLine::Kind;

/// Whether a function of a dimension can be computed batch by batch.
static bool isBatchwise(const std::string &name) {
  static const std::set<std::string> all = {"sum", "mean", "max", "min",
                                            "dot"};
  const BuiltinInfo *info = BuiltinInfo::find(name);
  if (!info || all.count(name))
    return true;
  // The others make a tensor of dimensions, or only rename and move them.
  return info->dims != BuiltinInfo::Dims::Reduce &&
         info->dims != BuiltinInfo::Dims::Keep && name != "best_match" &&
         name != "sinkhorn";
}

void SectionChecker::checkMetrics(const ast::RunItem &item) {
  auto keys = readKeys(item, {"data", "batches", "repeat"},
                       {"data", "batches"}, {"draw", "let", "report"});
  checkSizes(item.sizes);
  for (const char *key : {"batches", "repeat"})
    if (keys.count(key))
      wholeNumber(*keys[key]->value, key);
  InstanceInfo *model = modelOf(item.target);
  if (!model)
    return;
  needSizes(item, *model);
  Scope scope;
  openScope(scope, *model);
  unsigned before = diags.errorCount();
  for (const ast::RunLine &line : item.lines)
    if (line.kind == LineKind::Draw) {
      scope.body.called.clear();
      checker.bindLocal(scope.body, line.name,
                        checker.evaluate(*line.value, scope.body));
    }
  Value data;
  if (keys.count("data"))
    data = dataOf(*keys["data"], scope);
  if (data.isRecord())
    feedModel(data, keys["data"]->location, scope);
  give(scope, "data", item.location, data);
  std::vector<const Dimension *> running;
  for (const auto &[name, value] : item.sizes)
    if (const Dimension *dim = checker.fileDimension(name.text))
      running.push_back(dim);
  for (const ast::RunLine &line : item.lines) {
    bool isFormula =
        line.kind == LineKind::Let || line.kind == LineKind::Report;
    if (isFormula) {
      checkBatchwise(line, running, scope.body);
    } else if (line.kind != LineKind::Draw && line.kind != LineKind::Key) {
      const char *word = line.kind == LineKind::Feed     ? "feed"
                         : line.kind == LineKind::Freeze ? "freeze"
                         : line.kind == LineKind::Rate   ? "rate"
                                                         : "every";
      diags.report(message::unknownLine, line.location, word, "metrics")
          .help("it belongs to `train`");
    }
  }
  if (diags.errorCount() == before)
    checkUnused(item, scope);
}

void SectionChecker::checkBatchwise(
    const ast::RunLine &line, const std::vector<const Dimension *> &running,
    Body &body) {
  Value value = checker.evaluateTensor(*line.value, body);
  if (value.isError()) {
    checker.markUsed(*line.value, body);
    if (line.kind == LineKind::Let)
      checker.bindLocal(body, line.name, {});
    return;
  }
  auto runs = [&](const Dimension *dim) {
    return has(running, checker.root(dim));
  };
  bool isGood = true;
  walk(*line.value, [&](const ast::Expr &expr) {
    if (expr.kind != ast::Expr::Kind::Call)
      return;
    const auto &call = ast::as<ast::CallExpr>(expr);
    const std::string &name = call.callee.name.text;
    if (!call.hasBrackets || isBatchwise(name))
      return;
    for (const ast::Identifier &word : call.dims) {
      const Dimension *dim = checker.findDimension(word.text, &body);
      if (!dim || !runs(dim))
        continue;
      diags.report(message::needsAllBatches, call.location, name, word.text)
          .help("reduce `{}` first, with sum, mean, max, min or dot",
                word.text);
      isGood = false;
    }
  });
  for (const Dimension *dim : value.type().dims)
    if (line.kind == LineKind::Report && isGood && runs(dim)) {
      diags.report(message::needsAllBatches, line.location, line.name.text,
                   dim->name)
          .help("it is {}; reduce `{}` first, with sum, mean, max or min",
                checker.spell(value), dim->name);
      isGood = false;
    }
  if (line.kind == LineKind::Let)
    checker.bindLocal(body, line.name, std::move(value));
}

} // namespace spex::sema
