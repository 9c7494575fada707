//===- Dimensions.cpp - Declare dimensions and know their sizes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 4. Dimensions of the file are declared when they are
// first asked for, since a declaration is visible everywhere.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

/// Sizes stay far from overflow, so that sums of two are safe.
static constexpr int64_t maxSize = int64_t(1) << 62;

Dimension *Checker::newDimension(const std::string &name,
                                 SourceLocation location) {
  program.dimensions.push_back(std::make_unique<Dimension>());
  Dimension *dim = program.dimensions.back().get();
  dim->name = name;
  dim->location = location;
  roots[dim] = dim;
  return dim;
}

const Dimension *Checker::root(const Dimension *dim) const {
  auto found = roots.find(dim);
  return found == roots.end() ? dim : found->second;
}

std::optional<Rational> Checker::atBounds(const Size &size) const {
  return arithmetic.evaluate(size,
                             [](const Dimension *dim) { return dim->size; });
}

bool Checker::isBroken(const Size &size) const {
  if (brokenDims.empty() && unknownDims.empty())
    return false;
  std::vector<const Dimension *> bases = arithmetic.bases(size);
  return std::any_of(
      bases.begin(), bases.end(),
      [&](const Dimension *dim) {
        return brokenDims.count(dim) || unknownDims.count(dim);
      });
}

std::optional<Rational> Checker::knownValue(const Size &size) const {
  if (std::optional<Rational> value = size.constant())
    return value;
  return isBroken(size) ? std::optional(Rational(2)) : std::nullopt;
}

bool Checker::agree(const Size &a, const Size &b) const {
  return SizeArithmetic::areEqual(a, b) || isBroken(a) || isBroken(b);
}

std::string Checker::spell(const Size &size) const {
  if (std::optional<Rational> value = size.constant())
    return value->str();
  if (std::optional<SizeFormula> formula = arithmetic.formula(size))
    return dump(*formula);
  return "unknown";
}

/// Calls `visit` for a grid of base sizes: all of them where that is few, the
/// smallest ones and the bounds otherwise. Stops when it gives false.
template <typename Visit>
static bool forSizes(const std::vector<const Dimension *> &bases, Visit visit) {
  int64_t perBase = bases.size() == 1 ? 256 : bases.size() == 2 ? 16 : 6;
  if (bases.size() > 3)
    perBase = 2;
  std::vector<int64_t> at(bases.size(), 1);
  auto sizeOf = [&](const Dimension *dim) -> int64_t {
    for (size_t i = 0; i < bases.size(); ++i)
      if (bases[i] == dim)
        return at[i];
    return 1;
  };
  // With many bases the corners alone are 2^n: look at no more than these.
  for (unsigned steps = 0; steps < 300; ++steps) {
    if (!visit(SizeOfDimension(sizeOf)))
      return false;
    size_t i = 0;
    for (; i < bases.size(); ++i) {
      if (at[i] == bases[i]->size) {
        at[i] = 1;
        continue;
      }
      at[i] = at[i] < perBase ? at[i] + 1 : bases[i]->size;
      at[i] = std::min(at[i], bases[i]->size);
      break;
    }
    if (i == bases.size())
      return true;
  }
  return true;
}

bool Checker::isWholeAtEverySize(const Size &size) const {
  if (std::optional<Rational> value = size.constant())
    return value->isWhole();
  if (isBroken(size))
    return true;
  return forSizes(arithmetic.bases(size), [&](const SizeOfDimension &sizeOf) {
    std::optional<Rational> value = arithmetic.evaluate(size, sizeOf);
    return value && value->isWhole();
  });
}

bool Checker::setSize(Dimension *dim, const Size &size,
                      SourceLocation location) {
  auto refuse = [&](const std::string &value) {
    diags.report(message::sizeNotWhole, location, dim->name, value)
        .help("wrap it in `floor(...)` or `ceil(...)`, or change the sizes");
    return false;
  };
  if (isBroken(size)) {
    makeUnknown(dim);
    sizes[dim] = size;
    brokenDims.erase(dim);
    return true;
  }
  std::optional<Rational> largest = atBounds(size);
  if (!largest)
    return refuse("too large");
  if (std::optional<Rational> value = size.constant()) {
    std::optional<int64_t> whole = value->asInteger();
    if (!whole || *whole < 1 || *whole > maxSize)
      return refuse(value->str());
    dim->size = *whole;
    dim->formula.constant = *whole;
    sizes[dim] = size;
    brokenDims.erase(dim);
    return true;
  }
  spend(1000, location);
  // The largest size at the corners; the formula may fall with a dimension.
  Rational bound = *largest;
  std::optional<Rational> broken;
  forSizes(arithmetic.bases(size), [&](const SizeOfDimension &sizeOf) {
    std::optional<Rational> value = arithmetic.evaluate(size, sizeOf);
    if (!value || !value->isWhole()) {
      broken = value ? *value : Rational(0);
      return false;
    }
    if (Rational::compare(bound, *value) < 0)
      bound = *value;
    return true;
  });
  std::optional<int64_t> whole = bound.asInteger();
  std::optional<SizeFormula> formula = arithmetic.formula(size);
  if (broken || !whole || *whole < 1 || *whole > maxSize || !formula)
    return refuse(broken ? broken->str() : bound.str());
  dim->size = *whole;
  dim->isBounded = true;
  dim->formula = std::move(*formula);
  sizes[dim] = size;
  brokenDims.erase(dim);
  return true;
}

void Checker::makeUnknown(Dimension *dim) {
  sizes[dim] = arithmetic.base(dim);
  dim->size = 4096;
  dim->formula.constant = 4096;
}

const Dimension *Checker::declareDim(const ast::DimDecl &decl, Body *body,
                                     bool isSettable) {
  Dimension *dim = newDimension(decl.name.text, decl.name.location);
  // An error leaves a size that nothing else trips over.
  makeUnknown(dim);
  brokenDims.insert(dim);
  if (decl.kind == ast::DimDecl::Kind::Labels) {
    for (const ast::Identifier &label : decl.labels) {
      if (std::find(dim->labels.begin(), dim->labels.end(), label.text) !=
          dim->labels.end())
        diags.report(message::declaredTwice, label.location, label.text)
            .help("give one of the two another name");
      dim->labels.push_back(label.text);
    }
    setSize(dim, SizeArithmetic::constant(int64_t(dim->labels.size())),
            decl.name.location);
    return dim;
  }
  std::optional<Size> size = constant(*decl.value, body);
  auto given = options.dims.find(decl.name.text);
  if (isSettable && given != options.dims.end())
    size = SizeArithmetic::constant(given->second);
  if (!size)
    return dim;
  if (decl.kind == ast::DimDecl::Kind::Bound) {
    std::optional<Rational> bound = atBounds(*size);
    if (bound && setSize(dim, SizeArithmetic::constant(*bound),
                         decl.name.location)) {
      dim->isBounded = true;
      dim->formula.op = SizeFormula::Op::Dim;
      dim->formula.dim = dim;
      sizes[dim] = arithmetic.base(dim);
    }
    return dim;
  }
  setSize(dim, *size, decl.name.location);
  if (decl.value->kind == ast::Expr::Kind::Dimension) {
    const auto &other = ast::as<ast::DimensionExpr>(*decl.value);
    if (const Dimension *from = findDimension(other.name, body))
      roots[dim] = root(from);
  }
  return dim;
}

const Dimension *Checker::fileDimension(const std::string &name) {
  auto known = here->fileDims.find(name);
  if (known != here->fileDims.end())
    return known->second;
  auto decl = here->dimDecls.find(name);
  if (decl == here->dimDecls.end() || here->isImported)
    return nullptr;
  here->fileDims[name] = nullptr; // while its size is computed
  const Dimension *dim = declareDim(*decl->second, nullptr, true);
  here->fileDims[name] = dim;
  return dim;
}

const Dimension *Checker::findDimension(const std::string &name, Body *body) {
  if (body) {
    auto own = body->dims.find(name);
    if (own != body->dims.end())
      return own->second;
  }
  return fileDimension(name);
}

std::vector<std::string> Checker::dimensionNames(Body *body) const {
  std::vector<std::string> names;
  for (const auto &[name, decl] : here->dimDecls)
    if (!here->isImported)
      names.push_back(name);
  if (body)
    for (const auto &[name, dim] : body->dims)
      names.push_back(name);
  return names;
}

const Dimension *Checker::dimension(const ast::Identifier &name, Body &body) {
  if (const Dimension *dim = findDimension(name.text, &body))
    return dim;
  reportUnknownDimension(name, &body);
  return nullptr;
}

const Dimension *Checker::renamed(const ast::Identifier &to,
                                  const Dimension *from, Body &body) {
  if (const Dimension *dim = findDimension(to.text, &body))
    return dim;
  if (here->isImported && here->dimDecls.count(to.text))
    reportUnknownDimension(to, &body);
  Dimension *dim = newDimension(to.text, to.location);
  dim->size = from->size;
  dim->isBounded = from->isBounded;
  dim->formula = from->formula;
  dim->labels = from->labels;
  dim->renamedFrom = from;
  sizes[dim] = sizes.at(from);
  roots[dim] = root(from);
  body.dims[to.text] = dim;
  return dim;
}

std::optional<Size>
Checker::product(const std::vector<const Dimension *> &dims) const {
  std::optional<Size> result = SizeArithmetic::constant(1);
  for (const Dimension *dim : dims)
    if (result)
      result = SizeArithmetic::multiply(*result, sizeOf(dim));
  return result;
}

} // namespace spex::sema
