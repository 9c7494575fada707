//===- EvaluateScan.cpp - scan --------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// language.md, section 8, Repetition: a loop over the entries of a dimension,
// in order, that carries values from one to the next.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

namespace spex::interpreter {

/// Sets the carries to their first values and evaluates what is looped over.
bool Evaluator::startScan(const Scan &scan, Frame &frame,
                          std::vector<Tensor> &over) {
  for (const Scan::Slice &slice : scan.over) {
    over.push_back(evaluateTensor(*slice.value, frame));
    if (failed())
      return false;
  }
  for (const Scan::Carry &carry : scan.carries) {
    const Type &type = frame.instance->locals[carry.slot].type;
    Tensor value = evaluateTensor(*carry.init, frame);
    if (failed())
      return false;
    // One for each index of the extra dims, as all that follow are.
    frame.locals[carry.slot] = {expandTo(
        passedAs(value, type), frame.extraDims, frame.extraSizes)};
  }
  return !failed();
}

/// One run of the body, and the values it leaves to the next.
Value Evaluator::scanStep(const Expr &expr, Frame &frame) {
  const Scan &scan = *expr.scan;
  Value returned;
  for (const Statement &statement : scan.body) {
    runStatement(statement, frame, returned);
    if (failed())
      return {};
  }
  Value emitted = evaluate(*scan.emitted, frame);
  for (size_t f = 0; f < emitted.size() && !failed(); ++f) {
    const Type &type = expr.isRecord() ? expr.fieldTypes[f] : expr.type;
    emitted[f] = rounded(emitted[f], type.element);
    emitted[f].target = type.target;
    DimList dims = frame.extraDims;
    addMissing(dims, without(type.dims, {expr.dims[0]}));
    SizeList sizes = frame.extraSizes;
    for (size_t i = sizes.size(); i < dims.size(); ++i)
      sizes.push_back(sizeOf(dims[i]));
    emitted[f] = expandTo(emitted[f], dims, sizes);
  }
  std::vector<Tensor> next;
  for (const Scan::Carry &carry : scan.carries) {
    if (failed())
      return {};
    Tensor value = evaluateTensor(*carry.next, frame);
    if (failed())
      return {};
    const Type &type = frame.instance->locals[carry.slot].type;
    next.push_back(expandTo(passedAs(value, type), frame.extraDims,
                            frame.extraSizes));
  }
  for (size_t i = 0; i < next.size(); ++i)
    frame.locals[scan.carries[i].slot] = {std::move(next[i])};
  return failed() ? Value() : emitted;
}

Value Evaluator::scan(const Expr &expr, Frame &frame) {
  const Scan &scan = *expr.scan;
  const Dimension *dim = expr.dims[0];
  std::vector<Tensor> over;
  if (!startScan(scan, frame, over))
    return {};
  std::vector<Value> collected;
  uint64_t copy = frame.copy;
  for (int64_t entry = 0; entry < sizeOf(dim); ++entry) {
    for (size_t i = 0; i < over.size(); ++i) {
      int slot = scan.over[i].slot;
      frame.locals[slot] = {
          rounded(over[i].picked(over[i].axis(dim), entry),
                  frame.instance->locals[slot].type.element)};
    }
    frame.copy = copy * dim->size + entry;
    collected.push_back(scanStep(expr, frame));
    if (failed())
      return {};
  }
  frame.copy = copy;
  Value result;
  for (size_t f = 0; f < collected.front().size(); ++f)
    result.push_back(joinAlong(dim, collected, f));
  return result;
}

} // namespace spex::interpreter
