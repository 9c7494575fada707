//===- WrapEntry.cpp - The symbol of a program ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_program of runtime/include/spex/program.h: C functions that take arrays
// of sizes and pointers, so that one generic C program can call every model.
// Runs first of the phase `llvm`; what it reads is in the IR of `loops`.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/Descriptors.h"
#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Conversion/GroupedToRuntime/Manifest.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_WRAPENTRYPASS
#include "dialects/Conversion/GroupedToRuntime/Passes.h.inc"

namespace {
constexpr StringRef programSymbol = "spex_executable_program";
constexpr int64_t abiVersion = 1;   // SPEX_ABI
constexpr int64_t programSize = 72; // sizeof(spex_program)
constexpr int64_t stateAlignment = 64;

/// Builds the C functions and constants of one entry.
class ProgramBuilder {
public:
  explicit ProgramBuilder(func::FuncOp entry)
      : entry(entry), module(entry->getParentOfType<ModuleOp>()),
        loc(entry.getLoc()), converter(entry.getContext()),
        b(entry.getContext()),
        pointer(LLVM::LLVMPointerType::get(entry.getContext())),
        i32(b.getI32Type()), i64(b.getI64Type()) {}

  LogicalResult build();

private:
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, i64, b.getI64IntegerAttr(value));
  }
  Value element(Value array, int64_t i, Type type);
  void succeed();
  LLVM::LLVMFuncOp openFunction(StringRef name, Type result,
                                ArrayRef<Type> arguments);
  LLVM::GlobalOp makeData(StringRef name, ArrayRef<int64_t> values);
  void readSizes(Value dims);
  FailureOr<SmallVector<Value>> bufferSizes(BlockArgument argument);
  Value stateBytes(BlockArgument argument, ArrayRef<Value> sizes);

  LLVM::LLVMFuncOp makeBytes(StringRef name, StringRef formula);
  FailureOr<LLVM::LLVMFuncOp> makeStateBytes();
  LLVM::LLVMFuncOp makePrepare(ArrayRef<PackedArgument> packed);
  FailureOr<LLVM::LLVMFuncOp> makeRun();
  LogicalResult passArgument(BlockArgument argument, LLVM::LLVMFuncOp run,
                             SmallVectorImpl<Value> &operands);
  void makeProgram(ArrayRef<Operation *> fields, int64_t manifestSize);
  void hideTheRest();

  func::FuncOp entry;
  ModuleOp module;
  Location loc;
  LLVMTypeConverter converter;
  OpBuilder b;
  Type pointer, i32, i64;

  llvm::StringMap<Value> sizes;      // of the function being built, as i64
  llvm::StringMap<int64_t> numTaken; // pointers of each array in use
  Value stateUsed;                   // bytes of state in use
};

struct WrapEntryPass final : impl::WrapEntryPassBase<WrapEntryPass> {
  void runOnOperation() override {
    if (getOperation().lookupSymbol(programSymbol))
      return;
    SmallVector<func::FuncOp> entries = entryFunctions(getOperation());
    if (entries.size() != 1) {
      getOperation().emitError("a program needs one entry point, got ")
          << entries.size();
      return signalPassFailure();
    }
    if (failed(ProgramBuilder(entries.front()).build()))
      signalPassFailure();
  }
};
} // namespace

/// Element `i` of an array in memory.
Value ProgramBuilder::element(Value array, int64_t i, Type type) {
  Value at =
      LLVM::GEPOp::create(b, loc, pointer, type, array,
                          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
  return LLVM::LoadOp::create(b, loc, type, at);
}

/// return SPEX_OK. Nothing in a run can fail; the context keeps what did.
void ProgramBuilder::succeed() {
  Value ok = LLVM::ConstantOp::create(b, loc, i32, b.getI32IntegerAttr(0));
  LLVM::ReturnOp::create(b, loc, ok);
}

LLVM::LLVMFuncOp ProgramBuilder::openFunction(StringRef name, Type result,
                                              ArrayRef<Type> arguments) {
  b.setInsertionPointToEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(result, arguments);
  auto function = LLVM::LLVMFuncOp::create(
      b, loc, ("spex_program_" + name).str(), type, LLVM::Linkage::Internal);
  b.setInsertionPointToStart(function.addEntryBlock(b));
  return function;
}

LLVM::GlobalOp ProgramBuilder::makeData(StringRef name,
                                        ArrayRef<int64_t> values) {
  b.setInsertionPointToEnd(module.getBody());
  auto type = RankedTensorType::get(static_cast<int64_t>(values.size()), i64);
  return LLVM::GlobalOp::create(
      b, loc, LLVM::LLVMArrayType::get(i64, values.size()),
      /*isConstant=*/true, LLVM::Linkage::Internal,
      ("spex_program_" + name).str(), DenseElementsAttr::get(type, values));
}

void ProgramBuilder::readSizes(Value dims) {
  sizes.clear();
  for (BlockArgument size : sizeArguments(entry))
    sizes[sizeName(entry, size.getArgNumber())] =
        element(dims, sizes.size(), i64);
}

/// The sizes of a buffer argument, as i64.
FailureOr<SmallVector<Value>>
ProgramBuilder::bufferSizes(BlockArgument argument) {
  unsigned number = argument.getArgNumber();
  auto type = cast<MemRefType>(argument.getType());
  auto dims = entry.getArgAttrOfType<ArrayAttr>(number, "spex.dims");
  SmallVector<Value> result;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    Value size;
    if (!type.isDynamicDim(dim))
      size = constant(type.getDimSize(dim));
    else if (dims && dim < static_cast<int64_t>(dims.size()))
      if (auto name = dyn_cast<StringAttr>(dims[dim]))
        size = sizes.lookup(name);
    if (!size)
      return entry.emitOpError("argument ")
             << number << " has a size that is no size of the call";
    result.push_back(size);
  }
  return result;
}

/// The bytes of one state buffer, rounded up to the alignment.
Value ProgramBuilder::stateBytes(BlockArgument argument,
                                 ArrayRef<Value> bufferSizes) {
  auto type = cast<MemRefType>(argument.getType());
  Value bytes = constant(llvm::divideCeil(type.getElementTypeBitWidth(), 8));
  for (Value size : bufferSizes)
    bytes = LLVM::MulOp::create(b, loc, bytes, size);
  bytes = LLVM::AddOp::create(b, loc, bytes, constant(stateAlignment - 1));
  return LLVM::AndOp::create(b, loc, bytes, constant(-stateAlignment));
}

/// int64_t name(const int64_t *dims), from a function of the sizes.
LLVM::LLVMFuncOp ProgramBuilder::makeBytes(StringRef name, StringRef formula) {
  auto callee =
      module.lookupSymbol<func::FuncOp>((entry.getName() + formula).str());
  LLVM::LLVMFuncOp function = openFunction(name, i64, pointer);
  SmallVector<Value> operands;
  for (BlockArgument size : sizeArguments(entry)) {
    (void)size;
    Value value = element(function.getArgument(0), operands.size(), i64);
    operands.push_back(
        arith::IndexCastOp::create(b, loc, b.getIndexType(), value));
  }
  Value bytes = constant(0);
  if (callee) {
    Value result = func::CallOp::create(b, loc, callee, operands).getResult(0);
    bytes = arith::IndexCastOp::create(b, loc, i64, result);
  }
  LLVM::ReturnOp::create(b, loc, bytes);
  return function;
}

FailureOr<LLVM::LLVMFuncOp> ProgramBuilder::makeStateBytes() {
  LLVM::LLVMFuncOp function = openFunction("state_bytes", i64, pointer);
  readSizes(function.getArgument(0));
  Value total = constant(0);
  for (BlockArgument argument : entry.getArguments()) {
    if (placeOf(entry, argument.getArgNumber()) != "state")
      continue;
    FailureOr<SmallVector<Value>> known = bufferSizes(argument);
    if (failed(known))
      return failure();
    total = LLVM::AddOp::create(b, loc, total, stateBytes(argument, *known));
  }
  LLVM::ReturnOp::create(b, loc, total);
  return function;
}

/// One call of spex_pack for each packed argument.
LLVM::LLVMFuncOp ProgramBuilder::makePrepare(ArrayRef<PackedArgument> packed) {
  SmallVector<LLVM::GlobalOp> descriptors;
  for (auto [i, argument] : llvm::enumerate(packed))
    descriptors.push_back(
        makeData(("pack_" + Twine(i)).str(), argument.descriptor));
  LLVM::LLVMFuncOp function =
      openFunction("prepare", i32, {pointer, pointer, pointer});
  SmallVector<Type> types(4, pointer);
  func::FuncOp pack = declareRuntime(b, module, "spex_pack", types, {});
  for (auto [i, descriptor] : llvm::enumerate(descriptors)) {
    Value address = LLVM::AddressOfOp::create(b, loc, descriptor);
    Value to = element(function.getArgument(2), i, pointer);
    SmallVector<Value> operands = {function.getArgument(0), address,
                                   function.getArgument(1), to};
    func::CallOp::create(b, loc, pack, operands);
  }
  succeed();
  return function;
}

LogicalResult ProgramBuilder::passArgument(BlockArgument argument,
                                           LLVM::LLVMFuncOp run,
                                           SmallVectorImpl<Value> &operands) {
  enum { Context, Dims, In, Out, Packed, Scratch, State };
  unsigned number = argument.getArgNumber();
  auto toIndex = [&](Value value) {
    operands.push_back(
        arith::IndexCastOp::create(b, loc, b.getIndexType(), value));
  };
  StringRef name = sizeName(entry, number);
  if (!name.empty()) {
    toIndex(sizes.lookup(name));
    return success();
  }
  StringRef place = placeOf(entry, number);
  if (place == contextPlace) {
    toIndex(LLVM::PtrToIntOp::create(b, loc, i64, run.getArgument(Context)));
    return success();
  }
  if (place == scratchPlace) {
    operands.push_back(scratchAt(b, loc, converter, run.getArgument(Scratch)));
    return success();
  }
  auto type = dyn_cast<MemRefType>(argument.getType());
  llvm::StringMap<unsigned> arrays = {
      {"in", In}, {"out", Out}, {"packed", Packed}, {"state", State}};
  auto array = arrays.find(place);
  if (!type || !type.getLayout().isIdentity() || array == arrays.end())
    return entry.emitOpError("argument ") << number
                                          << " has no place in the "
                                             "C interface";
  FailureOr<SmallVector<Value>> known = bufferSizes(argument);
  if (failed(known))
    return failure();
  Value data;
  if (place == "state") {
    data = LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(),
                               run.getArgument(State),
                               ArrayRef<LLVM::GEPArg>{stateUsed});
    stateUsed =
        LLVM::AddOp::create(b, loc, stateUsed, stateBytes(argument, *known));
  } else {
    data = element(run.getArgument(array->second), numTaken[place]++, pointer);
  }
  operands.push_back(memrefAt(b, loc, converter, type, data, *known));
  return success();
}

FailureOr<LLVM::LLVMFuncOp> ProgramBuilder::makeRun() {
  SmallVector<Type> arguments(7, pointer);
  LLVM::LLVMFuncOp run = openFunction("run", i32, arguments);
  readSizes(run.getArgument(1));
  stateUsed = constant(0);
  SmallVector<Value> operands;
  bool allPassed = true;
  for (BlockArgument argument : entry.getArguments())
    allPassed &= succeeded(passArgument(argument, run, operands));
  if (!allPassed)
    return failure();
  func::CallOp::create(b, loc, entry, operands);
  succeed();
  return run;
}

/// The constant spex_program. `fields` are what its pointers point to, in
/// order: the manifest, functions of bytes, prepare, packed bytes, run.
void ProgramBuilder::makeProgram(ArrayRef<Operation *> fields,
                                 int64_t manifestSize) {
  b.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types = {i32,     i32,     pointer, i64,     pointer,
                             pointer, pointer, pointer, pointer, pointer};
  Type type = LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  auto global = LLVM::GlobalOp::create(b, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::External, programSymbol,
                                       Attribute());
  b.createBlock(&global.getInitializerRegion());
  Value program = LLVM::UndefOp::create(b, loc, type);
  int64_t position = 0;
  auto append = [&](Value field) {
    program = LLVM::InsertValueOp::create(b, loc, program, field, position++);
  };
  auto number = [&](Type type, int64_t value) {
    append(
        LLVM::ConstantOp::create(b, loc, type, b.getIntegerAttr(type, value)));
  };
  number(i32, programSize);
  number(i32, abiVersion);
  for (Operation *field : fields) {
    StringRef name = SymbolTable::getSymbolName(field).getValue();
    append(LLVM::AddressOfOp::create(b, loc, pointer, name));
    if (field == fields.front())
      number(i64, manifestSize);
  }
  LLVM::ReturnOp::create(b, loc, program);
}

/// What the manifest holds now leaves the IR, and no other symbol is visible.
void ProgramBuilder::hideTheRest() {
  for (auto parameter :
       llvm::make_early_inc_range(module.getOps<moe::ParameterOp>()))
    parameter.erase();
  // Attributes of ours describe memrefs and indices, which are about to go.
  auto isOurs = [](NamedAttribute attribute) {
    return attribute.getName().strref().starts_with("spex.");
  };
  for (auto function : module.getOps<func::FuncOp>()) {
    for (NamedAttribute attribute :
         llvm::to_vector(function->getDiscardableAttrs()))
      if (isOurs(attribute))
        function->removeDiscardableAttr(attribute.getName());
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (DictionaryAttr attributes = function.getArgAttrDict(i))
        for (NamedAttribute attribute : attributes)
          if (isOurs(attribute))
            function.removeArgAttr(i, attribute.getName());
    if (function.isExternal())
      continue;
    function.setPrivate();
    makeInternal(function);
  }
  module->removeAttr("spex.routes");
  module->removeAttr("spex.checks");
}

LogicalResult ProgramBuilder::build() {
  FailureOr<std::string> manifest = makeManifest(entry);
  FailureOr<SmallVector<PackedArgument>> packed = packedArguments(entry);
  if (failed(manifest) || failed(packed))
    return failure();
  b.setInsertionPointToEnd(module.getBody());
  auto textType = LLVM::LLVMArrayType::get(b.getI8Type(), manifest->size());
  auto text = LLVM::GlobalOp::create(
      b, loc, textType, /*isConstant=*/true, LLVM::Linkage::Internal,
      "spex_program_manifest", b.getStringAttr(*manifest));
  SmallVector<int64_t> bytes;
  for (const PackedArgument &argument : *packed)
    bytes.push_back(argument.bytes);
  if (bytes.empty())
    bytes.push_back(0);
  LLVM::GlobalOp packedBytes = makeData("packed_bytes", bytes);
  LLVM::LLVMFuncOp scratch = makeBytes("scratch_bytes", "_scratch_bytes");
  LLVM::LLVMFuncOp worker = makeBytes("worker_bytes", "_worker_bytes");
  FailureOr<LLVM::LLVMFuncOp> state = makeStateBytes();
  LLVM::LLVMFuncOp prepare = makePrepare(*packed);
  FailureOr<LLVM::LLVMFuncOp> run = makeRun();
  if (failed(state) || failed(run))
    return failure();
  makeProgram({text, scratch, worker, *state, prepare, packedBytes, *run},
              manifest->size());
  hideTheRest();
  return success();
}
} // namespace mlir::grouped
