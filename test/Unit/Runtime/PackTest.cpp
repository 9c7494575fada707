//===- PackTest.cpp - Panels of weights -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_pack against its formula, element by element, for random descriptors.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Context.h"
}
#include "spex/kernels.h"

#include "gtest/gtest.h"

#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace {

struct Packing {
  std::vector<int64_t> outer, k, n; ///< sizes
  int64_t sides, width, interleave;
  std::vector<std::vector<int64_t>> strides; ///< of each side

  std::vector<int64_t> descriptor(int64_t bytes) const {
    std::vector<int64_t> d = {bytes,
                              sides,
                              width,
                              interleave,
                              int64_t(outer.size()),
                              int64_t(k.size()),
                              int64_t(n.size())};
    for (int64_t r = 0; r < sides; ++r)
      d.push_back(r);
    for (int64_t r = 0; r < sides; ++r)
      d.push_back(r); // begin a little behind the start
    for (const auto *sizes : {&outer, &k, &n})
      d.insert(d.end(), sizes->begin(), sizes->end());
    for (const auto &one : strides)
      d.insert(d.end(), one.begin(), one.end());
    return d;
  }
};

int64_t product(const std::vector<int64_t> &sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

/// Where element (o, k, n) of side r lies.
int64_t source(const Packing &p, int64_t r, int64_t o, int64_t k, int64_t n) {
  int64_t at = r;
  auto add = [&](const std::vector<int64_t> &sizes, size_t first, int64_t i) {
    for (size_t d = sizes.size(); d-- > 0; i /= sizes[d])
      at += i % sizes[d] * p.strides[r][first + d];
  };
  add(p.outer, 0, o);
  add(p.k, p.outer.size(), k);
  add(p.n, p.outer.size() + p.k.size(), n);
  return at;
}

template <typename T> void check(const Packing &p, spex_context *context) {
  int64_t O = product(p.outer), K = product(p.k), N = product(p.n);
  std::vector<T> raw(O * K * N + p.sides + 8);
  std::iota(raw.begin(), raw.end(), T(1));
  void *data[4] = {raw.data(), raw.data(), raw.data(), raw.data()};
  int64_t I = p.interleave, W = p.width;
  int64_t P = W ? (N + W - 1) / W : 1, KI = (K + I - 1) / I;
  int64_t each = W ? P * KI * p.sides * W * I : K * p.sides * N;
  std::vector<T> packed(O * each);
  spex_pack(context, p.descriptor(sizeof(T)).data(), data, packed.data());
  std::vector<T> expected(packed.size());
  for (int64_t o = 0; o < O; ++o)
    for (int64_t k = 0; k < K; ++k)
      for (int64_t n = 0; n < N; ++n)
        for (int64_t r = 0; r < p.sides; ++r) {
          int64_t at =
              W ? o * each +
                      (((n / W * KI + k / I) * p.sides + r) * W + n % W) * I +
                      k % I
                : o * each + (k * p.sides + r) * N + n;
          expected[at] = raw[source(p, r, o, k, n)];
        }
  EXPECT_EQ(memcmp(packed.data(), expected.data(), sizeof(T) * packed.size()),
            0);
}

TEST(PackTest, AgreesWithItsFormula) {
  std::mt19937 random(6);
  spex_context context = {};
  context.pool = spex_pool_create(3);
  for (int round = 0; round < 400; ++round) {
    Packing p;
    auto sizes = [&](int least) {
      std::vector<int64_t> result(random() % 3 + least);
      for (int64_t &size : result)
        size = random() % 6 + 1;
      return result;
    };
    p.outer = sizes(0), p.k = sizes(1), p.n = sizes(0);
    p.sides = random() % 4 + 1;
    p.width = random() % 2 ? random() % 9 + 1 : 0;
    p.interleave = p.width ? 1 << random() % 3 : 1;
    // Any order of the dimensions in memory.
    std::vector<int64_t> all = p.outer;
    all.insert(all.end(), p.k.begin(), p.k.end());
    all.insert(all.end(), p.n.begin(), p.n.end());
    std::vector<size_t> permutation(all.size());
    std::iota(permutation.begin(), permutation.end(), 0);
    if (round % 3)
      std::shuffle(permutation.begin(), permutation.end(), random);
    std::vector<int64_t> strides(all.size());
    int64_t stride = 1;
    for (size_t i = all.size(); i-- > 0; stride *= all[permutation[i]])
      strides[permutation[i]] = stride;
    p.strides.assign(p.sides, strides);
    check<uint32_t>(p, &context);
    check<uint16_t>(p, &context);
  }
  spex_pool_destroy(context.pool);
}

} // namespace
