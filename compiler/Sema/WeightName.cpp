//===- WeightName.cpp - The name of a tensor in a file --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See WeightName.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/WeightName.h"

#include <algorithm>
#include <cctype>

namespace spex::sema {

namespace {
/// Reads one formula; parentheses are at most `maxDepth` deep.
class FormulaReader {
public:
  explicit FormulaReader(const std::string &text) : text(text) {}

  std::optional<WeightFormula> read() {
    std::optional<WeightFormula> sum = readSum(0);
    if (!sum || peek() != 0)
      return std::nullopt;
    sum->text = text;
    return sum;
  }

private:
  static constexpr int maxDepth = 32;
  /// Far from where sums of a few terms could overflow.
  static constexpr int64_t limit = int64_t(1) << 40;

  char peek() {
    while (at < text.size() && text[at] == ' ')
      ++at;
    return at < text.size() ? text[at] : 0;
  }

  static bool isSmall(int64_t value) { return value < limit && value > -limit; }

  static bool addTimes(WeightFormula &to, const WeightFormula &from,
                       int64_t factor) {
    auto add = [&](int64_t &sum, int64_t value) {
      int64_t product = 0;
      if (__builtin_mul_overflow(value, factor, &product) || !isSmall(product))
        return false;
      sum += product;
      return isSmall(sum);
    };
    for (const auto &[dim, times] : from.terms)
      if (!add(to.terms[dim], times))
        return false;
    return add(to.constant, from.constant);
  }

  std::optional<WeightFormula> readSum(int depth) {
    WeightFormula sum;
    int64_t sign = 1;
    if (peek() == '-') {
      sign = -1;
      ++at;
    }
    for (;;) {
      std::optional<WeightFormula> product = readProduct(depth);
      if (!product || !addTimes(sum, *product, sign))
        return std::nullopt;
      char next = peek();
      if (next != '+' && next != '-')
        return sum;
      sign = next == '+' ? 1 : -1;
      ++at;
    }
  }

  std::optional<WeightFormula> readProduct(int depth) {
    std::optional<WeightFormula> product = readAtom(depth);
    while (product && peek() == '*') {
      ++at;
      std::optional<WeightFormula> other = readAtom(depth);
      if (!other || (!product->terms.empty() && !other->terms.empty()))
        return std::nullopt;
      if (!other->terms.empty())
        std::swap(*product, *other);
      WeightFormula result;
      if (!addTimes(result, *product, other->constant))
        return std::nullopt;
      product = result;
    }
    return product;
  }

  std::optional<WeightFormula> readAtom(int depth) {
    WeightFormula atom;
    char first = peek();
    if (first == '(' && depth < maxDepth) {
      ++at;
      std::optional<WeightFormula> sum = readSum(depth + 1);
      if (!sum || peek() != ')')
        return std::nullopt;
      ++at;
      return sum;
    }
    size_t start = at;
    auto isWord = [&] {
      return at < text.size() &&
             (std::isalnum((unsigned char)text[at]) || text[at] == '_');
    };
    if (std::isdigit((unsigned char)first)) {
      for (; isWord(); ++at) {
        if (!std::isdigit((unsigned char)text[at]))
          return std::nullopt;
        atom.constant = atom.constant * 10 + (text[at] - '0');
        if (!isSmall(atom.constant))
          return std::nullopt;
      }
      return atom;
    }
    if (!std::isalpha((unsigned char)first))
      return std::nullopt;
    while (isWord())
      ++at;
    atom.terms[text.substr(start, at - start)] = 1;
    return atom;
  }

  const std::string &text;
  size_t at = 0;
};
} // namespace

std::optional<WeightName> parseWeightName(const std::string &text,
                                          std::string &bad) {
  WeightName name;
  name.texts.emplace_back();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' && text[i] != '}') {
      name.texts.back() += text[i];
      continue;
    }
    size_t end = text.find('}', i + 1);
    if (text[i] == '}' || end == std::string::npos) {
      bad = text[i] == '}' ? "" : text.substr(i + 1);
      return std::nullopt;
    }
    bad = text.substr(i + 1, end - i - 1);
    std::optional<WeightFormula> formula = FormulaReader(bad).read();
    if (!formula)
      return std::nullopt;
    name.formulas.push_back(std::move(*formula));
    name.texts.emplace_back();
    i = end;
  }
  return name;
}

std::vector<std::string> WeightName::dims() const {
  std::vector<std::string> found;
  for (const WeightFormula &formula : formulas)
    for (const auto &[dim, times] : formula.terms)
      if (std::find(found.begin(), found.end(), dim) == found.end())
        found.push_back(dim);
  return found;
}

std::string
WeightName::withNumbers(const std::vector<std::string> &axes) const {
  std::string result = texts[0];
  for (size_t i = 0; i < formulas.size(); ++i) {
    std::string sum;
    for (const auto &[dim, times] : formulas[i].terms) {
      auto number = std::find(axes.begin(), axes.end(), dim) - axes.begin();
      sum += sum.empty() ? "" : "+";
      sum += times == 1 ? "" : std::to_string(times) + "*";
      sum += "d" + std::to_string(number);
    }
    if (formulas[i].constant != 0 || sum.empty())
      sum += (sum.empty() ? "" : "+") + std::to_string(formulas[i].constant);
    result += "{" + sum + "}" + texts[i + 1];
  }
  return result;
}

} // namespace spex::sema
