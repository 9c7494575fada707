//===- Prepare.cpp - How parameters become packed arguments ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A packed argument says which parameters it holds and, in `spex.pack`, which
// of their dimensions are contracted and which are columns of panels. This is
// the descriptor that spex_pack (runtime/include/spex/kernels.h) takes.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Conversion/GroupedToRuntime/Manifest.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/BuiltinTypes.h"

namespace mlir::grouped {
namespace {
/// The fields of `spex.pack`; a plain copy where the attribute is absent.
struct Packing {
  SmallVector<StringRef> parameters;
  SmallVector<int64_t> dims; // outer, contracted, columns
  int64_t numOuter = 0, numContracted = 0, numColumns = 0;
  int64_t width = 0, interleave = 1;
};
} // namespace

static int64_t elementBytes(ShapedType type) {
  return llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

static FailureOr<Packing> readPacking(func::FuncOp entry, unsigned number) {
  Packing packing;
  auto pack = entry.getArgAttrOfType<DictionaryAttr>(number, "spex.pack");
  if (!pack) {
    auto name = entry.getArgAttrOfType<StringAttr>(number, "spex.parameter");
    if (!name)
      return entry.emitOpError("argument ")
             << number << " does not say which parameter it holds";
    packing.parameters.push_back(name.getValue());
    return packing;
  }
  auto parameters = pack.getAs<ArrayAttr>("parameters");
  auto width = pack.getAs<IntegerAttr>("columns");
  auto outer = pack.getAs<ArrayAttr>("outer"), k = pack.getAs<ArrayAttr>("k"),
       n = pack.getAs<ArrayAttr>("n");
  if (!parameters || parameters.empty() || !width || !outer || !k || !n)
    return entry.emitOpError("argument ")
           << number << " has an incomplete packing";
  for (auto parameter : parameters.getAsRange<StringAttr>())
    packing.parameters.push_back(parameter.getValue());
  for (ArrayAttr dims : {outer, k, n})
    for (auto dim : dims.getAsRange<IntegerAttr>())
      packing.dims.push_back(dim.getInt());
  packing.numOuter = outer.size();
  packing.numContracted = k.size();
  packing.numColumns = n.size();
  packing.width = width.getInt();
  if (auto interleave = pack.getAs<IntegerAttr>("interleave"))
    packing.interleave = interleave.getInt();
  return packing;
}

/// Numbers of the parameters in the manifest, and their common type.
static FailureOr<RankedTensorType>
findParameters(func::FuncOp entry, unsigned number, const Packing &packing,
               SmallVectorImpl<int64_t> &numbers) {
  auto module = entry->getParentOfType<ModuleOp>();
  RankedTensorType common;
  for (StringRef wanted : packing.parameters) {
    int64_t position = 0;
    RankedTensorType type;
    for (auto parameter : module.getOps<moe::ParameterOp>()) {
      if (parameter.getSymName() == wanted) {
        type = cast<RankedTensorType>(parameter.getType());
        break;
      }
      ++position;
    }
    if (!type || (common && type != common))
      return entry.emitOpError("argument ")
             << number << " holds '" << wanted << "', which "
             << (type ? "has another type than what lies beside it"
                      : "is no parameter of the module");
    common = type;
    numbers.push_back(position);
  }
  return common;
}

static bool isPermutation(ArrayRef<int64_t> dims, int64_t rank) {
  SmallVector<int64_t> sorted(dims);
  llvm::sort(sorted);
  return llvm::equal(sorted, llvm::seq<int64_t>(0, rank));
}

/// Elements of [outer][panels][k][right-hand sides][columns], padded.
static int64_t packedElements(const Packing &packing, RankedTensorType type,
                              int64_t numSides) {
  int64_t outer = 1, contracted = 1, columns = 1;
  for (auto [i, dim] : llvm::enumerate(packing.dims)) {
    auto position = static_cast<int64_t>(i);
    int64_t &product = position < packing.numOuter ? outer
                       : position < packing.numOuter + packing.numContracted
                           ? contracted
                           : columns;
    product *= type.getDimSize(dim);
  }
  return outer * llvm::alignTo(columns, packing.width) *
         llvm::alignTo(contracted, packing.interleave) * numSides;
}

static FailureOr<PackedArgument> packedArgument(func::FuncOp entry,
                                                BlockArgument argument) {
  unsigned number = argument.getArgNumber();
  FailureOr<Packing> packing = readPacking(entry, number);
  if (failed(packing))
    return failure();
  SmallVector<int64_t> numbers;
  FailureOr<RankedTensorType> parameter =
      findParameters(entry, number, *packing, numbers);
  if (failed(parameter))
    return failure();
  auto type = cast<ShapedType>(argument.getType());
  int64_t numSides = numbers.size(), rank = parameter->getRank();
  if (!type.hasStaticShape() ||
      type.getElementType() != parameter->getElementType())
    return entry.emitOpError("argument ")
           << number << " of type " << type << " cannot hold a parameter of "
           << *parameter;

  PackedArgument result;
  result.bytes = type.getNumElements() * elementBytes(type);
  SmallVector<int64_t> &out = result.descriptor;
  if (packing->width == 0) {
    if (type.getNumElements() != parameter->getNumElements())
      return entry.emitOpError("argument ")
             << number << " has another size than its parameter";
    out = {elementBytes(type),    1, 0, 1, 0, 1, 0, numbers[0], 0,
           type.getNumElements(), 1};
    return result;
  }
  if (!isPermutation(packing->dims, rank))
    return entry.emitOpError("argument ")
           << number << " has a packing that does not name every dimension of "
           << *parameter << " once";

  if (type.getNumElements() != packedElements(*packing, *parameter, numSides))
    return entry.emitOpError("argument ")
           << number << " of type " << type
           << " is not as large as its panels of " << *parameter;

  SmallVector<int64_t> strides(rank, 1);
  for (int64_t dim = rank - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * parameter->getDimSize(dim + 1);
  out = {elementBytes(type),  numSides,          packing->width,
         packing->interleave, packing->numOuter, packing->numContracted,
         packing->numColumns};
  out.append(numbers);
  out.append(numSides, 0);
  for (int64_t dim : packing->dims)
    out.push_back(parameter->getDimSize(dim));
  for (int64_t side = 0; side < numSides; ++side)
    for (int64_t dim : packing->dims)
      out.push_back(strides[dim]);
  return result;
}

FailureOr<SmallVector<PackedArgument>> packedArguments(func::FuncOp entry) {
  SmallVector<PackedArgument> all;
  for (BlockArgument argument : entry.getArguments()) {
    if (placeOf(entry, argument.getArgNumber()) != "packed")
      continue;
    FailureOr<PackedArgument> packed = packedArgument(entry, argument);
    if (failed(packed))
      return failure();
    all.push_back(*packed);
  }
  return all;
}
} // namespace mlir::grouped
