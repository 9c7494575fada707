//===- CheckPhase.cpp - The check at the end of each phase, as a pass -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pass, so that a reproducer replays its failure like that of any other.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/CheckPhase.h"
#include "compiler/Pipelines/Checks.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace spex {
namespace {
class CheckPhasePass
    : public PassWrapper<CheckPhasePass, OperationPass<ModuleOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CheckPhasePass)

  CheckPhasePass() = default;
  CheckPhasePass(const CheckPhasePass &other) : PassWrapper(other) {}
  CheckPhasePass(StringRef name, bool isFault) {
    phase = name.str();
    fault = isFault;
  }

  StringRef getArgument() const override { return "spex-check-phase"; }
  StringRef getDescription() const override {
    return "nothing of the previous level remains";
  }

  void runOnOperation() override {
    std::optional<Phase> found = findPhase(phase);
    if (!found) {
      getOperation().emitError("unknown phase `") << phase << "`";
      return signalPassFailure();
    }
    if (fault)
      reportFirst();
    else if (failed(checkPhase(getOperation(), *found)))
      signalPassFailure();
  }

private:
  /// An operation with a place in the source, if there is one.
  void reportFirst() {
    getOperation().walk([&](Operation *op) {
      if (!isa<FileLineColLoc>(op->getLoc()) || isa<ModuleOp>(op))
        return WalkResult::advance();
      op->emitOpError("is refused, as was asked for");
      return WalkResult::interrupt();
    });
    signalPassFailure();
  }

  Option<std::string> phase{*this, "phase",
                            llvm::cl::desc("whose output to check")};
  Option<bool> fault{*this, "fault",
                     llvm::cl::desc("refuse it, to see what a fault of the "
                                    "compiler looks like"),
                     llvm::cl::init(false)};
};
} // namespace

std::unique_ptr<Pass> createCheckPhasePass(Phase phase, bool fault) {
  return std::make_unique<CheckPhasePass>(
      phases()[static_cast<size_t>(phase)].name, fault);
}

void registerCheckPhasePass() {
  registerPass([] { return std::make_unique<CheckPhasePass>(); });
}
} // namespace spex
