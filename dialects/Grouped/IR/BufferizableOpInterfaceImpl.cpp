//===- BufferizableOpInterfaceImpl.cpp - Grouped ops on buffers -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bufferization keeps every op and swaps tensors for memrefs. Two facts make it
// free of copies: inits are written and never read, and the arguments of a task
// are no aliases of its operands, as with the iteration arguments of scf.for.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Bufferize.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::grouped {
namespace {
using bufferization::AliasingValueList;
using bufferization::AnalysisState;
using bufferization::BufferizableOpInterface;
using bufferization::BufferizationOptions;
using bufferization::BufferizationState;
using bufferization::BufferLikeType;
using bufferization::DstBufferizableOpInterfaceExternalModel;

/// Replaces `op` by the same op on the buffers of its operands.
LogicalResult bufferizeDestinationOp(RewriterBase &rewriter, Operation *op,
                                     const BufferizationOptions &options,
                                     BufferizationState &bufferState) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    if (isa<TensorType>(operand.getType())) {
      FailureOr<Value> buffer =
          bufferization::getBuffer(rewriter, operand, options, bufferState);
      if (failed(buffer))
        return failure();
      operand = *buffer;
    }
    operands.push_back(operand);
  }

  rewriter.setInsertionPoint(op);
  OperationState state(op->getLoc(), op->getName(), operands,
                       /*types=*/TypeRange(), op->getAttrs());
  for (Region &region : op->getRegions())
    state.addRegion()->takeBody(region);
  auto newOp = cast<DestinationStyleOpInterface>(rewriter.create(state));
  bufferization::replaceOpWithBufferizedValues(rewriter, op,
                                               newOp.getDpsInits());
  return success();
}

/// `Model` is the class that is attached. It has to be passed down: overrides
/// of a class merely derived from the attached one would never be called.
template <typename Model, typename OpT>
struct DestinationModel : DstBufferizableOpInterfaceExternalModel<Model, OpT> {
  // The base class says that inits are read; that would copy them as soon as
  // they have defined contents.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    return bufferizeDestinationOp(rewriter, op, options, state);
  }
};

template <typename OpT>
struct PlainModel : DestinationModel<PlainModel<OpT>, OpT> {};

struct MatmulModel : DestinationModel<MatmulModel, MatmulOp> {
  // An element of `with` is read just before the same element of the result is
  // written, so a residual may be the destination itself.
  bool bufferizesToElementwiseAccess(Operation *op, const AnalysisState &,
                                     ArrayRef<OpOperand *> operands) const {
    auto matmul = cast<MatmulOp>(op);
    return llvm::all_of(operands, [&](OpOperand *operand) {
      Value value = operand->get();
      return matmul.isDpsInit(operand) ||
             (llvm::is_contained(matmul.getWith(), value) &&
              value != matmul.getLhs() &&
              !llvm::is_contained(matmul.getRhs(), value) &&
              value.getType() == matmul.getInit().getType());
    });
  }
};

struct ObserveModel : DestinationModel<ObserveModel, ObserveOp> {
  // A choice is replaced, if at all, where it stands.
  bool bufferizesToElementwiseAccess(Operation *, const AnalysisState &,
                                     ArrayRef<OpOperand *>) const {
    return true;
  }
};

/// The type of a part: as the whole, behind `numDropped` dimensions, at an
/// offset known only to the task.
FailureOr<BufferLikeType> getPartType(BufferLikeType whole, Type tensorType,
                                      unsigned numDropped) {
  auto memref = dyn_cast<MemRefType>(whole);
  if (!memref)
    return failure();
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(memref.getStridesAndOffset(strides, offset)))
    return failure();
  auto layout =
      StridedLayoutAttr::get(memref.getContext(), ShapedType::kDynamic,
                             ArrayRef(strides).drop_front(numDropped));
  return cast<BufferLikeType>(MemRefType::get(
      cast<RankedTensorType>(tensorType).getShape(), memref.getElementType(),
      layout, memref.getMemorySpace()));
}

struct TasksModel : DestinationModel<TasksModel, TasksOp> {
  // Tasks run again and again, and beside each other: what they write must be
  // their own, or their rows of an init.
  bool isRepetitiveRegion(Operation *, unsigned) const { return true; }
  bool isParallelRegion(Operation *, unsigned) const { return true; }

  bool isWritable(Operation *op, Value value, const AnalysisState &) const {
    auto arg = dyn_cast<BlockArgument>(value);
    return !arg || cast<TasksOp>(op).getPart(arg.getArgNumber()).first ==
                       TasksOp::Part::Init;
  }

  FailureOr<BufferLikeType>
  getBufferType(Operation *op, Value value, const BufferizationOptions &options,
                const BufferizationState &state,
                SmallVector<Value> &invocationStack) const {
    auto tasks = cast<TasksOp>(op);
    auto arg = dyn_cast<BlockArgument>(value);
    if (!arg) {
      unsigned i = cast<OpResult>(value).getResultNumber();
      return bufferization::getBufferType(tasks.getInits()[i], options, state,
                                          invocationStack);
    }
    unsigned index = arg.getArgNumber();
    FailureOr<BufferLikeType> whole = bufferization::getBufferType(
        tasks.getTiedOperand(index)->get(), options, state, invocationStack);
    TasksOp::Part part = tasks.getPart(index).first;
    if (failed(whole) || part == TasksOp::Part::Input)
      return whole;
    return getPartType(*whole, arg.getType(), tasks.getNumDroppedDims(part));
  }

  LogicalResult verifyAnalysis(Operation *op,
                               const AnalysisState &state) const {
    auto tasks = cast<TasksOp>(op);
    for (OpOperand &yielded : tasks.getYield()->getOpOperands()) {
      unsigned i = yielded.getOperandNumber();
      if (state.areEquivalentBufferizedValues(yielded.get(),
                                              tasks.getInitArg(i)))
        continue;
      InFlightDiagnostic diag = tasks.emitOpError("must compute result ")
                                << i << " in its rows of the destination";
      diag.attachNote(yielded.get().getLoc()) << "this value lies elsewhere";
      return diag;
    }
    return success();
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    // The arguments first: getBufferType asks the op on tensors.
    Block *body = &cast<TasksOp>(op).getBody().front();
    if (failed(bufferization::bufferizeBlockSignature(body, rewriter, options,
                                                      state)))
      return failure();
    return bufferizeDestinationOp(rewriter, op, options, state);
  }
};

/// The buffer that `value` is a view of.
Value getWhole(Value value) {
  while (isa_and_nonnull<memref::CollapseShapeOp, memref::ExpandShapeOp,
                         memref::SubViewOp, memref::CastOp,
                         bufferization::ToTensorOp, bufferization::ToBufferOp>(
      value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

struct YieldModel
    : BufferizableOpInterface::ExternalModel<YieldModel, YieldOp> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &,
                              const AnalysisState &) const {
    return true;
  }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &,
                               const AnalysisState &) const {
    return false;
  }
  AliasingValueList getAliasingValues(Operation *, OpOperand &,
                                      const AnalysisState &) const {
    return {};
  }
  bool mustBufferizeInPlace(Operation *, OpOperand &,
                            const AnalysisState &) const {
    return true;
  }
  // The parent's verifyAnalysis saw that nothing is left to store. A view that
  // cannot be taken of the destination is a copy all the same, and what is
  // written into that is lost.
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    rewriter.setInsertionPoint(op);
    for (Value value : op->getOperands()) {
      FailureOr<Value> buffer =
          bufferization::getBuffer(rewriter, value, options, state);
      if (failed(buffer))
        return failure();
      if (getWhole(*buffer).getDefiningOp<memref::AllocOp>())
        return op->emitOpError("yields a copy of its destination");
    }
    rewriter.replaceOpWithNewOp<YieldOp>(op);
    return success();
  }
};
} // namespace

void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, GroupedDialect *) {
    BalanceOp::attachInterface<PlainModel<BalanceOp>>(*context);
    CombineOp::attachInterface<PlainModel<CombineOp>>(*context);
    DrawOp::attachInterface<PlainModel<DrawOp>>(*context);
    GatherOp::attachInterface<PlainModel<GatherOp>>(*context);
    LimitOp::attachInterface<PlainModel<LimitOp>>(*context);
    MatmulOp::attachInterface<MatmulModel>(*context);
    ObserveOp::attachInterface<ObserveModel>(*context);
    PlanOp::attachInterface<PlainModel<PlanOp>>(*context);
    SinkhornOp::attachInterface<PlainModel<SinkhornOp>>(*context);
    TakeOp::attachInterface<PlainModel<TakeOp>>(*context);
    TasksOp::attachInterface<TasksModel>(*context);
    TopKOp::attachInterface<PlainModel<TopKOp>>(*context);
    YieldOp::attachInterface<YieldModel>(*context);
  });
}
} // namespace mlir::grouped
