//===- Imports.cpp - Read the files that a program imports ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every step of a path is opened relative to the folder before it, without
// following links, so that no race and no link leads out of the folder.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Imports.h"
#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Parser.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace spex {
namespace {
constexpr size_t maxFiles = 256;
constexpr off_t maxFileBytes = 4 << 20;
constexpr size_t maxTotalBytes = 16 << 20;

/// A descriptor that closes itself.
class Descriptor {
public:
  explicit Descriptor(int number) : number(number) {}
  Descriptor(const Descriptor &) = delete;
  ~Descriptor() { close(); }
  int get() const { return number; }
  bool isOpen() const { return number >= 0; }
  void replace(int other) {
    close();
    number = other;
  }

private:
  void close() {
    if (number >= 0)
      ::close(number);
  }
  int number;
};

/// The names between the slashes. Nothing if the path leads up, from the root
/// or to another machine.
std::optional<std::vector<std::string>> steps(const std::string &path) {
  if (path.empty() || path[0] == '/' || path.find(':') != std::string::npos)
    return std::nullopt;
  std::vector<std::string> names;
  for (size_t start = 0; start <= path.size();) {
    size_t end = std::min(path.find('/', start), path.size());
    std::string name = path.substr(start, end - start);
    if (name == "..")
      return std::nullopt;
    if (!name.empty() && name != ".")
      names.push_back(std::move(name));
    start = end + 1;
  }
  if (names.empty())
    return std::nullopt;
  return names;
}

std::string joined(const std::vector<std::string> &names) {
  std::string path;
  for (const std::string &name : names)
    path += (path.empty() ? "" : "/") + name;
  return path;
}

class Reader {
public:
  Reader(const SourceFile &source, DiagnosticEngine &diags)
      : diags(diags), folder(source.name, 0, source.name.rfind('/') + 1),
        open{source.name.substr(folder.size())} {}

  void follow(ast::File &tree, const std::vector<std::string> &place);
  std::vector<std::unique_ptr<ImportedFile>> files;

private:
  const ast::File *read(const ast::ImportItem &item,
                        const std::vector<std::string> &names);
  bool readText(const ast::ImportItem &item,
                const std::vector<std::string> &names, std::string &text);
  bool openLast(const ast::ImportItem &item,
                const std::vector<std::string> &names, Descriptor &file);
  void notFound(const ast::ImportItem &item, const std::string &why) {
    diags.report(message::importNotFound, item.path.location, item.path.text)
        .help(why);
  }

  DiagnosticEngine &diags;
  std::string folder;            ///< of the program; empty, or ends in a slash
  std::vector<std::string> open; ///< files on the way here
  std::map<std::string, const ast::File *> known;
  size_t totalBytes = 0;
};
} // namespace

bool Reader::openLast(const ast::ImportItem &item,
                      const std::vector<std::string> &names, Descriptor &file) {
  const char *start = folder.empty() ? "." : folder.c_str();
  file.replace(::open(start, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (size_t i = 0; i < names.size() && file.isOpen(); ++i) {
    const char *name = names[i].c_str();
    struct stat info;
    bool isLink = fstatat(file.get(), name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                  S_ISLNK(info.st_mode);
    if (isLink) {
      diags.report(message::importLeaves, item.path.location, item.path.text)
          .help("`{}` is a symbolic link, and imports do not follow links",
                names[i]);
      return false;
    }
    bool isLast = i + 1 == names.size();
    int next = openat(file.get(), name,
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
                          (isLast ? 0 : O_DIRECTORY));
    int error = errno;
    file.replace(next);
    errno = error;
  }
  if (file.isOpen())
    return true;
  notFound(item, "`" + folder + joined(names) + "`: " + strerror(errno));
  return false;
}

bool Reader::readText(const ast::ImportItem &item,
                      const std::vector<std::string> &names,
                      std::string &text) {
  Descriptor file(-1);
  if (!openLast(item, names, file))
    return false;
  struct stat info;
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    notFound(item, "`" + folder + joined(names) +
                       "` is no regular file; an import names one");
    return false;
  }
  bool isTooLarge = info.st_size > maxFileBytes;
  char buffer[65536];
  while (!isTooLarge) {
    ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      notFound(item, "`" + folder + joined(names) + "`: " + strerror(errno));
      return false;
    }
    if (count == 0)
      break;
    text.append(buffer, size_t(count));
    totalBytes += size_t(count);
    // It may have grown since.
    isTooLarge =
        text.size() > size_t(maxFileBytes) || totalBytes > maxTotalBytes;
  }
  if (!isTooLarge)
    return true;
  diags.report(message::fileTooLarge, item.path.location,
               totalBytes > maxTotalBytes
                   ? "its imports have more than 16 MiB in all"
                   : "this import has more than 4 MiB");
  return false;
}

const ast::File *Reader::read(const ast::ImportItem &item,
                              const std::vector<std::string> &names) {
  std::string path = joined(names);
  if (std::find(open.begin(), open.end(), path) != open.end()) {
    InFlight report = diags.report(message::importsItself, item.path.location,
                                   item.path.text);
    std::string circle;
    for (auto at = std::find(open.begin(), open.end(), path); at != open.end();
         ++at)
      circle += folder + *at + " -> ";
    report.help(circle + folder + path);
    return nullptr;
  }
  auto found = known.find(path);
  if (found != known.end())
    return found->second;
  const ast::File *&result = known[path];
  if (files.size() >= maxFiles) {
    diags.report(message::fileTooLarge, item.path.location,
                 "it imports more than 256 files");
    return nullptr;
  }
  auto file = std::make_unique<ImportedFile>();
  file->source.name = folder + path;
  if (!readText(item, names, file->source.text))
    return nullptr;
  unsigned before = diags.errorCount();
  file->tree = parse(file->source, diags);
  ImportedFile *owned = file.get();
  files.push_back(std::move(file));
  if (diags.errorCount() != before)
    return nullptr;
  open.push_back(path);
  follow(*owned->tree, {names.begin(), names.end() - 1});
  open.pop_back();
  return result = owned->tree.get();
}

/// `place` is the folder of the file, from that of the program.
void Reader::follow(ast::File &tree, const std::vector<std::string> &place) {
  for (const std::unique_ptr<ast::Item> &item : tree.items) {
    if (item->kind != ast::Item::Kind::Import)
      continue;
    auto &import = static_cast<ast::ImportItem &>(*item);
    std::optional<std::vector<std::string>> below = steps(import.path.text);
    if (!below) {
      diags
          .report(message::importLeaves, import.path.location, import.path.text)
          .help("an import names a file below the folder of this one");
      continue;
    }
    std::vector<std::string> names = place;
    names.insert(names.end(), below->begin(), below->end());
    import.target = read(import, names);
  }
}

std::vector<std::unique_ptr<ImportedFile>>
readImports(ast::File &tree, const SourceFile &source,
            DiagnosticEngine &diags) {
  Reader reader(source, diags);
  reader.follow(tree, {});
  return std::move(reader.files);
}

} // namespace spex
