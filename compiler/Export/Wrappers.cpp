//===- Wrappers.cpp - The code of a library's functions -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C cannot forward a list of pointers that it does not know, so these few
// functions are made for each program: text in the LLVM dialect, which spares
// this library the dialect's headers.
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/Interface.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
struct Argument {
  std::string name, type;
};
constexpr llvm::StringLiteral pointer = "!llvm.ptr";

class WrapperWriter {
public:
  WrapperWriter(const LibraryInterface &library, llvm::raw_ostream &out)
      : library(library), out(out) {}

  void write();

private:
  void begin(llvm::StringRef name, llvm::ArrayRef<Argument> arguments,
             llvm::StringRef result);
  void makeArray(llvm::StringRef name, llvm::StringRef type,
                 llvm::ArrayRef<std::string> elements);
  void end(llvm::StringRef callee, llvm::ArrayRef<Argument> arguments,
           llvm::StringRef result);
  void pass(llvm::StringRef name, llvm::StringRef callee,
            llvm::ArrayRef<Argument> arguments, llvm::StringRef result);
  void writeCreate();
  void writeRun(llvm::StringRef name, llvm::StringRef callee,
                llvm::ArrayRef<Argument> arguments, bool hasSizes);
  void writeStateCreate();
  std::vector<Argument> sizes() const;
  void addPorts(std::vector<Argument> &arguments) const;

  const LibraryInterface &library;
  llvm::raw_ostream &out;
  std::string declarations;
};
} // namespace

void WrapperWriter::begin(llvm::StringRef name,
                          llvm::ArrayRef<Argument> arguments,
                          llvm::StringRef result) {
  out << "llvm.func @" << library.prefix << "_" << name << "(";
  llvm::interleaveComma(arguments, out, [&](const Argument &argument) {
    out << "%" << argument.name << ": " << argument.type;
  });
  out << ")" << (result.empty() ? "" : " -> ") << result << " {\n";
}

/// %name = the address of an array of the elements.
void WrapperWriter::makeArray(llvm::StringRef name, llvm::StringRef type,
                              llvm::ArrayRef<std::string> elements) {
  out << "  %" << name << "_count = llvm.mlir.constant("
      << std::max<size_t>(elements.size(), 1) << " : i64) : i64\n"
      << "  %" << name << " = llvm.alloca %" << name << "_count x " << type
      << " : (i64) -> !llvm.ptr\n";
  for (size_t i = 0; i < elements.size(); ++i)
    out << "  %" << name << "_" << i << " = llvm.getelementptr %" << name << "["
        << i << "] : (!llvm.ptr) -> !llvm.ptr, " << type << "\n"
        << "  llvm.store %" << elements[i] << ", %" << name << "_" << i << " : "
        << type << ", !llvm.ptr\n";
}

/// Calls a function of the runtime and returns what it returns.
void WrapperWriter::end(llvm::StringRef callee,
                        llvm::ArrayRef<Argument> arguments,
                        llvm::StringRef result) {
  std::string names, types;
  for (const Argument &argument : arguments) {
    names += (names.empty() ? "%" : ", %") + argument.name;
    types += (types.empty() ? "" : ", ") + argument.type;
  }
  out << "  " << (result.empty() ? "" : "%result = ") << "llvm.call @" << callee
      << "(" << names << ") : (" << types << ") -> "
      << (result.empty() ? "()" : result) << "\n  llvm.return"
      << (result.empty() ? "" : " %result : ") << result << "\n}\n";
  declarations += "llvm.func @" + callee.str() + "(" + types + ")" +
                  (result.empty() ? "" : " -> ") + result.str() + "\n";
}

/// A function whose arguments the runtime takes as they are.
void WrapperWriter::pass(llvm::StringRef name, llvm::StringRef callee,
                         llvm::ArrayRef<Argument> arguments,
                         llvm::StringRef result) {
  begin(name, arguments, result);
  end(callee, arguments, result);
}

void WrapperWriter::writeCreate() {
  std::vector<Argument> arguments = {{"weights", pointer.str()},
                                     {"seed", "i64"},
                                     {"threads", "i32"},
                                     {"model", pointer.str()}};
  begin("create", arguments, "i32");
  out << "  %program = llvm.mlir.addressof @spex_executable_program : "
         "!llvm.ptr\n";
  arguments.insert(arguments.begin(), {"program", pointer.str()});
  end("spex_library_create", arguments, "i32");
  declarations += "llvm.mlir.global external @spex_executable_program() : "
                  "!llvm.array<0 x i8>\n";
}

std::vector<Argument> WrapperWriter::sizes() const {
  std::vector<Argument> result;
  for (size_t i = 0; i < library.dims.size(); ++i)
    result.push_back({"d" + std::to_string(i), "i64"});
  return result;
}

void WrapperWriter::addPorts(std::vector<Argument> &arguments) const {
  for (size_t i = 0; i < library.inputs.size(); ++i)
    arguments.push_back({"i" + std::to_string(i), pointer.str()});
  for (size_t i = 0; i < library.outputs.size(); ++i)
    arguments.push_back({"o" + std::to_string(i), pointer.str()});
}

static std::vector<std::string> numbered(llvm::StringRef letter, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i)
    names.push_back(letter.str() + std::to_string(i));
  return names;
}

/// forward and step: `first` as it is, then sizes, inputs and results in lists.
void WrapperWriter::writeRun(llvm::StringRef name, llvm::StringRef callee,
                             llvm::ArrayRef<Argument> first, bool hasSizes) {
  std::vector<Argument> arguments = first.vec();
  if (hasSizes)
    for (Argument &size : sizes())
      arguments.push_back(std::move(size));
  addPorts(arguments);
  begin(name, arguments, "i32");
  std::vector<Argument> passed = first.vec();
  if (hasSizes) {
    makeArray("sizes", "i64", numbered("d", library.dims.size()));
    passed.push_back({"sizes", pointer.str()});
  }
  makeArray("inputs", pointer, numbered("i", library.inputs.size()));
  makeArray("outputs", pointer, numbered("o", library.outputs.size()));
  passed.push_back({"inputs", pointer.str()});
  passed.push_back({"outputs", pointer.str()});
  end(callee, passed, "i32");
}

void WrapperWriter::writeStateCreate() {
  std::vector<Argument> arguments = sizes();
  arguments.insert(arguments.begin(), {"model", pointer.str()});
  arguments.push_back({"state", pointer.str()});
  begin("state_create", arguments, "i32");
  makeArray("sizes", "i64", numbered("d", library.dims.size()));
  end("spex_library_state_create",
      {{"model", pointer.str()},
       {"sizes", pointer.str()},
       {"state", pointer.str()}},
      "i32");
}

void WrapperWriter::write() {
  const Argument model = {"model", pointer.str()};
  const Argument state = {"state", pointer.str()};
  writeCreate();
  pass("destroy", "spex_library_destroy", {model}, "");
  pass("last_error", "spex_library_last_error", {}, pointer);
  writeRun("forward", "spex_library_forward", {model}, /*hasSizes=*/true);
  if (library.step) {
    writeStateCreate();
    pass("state_destroy", "spex_library_state_destroy", {state}, "");
    pass("state_position", "spex_library_state_position", {state}, "i64");
    writeRun("step", "spex_library_step", {state, {"count", "i64"}},
             /*hasSizes=*/false);
  }
  out << declarations;
}

std::string wrapperText(const LibraryInterface &library) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  WrapperWriter(library, stream).write();
  return text;
}
} // namespace spex
