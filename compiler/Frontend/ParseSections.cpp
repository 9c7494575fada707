//===- ParseSections.cpp - Weights, export, train and the like ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `section` to `eline` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringSwitch.h"

namespace spex {

using namespace ast;

/// A section; null if `word` begins none.
std::unique_ptr<Item> Parser::parseSection(std::string_view word,
                                           SourceLocation location) {
  // Reads the lines between the braces, with `parseLine` into `lines`.
  auto parseLines = [&](auto &lines, auto parseLine) {
    recoverAtBrace(0);
    braced(Unit::Line, [&] {
      countNode();
      auto line = parseLine();
      separator();
      if (!isPanicking)
        lines.push_back(std::move(line));
    });
  };
  if (word == "numerics") {
    auto item = std::make_unique<NumericsItem>(location);
    parseLines(item->lines, [&] {
      Identifier key = this->word("a line of numerics");
      expect("=");
      return std::make_pair(std::move(key), this->word("a word"));
    });
    return item;
  }
  if (word == "weights") {
    auto item = std::make_unique<WeightsItem>(location);
    parseHeader(item->name, item->target);
    parseLines(item->lines, [&] { return parseWeightLine(); });
    return item;
  }
  if (word == "quantize") {
    auto item = std::make_unique<QuantizeItem>(location);
    parseHeader(item->name, item->target);
    parseLines(item->lines, [&] { return parseSettingLine(false); });
    return item;
  }
  if (word == "schedule") {
    auto item = std::make_unique<ScheduleItem>(location);
    parseHeader(item->name, item->target);
    parseLines(item->lines, [&] { return parseSettingLine(true); });
    return item;
  }
  if (word == "export") {
    auto item = std::make_unique<ExportItem>(location);
    item->target = capital("the name of a component");
    expect("as");
    item->outputName = string("the name of the library in quotes");
    parseLines(item->entries, [&] { return parseDirective(); });
    return item;
  }
  if (word == "train" || word == "metrics") {
    bool isTrain = word == "train";
    std::unique_ptr<RunItem> item;
    if (isTrain)
      item = std::make_unique<TrainItem>(location);
    else
      item = std::make_unique<MetricsItem>(location);
    parseHeader(item->name, item->target);
    item->sizes = parseSizes();
    parseLines(item->lines, [&] { return parseRunLine(isTrain); });
    return item;
  }
  if (word == "sweep") {
    auto item = std::make_unique<SweepItem>(location);
    item->name = small("the name of a sweep");
    parseLines(item->lines, [&] { return parseSweepLine(); });
    return item;
  }
  return nullptr;
}

/// `name for Target`.
void Parser::parseHeader(Identifier &name, Identifier &target) {
  name = small("the name of a section");
  expect("for");
  target = capital("the name of a component");
}

/// `at B = 32, S = 128`, or nothing.
std::vector<Binding> Parser::parseSizes() {
  std::vector<Binding> sizes;
  if (!accept("at"))
    return sizes;
  for (;;) {
    Identifier name = capital("a dimension");
    expect("=");
    sizes.push_back(
        {std::move(name), parseChain(precedence(BinaryOperator::Add))});
    // In one line of a section, a comma may end the line instead.
    if (!is(",") || !isCapital(1))
      return sizes;
    advance();
  }
}

Path Parser::parsePath() {
  Path path;
  path.location = place();
  do {
    // `*` stands for all that begins like this.
    if (is("*")) {
      path.steps.push_back(take());
      break;
    }
    path.steps.push_back(word("a path"));
  } while (accept("."));
  path.location = placeSince(path.location);
  return path;
}

Directive Parser::parseDirective() {
  Directive directive;
  directive.word = word("a word");
  directive.hasArgs = is("(");
  if (directive.hasArgs)
    directive.args = parseArguments();
  return directive;
}

/// A line of quantize, or of schedule, which may give a number or a list.
SettingLine Parser::parseSettingLine(bool mayHaveValue) {
  SettingLine line;
  line.path = parsePath();
  expect("=");
  if (mayHaveValue && !isWord()) {
    line.value = parseExpr();
    return line;
  }
  for (;;) {
    line.directives.push_back(parseDirective());
    // After a comma, `word =` and `word.` begin the next line.
    if (!is(",") || !isWord(1) || isAnyOf({"=", "."}, 2))
      return line;
    advance();
  }
}

WeightLine Parser::parseWeightLine() {
  WeightLine line;
  line.location = place();
  bool isForm = is("(", 1);
  if (is("skip") && !isForm) {
    advance();
    line.kind = WeightLine::Kind::Skip;
    line.files.push_back(string("the name of a file tensor in quotes"));
    return line;
  }
  if (is("fresh") && !isForm) {
    advance();
    line.kind = WeightLine::Kind::Fresh;
    line.path = parsePath();
    return line;
  }
  if (isWord()) {
    line.format = small("a file format");
    open('(');
    listedUntil(')', [&] {
      line.files.push_back(string("the name of a file tensor in quotes"));
    });
    close(')');
  } else {
    line.files.push_back(
        string("the name of a file tensor in quotes, `skip` or `fresh`"));
  }
  if (is("[")) {
    open('[');
    line.partDim = capital("a dimension");
    expect("=");
    line.partLabel = word("a label");
    close(']');
  }
  expect("->");
  line.path = parsePath();
  expect(":");
  open('[');
  listedUntil(']', [&] {
    std::vector<Identifier> axis;
    if (is("(")) {
      open('(');
      do
        axis.push_back(capital("a dimension"));
      while (isWord());
      close(')');
    } else {
      axis.push_back(capital("a dimension"));
    }
    line.axes.push_back(std::move(axis));
  });
  close(']');
  if (accept("repeat"))
    line.repeat = capital("a dimension");
  return line;
}

RunLine Parser::parseRunLine(bool isTrain) {
  using Kind = RunLine::Kind;
  RunLine line;
  line.location = place();
  line.kind = llvm::StringSwitch<Kind>(isWord() ? text() : "")
                  .Case("let", Kind::Let)
                  .Case("feed", Kind::Feed)
                  .Case("draw", Kind::Draw)
                  .Case("report", Kind::Report)
                  .Case("freeze", Kind::Freeze)
                  .Case("rate", Kind::Rate)
                  .Case("every", Kind::Every)
                  .Default(Kind::Key);
  if (is("=", 1))
    line.kind = Kind::Key;
  if (line.kind != Kind::Key)
    advance();

  switch (line.kind) {
  case Kind::Let:
  case Kind::Feed:
  case Kind::Draw:
  case Kind::Report:
    line.name = small("a name");
    expect("=");
    line.value = parseExpr();
    break;
  case Kind::Key:
    line.name = word(isTrain ? "a line of `train`" : "a line of `metrics`");
    expect("=");
    line.value = parseExpr();
    break;
  case Kind::Freeze:
    line.path = parsePath();
    break;
  case Kind::Rate:
    line.path = parsePath();
    expect("=");
    line.value = parseExpr();
    break;
  case Kind::Every:
    line.value = parseExpr();
    braced(Unit::Line, [&] {
      countNode();
      EveryLine inner = parseEveryLine();
      separator();
      if (!isPanicking)
        line.lines.push_back(std::move(inner));
    });
    break;
  }
  return line;
}

EveryLine Parser::parseEveryLine() {
  EveryLine line;
  line.location = place();
  Identifier first = word("`log`, `eval` or `save`");
  if (first.text == "log") {
    line.kind = EveryLine::Kind::Log;
    line.names.push_back(word("the name of a value"));
    // In one line of a section, a comma may end the line instead.
    while (is(",") && isWord(1) && endsListEntry(2)) {
      advance();
      line.names.push_back(word("the name of a value"));
    }
  } else if (first.text == "save") {
    line.kind = EveryLine::Kind::Save;
    line.file = string("a file name in quotes");
    if (accept("best"))
      line.best = small("the name of a value");
  } else if (first.text == "eval") {
    line.kind = EveryLine::Kind::Eval;
    parseEval(line);
  } else if (!isPanicking) {
    diags.report(message::unknownLine, first.location, first.text, "every")
        .helpNearest(first.text, {"log", "eval", "save"})
        .help("lines of `every`: log, eval, save");
    panic();
  }
  return line;
}

void Parser::parseEval(EveryLine &line) {
  line.names.push_back(small("the name of a result"));
  expect("=");
  line.value = parseExpr();
  expect("on");
  line.source = parseCallee();
  line.sourceArgs = parseArguments();
  line.sizes = parseSizes();
  if (accept("over")) {
    line.batches = parseExpr();
    expect("batches");
  }
}

SweepLine Parser::parseSweepLine() {
  SweepLine line;
  line.location = place();
  line.isRun = is("run") && !is("in", 1);
  if (line.isRun) {
    advance();
    line.names.push_back(small("the name of a train or metrics section"));
    // In one line of a section, a comma may end the line instead.
    while (is(",") && isWord(1) && endsListEntry(2)) {
      advance();
      line.names.push_back(small("the name of a train or metrics section"));
    }
    return line;
  }
  line.isTuple = is("(");
  if (line.isTuple) {
    open('(');
    listedUntil(')', [&] { line.names.push_back(word("what is swept")); });
    close(')');
  } else {
    line.names.push_back(word("what is swept"));
  }
  expect("in");
  line.values = parseExpr();
  return line;
}

} // namespace spex
