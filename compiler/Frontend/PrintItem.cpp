//===- PrintItem.cpp - Declarations and sections to pieces ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Components and sections have an empty line around them; short sections stand
// on one line.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/PrinterImpl.h"

namespace spex {

using namespace ast;

void Printer::print(const File &file) {
  out.beginLine();
  out.word("edition");
  out.word("2026");
  bool wasBlock = false;
  for (const std::unique_ptr<Item> &item : file.items) {
    size_t first = out.document.lines.size();
    print(*item);
    bool isBlock = out.document.lines.size() - first > 1;
    Line &line = out.document.lines[first];
    line.doc = item->doc;
    line.wantsBlankLine = isBlock || wasBlock;
    wasBlock = isBlock;
  }
}

void Printer::print(const Item &item) {
  switch (item.kind) {
  case Item::Kind::Import: {
    const auto &import = as<ImportItem>(item);
    out.beginLine();
    out.word("import");
    out.word("\"" + import.path.text + "\"");
    out.word("as");
    return out.word(import.name.text);
  }
  case Item::Kind::Dim:
    out.beginLine();
    out.word("dim");
    return print(as<DimItem>(item).dims);
  case Item::Kind::Const:
    out.beginLine();
    out.word("const");
    return print(as<ConstItem>(item).bindings);
  case Item::Kind::Variant: {
    const auto &variant = as<VariantItem>(item);
    out.beginLine();
    out.word("variant");
    out.word(variant.name.text);
    out.word("=");
    for (size_t i = 0; i < variant.choices.size(); ++i) {
      if (i != 0) {
        out.word("|");
        out.allowBreak(0);
      }
      out.word(variant.choices[i].text);
    }
    return;
  }
  case Item::Kind::Assert:
    out.beginLine();
    out.word("assert");
    return print(*as<AssertItem>(item).condition);
  case Item::Kind::Allow:
    out.beginLine();
    out.word("allow");
    return out.word(as<AllowItem>(item).code.text);
  case Item::Kind::Component:
    return print(as<ComponentItem>(item));
  case Item::Kind::Policy: {
    const auto &policy = as<PolicyItem>(item);
    out.beginLine();
    out.word("policy");
    out.word(policy.name.text);
    printGenerics(policy.generics);
    printFormals(policy.formals);
    return print(policy.clauses);
  }
  default:
    return printSection(item);
  }
}

void Printer::printFormals(const std::vector<Formal> &formals) {
  out.openBracket("(", false);
  listed(formals, [&](const Formal &formal) {
    out.word(formal.name.text);
    out.colon();
    print(formal.type);
    if (formal.defaultValue) {
      out.word("=");
      print(*formal.defaultValue);
    }
  });
  out.closeBracket(")");
}

void Printer::print(const ComponentItem &item) {
  out.beginLine();
  out.word(spelling(item.role));
  out.word(item.name.text);
  printGenerics(item.generics);
  printFormals(item.formals);
  out.allowBreak(1);
  out.word("->");
  if (item.result.isRecord) {
    out.openBracket("(", true);
    listed(item.result.fields, [&](const std::pair<Identifier, Type> &field) {
      out.word(field.first.text);
      out.colon();
      print(field.second);
    });
    out.closeBracket(")");
  } else {
    print(item.result.type);
  }
  print(item.body);
}

} // namespace spex
