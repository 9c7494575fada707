//===- Source.cpp - Any bytes as a program --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses, formats and checks, and holds the front end to its word: a program
// or an error, never neither; formatting twice is formatting once, and keeps
// the tree.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Frontend/Printer.h"
#include "compiler/Sema/Sema.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <cstdlib>

using namespace spex;

static void demand(bool holds, const char *what) {
  if (holds)
    return;
  llvm::errs() << "fuzz: " << what << "\n";
  abort();
}

static void checkFormat(const SourceFile &file, const ast::File &tree) {
  DiagnosticEngine diagnostics;
  std::optional<std::string> once = format(file, diagnostics);
  demand(once.has_value(), "a file that parses cannot be formatted");
  SourceFile formatted{file.name, *once};
  std::unique_ptr<ast::File> again = parse(formatted, diagnostics);
  demand(!diagnostics.hasErrors(), "the formatted file does not parse");
  demand(dump(*again) == dump(tree), "formatting changed the tree");
  demand(format(formatted, diagnostics) == once, "formatting twice differs");
}

static void checkProgram(const SourceFile &file, bool mustBeBuildable) {
  DiagnosticEngine diagnostics;
  std::unique_ptr<ast::File> tree = parse(file, diagnostics);
  if (!diagnostics.hasErrors()) {
    SemaOptions options;
    options.mustBeBuildable = mustBeBuildable;
    std::optional<Program> program = check(*tree, file, options, diagnostics);
    demand(program || diagnostics.hasErrors(), "refused without a reason");
    if (program && !diagnostics.hasErrors()) {
      printRoutes(*program);
      dump(*program);
    }
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  diagnostics.print(stream, RenderOptions());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SourceFile file{"fuzz.spex",
                  std::string(reinterpret_cast<const char *>(data), size)};
  {
    DiagnosticEngine diagnostics;
    std::unique_ptr<ast::File> tree = parse(file, diagnostics);
    if (!diagnostics.hasErrors())
      checkFormat(file, *tree);
  }
  checkProgram(file, /*mustBeBuildable=*/false);
  checkProgram(file, /*mustBeBuildable=*/true);
  return 0;
}
