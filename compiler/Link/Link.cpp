//===- Link.cpp - Objects to executables and libraries, in process --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lld reads its inputs from descriptors of unnamed files (memfd), so that no
// temporary name enters the output. It writes beside the final path, and the
// result is renamed into place.
//
//===----------------------------------------------------------------------===//

#include "compiler/Link/Link.h"

#include "lld/Common/Driver.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

// Made by Embedded.S from the files that the build produced.
extern "C" {
extern const char spex_embedded_runtime[], spex_embedded_runtime_end[];
extern const char spex_embedded_start[], spex_embedded_start_end[];
}

namespace spex {
namespace {
/// A file without a name that holds some bytes; closed at the end of its life.
class MemoryFile {
public:
  MemoryFile(const char *name, llvm::ArrayRef<char> bytes)
      : descriptor(memfd_create(name, 0)) {
    while (descriptor >= 0 && !bytes.empty()) {
      ssize_t written = write(descriptor, bytes.data(), bytes.size());
      if (written <= 0) {
        close(descriptor);
        descriptor = -1;
        return;
      }
      bytes = bytes.drop_front(written);
    }
  }
  ~MemoryFile() {
    if (descriptor >= 0)
      close(descriptor);
  }
  MemoryFile(const MemoryFile &) = delete;
  bool isValid() const { return descriptor >= 0; }
  std::string path() const {
    return "/proc/self/fd/" + std::to_string(descriptor);
  }
  int release() {
    int result = descriptor;
    descriptor = -1;
    return result;
  }

private:
  int descriptor;
};

/// The shared C library of this machine: what the output is linked against.
std::string findSystemLibrary(llvm::StringRef name) {
  for (llvm::StringRef directory :
       {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64",
        "/usr/lib64", "/lib", "/usr/lib"}) {
    std::string path = (directory + "/" + name).str();
    if (access(path.c_str(), R_OK) == 0)
      return path;
  }
  return "";
}

/// Runs lld in a child and collects what it says.
bool runLinker(llvm::ArrayRef<std::string> arguments, std::string &error) {
  int channel[2];
  if (pipe2(channel, O_CLOEXEC) != 0) {
    error = std::string("cannot start the linker: ") + strerror(errno);
    return false;
  }
  pid_t child = fork();
  if (child < 0) {
    close(channel[0]);
    close(channel[1]);
    error = std::string("cannot start the linker: ") + strerror(errno);
    return false;
  }
  if (child == 0) {
    close(channel[0]);
    llvm::SmallVector<const char *> pointers;
    for (const std::string &argument : arguments)
      pointers.push_back(argument.c_str());
    llvm::raw_fd_ostream messages(channel[1], /*shouldClose=*/false);
    lld::Result result = lld::lldMain(pointers, messages, messages,
                                      {{lld::Gnu, &lld::elf::link}});
    messages.flush();
    _exit(result.retCode);
  }
  close(channel[1]);
  std::string messages;
  char buffer[4096];
  for (ssize_t count; (count = read(channel[0], buffer, sizeof buffer)) != 0;) {
    if (count < 0 && errno != EINTR)
      break;
    if (count > 0)
      messages.append(buffer, count);
  }
  close(channel[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  llvm::StringRef firstLine = llvm::StringRef(messages).split('\n').first;
  error = "linking failed: " +
          (firstLine.empty() ? std::string("the linker ended abnormally")
                             : firstLine.str());
  return false;
}

/// What the output is linked against.
struct SystemLibraries {
  std::string libc = findSystemLibrary("libc.so.6");
  std::string libm = findSystemLibrary("libm.so.6");

  bool areFound(std::string &error) const {
    if (!libc.empty() && !libm.empty())
      return true;
    error = "cannot link: libc.so.6 and libm.so.6 of this machine are not "
            "in the usual directories";
    return false;
  }
};

constexpr const char *loader = "/lib64/ld-linux-x86-64.so.2";

bool areValid(llvm::ArrayRef<const MemoryFile *> files, std::string &error) {
  for (const MemoryFile *file : files)
    if (!file->isValid()) {
      error = std::string("cannot hold the objects in memory: ") +
              strerror(errno);
      return false;
    }
  return true;
}

llvm::ArrayRef<char> embeddedRuntime() {
  return {spex_embedded_runtime, static_cast<size_t>(spex_embedded_runtime_end -
                                                     spex_embedded_runtime)};
}

/// Links into a new file at `path`.
bool linkTo(llvm::ArrayRef<char> object, const std::string &path,
            std::string &error) {
  SystemLibraries system;
  if (!system.areFound(error))
    return false;
  MemoryFile program("program", object);
  MemoryFile runtime("runtime", embeddedRuntime());
  MemoryFile start("start", {spex_embedded_start,
                             static_cast<size_t>(spex_embedded_start_end -
                                                 spex_embedded_start)});
  if (!areValid({&program, &runtime, &start}, error))
    return false;
  std::string arguments[] = {
      "ld.lld", "-o", path, "-pie", "--dynamic-linker", loader,
      "--gc-sections", "--strip-all", "--build-id=none", "--hash-style=gnu",
      "-z", "relro", "-z", "now", "-z", "noexecstack", "--threads=1",
      start.path(), program.path(), runtime.path(), system.libc, "--as-needed",
      system.libm};
  return runLinker(arguments, error);
}

/// The same for a library. Nothing is visible but its functions, and nothing
/// may be missing; the loader is named for what belongs to a thread.
bool linkLibraryTo(const LibraryParts &parts, llvm::StringRef name,
                   const std::string &path, std::string &error) {
  SystemLibraries system;
  if (!system.areFound(error))
    return false;
  std::string script = "{ global: ";
  for (const std::string &function : parts.functions)
    script += function + "; ";
  script += "local: *; };\n";
  MemoryFile program("program", parts.program);
  MemoryFile wrappers("wrappers", parts.wrappers);
  MemoryFile runtime("runtime", embeddedRuntime());
  MemoryFile visible("visible", {script.data(), script.size()});
  if (!areValid({&program, &wrappers, &runtime, &visible}, error))
    return false;
  std::string arguments[] = {
      "ld.lld", "-o", path, "-shared", "-soname", name.str(),
      "--version-script=" + visible.path(), "-Bsymbolic", "--gc-sections",
      "--strip-all", "--build-id=none", "--hash-style=gnu", "-z", "relro", "-z",
      "now", "-z", "noexecstack", "-z", "text", "-z", "defs", "--threads=1",
      wrappers.path(), program.path(), runtime.path(), system.libc,
      "--as-needed", system.libm, loader};
  return runLinker(arguments, error);
}

/// Lets `link` write a new file beside `path`, which it then replaces.
bool replaceFile(llvm::StringRef path,
                 llvm::function_ref<bool(const std::string &)> link,
                 std::string &error) {
  struct stat existing;
  std::string target = path.str();
  if (stat(target.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode)) {
    error = "cannot write `" + target + "`: it is not a regular file";
    return false;
  }
  std::string pattern = target + ".XXXXXX";
  int descriptor = mkstemp(pattern.data());
  if (descriptor < 0) {
    error = "cannot write `" + target + "`: " + strerror(errno);
    return false;
  }
  close(descriptor);
  mode_t mask = umask(0);
  umask(mask);
  bool isDone = link(pattern) &&
                chmod(pattern.c_str(), 0777 & ~mask) == 0;
  if (isDone && rename(pattern.c_str(), target.c_str()) != 0) {
    error = "cannot write `" + target + "`: " + strerror(errno);
    isDone = false;
  }
  if (!isDone)
    unlink(pattern.c_str());
  return isDone;
}
} // namespace

bool linkExecutable(llvm::ArrayRef<char> object, llvm::StringRef path,
                    std::string &error) {
  return replaceFile(
      path,
      [&](const std::string &target) { return linkTo(object, target, error); },
      error);
}

bool linkLibrary(const LibraryParts &parts, llvm::StringRef path,
                 std::string &error) {
  llvm::StringRef name = path.substr(path.rfind('/') + 1);
  return replaceFile(
      path,
      [&](const std::string &target) {
        return linkLibraryTo(parts, name, target, error);
      },
      error);
}

int linkInMemory(llvm::ArrayRef<char> object, std::string &error) {
  const char *directory = getenv("TMPDIR");
  std::string pattern =
      std::string(directory && *directory ? directory : "/tmp") +
      "/spex-XXXXXX";
  int descriptor = mkstemp(pattern.data());
  if (descriptor < 0) {
    error = std::string("cannot make a temporary file: ") + strerror(errno);
    return -1;
  }
  close(descriptor);
  if (!linkTo(object, pattern, error)) {
    unlink(pattern.c_str());
    return -1;
  }
  // lld renames its output into place: open it anew.
  descriptor = open(pattern.c_str(), O_RDONLY | O_CLOEXEC);
  unlink(pattern.c_str());
  llvm::SmallVector<char> bytes;
  struct stat info;
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    error = std::string("cannot read the linked program: ") + strerror(errno);
    return -1;
  }
  bytes.resize_for_overwrite(info.st_size);
  ssize_t count = read(descriptor, bytes.data(), bytes.size());
  close(descriptor);
  if (count != info.st_size) {
    error = "cannot read the linked program back";
    return -1;
  }
  MemoryFile result("spex-program", bytes);
  if (!result.isValid())
    error = std::string("cannot hold the program in memory: ") +
            strerror(errno);
  return result.release();
}
} // namespace spex
