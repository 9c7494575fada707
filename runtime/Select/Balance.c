/*===- Balance.c - Units shared out evenly by an auction ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_balance of kernels.h: the auction of BASE layers. Experts bid for units;
// each wants the same number of them. In a round an expert bids on those it
// values most, by as much as the first that it would not get is worth less; the
// winning bids become prices. It ends when every unit has a bid and no two
// experts want the same.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Context.h"
#include "runtime/Select/Values.h"
#include "spex/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* From this round on winners are no longer favoured, which ends quickly. */
#define FAST_ROUND 100
/* Prices rise in every round, so this is never reached in practice. */
#define LAST_ROUND 9999

typedef struct auction {
  const void *values; /* of this group, [tokens][experts] */
  int64_t bytes, tokens, experts, share, round;
  double lowest, highest, epsilon;
  double *price, *bid; /* [tokens] */
  int32_t *winner;     /* [tokens], of the last round; -1: no bid */
  int32_t *bidder;     /* [tokens], of this round */
  int32_t *wanted;     /* [experts][share + 1], heaps */
  int32_t *seen;       /* [tokens]: the last expert that wants it, plus one */
  int64_t expert;      /* who is choosing */
  int has_overlap;     /* two experts want one unit */
} auction;

static double score(const auction *a, int64_t unit, int64_t expert) {
  double value =
      spex_value_at(a->values, a->bytes, unit * a->experts + expert);
  return isfinite(value) ? value : a->lowest;
}

/* What a unit is worth to the expert that chooses, after its price. */
static double worth(const void *table, int64_t unit) {
  const auction *a = table;
  if (a->round > 0 && a->winner[unit] == a->expert)
    return a->round <= FAST_ROUND ? a->highest : score(a, unit, a->expert);
  return score(a, unit, a->expert) - a->price[unit];
}

static void find_range(auction *a) {
  int any = 0;
  a->lowest = a->highest = 0;
  for (int64_t i = 0; i < a->tokens * a->experts; ++i) {
    double value = spex_value_at(a->values, a->bytes, i);
    if (!isfinite(value))
      continue;
    a->lowest = any && a->lowest < value ? a->lowest : value;
    a->highest = any && a->highest > value ? a->highest : value;
    any = 1;
  }
  double part = (a->highest - a->lowest) / 50;
  a->epsilon = part > 1e-4 ? part : 1e-4;
}

static void offer(auction *a, int64_t unit, double bid) {
  if (bid <= a->bid[unit])
    return; /* of equal bids that of the lower expert counts */
  a->bid[unit] = bid;
  a->bidder[unit] = (int32_t)a->expert;
}

/* One expert's bids. What it won in the last round it keeps by the least bid,
   unless someone bids more. */
static void bid_for_share(auction *a) {
  int32_t *heap = a->wanted + a->expert * (a->share + 1);
  spex_best best = {worth, a, heap, a->share + 1, 0};
  for (int64_t u = 0; u < a->tokens; ++u)
    spex_best_offer(&best, (int32_t)u);
  int keeps = a->round > 0 && a->round < FAST_ROUND;
  double last = worth(a, heap[0]);
  /* The root is the first that it does not get. */
  for (int64_t i = 1; i <= a->share; ++i) {
    int32_t u = heap[i];
    a->has_overlap |= a->seen[u] != 0;
    a->seen[u] = (int32_t)a->expert + 1;
    offer(a, u,
          keeps && a->winner[u] == a->expert ? a->epsilon
                                             : worth(a, u) - last + a->epsilon);
  }
  if (keeps)
    for (int64_t u = 0; u < a->tokens; ++u)
      if (a->winner[u] == a->expert && a->seen[u] != a->expert + 1)
        offer(a, u, a->epsilon);
}

/* Whether every unit has a bid now, and one expert that wants it. */
static int run_round(auction *a) {
  a->has_overlap = 0;
  for (int64_t u = 0; u < a->tokens; ++u) {
    a->bid[u] = 0;
    a->bidder[u] = -1;
    a->seen[u] = 0;
  }
  for (a->expert = 0; a->expert < a->experts; ++a->expert)
    bid_for_share(a);
  for (int64_t u = 0; u < a->tokens; ++u)
    if (a->bidder[u] < 0)
      return 0;
  return !a->has_overlap;
}

/* Everyone gets what it wants, in order of expert; where two want one unit
   (ties), those left over go to the best expert that has a place. */
static void hand_out(auction *a, int32_t *ids) {
  int64_t share = a->share;
  memset(a->seen, 0, (size_t)a->experts * sizeof *a->seen); /* places taken */
  for (int64_t u = 0; u < a->tokens; ++u)
    ids[u] = -1;
  for (int64_t e = 0; e < a->experts; ++e)
    for (int64_t i = 1; i <= share; ++i) {
      int32_t u = a->wanted[e * (share + 1) + i];
      if (ids[u] >= 0)
        continue;
      ids[u] = (int32_t)e;
      ++a->seen[e];
    }
  for (int64_t u = 0; u < a->tokens; ++u)
    for (int64_t e = 0; ids[u] < 0 && e < a->experts; ++e) {
      int is_best = a->seen[e] < share;
      for (int64_t other = 0; is_best && other < a->experts; ++other)
        if (a->seen[other] < share && other != e)
          is_best = other < e ? score(a, u, other) < score(a, u, e)
                             : score(a, u, other) <= score(a, u, e);
      if (!is_best)
        continue;
      ids[u] = (int32_t)e;
      ++a->seen[e];
    }
}

static void assign(auction *a, int32_t *ids) {
  if (a->experts == 1) {
    memset(ids, 0, (size_t)a->tokens * sizeof *ids);
    return;
  }
  find_range(a);
  for (int64_t u = 0; u < a->tokens; ++u) {
    a->price[u] = 0;
    a->winner[u] = -1;
  }
  for (a->round = 0; !run_round(a) && a->round < LAST_ROUND; ++a->round)
    for (int64_t u = 0; u < a->tokens; ++u) {
      a->price[u] += a->bid[u];
      a->winner[u] = a->bidder[u];
    }
  hand_out(a, ids);
}

void spex_balance(spex_context *context, const void *values, int64_t bytes,
                  int64_t groups, int64_t tokens, int64_t experts,
                  int32_t *ids, double *work) {
  if (tokens % experts != 0) {
    char text[96];
    snprintf(text, sizeof text,
             "%lld units cannot be shared evenly among %lld experts",
             (long long)tokens, (long long)experts);
    spex_context_fail(context, text);
    memset(ids, 0, (size_t)(groups * tokens) * sizeof *ids);
    return;
  }
  auction a = {.bytes = bytes, .tokens = tokens, .experts = experts,
               .share = tokens / experts};
  a.price = work;
  a.bid = a.price + tokens;
  a.winner = (int32_t *)(a.bid + tokens);
  a.bidder = a.winner + tokens;
  a.seen = a.bidder + tokens;
  a.wanted = a.seen + tokens;
  for (int64_t group = 0; group < groups; ++group) {
    a.values = (const char *)values + group * tokens * experts * bytes;
    assign(&a, ids + group * tokens);
  }
}
