//===- BuiltinRandom.cpp - Random functions -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// language.md, section 11, and docs/random.md: counter-based numbers, so that
// an element depends on seed, place and element number only.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/RouteState.h"

#include "spex/random.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {

/// Copies of a statement (layers, entries of a scan) are calls 2^32 apart.
uint64_t Evaluator::drawKey(const std::string &statement, int call,
                            const Expr *seed, const Frame &frame) const {
  uint64_t from = seed ? static_cast<uint64_t>(seed->number) : request.seed;
  uint64_t number = static_cast<uint64_t>(call) + (frame.copy << 32);
  return spex_random_key(from, frame.path.c_str(), statement.c_str(), number);
}

/// Whether a run step by step meets `dim` part by part.
static bool isStepped(const Dimension *dim, const EntryPoint &entry) {
  for (; entry.stepAlong && dim; dim = dim->renamedFrom)
    if (dim->name == entry.stepAlong->name)
      return true;
  return false;
}

/// Row-major over `dims`; rows of an expert come first and count as unit number
/// times choices plus rank, so that other units do not move them.
std::vector<uint64_t> Evaluator::elementNumbers(DimList &dims,
                                                SizeList &sizes,
                                                const Frame &frame) {
  std::vector<uint64_t> numbers = {0};
  auto rows = std::find_if(dims.begin(), dims.end(), [&](const Dimension *d) {
    return rowNumbers.count(d) != 0;
  });
  if (rows != dims.end()) {
    size_t at = rows - dims.begin();
    numbers = rowNumbers[*rows];
    std::rotate(dims.begin(), dims.begin() + at, dims.begin() + at + 1);
    std::rotate(sizes.begin(), sizes.begin() + at, sizes.begin() + at + 1);
  } else if (frame.seesRows) {
    numbers = {rowNumbers[request.program->rows].front()};
  }
  for (size_t i = rows == dims.end() ? 0 : 1; i < dims.size(); ++i) {
    // A step knows of the steps to come no more than how many may.
    int64_t size =
        isStepped(dims[i], *request.entry) ? dims[i]->size : sizes[i];
    std::vector<uint64_t> next;
    next.reserve(numbers.size() * sizes[i]);
    for (uint64_t number : numbers)
      for (int64_t entry = 0; entry < sizes[i]; ++entry)
        next.push_back(number * size + entry);
    numbers = std::move(next);
  }
  return numbers;
}

/// The dims around the call, then those written.
std::pair<DimList, SizeList> Evaluator::shapeOfDraw(const Expr &expr,
                                                    const Frame &frame) {
  DimList dims = frame.extraDims;
  addMissing(dims, expr.type.dims);
  SizeList sizes = frame.extraSizes;
  for (size_t i = sizes.size(); i < dims.size(); ++i)
    sizes.push_back(sizeOf(dims[i]));
  return {std::move(dims), std::move(sizes)};
}

/// Shares over the last dim of `p`, distributed as Dirichlet's of weights p.
Tensor Evaluator::dirichlet(const Expr &expr, const Tensor &p, uint64_t key,
                            Frame &frame) {
  auto [dims, sizes] = shapeOfDraw(expr, frame);
  std::vector<uint64_t> numbers = elementNumbers(dims, sizes, frame);
  Tensor shapes = expandTo(p, dims, sizes).permuted(dims).contiguous();
  Tensor drawn = Tensor::make(expr.type.element, dims, sizes);
  for (size_t i = 0; i < numbers.size(); ++i)
    drawn.data()[i] = spex_gamma(shapes.data()[i], key, numbers[i]);
  return rewriteFibres(expr.type.element, drawn, {expr.type.dims.back()},
                       [&](const double *in, int64_t n, double *out) {
                         double sum = sumOf(in, n);
                         for (int64_t i = 0; i < n; ++i)
                           out[i] = in[i] / sum;
                       });
}

/// The first index whose running sum exceeds u times the sum of all.
Tensor Evaluator::categorical(const Expr &expr, const Tensor &p,
                              const Tensor &words) {
  DimList target = without(p.dims, words.dims);
  std::vector<int64_t> starts = offsetsOver(p, words.dims, words.sizes);
  int64_t step = p.strides[p.axis(target[0])];
  std::vector<float> chances(p.sizes[p.axis(target[0])]);
  Tensor result = Tensor::make(ElementType::Index, words.dims, words.sizes);
  for (size_t i = 0; i < starts.size(); ++i) {
    for (size_t j = 0; j < chances.size(); ++j)
      chances[j] = static_cast<float>((*p.storage)[starts[i] + j * step]);
    double u = spex_uniform(static_cast<uint32_t>(words.data()[i]));
    result.data()[i] = spex_categorical(chances.data(), chances.size(), u);
  }
  result.target = expr.type.target;
  return result;
}

Tensor Evaluator::draw(const Expr &expr, const std::vector<Tensor> &args,
                       Frame &frame) {
  uint64_t key =
      drawKey(expr.statement, expr.index, expr.findNamed("seed"), frame);
  if (expr.builtin == Builtin::Dirichlet)
    return dirichlet(expr, args[0], key, frame);
  auto [dims, sizes] = shapeOfDraw(expr, frame);
  std::vector<uint64_t> numbers = elementNumbers(dims, sizes, frame);
  Tensor words = Tensor::make(ElementType::F64, dims, sizes);
  for (size_t i = 0; i < numbers.size(); ++i)
    words.data()[i] = spex_random_word(key, numbers[i], /*step=*/0);

  auto map = [&](auto fn) {
    return mapElements(expr.type.element, words, [&](double word) {
      return fn(static_cast<uint32_t>(word));
    });
  };
  switch (expr.builtin) {
  case Builtin::Uniform:
    return map(spex_uniform);
  case Builtin::Normal:
    return map(spex_normal);
  case Builtin::Gumbel:
    return map(spex_gumbel);
  case Builtin::Chance:
    return mapElements(ElementType::Bool, words, args[0],
                       [](double word, double p) {
                         return double(
                             spex_uniform(static_cast<uint32_t>(word)) < p);
                       });
  case Builtin::Categorical:
    return categorical(expr, rounded(args[0], ElementType::F32), words);
  default: {
    int64_t room = static_cast<int64_t>(namedNumber(expr, "room", 1, frame));
    int64_t count = sizeOf(expr.type.target) - room + 1;
    if (count < 1) {
      failAtSizes("`draw_index`: `" + expr.type.target->name +
                  "` must have room for " + std::to_string(room) + " entries");
      return {};
    }
    // Whole numbers all the way, so that every machine draws the same.
    return map([&](uint32_t word) {
      return double((uint64_t(word) * uint64_t(count)) >> 32);
    });
  }
  }
}

/// `sample k by p`: the k largest of log p + gumbel.
bool Evaluator::chooseSample(RouteState &state, Frame &frame) {
  const Selection &select = state.route->select;
  ElementType element = select.by->type.element;
  Tensor by = clauseValue(*select.by, state, frame, element, true);
  if (failed())
    return false;
  state.by.assign(by.data(), by.data() + by.count());
  uint64_t key =
      drawKey(state.route->name, select.drawNumber, nullptr, frame);
  Tensor value = Tensor::make(element, by.dims, by.sizes);
  for (int64_t unit = 0; unit < state.units; ++unit)
    for (int64_t e = 0; e < state.experts; ++e) {
      int64_t at = unit * state.experts + e;
      uint64_t number = state.unitNumbers[unit] * state.experts + e;
      value.data()[at] = std::log(by.data()[at]) +
                         spex_gumbel(spex_random_word(key, number, /*step=*/0));
    }
  return takeTop(state, frame, rounded(value, element));
}

} // namespace spex::interpreter
