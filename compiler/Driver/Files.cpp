//===- Files.cpp - Reading programs and writing results -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Files.h"

#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spex {
namespace {
constexpr size_t largestFile = size_t(1) << 30;

bool writeAll(int descriptor, llvm::StringRef content) {
  while (!content.empty()) {
    ssize_t count = write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    content = content.drop_front(count);
  }
  return true;
}
} // namespace

int fail(llvm::StringRef sentence) {
  std::string line = "error: ";
  // File names may hold anything: one error is one line.
  for (char c : sentence)
    line += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  llvm::errs() << line << "\n";
  return 1;
}

bool readFile(llvm::StringRef path, SourceFile &file, std::string &error) {
  bool isStdin = path == "-";
  file.name = isStdin ? "<stdin>" : path.str();
  int descriptor =
      isStdin ? 0 : open(file.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    error = "cannot read `" + file.name + "`: " + strerror(errno);
    return false;
  }
  auto refuse = [&](llvm::StringRef why) {
    if (!isStdin)
      close(descriptor);
    error = "cannot read `" + file.name + "`: " + why.str();
    return false;
  };
  if (S_ISDIR(info.st_mode))
    return refuse("it is a folder");
  if (!isStdin && !S_ISREG(info.st_mode))
    return refuse("it is not a regular file");
  char buffer[65536];
  for (;;) {
    ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return refuse(strerror(errno));
    if (count == 0)
      break;
    file.text.append(buffer, count);
    if (file.text.size() > largestFile)
      return refuse("it is larger than 1 GiB");
  }
  if (!isStdin)
    close(descriptor);
  return true;
}

bool writeFile(llvm::StringRef path, llvm::StringRef content,
               std::string &error) {
  if (path.empty() || path == "-") {
    llvm::outs() << content;
    llvm::outs().flush();
    if (!llvm::outs().has_error())
      return true;
    llvm::outs().clear_error();
    error = "cannot write to stdout";
    return false;
  }
  std::string target = path.str(), temporary = target + ".XXXXXX";
  struct stat existing;
  // A device or pipe (/dev/null) is written, not replaced.
  if (stat(target.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode)) {
    int descriptor = open(target.c_str(), O_WRONLY | O_CLOEXEC);
    bool isDone = descriptor >= 0 && writeAll(descriptor, content);
    if (!isDone)
      error = "cannot write `" + target + "`: " + strerror(errno);
    if (descriptor >= 0)
      close(descriptor);
    return isDone;
  }
  int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) {
    error = "cannot write `" + target + "`: " + strerror(errno);
    return false;
  }
  mode_t mask = umask(0);
  umask(mask);
  bool isDone = writeAll(descriptor, content) &&
                fchmod(descriptor, 0666 & ~mask) == 0;
  isDone = close(descriptor) == 0 && isDone &&
           rename(temporary.c_str(), target.c_str()) == 0;
  if (!isDone) {
    error = "cannot write `" + target + "`: " + strerror(errno);
    unlink(temporary.c_str());
  }
  return isDone;
}

bool isIntermediate(llvm::StringRef text) {
  // In a program `#` starts a comment, in IR the name of an attribute; the
  // first other line decides.
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    line = line.ltrim();
    if (line.empty() || line.starts_with("#") || line.starts_with("//") ||
        line.starts_with("!"))
      continue;
    return line.starts_with("module") || line.starts_with("\"builtin.module\"");
  }
  return false;
}
} // namespace spex
