//===- Header.cpp - NAME.h ------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header of a library: all that a caller has to know is in it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/Interface.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
class HeaderWriter {
public:
  HeaderWriter(const LibraryInterface &library, llvm::raw_ostream &out)
      : library(library), out(out), p(library.prefix),
        upper(llvm::StringRef(library.prefix).upper()) {}

  void write() {
    writeTop();
    writeModel();
    writeForward();
    if (library.step)
      writeStep();
    writeBottom();
  }

private:
  void writeTop();
  void writeModel();
  void writeForward();
  void writeStep();
  void writeBottom();
  void writeArrays(llvm::StringRef replaced, llvm::StringRef replacement);
  std::string arrays() const;

  const LibraryInterface &library;
  llvm::raw_ostream &out;
  const std::string &p;
  std::string upper;
};
} // namespace

void HeaderWriter::writeTop() {
  out << "/* " << library.name << ".h: the functions of lib" << library.name
      << ".so. Made by spex; do not edit.\n"
      << R"(
   Every function may be called from any thread at any time. Calls at the same
   time run side by side and give the same bits as alone; only a state belongs
   to one call at a time. No function exits, prints or raises a signal. What
   is destroyed must not be in use. After a fork only the parent goes on.

   A function that gives a status gives )"
      << upper << "_OK, or else says why in\n   " << p << "_last_error. */\n"
      << "#ifndef SPEX_" << upper << "_H\n#define SPEX_" << upper << "_H\n\n"
      << "#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
      << "enum {\n  " << upper << "_OK = 0,\n  " << upper
      << "_FAILED = 1, /* weights, memory or the run itself */\n  " << upper
      << "_REFUSED = 2 /* the arguments: nothing ran, nothing changed */\n"
      << "};\n\n";
  if (!library.dims.empty())
    out << "/* The bounds of sizes; each is at least 1. */\n";
  for (const LibraryDim &dim : library.dims)
    out << "#define " << upper << "_MAX_" << dim.argument << " " << dim.max
        << "\n";
  out << (library.dims.empty() ? "" : "\n");
}

void HeaderWriter::writeModel() {
  out << "/* The program with its weights, which never change. */\n"
      << "typedef struct " << p << "_model " << p << "_model;\n\n"
      << R"(/* weights: a safetensors file, or a folder with one or with shards and an
   index; null: the initial values of `seed`, which has no other use.
   threads: how many each call runs on, the caller's included; 0: one for each
   CPU of this process. Calls at the same time have their own: with many
   callers take 1.
   *model is null after an error. */
)"
      << "int32_t " << p << "_create(const char *weights, uint64_t seed,\n"
      << "    int32_t threads, " << p << "_model **model);\n\n"
      << "/* Null is fine. */\n"
      << "void " << p << "_destroy(" << p << "_model *model);\n\n"
      << R"(/* The sentence of the last call in this thread that was not OK, or "". Valid
   until the next such call in this thread. */
)"
      << "const char *" << p << "_last_error(void);\n\n";
}

/// What each array holds; one size may have another name.
void HeaderWriter::writeArrays(llvm::StringRef replaced,
                               llvm::StringRef replacement) {
  auto describe = [&](const LibraryPort &port, llvm::StringRef what) {
    out << "   " << port.argument << ": " << what << ", " << port.type;
    if (port.bound)
      out << " from 0 to " << port.bound - 1;
    out << ", " << port.shape;
    if (port.type == "bf16" || port.type == "f16")
      out << ", as bits";
    if (port.type == "bool")
      out << ", 0 or 1";
    if (port.hasDefault)
      out << "; null: its default";
    out << "\n";
  };
  for (const LibraryPort &port : library.inputs)
    describe(port, "input");
  for (const LibraryPort &port : library.outputs)
    describe(port, "result");
  if (!replaced.empty())
    out << "   where " << replaced << " is " << replacement << "\n";
}

std::string HeaderWriter::arrays() const {
  std::string text;
  for (const LibraryPort &port : library.inputs)
    text += ",\n    const " + port.cType + " *" + port.argument;
  for (const LibraryPort &port : library.outputs)
    text += ",\n    " + port.cType + " *" + port.argument;
  return text;
}

void HeaderWriter::writeForward() {
  out << "/* Runs once. Arrays are row-major and aligned to their elements; a\n"
         "   result overlaps no other array.\n";
  writeArrays("", "");
  out << "*/\nint32_t " << p << "_forward(" << p << "_model *model";
  for (const LibraryDim &dim : library.dims)
    out << ", int64_t " << dim.argument;
  out << arrays() << ");\n\n";
}

void HeaderWriter::writeStep() {
  const LibraryDim &step = library.dims[*library.step];
  out << "/* What the positions of " << step.name
      << " so far left for those that follow. */\n"
      << "typedef struct " << p << "_state " << p << "_state;\n\n"
      << "/* An empty state for " << step.argument << " positions. It keeps "
      << "what it needs of the model. */\n"
      << "int32_t " << p << "_state_create(" << p << "_model *model";
  for (const LibraryDim &dim : library.dims)
    out << ", int64_t " << dim.argument;
  out << ",\n    " << p << "_state **state);\n\n"
      << "/* Null is fine. */\n"
      << "void " << p << "_state_destroy(" << p << "_state *state);\n\n"
      << "/* Positions taken so far; -1 for null. */\n"
      << "int64_t " << p << "_state_position(const " << p
      << "_state *state);\n\n"
      << "/* Takes the next `count` positions: step by step gives the bits of "
         "forward. More\n   than the state is for is refused.\n";
  writeArrays(step.name, "`count`");
  out << "*/\nint32_t " << p << "_step(" << p << "_state *state, int64_t count"
      << arrays() << ");\n\n";
}

void HeaderWriter::writeBottom() {
  out << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* SPEX_" << upper
      << "_H */\n";
}

std::string headerText(const LibraryInterface &library) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  HeaderWriter(library, stream).write();
  return text;
}
} // namespace spex
