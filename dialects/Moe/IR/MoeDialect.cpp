//===- MoeDialect.cpp - The moe dialect -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers the ops and allows inlining: components are private functions.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/MoeOps.h"
#include "dialects/Spex/IR/InlineAll.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::moe;

#include "dialects/Moe/IR/MoeOpsDialect.cpp.inc"
#include "dialects/Moe/IR/MoeOpsEnums.cpp.inc"

/// The numbers of experts of each kind: `8, 4, 1`.
static mlir::ParseResult parseCounts(mlir::OpAsmParser &parser,
                                     mlir::DenseI64ArrayAttr &counts) {
  llvm::SmallVector<int64_t> numbers;
  auto parseNumber = [&]() {
    return parser.parseInteger(numbers.emplace_back());
  };
  if (parser.parseCommaSeparatedList(parseNumber))
    return mlir::failure();
  counts = parser.getBuilder().getDenseI64ArrayAttr(numbers);
  return mlir::success();
}

static void printCounts(mlir::OpAsmPrinter &printer, mlir::Operation *,
                        mlir::DenseI64ArrayAttr counts) {
  llvm::interleaveComma(counts.asArrayRef(), printer);
}

#define GET_OP_CLASSES
#include "dialects/Moe/IR/MoeOps.cpp.inc"

void MoeDialect::initialize() {
  addInterfaces<spex::InlineAll>();
  addOperations<
#define GET_OP_LIST
#include "dialects/Moe/IR/MoeOps.cpp.inc"
      >();
}
