//===- Interface.cpp - The C functions of a library -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the manifest and chooses names that C and C++ allow.
//
//===----------------------------------------------------------------------===//

#include "compiler/Export/Interface.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/JSON.h"

#include <algorithm>

namespace spex {
namespace {
namespace json = llvm::json;

/// Words that no argument can have: those of C11 and C++20 as far as a program
/// can use them for its own names, and the arguments that every library has.
constexpr llvm::StringLiteral takenWords[] = {"alignas",
                                              "alignof",
                                              "and",
                                              "and_eq",
                                              "asm",
                                              "auto",
                                              "bitand",
                                              "bitor",
                                              "bool",
                                              "break",
                                              "case",
                                              "catch",
                                              "char",
                                              "char8_t",
                                              "char16_t",
                                              "char32_t",
                                              "class",
                                              "co_await",
                                              "co_return",
                                              "co_yield",
                                              "compl",
                                              "concept",
                                              "const",
                                              "const_cast",
                                              "consteval",
                                              "constexpr",
                                              "constinit",
                                              "continue",
                                              "decltype",
                                              "default",
                                              "delete",
                                              "do",
                                              "double",
                                              "dynamic_cast",
                                              "else",
                                              "enum",
                                              "explicit",
                                              "export",
                                              "extern",
                                              "false",
                                              "float",
                                              "for",
                                              "friend",
                                              "goto",
                                              "if",
                                              "inline",
                                              "int",
                                              "int32_t",
                                              "int64_t",
                                              "long",
                                              "mutable",
                                              "namespace",
                                              "new",
                                              "noexcept",
                                              "not",
                                              "not_eq",
                                              "nullptr",
                                              "operator",
                                              "or",
                                              "or_eq",
                                              "private",
                                              "protected",
                                              "public",
                                              "register",
                                              "reinterpret_cast",
                                              "requires",
                                              "restrict",
                                              "return",
                                              "short",
                                              "signed",
                                              "sizeof",
                                              "static",
                                              "static_assert",
                                              "static_cast",
                                              "struct",
                                              "switch",
                                              "template",
                                              "this",
                                              "thread_local",
                                              "throw",
                                              "true",
                                              "try",
                                              "typedef",
                                              "typeid",
                                              "typename",
                                              "typeof",
                                              "uint8_t",
                                              "uint16_t",
                                              "uint64_t",
                                              "union",
                                              "unsigned",
                                              "using",
                                              "virtual",
                                              "void",
                                              "volatile",
                                              "wchar_t",
                                              "while",
                                              "xor",
                                              "xor_eq",
                                              "model",
                                              "state",
                                              "weights",
                                              "seed",
                                              "threads",
                                              "count",
                                              "NULL"};

/// Gives arguments names that are different from each other.
class ArgumentNames {
public:
  ArgumentNames() {
    for (llvm::StringRef word : takenWords)
      taken.insert(word);
  }
  std::string choose(llvm::StringRef name) {
    std::string result = name.str();
    for (char &c : result)
      if (!llvm::isAlnum(c) && c != '_')
        c = '_';
    if (result.empty() || llvm::isDigit(result.front()))
      result = "a" + result;
    while (!taken.insert(result).second)
      result += "_";
    return result;
  }

private:
  llvm::StringSet<> taken;
};

std::string cTypeOf(llvm::StringRef type) {
  return llvm::StringSwitch<std::string>(type)
      .Case("f64", "double")
      .Case("f32", "float")
      .Cases({"bf16", "f16"}, "uint16_t")
      .Cases({"int", "index"}, "int32_t")
      .Case("bool", "uint8_t")
      .Default("");
}

std::string shapeOf(const json::Object &port) {
  std::string text = "[";
  if (const json::Array *dims = port.getArray("dims"))
    for (const json::Value &dim : *dims) {
      text += text.size() > 1 ? ", " : "";
      if (auto size = dim.getAsInteger())
        text += std::to_string(*size);
      else
        text += dim.getAsString().value_or("").str();
    }
  return text + "]";
}

bool readPorts(const json::Object &manifest, llvm::StringRef key,
               ArgumentNames &names, std::vector<LibraryPort> &ports) {
  const json::Array *list = manifest.getArray(key);
  for (size_t i = 0; list && i < list->size(); ++i) {
    const json::Object *object = (*list)[i].getAsObject();
    if (!object)
      return false;
    LibraryPort port;
    port.name = object->getString("name").value_or("").str();
    port.argument = names.choose(port.name);
    port.type = object->getString("type").value_or("").str();
    port.cType = cTypeOf(port.type);
    port.shape = shapeOf(*object);
    port.bound = object->getInteger("bound").value_or(0);
    port.hasDefault = object->get("default") != nullptr;
    if (port.cType.empty())
      return false;
    ports.push_back(std::move(port));
  }
  return list != nullptr;
}

bool readManifest(const json::Object &manifest, LibraryInterface &library) {
  ArgumentNames names;
  const json::Array *dims = manifest.getArray("dims");
  std::optional<llvm::StringRef> step = manifest.getString("step");
  for (size_t i = 0; dims && i < dims->size(); ++i) {
    const json::Object *object = (*dims)[i].getAsObject();
    if (!object)
      return false;
    LibraryDim dim;
    dim.name = object->getString("name").value_or("").str();
    dim.argument = names.choose(dim.name);
    dim.max = object->getInteger("max").value_or(0);
    if (step && *step == dim.name)
      library.step = library.dims.size();
    library.dims.push_back(std::move(dim));
  }
  return dims && readPorts(manifest, "inputs", names, library.inputs) &&
         readPorts(manifest, "outputs", names, library.outputs);
}

/// NAME as the beginning of C names, or nothing with a sentence in `error`.
std::optional<std::string> makePrefix(llvm::StringRef name,
                                      std::string &error) {
  auto isAllowed = [](char c) {
    return llvm::isAlnum(c) || llvm::StringRef("_-.+").contains(c);
  };
  if (name.empty() || !llvm::all_of(name, isAllowed)) {
    error = "cannot name a library `" + name.str() +
            "`: expected letters, digits, `_`, `-`, `.` and `+`; give another "
            "name with `-o libNAME.so`";
    return std::nullopt;
  }
  std::string prefix = name.str();
  for (char &c : prefix)
    if (!llvm::isAlnum(c))
      c = '_';
  if (llvm::isDigit(prefix.front()))
    prefix = "model_" + prefix;
  // NAME_create and NAME_destroy must not be functions of the C library or of
  // the runtime.
  for (llvm::StringRef taken : {"cnd", "mtx", "pthread", "pthread_mutex", "sem",
                                "spex_library", "thrd", "timer", "tss"})
    if (taken == prefix) {
      error = "cannot name a library `" + name.str() + "`: functions like `" +
              prefix +
              "_create` exist already; give another name with `-o "
              "libNAME.so`";
      return std::nullopt;
    }
  return prefix;
}
} // namespace

std::vector<std::string> LibraryInterface::functions() const {
  std::vector<std::string> names = {"create", "destroy", "forward",
                                    "last_error"};
  if (step)
    names.insert(names.end(),
                 {"state_create", "state_destroy", "state_position", "step"});
  for (std::string &function : names)
    function = prefix + "_" + function;
  return names;
}

std::optional<LibraryInterface> readInterface(llvm::StringRef manifest,
                                              llvm::StringRef name,
                                              std::string &error) {
  std::optional<std::string> prefix = makePrefix(name, error);
  if (!prefix)
    return std::nullopt;
  LibraryInterface library;
  library.name = name.str();
  library.prefix = *prefix;
  llvm::Expected<json::Value> value = json::parse(manifest);
  if (!value) {
    llvm::consumeError(value.takeError());
    error = "internal: the manifest is no JSON";
    return std::nullopt;
  }
  const json::Object *object = value->getAsObject();
  if (!object || !readManifest(*object, library)) {
    error = "internal: the manifest is not complete";
    return std::nullopt;
  }
  return library;
}
} // namespace spex
