//===- RouteCapacity.cpp - Who finds a place ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `keep`, `capacity`, `order` and `overflow`: which of the chosen pairs run.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace spex::interpreter {

void Evaluator::keepPairs(RouteState &state, Frame &frame) {
  if (!state.route->keep)
    return;
  Tensor keep =
      clauseValue(*state.route->keep, state, frame, ElementType::Bool, true);
  if (failed())
    return;
  for (size_t i = 0; i < state.runs.size(); ++i)
    if (int32_t id = state.runs[i]; id >= 0)
      if (keep.data()[i / state.choices * state.experts + id] == 0)
        state.runs[i] = -1;
}

/// What the user wrote: the shortest decimal that reads back as `value`, for
/// ceil(1.05 * 2 * tokens / E) must not depend on how 1.05 looks in binary.
static std::optional<Rational> fromDecimal(double value) {
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*e", digits - 1, std::abs(value));
    if (std::strtod(text, nullptr) == std::abs(value))
      break;
  }
  std::optional<Rational> number = Rational::parse(text);
  return number && value < 0 ? number->negate() : number;
}

static std::optional<Rational> exactCall(const Expr &expr, const Rational &a,
                                         const Rational &b) {
  switch (expr.builtin) {
  case Builtin::Floor:
    return a.floor();
  case Builtin::Ceil:
    return a.ceil();
  case Builtin::Round:
    return a.roundHalfEven();
  case Builtin::Max:
    return a < b ? b : a;
  case Builtin::Min:
    return b < a ? b : a;
  case Builtin::RoundUp: {
    std::optional<Rational> times = Rational::divide(a, b);
    return times ? Rational::multiply(times->ceil(), b) : std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

static std::optional<Rational> exactBinary(BinaryOp op, const Rational &a,
                                           const Rational &b) {
  switch (op) {
  case BinaryOp::Add:
    return Rational::add(a, b);
  case BinaryOp::Sub:
    return Rational::subtract(a, b);
  case BinaryOp::Mul:
    return Rational::multiply(a, b);
  case BinaryOp::Div:
    return Rational::divide(a, b);
  default:
    return std::nullopt;
  }
}

/// The value of a size formula, or nothing where it is none or does not fit.
std::optional<Rational> Evaluator::exactValue(const Expr &expr,
                                              const RouteState &state) {
  switch (expr.kind) {
  case Expr::Kind::Number:
    return fromDecimal(expr.number);
  case Expr::Kind::DimSize:
    return Rational(sizeOf(expr.dims[0]));
  case Expr::Kind::RouteWord:
    if (expr.word == RouteWord::Tokens)
      return Rational(state.groupSize);
    return std::nullopt;
  case Expr::Kind::Cast: // of a number to the type of what it meets
    return exactValue(*expr.args[0], state);
  case Expr::Kind::Unary: {
    std::optional<Rational> value = exactValue(*expr.args[0], state);
    if (!value)
      return std::nullopt;
    return value->negate();
  }
  case Expr::Kind::Binary:
  case Expr::Kind::Call: {
    std::optional<Rational> operands[2] = {Rational(), Rational()};
    for (size_t i = 0; i < expr.args.size() && i < 2; ++i) {
      operands[i] = exactValue(*expr.args[i], state);
      if (!operands[i])
        return std::nullopt;
    }
    return expr.kind == Expr::Kind::Call
               ? exactCall(expr, *operands[0], *operands[1])
               : exactBinary(expr.binary, *operands[0], *operands[1]);
  }
  default:
    return std::nullopt;
  }
}

int64_t Evaluator::exactSize(const Expr &expr, RouteState &state, Frame &frame,
                             const char *clause) {
  if (std::optional<Rational> exact = exactValue(expr, state)) {
    if (std::optional<int64_t> whole = exact->asInteger())
      return std::max<int64_t>(*whole, 0);
  } else {
    double value = evaluateNumber(expr, frame);
    if (failed() || (value == std::floor(value) && std::abs(value) < 9e15))
      return std::max<int64_t>(static_cast<int64_t>(value), 0);
  }
  fail("route `" + state.path + "`: `" + clause +
       "` is not a whole number here [E0211]");
  return 0;
}

/// Experts that a unit has not been given or refused by, the best first.
static int32_t nextBest(const RouteState &state, int64_t unit,
                        const std::vector<bool> &tried) {
  const double *values = state.by.data() + unit * state.experts;
  int32_t best = -1;
  for (int64_t e = 0; e < state.experts; ++e)
    if (!tried[unit * state.experts + e] &&
        (best < 0 || orLowest(values[e]) > orLowest(values[best])))
      best = e;
  return best;
}

/// Hands out places in the order of the queue, and again in each further round.
void Evaluator::givePlaces(RouteState &state, std::vector<Waiting> waiting,
                           int64_t capacity, std::vector<bool> &tried) {
  std::vector<int64_t> taken(state.groups * state.experts);
  std::vector<Waiting> refused;
  int64_t rounds =
      state.route->overflow == Overflow::Next ? state.route->overflowRounds : 0;
  for (int64_t round = 0; round <= rounds; ++round) {
    refused.clear();
    for (const Waiting &entry : waiting) {
      int32_t &runs = state.runs[entry.pair];
      if (round > 0) {
        runs = nextBest(state, entry.unit, tried);
        if (runs < 0)
          continue;
        tried[entry.unit * state.experts + runs] = true;
      }
      int64_t group = state.groupOf[entry.unit];
      if (taken[group * state.experts + runs] < capacity) {
        ++taken[group * state.experts + runs];
        continue;
      }
      runs = -1;
      refused.push_back(entry);
    }
    waiting = refused;
  }
  if (refused.empty())
    return;
  if (state.route->overflow == Overflow::Error) {
    int64_t first = state.ids.size();
    for (const Waiting &entry : refused)
      first = std::min(first, entry.pair);
    fail("route `" + state.path + "`, layer " + std::to_string(state.layer) +
         ": more than " + std::to_string(capacity) +
         " units of a group chose expert " + std::to_string(state.ids[first]));
  }
  if (state.route->overflow == Overflow::Pass)
    for (const Waiting &entry : refused)
      state.passes[entry.pair] = true;
}

void Evaluator::limitCapacity(RouteState &state, Frame &frame) {
  const Route &route = *state.route;
  if (!route.capacity)
    return;
  int64_t capacity = exactSize(*route.capacity, state, frame, "capacity");
  bool orderHasExperts = false;
  Tensor order;
  if (route.order && !failed()) {
    for (const Dimension *dim : route.order->type.dims)
      orderHasExperts |= dim == route.experts;
    order = clauseValue(*route.order, state, frame, route.order->type.element,
                        true);
  }
  if (failed())
    return;

  std::vector<Waiting> queue;
  std::vector<bool> tried(state.units * state.experts);
  for (int64_t unit = 0; unit < state.units; ++unit)
    for (int64_t rank = 0; rank < state.choices; ++rank) {
      int64_t pair = state.at(unit, rank);
      if (state.ids[pair] >= 0)
        tried[unit * state.experts + state.ids[pair]] = true;
      if (int32_t id = state.runs[pair]; id >= 0)
        queue.push_back(
            {pair, unit, rank, state.placeOf[unit],
             order.isValid()
                 ? orLowest(order.data()[unit * state.experts + id])
                 : 0.0});
    }
  std::sort(queue.begin(), queue.end(),
            [&](const Waiting &a, const Waiting &b) {
              bool larger = a.order > b.order, smaller = a.order < b.order;
              if (orderHasExperts && (larger || smaller))
                return larger;
              if (a.rank != b.rank)
                return a.rank < b.rank;
              if (larger || smaller)
                return larger;
              return a.place != b.place ? a.place < b.place : a.unit < b.unit;
            });
  givePlaces(state, std::move(queue), capacity, tried);
}

} // namespace spex::interpreter
