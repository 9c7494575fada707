//===- ParseItem.cpp - Declarations but sections --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `item` to `callee` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringSwitch.h"

namespace spex {

using namespace ast;

std::unique_ptr<Item> Parser::parseItem() {
  countNode();
  std::string doc = docBefore(position);
  SourceLocation location = place();
  Identifier first = word("a declaration");
  if (isPanicking)
    return nullptr;

  using MaybeRole = std::optional<Role>;
  MaybeRole role = llvm::StringSwitch<MaybeRole>(first.text)
                       .Case("expert", Role::Expert)
                       .Case("gate", Role::Gate)
                       .Case("module", Role::Module)
                       .Case("model", Role::Model)
                       .Case("source", Role::Source)
                       .Default(std::nullopt);
  std::unique_ptr<Item> item;
  if (role)
    item = parseComponent(*role, location);
  else if (first.text == "policy")
    item = parsePolicy(location);
  else if (!(item = parseSimpleItem(first.text, location)))
    item = parseSection(first.text, location);

  if (item) {
    expectLineEnd();
    // A brace here would be nobody's.
    if (is("}"))
      expected("a declaration");
    item->doc = std::move(doc);
    return item;
  }
  if (first.text == "edition") {
    diags.report(message::editionTwice, location)
        .help("one file has one edition");
  } else {
    diags.report(message::unknownDeclaration, location, first.text)
        .helpNearest(first.text,
                     {"import", "dim",      "const",    "variant", "assert",
                      "allow",  "expert",   "gate",     "module",  "model",
                      "source", "policy",   "numerics", "weights", "quantize",
                      "export", "schedule", "train",    "metrics", "sweep"})
        .help("declarations: import dim const variant assert allow; expert "
              "gate module model source policy; numerics weights quantize "
              "export schedule train metrics sweep");
  }
  panic();
  return nullptr;
}

/// Declarations without a body; null if `word` begins none.
std::unique_ptr<Item> Parser::parseSimpleItem(std::string_view word,
                                              SourceLocation location) {
  if (word == "import") {
    auto item = std::make_unique<ImportItem>(location);
    item->path = string("a file name in quotes");
    expect("as");
    item->name = small("the name of an import");
    return item;
  }
  if (word == "dim") {
    auto item = std::make_unique<DimItem>(location);
    item->dims = parseDims();
    return item;
  }
  if (word == "const") {
    auto item = std::make_unique<ConstItem>(location);
    item->bindings = parseBindings("the name of a constant");
    return item;
  }
  if (word == "variant") {
    auto item = std::make_unique<VariantItem>(location);
    item->name = small("the name of a variant");
    expect("=");
    do
      item->choices.push_back(small("the name of a choice"));
    while (accept("|"));
    return item;
  }
  if (word == "assert") {
    auto item = std::make_unique<AssertItem>(location);
    item->condition = parseExpr();
    return item;
  }
  if (word == "allow") {
    auto item = std::make_unique<AllowItem>(location);
    item->code = this->word("the code of a warning");
    return item;
  }
  return nullptr;
}

std::unique_ptr<Item> Parser::parseComponent(Role role,
                                             SourceLocation location) {
  auto item = std::make_unique<ComponentItem>(location);
  item->role = role;
  item->name = capital("the name of a component");
  item->generics = parseGenerics();
  item->formals = parseFormals();
  expect("->");
  item->result = parseResult();
  recoverAtBrace(0);
  item->body = parseBlock();
  return item;
}

std::unique_ptr<Item> Parser::parsePolicy(SourceLocation location) {
  auto item = std::make_unique<PolicyItem>(location);
  item->name = capital("the name of a policy");
  item->generics = parseGenerics();
  item->formals = parseFormals();
  recoverAtBrace(0);
  item->clauses = parseClauses();
  return item;
}

std::vector<DimDecl> Parser::parseDims() {
  std::vector<DimDecl> dims;
  listed([&] {
    countNode();
    DimDecl dim;
    dim.name = capital("the name of a dimension");
    if (accept("<=")) {
      dim.kind = DimDecl::Kind::Bound;
      dim.value = parseExpr();
    } else if (is("=") && is("{", 1)) {
      dim.kind = DimDecl::Kind::Labels;
      expect("=");
      open('{');
      skipLineEnds();
      listedUntil('}', [&] {
        dim.labels.push_back(word("a label"));
        skipLineEnds();
      });
      close('}');
    } else {
      if (!accept("="))
        expected("`=` or `<=`");
      dim.value = parseExpr();
    }
    dims.push_back(std::move(dim));
  });
  return dims;
}

std::vector<Binding> Parser::parseBindings(const char *what) {
  std::vector<Binding> bindings;
  listed([&] {
    Identifier name = small(what);
    expect("=");
    bindings.push_back({std::move(name), parseExpr()});
  });
  return bindings;
}

std::vector<Identifier> Parser::parseGenerics() {
  std::vector<Identifier> names;
  if (accept("<")) {
    listed([&] { names.push_back(capital("a dimension")); });
    expect(">");
  }
  return names;
}

std::vector<Formal> Parser::parseFormals() {
  std::vector<Formal> formals;
  open('(');
  listedUntil(')', [&] {
    countNode();
    Formal formal;
    formal.name = small("the name of an input");
    expect(":");
    formal.type = parseType();
    if (accept("="))
      formal.defaultValue = parseExpr();
    formals.push_back(std::move(formal));
  });
  close(')');
  return formals;
}

Type Parser::parseType() {
  countNode();
  Type type;
  type.location = place();
  if (isWord()) {
    type.element = llvm::StringSwitch<ElementWord>(text())
                       .Case("f64", ElementWord::F64)
                       .Case("f32", ElementWord::F32)
                       .Case("bf16", ElementWord::BF16)
                       .Case("f16", ElementWord::F16)
                       .Case("int", ElementWord::Int)
                       .Case("bool", ElementWord::Bool)
                       .Case("index", ElementWord::Index)
                       .Default(ElementWord::None);
    if (type.element == ElementWord::None) {
      std::string word(text());
      expected("a type")
          .helpNearest(word,
                       {"f64", "f32", "bf16", "f16", "int", "bool", "index"})
          .help("types look like `[D]`, `f32[B, S]`, `index<V>[S]`, `[]`; "
                "element types: f64 f32 bf16 f16 int bool index");
    }
    advance();
    if (type.element == ElementWord::Index) {
      expect("<");
      type.target = capital("a dimension");
      expect(">");
    }
  }
  if (!is("["))
    expected("`[`").help("types look like `[D]`, `f32[B, S]`, `[]` for one "
                         "number");
  open('[');
  listedUntil(']', [&] { type.dims.push_back(capital("a dimension")); });
  close(']');
  type.location = placeSince(type.location);
  return type;
}

Result Parser::parseResult() {
  Result result;
  result.location = place();
  result.isRecord = is("(");
  if (!result.isRecord) {
    result.type = parseType();
    return result;
  }
  open('(');
  if (is(")"))
    expected("the name of a result");
  listedUntil(')', [&] {
    Identifier name = word("the name of a result");
    expect(":");
    result.fields.push_back({std::move(name), parseType()});
  });
  close(')');
  result.location = placeSince(result.location);
  return result;
}

/// `<` Name and then `,` or `>`: three tokens tell it from a comparison.
bool Parser::isGenericsAhead(unsigned ahead) const {
  return is("<", ahead) && isCapital(ahead + 1) &&
         isAnyOf({",", ">"}, ahead + 2);
}

Callee Parser::parseCallee() {
  countNode();
  Callee callee;
  callee.location = place();
  if (isSmall() && is(".", 1)) {
    callee.module = small("the name of an import");
    expect(".");
  }
  callee.name = capital("the name of a component");
  if (isGenericsAhead(0))
    callee.generics = parseGenerics();
  callee.location = placeSince(callee.location);
  return callee;
}

} // namespace spex
