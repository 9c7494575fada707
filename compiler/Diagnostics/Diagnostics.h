//===- Diagnostics.h - Errors and warnings in a source file -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects what is wrong with a program: code, place, message, help. Parser
// and Sema report; the driver prints. Messages live in Codes.def:
//
//   diags.report(message::unknownName, name.location, name.text)
//       .help("did you mean `{}`?", nearest);
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DIAGNOSTICS_DIAGNOSTICS_H
#define COMPILER_DIAGNOSTICS_DIAGNOSTICS_H

#include "compiler/Diagnostics/SourceFile.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace spex {

enum class Severity { Error, Warning };
/// The stages of language.md.
enum class Stage { S1, S2, S3, S4 };

enum class Code : uint16_t {
#define CODE(code, severity, stage, title, advice) code,
#include "compiler/Diagnostics/Codes.def"
};

/// What the table says of a code.
struct CodeInfo {
  Code code;
  const char *name; ///< "E0101"
  Severity severity;
  Stage stage;
  const char *title;
  const char *advice; ///< "" if there is none
};
const CodeInfo &info(Code code);
/// The code called `name`, as "E0101".
std::optional<Code> findCode(std::string_view name);
/// How many codes there are; they are numbered from 0.
unsigned numCodes();

/// The number of `{}` in a format.
constexpr unsigned countHoles(const char *format) {
  unsigned holes = 0;
  for (const char *at = format; *at; ++at)
    holes += at[0] == '{' && at[1] == '}';
  return holes;
}

/// One wording of a code, with its number of arguments.
template <unsigned NumArguments> struct Message {
  Code code;
  const char *format;
};

namespace message {
#define MESSAGE(code, name, format)                                            \
  inline constexpr Message<countHoles(format)> name{Code::code, format};
#include "compiler/Diagnostics/Codes.def"
} // namespace message

/// An argument of a message, as text.
class MessageArgument {
public:
  MessageArgument(std::string text) : text(std::move(text)) {}
  MessageArgument(std::string_view text) : text(text) {}
  MessageArgument(const char *text) : text(text) {}
  template <typename Int, typename = std::enable_if_t<std::is_integral_v<Int>>>
  MessageArgument(Int number) : text(std::to_string(number)) {}

  std::string text;
};

/// `format` with its `{}` filled in, in order.
std::string fillIn(const char *format,
                   std::initializer_list<MessageArgument> arguments);

struct Diagnostic {
  Code code;
  /// Absent for what has no place, as a wrong option.
  std::optional<SourceLocation> location;
  std::string message;
  std::vector<std::string> help;
};

/// A diagnostic just reported, for adding help. Does not outlive the next
/// report.
class InFlight {
public:
  explicit InFlight(Diagnostic *diagnostic) : diagnostic(diagnostic) {}

  template <typename... Arguments>
  InFlight &help(const char *format, const Arguments &...arguments) {
    if (diagnostic)
      diagnostic->help.push_back(
          fillIn(format, {MessageArgument(arguments)...}));
    return *this;
  }
  InFlight &help(const std::string &text) {
    if (diagnostic)
      diagnostic->help.push_back(text);
    return *this;
  }
  /// "did you mean `...`?" if a known word is near.
  InFlight &helpNearest(std::string_view word,
                        const std::vector<std::string> &known);

private:
  Diagnostic *diagnostic; ///< null if it was reported before
};

struct RenderOptions {
  bool useColour = false;
  unsigned maxShown = 20;
  unsigned maxColumns = 120; ///< longer source lines are clipped
};

class DiagnosticEngine {
public:
  /// Makes a file known; it must outlive the engine. Gives the number that
  /// its places carry: 0 for the first. A known file keeps its number.
  uint16_t addFile(const SourceFile &file);

  /// Reports at a place. A code is reported at a place only once, because a
  /// body may be checked for several sizes and variants.
  template <unsigned NumArguments, typename... Arguments>
  InFlight report(const Message<NumArguments> &message, SourceLocation location,
                  const Arguments &...arguments) {
    static_assert(sizeof...(Arguments) == NumArguments,
                  "a message needs one argument for each {}");
    return add(message.code, location,
               fillIn(message.format, {MessageArgument(arguments)...}));
  }
  /// Reports what has no place in a file.
  template <unsigned NumArguments, typename... Arguments>
  InFlight reportGlobal(const Message<NumArguments> &message,
                        const Arguments &...arguments) {
    static_assert(sizeof...(Arguments) == NumArguments,
                  "a message needs one argument for each {}");
    return add(message.code, std::nullopt,
               fillIn(message.format, {MessageArgument(arguments)...}));
  }

  unsigned errorCount() const { return numErrors; }
  unsigned warningCount() const { return numWarnings; }
  bool hasErrors() const { return numErrors != 0; }

  /// All of them, sorted by place; those without a place come first.
  std::vector<const Diagnostic *> sorted() const;
  const SourceFile &file(uint16_t index) const { return *files[index]; }

  /// Prints the first of each severity as language.md, section 15, says, and
  /// a line that counts them if there are more.
  void print(llvm::raw_ostream &os, const RenderOptions &options = {}) const;
  void print(llvm::raw_ostream &os, const Diagnostic &diagnostic,
             const RenderOptions &options) const;

private:
  InFlight add(Code code, std::optional<SourceLocation> location,
               std::string message);

  std::vector<const SourceFile *> files;
  std::vector<Diagnostic> diagnostics;
  std::set<std::tuple<Code, uint16_t, uint32_t>> reported;
  unsigned numErrors = 0;
  unsigned numWarnings = 0;
};

/// The known word nearest to `word`, if one is near enough to be meant.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string> &known);

} // namespace spex

#endif // COMPILER_DIAGNOSTICS_DIAGNOSTICS_H
