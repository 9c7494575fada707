//===- CheckedText.h - Programs from their text -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses and checks a text, and keeps what the program points to.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_INTERPRETER_CHECKEDTEXT_H
#define TEST_UNIT_INTERPRETER_CHECKEDTEXT_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Sema/Sema.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace spex::interpreter {

struct CheckedText {
  SourceFile source;
  std::optional<Program> program;
  std::string messages; ///< what the checker said

  explicit CheckedText(const std::string &text,
                       const SemaOptions &options = {}) {
    source.name = "test.spex";
    source.text = text;
    DiagnosticEngine diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    if (file && !diagnostics.hasErrors())
      program = check(*file, source, options, diagnostics);
    llvm::raw_string_ostream stream(messages);
    diagnostics.print(stream);
  }

  static std::string read(const std::string &path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }
};

} // namespace spex::interpreter

#endif // TEST_UNIT_INTERPRETER_CHECKEDTEXT_H
