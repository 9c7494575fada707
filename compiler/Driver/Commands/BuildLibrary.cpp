//===- BuildLibrary.cpp - spex build --shared -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/BuildLibrary.h"
#include "compiler/Driver/Files.h"
#include "compiler/Export/Interface.h"
#include "compiler/Link/Link.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/TimeProfiler.h"

#include <unistd.h>

namespace spex {
namespace {
/// The files of one library: FOLDER/libNAME.so and what stands beside it.
struct LibraryPaths {
  std::string folder; ///< ends in a slash, or is empty
  std::string name;

  std::string sharedObject() const { return folder + "lib" + name + ".so"; }
  std::string header() const { return folder + name + ".h"; }
  std::string manifest() const { return folder + name + ".json"; }
};

std::optional<LibraryPaths> choosePaths(const Arguments &arguments,
                                        const Compilation &compilation) {
  std::string out = arguments.value(OPT_o);
  if (out.empty())
    return LibraryPaths{"", compilation.name()};
  size_t start = out.rfind('/') + 1;
  llvm::StringRef file = llvm::StringRef(out).substr(start);
  if (file.consume_front("lib") && file.consume_back(".so") && !file.empty())
    return LibraryPaths{out.substr(0, start), file.str()};
  fail("`-o` of a library is FOLDER/libNAME.so, and got `" + out + "`");
  return std::nullopt;
}

/// The library comes last: it stands for all three.
int writeFiles(const LibraryPaths &paths, const LibraryInterface &library,
               const std::string &manifest, llvm::ArrayRef<char> program,
               llvm::ArrayRef<char> wrappers) {
  std::string error;
  std::vector<std::string> functions = library.functions();
  if (!writeFile(paths.header(), headerText(library), error))
    return fail(error);
  if (!writeFile(paths.manifest(), manifest + "\n", error)) {
    unlink(paths.header().c_str());
    return fail(error);
  }
  llvm::TimeTraceScope scope("link");
  if (linkLibrary({program, wrappers, functions}, paths.sharedObject(), error))
    return 0;
  unlink(paths.header().c_str());
  unlink(paths.manifest().c_str());
  return fail(error);
}
} // namespace

int buildLibrary(const Arguments &arguments, Compilation &compilation) {
  std::optional<LibraryPaths> paths = choosePaths(arguments, compilation);
  if (!paths || !compilation.lowerTo(Phase::Llvm))
    return 1;
  std::string error, manifest = compilation.manifest();
  std::optional<LibraryInterface> library =
      readInterface(manifest, paths->name, error);
  if (!library)
    return fail(error);
  llvm::SmallVector<char> program, wrappers;
  if (!compilation.emit(CodeKind::Object, program) ||
      !compilation.emitText(wrapperText(*library), wrappers))
    return 1;
  return writeFiles(*paths, *library, manifest, program, wrappers);
}
} // namespace spex
