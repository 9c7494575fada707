//===- Reduce.cpp - spex reduce -------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shrinks a program for which a command fails. It goes on failing in the same
// way: same exit status, same message but for numbers and places.
//
//===----------------------------------------------------------------------===//

#include "compiler/Reduce/Reduce.h"
#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Programs.h"
#include "compiler/Driver/Source.h"
#include "compiler/Frontend/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <set>
#include <unistd.h>

namespace spex {
namespace {
using Clock = std::chrono::steady_clock;

/// How a command failed, without what differs from program to program.
struct Failure {
  int status = 0;
  std::string message;

  bool operator==(const Failure &other) const {
    return status == other.status && message == other.message;
  }
};

/// Removes the program's path and makes all numbers equal.
std::string withoutPlaces(std::string line, const std::string &path) {
  for (size_t at = line.find(path); at != std::string::npos;
       at = line.find(path, at))
    line.erase(at, path.size());
  std::string result;
  for (char c : line) {
    bool isDigit = std::isdigit(static_cast<unsigned char>(c));
    if (!isDigit)
      result += c;
    else if (result.empty() || result.back() != '0')
      result += '0';
  }
  return result;
}

/// The line that says what is wrong: the first with `error`, else the first.
std::string messageOf(const Outcome &outcome, const std::string &path) {
  for (const std::string *text : {&outcome.err, &outcome.out}) {
    llvm::SmallVector<llvm::StringRef> lines;
    llvm::StringRef(*text).split(lines, '\n', -1, /*KeepEmpty=*/false);
    auto found = std::find_if(lines.begin(), lines.end(),
                              [](auto line) { return line.contains("error"); });
    if (found != lines.end())
      return withoutPlaces(found->str(), path);
    if (!lines.empty())
      return withoutPlaces(lines.front().str(), path);
  }
  return "";
}

/// The file that holds each program while the command looks at it.
class Candidate {
public:
  /// Beside the original if it imports others, else in the temporary folder.
  Candidate(const std::string &original, bool hasImports) {
    const char *directory = getenv("TMPDIR");
    std::string folder =
        std::string(directory && *directory ? directory : "/tmp") + "/";
    if (hasImports)
      folder = original.substr(0, original.rfind('/') + 1);
    path = folder + "spex-reduce-XXXXXX.spex";
    int descriptor = mkstemps(path.data(), 5);
    if (descriptor < 0)
      path.clear();
    else
      close(descriptor);
  }
  ~Candidate() {
    if (!path.empty())
      unlink(path.c_str());
  }
  std::string path;
};

class Reduction {
public:
  Reduction(std::string command, double seconds, std::string path)
      : command(std::move(command)), path(std::move(path)),
        end(Clock::now() + std::chrono::milliseconds(int64_t(seconds * 1e3))) {}

  double secondsLeft() const {
    return std::chrono::duration<double>(end - Clock::now()).count();
  }
  /// Runs the command on a text; false, and `error`, if it cannot be run.
  bool run(const std::string &text, Failure &failure, bool &isTimeout);
  bool checks(const std::string &text) const;
  /// Places of E0141, if there are no other errors.
  std::set<uint32_t> unused(const std::string &text) const;

  std::string error;

private:
  std::string command, path;
  Clock::time_point end;
};
} // namespace

bool Reduction::run(const std::string &text, Failure &failure,
                    bool &isTimeout) {
  if (!writeFile(path, text, error))
    return false;
  std::string line = command, quoted = shellQuoted(path);
  for (size_t at = line.find("{}"); at != std::string::npos;
       at = line.find("{}", at + quoted.size()))
    line.replace(at, 2, quoted);
  Outcome outcome;
  if (!runShell(line, std::max(0.1, secondsLeft()), outcome, error))
    return false;
  isTimeout = outcome.isTimeout;
  failure = {outcome.status, messageOf(outcome, path)};
  return true;
}

/// What `spex check` does, without a word.
static void checkQuietly(const std::string &path, const std::string &text,
                         CheckedSource &source) {
  source.file.name = path;
  source.file.text = text;
  source.tree = parse(source.file, source.diagnostics);
  if (!source.diagnostics.hasErrors())
    source.imports = readImports(*source.tree, source.file, source.diagnostics);
  SemaOptions options;
  options.mustBeBuildable = false;
  if (!source.diagnostics.hasErrors())
    source.program =
        check(*source.tree, source.file, options, source.diagnostics);
}

bool Reduction::checks(const std::string &text) const {
  CheckedSource source;
  checkQuietly(path, text, source);
  return source.program.has_value();
}

std::set<uint32_t> Reduction::unused(const std::string &text) const {
  CheckedSource source;
  checkQuietly(path, text, source);
  std::set<uint32_t> places;
  for (const Diagnostic *diagnostic : source.diagnostics.sorted()) {
    if (info(diagnostic->code).severity != Severity::Error)
      continue;
    if (diagnostic->code != Code::E0141 || !diagnostic->location ||
        diagnostic->location->file != 0)
      return {};
    places.insert(diagnostic->location->offset);
  }
  return places;
}

static int finish(const Arguments &arguments, const Reduced &reduced,
                  const std::string &original) {
  auto lines = [](const std::string &text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  std::string error;
  if (!writeFile(arguments.value(OPT_o), reduced.text, error))
    return fail(error);
  llvm::errs() << "note: " << lines(original) << " lines became "
               << lines(reduced.text) << ", in " << reduced.taken << " of "
               << reduced.tried << " steps tried\n";
  return 0;
}

static int reduceProgram(const Arguments &arguments, const SourceFile &file,
                         double seconds) {
  CheckedSource parsed;
  parsed.file = file;
  parsed.tree = parse(parsed.file, parsed.diagnostics);
  if (parsed.diagnostics.hasErrors()) {
    printDiagnostics(parsed.diagnostics);
    return fail("only a program that parses can be reduced");
  }
  bool hasImports = std::any_of(
      parsed.tree->items.begin(), parsed.tree->items.end(),
      [](const auto &item) { return item->kind == ast::Item::Kind::Import; });
  Candidate candidate(file.name, hasImports);
  if (candidate.path.empty())
    return fail(std::string("cannot make a temporary file: ") +
                strerror(errno));
  Reduction reduction(arguments.value(OPT_command_eq), seconds, candidate.path);
  Failure wanted;
  bool isTimeout = false;
  if (!reduction.run(file.text, wanted, isTimeout))
    return fail(reduction.error);
  if (isTimeout)
    return fail("the command does not end within --seconds " +
                arguments.value(OPT_seconds_eq, "60"));
  if (wanted.status == 0)
    return fail("the command does not fail for `" + file.name +
                "`: it must end with another status than 0");
  // A program with no mistakes must not become one that fails for a mistake.
  bool mustCheck = reduction.checks(file.text);
  ReduceSteps steps;
  if (mustCheck)
    steps.unused = [&](const std::string &text) {
      return reduction.unused(text);
    };
  steps.isTimeUp = [&] {
    return reduction.secondsLeft() <= 0 || !reduction.error.empty();
  };
  steps.fails = [&](const std::string &text) {
    Failure failure;
    bool isLate = false;
    return (!mustCheck || reduction.checks(text)) &&
           reduction.run(text, failure, isLate) && !isLate && failure == wanted;
  };
  Reduced reduced = reduce(file.text, steps);
  if (!reduction.error.empty())
    return fail(reduction.error);
  return finish(arguments, reduced, file.text);
}

int reduceCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  if (!path)
    return 1;
  std::string command = arguments.value(OPT_command_eq);
  if (command.find("{}") == std::string::npos)
    return fail("`spex reduce` needs --command 'CMD', with `{}` where the "
                "program's name belongs, as --command 'spex verify {}'");
  std::string text = arguments.value(OPT_seconds_eq, "60");
  int64_t seconds = 0;
  if (!llvm::to_integer(text, seconds, 10) || seconds < 1 || seconds > 1000000)
    return fail("--seconds takes a whole number from 1 to 1000000, and got `" +
                text + "`");
  SourceFile file;
  std::string error;
  if (!readFile(*path, file, error))
    return fail(error);
  return reduceProgram(arguments, file, double(seconds));
}
} // namespace spex
