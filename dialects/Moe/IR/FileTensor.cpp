//===- FileTensor.cpp - Where a parameter comes from ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the lines of a `weights` section on a `moe.parameter`, so that the
// manifest can take them over as they are.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/FileTensor.h"

#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::moe;

/// Marks the dimensions in one sum: terms `3`, `d0`, `2*d0` with `+` between.
static bool readSum(StringRef sum, llvm::SmallBitVector &named) {
  SmallVector<StringRef> terms;
  sum.split(terms, '+');
  for (StringRef term : terms) {
    int64_t factor;
    unsigned dim;
    auto [before, after] = term.split('*');
    bool hasStar = before.size() != term.size();
    StringRef name = hasStar ? after : term;
    if (hasStar && before.getAsInteger(10, factor))
      return false;
    if (!hasStar && !term.getAsInteger(10, factor))
      continue;
    if (!name.consume_front("d") || name.getAsInteger(10, dim) ||
        dim >= named.size())
      return false;
    named.set(dim);
  }
  return true;
}

/// Marks the dimensions in the braces of a name.
static bool readName(StringRef name, llvm::SmallBitVector &named) {
  if (name.empty())
    return false;
  while (!name.empty()) {
    size_t open = name.find_first_of("{}");
    if (open == StringRef::npos)
      return true;
    size_t close = name.find('}', open);
    if (name[open] != '{' || close == StringRef::npos ||
        !readSum(name.slice(open + 1, close), named))
      return false;
    name = name.drop_front(close + 1);
  }
  return true;
}

/// An integer of the dictionary, or `otherwise` if it has none.
static int64_t numberOf(DictionaryAttr file, StringRef key, int64_t otherwise) {
  auto number = file.getAs<IntegerAttr>(key);
  return number && number.getType().isSignlessInteger(64) ? number.getInt()
                                                          : otherwise;
}

static LogicalResult verifyKeys(ParameterOp op, DictionaryAttr file) {
  for (NamedAttribute entry : file) {
    StringRef key = entry.getName();
    Attribute value = entry.getValue();
    auto integer = dyn_cast<IntegerAttr>(value);
    bool isNumber = integer && integer.getType().isSignlessInteger(64);
    bool isKnown =
        key == "tensor" || key == "format"
            ? isa<StringAttr>(value)
            : key == "axes" ? isa<ArrayAttr>(value)
                            : llvm::is_contained({"parts", "part", "repeat"},
                                                 key) &&
                                  isNumber;
    if (!isKnown)
      return op.emitOpError("has a file with ") << entry.getName() << " = "
                                                << value;
  }
  if (!file.get("tensor") || !file.get("axes"))
    return op.emitOpError("needs tensor and axes in each of its files");
  return success();
}

LogicalResult moe::verifyFileTensor(ParameterOp op, Attribute attr) {
  auto file = dyn_cast<DictionaryAttr>(attr);
  if (!file)
    return op.emitOpError("has a file that is no dictionary: ") << attr;
  if (failed(verifyKeys(op, file)))
    return failure();
  int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
  llvm::SmallBitVector seen(rank);
  auto tensor = file.getAs<StringAttr>("tensor");
  if (!readName(tensor, seen))
    return op.emitOpError("has no such dimensions as in ") << tensor;
  int64_t parts = numberOf(file, "parts", 0), part = numberOf(file, "part", 0);
  int64_t partAxes = 0;
  SmallVector<int64_t> dims;
  for (Attribute axis : file.getAs<ArrayAttr>("axes")) {
    auto factors = dyn_cast<ArrayAttr>(axis);
    if (!factors)
      return op.emitOpError("has an axis that is no list: ") << axis;
    for (Attribute factor : factors) {
      auto dim = dyn_cast<IntegerAttr>(factor);
      if (!dim || !dim.getType().isSignlessInteger(64))
        return op.emitOpError("has an axis that is no dimension: ") << factor;
      if (dim.getInt() == -1)
        ++partAxes;
      else
        dims.push_back(dim.getInt());
    }
  }
  if (file.get("repeat"))
    dims.push_back(numberOf(file, "repeat", 0));
  for (int64_t dim : dims) {
    if (dim < 0 || dim >= rank || seen.test(dim))
      return op.emitOpError("must have each dimension once in ") << file;
    seen.set(dim);
  }
  if (!seen.all())
    return op.emitOpError("must have each dimension once in ") << file;
  if (parts < 0 || partAxes != (parts > 0) || part < 0 ||
      (parts > 0 && part >= parts) || (parts == 0 && part != 0))
    return op.emitOpError("has parts that do not fit in ") << file;
  return success();
}
