//===- Compile.cpp - From a file to machine code --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Compile.h"
#include "compiler/Driver/Files.h"
#include "compiler/Frontend/Printer.h"
#include "compiler/IRGen/IRGen.h"
#include "compiler/Link/Link.h"
#include "compiler/Pipelines/Registration.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <unistd.h>

namespace spex {
namespace {
/// "FILE:LINE:COL" of the innermost place in a source file, or "".
std::string describe(mlir::Location location) {
  std::string text;
  location->walk([&](mlir::Location part) {
    auto file = mlir::dyn_cast<mlir::FileLineColLoc>(part);
    if (!file)
      return mlir::WalkResult::advance();
    text = file.getFilename().str() + ":" + std::to_string(file.getLine()) +
           ":" + std::to_string(file.getColumn());
    return mlir::WalkResult::interrupt();
  });
  return text;
}
} // namespace

Compilation::Compilation(const Arguments &arguments) : arguments(arguments) {}
Compilation::~Compilation() = default;

/// Turns what MLIR says into one line, without IR. Notes would print it.
void Compilation::handle(mlir::Diagnostic &diagnostic) {
  if (isReplaying)
    return;
  std::string place = describe(diagnostic.getLocation());
  std::string prefix = place.empty() ? "" : place + ": ";
  if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark) {
    llvm::errs() << prefix << "remark: " << diagnostic.str() << "\n";
    return;
  }
  if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
    return;
  if (isFromIR)
    llvm::errs() << prefix << "error: " << diagnostic.str() << "\n";
  else
    llvm::errs() << prefix << "error: internal: " << diagnostic.str()
                 << "; this is a fault in the compiler\n";
}

bool Compilation::start(const std::string &path, Phase stopAt) {
  std::string error;
  if (!readFile(path, checked.file, error)) {
    fail(error);
    return false;
  }
  std::string cpu = arguments.value(OPT_cpu_eq, "native");
  std::optional<TargetDescription> found = findTarget(cpu, error);
  if (!found) {
    fail(error);
    return false;
  }
  target = *found;
  target.optLevel = arguments.optLevel();

  isFromIR = isIntermediate(checked.file.text);
  if (stopAt != Phase::Ast || isFromIR) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context = std::make_unique<mlir::MLIRContext>(
        registry, mlir::MLIRContext::Threading::DISABLED);
    context->printOpOnDiagnostic(false);
    context->getDiagEngine().registerHandler(
        [this](mlir::Diagnostic &diagnostic) {
          handle(diagnostic);
          return mlir::success();
        });
  }
  if (isFromIR)
    return parseModule();
  bool isGood = analyseSource(arguments, /*mustBeBuildable=*/true, checked);
  showDiagnostics();
  if (!isGood)
    return false;
  entryPoint = chooseEntry(*checked.program);
  if (!entryPoint || !addTaps(arguments, checked, *entryPoint))
    return false;
  if (arguments.has(OPT_dump_to_eq))
    dump(Phase::Ast, print(*checked.tree));
  return stopAt == Phase::Ast || generateModule();
}

bool Compilation::parseModule() {
  llvm::TimeTraceScope scope("parse IR");
  for (OptionID id : {OPT_dim_eq, OPT_set_eq, OPT_numerics_eq, OPT_entry_eq,
                      OPT_cpu_eq, OPT_O0, OPT_O3, OPT_tap_eq})
    if (arguments.has(id)) {
      fail("`" + checked.file.name + "` is IR: its sizes, level and target " +
           "are fixed, and `" +
           arguments.list.getLastArg(id)->getSpelling().rtrim('=').str() +
           "` has no meaning");
      return false;
    }
  mlir::ParserConfig config(context.get());
  module = mlir::parseSourceString<mlir::ModuleOp>(checked.file.text, config,
                                                   checked.file.name);
  if (!module)
    return false;
  std::string error;
  std::optional<Phase> found = phaseOf(*module);
  std::optional<TargetDescription> stored = readTarget(*module, error);
  if (!found || !stored) {
    fail("`" + checked.file.name + "` is no output of `spex build --emit`" +
         (error.empty() ? "" : ": " + error));
    return false;
  }
  current = *found;
  target = *stored;
  return true;
}

bool Compilation::generateModule() {
  llvm::TimeTraceScope scope("generate moe");
  module = generate(*checked.program, *entryPoint, target, *context,
                    checked.diagnostics);
  if (!module) {
    showDiagnostics();
    return false;
  }
  if (!verifyModule())
    return false;
  current = Phase::Moe;
  if (arguments.has(OPT_dump_to_eq))
    dump(Phase::Moe, text());
  return true;
}

void Compilation::showDiagnostics() {
  bool isOnlyLater = isQuiet;
  for (const Diagnostic *diagnostic : checked.diagnostics.sorted()) {
    if (diagnostic->code == Code::E0010 && later.empty())
      later = diagnostic->message;
    isOnlyLater &= diagnostic->code == Code::E0010 ||
                   info(diagnostic->code).severity != Severity::Error;
  }
  if (!isOnlyLater)
    printDiagnostics(checked.diagnostics);
}

/// "/tmp/spex-reproducer-123.mlir", or below TMPDIR.
static std::string reproducerPath() {
  const char *directory = getenv("TMPDIR");
  return std::string(directory && *directory ? directory : "/tmp") +
         "/spex-reproducer-" + std::to_string(getpid()) + ".mlir";
}

static void noteReproducer(const std::string &command) {
  llvm::errs() << "note: `" << command
               << "` shows the fault again; please attach that file\n";
}

/// The phase that a hidden option lets fail.
static std::optional<Phase> wantedFault(const Arguments &arguments) {
  return findPhase(arguments.value(OPT_test_fault_eq));
}

bool Compilation::verifyModule() {
  // An attribute that our own verifier does not know.
  if (wantedFault(arguments) == Phase::Moe)
    (*module)->setAttr("spex.fault", mlir::UnitAttr::get(context.get()));
  if (mlir::succeeded(mlir::verify(*module)))
    return true;
  std::string text, error, path = reproducerPath();
  llvm::raw_string_ostream stream(text);
  // The custom form of an operation may rely on what does not hold.
  mlir::ModuleOp(*module).print(
      stream, mlir::OpPrintingFlags().printGenericOpForm());
  if (writeFile(path, text + "\n", error))
    noteReproducer("spex-opt " + path);
  return false;
}

bool Compilation::lowerTo(Phase phase) {
  if (current >= phase)
    return true;
  PipelineOptions options;
  options.remarkScalarLoops = arguments.value(OPT_remarks_eq) == "vectorize";
  options.fault = wantedFault(arguments);
  options.afterPhase = [this](Phase reached, mlir::ModuleOp) {
    current = reached;
    // Printing costs as much as a pass: only where it is asked for.
    if (arguments.has(OPT_dump_to_eq))
      dump(reached, text());
  };
  if (mlir::succeeded(lower(*module, current, phase, options))) {
    current = phase;
    return true;
  }
  writeReproducer();
  return false;
}

bool Compilation::emit(CodeKind kind, llvm::SmallVectorImpl<char> &code) {
  if (!lowerTo(Phase::Llvm))
    return false;
  std::string error;
  if (emitCode(*module, target, kind, code, error))
    return true;
  fail(error);
  return false;
}

bool Compilation::emitText(llvm::StringRef text,
                           llvm::SmallVectorImpl<char> &object) {
  mlir::ParserConfig config(context.get());
  mlir::OwningOpRef<mlir::ModuleOp> parsed =
      mlir::parseSourceString<mlir::ModuleOp>(text, config, "wrappers");
  if (!parsed)
    return false;
  TargetDescription anyCpu;
  anyCpu.cpu = "x86-64";
  std::string error;
  if (emitCode(*parsed, anyCpu, CodeKind::Object, object, error))
    return true;
  fail(error);
  return false;
}

std::string Compilation::manifest() const {
  mlir::Operation *global = mlir::SymbolTable::lookupSymbolIn(
      mlir::ModuleOp(*module), "spex_program_manifest");
  auto text =
      global ? global->getAttrOfType<mlir::StringAttr>("value") : nullptr;
  return text ? text.str() : "";
}

std::string Compilation::text() const {
  std::string result;
  llvm::raw_string_ostream stream(result);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo(/*enable=*/false);
  mlir::ModuleOp(*module).print(stream, flags);
  stream << '\n';
  return result;
}

std::string Compilation::name() const {
  if (entryPoint)
    return entryPoint->name;
  auto attribute = (*module)->getAttrOfType<mlir::StringAttr>("spex.name");
  return attribute ? attribute.str() : "a.out";
}

void Compilation::dump(Phase phase, llvm::StringRef content) {
  std::string directory = arguments.value(OPT_dump_to_eq);
  if (directory.empty())
    return;
  std::string error;
  if (std::error_code code = llvm::sys::fs::create_directories(directory)) {
    fail("cannot make the folder `" + directory + "`: " + code.message());
    return;
  }
  for (const PhaseInfo &info : phases()) {
    if (info.phase != phase)
      continue;
    const char *extension = phase == Phase::Ast ? ".spex" : ".mlir";
    std::string path = directory + "/" +
                       std::to_string(static_cast<int>(phase)) + "-" +
                       info.name + extension;
    if (!writeFile(path, content, error))
      fail(error);
  }
}

/// Lowers once more from the start, this time with a file for the pass that
/// fails: keeping copies for a failure that never comes would cost every build.
void Compilation::writeReproducer() {
  if (isFromIR)
    return; // the user has the file
  isReplaying = true;
  module = generate(*checked.program, *entryPoint, target, *context,
                    checked.diagnostics);
  PipelineOptions options;
  options.reproducer = reproducerPath();
  options.fault = wantedFault(arguments);
  bool hasFailed = module && mlir::failed(lower(*module, Phase::Moe,
                                                Phase::Llvm, options));
  isReplaying = false;
  if (hasFailed && llvm::sys::fs::exists(options.reproducer))
    noteReproducer("spex-opt --run-reproducer " + options.reproducer);
}

int compileInMemory(Compilation &compilation, const std::string &path) {
  llvm::SmallVector<char> object;
  if (!compilation.start(path, Phase::Object) ||
      !compilation.emit(CodeKind::Object, object))
    return -1;
  std::string error;
  int descriptor = linkInMemory(object, error);
  if (descriptor < 0)
    fail(error);
  return descriptor;
}
} // namespace spex
