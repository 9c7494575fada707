//===- Value.cpp - What Sema knows of a value -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sets are short vectors in order of entry, so that nothing that is printed
// depends on addresses.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Value.h"

namespace spex::sema {

void Sight::add(const Dimension *dim, unsigned phases) {
  if (!phases)
    return;
  for (auto &[known, when] : entries)
    if (known == dim) {
      when |= phases;
      return;
    }
  entries.push_back({dim, phases});
}

void Sight::merge(const Sight &other, unsigned mask) {
  for (auto [dim, when] : other.entries)
    add(dim, when & mask);
}

unsigned Sight::phases(const Dimension *dim) const {
  for (auto [known, when] : entries)
    if (known == dim)
      return when;
  return 0;
}

void Facts::inherit(const Facts &operand, unsigned phaseMask) {
  full.merge(operand.full, phaseMask);
  past.merge(operand.past, phaseMask);
  carried.merge(operand.carried, phaseMask);
  for (const Dimension *dim : operand.masks)
    if (!has(masks, dim))
      masks.push_back(dim);
  random |= operand.random & phaseMask;
  isFromExperts |= operand.isFromExperts;
}

unsigned width(ElementType element) {
  switch (element) {
  case ElementType::F64:
    return 64;
  case ElementType::F32:
    return 32;
  case ElementType::BF16:
  case ElementType::F16:
    return 16;
  default:
    return 0;
  }
}

const char *spelling(ElementType element) {
  switch (element) {
  case ElementType::F64:
    return "f64";
  case ElementType::F32:
    return "f32";
  case ElementType::BF16:
    return "bf16";
  case ElementType::F16:
    return "f16";
  case ElementType::Int:
    return "int";
  case ElementType::Bool:
    return "bool";
  case ElementType::Index:
    return "index";
  }
  return "";
}

} // namespace spex::sema
