/*===- Distributions.c - Words to numbers ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uniform, normal and Gumbel numbers, choices, and the log and exp they need:
// libm's may differ in the last bit between versions and CPUs, ours may not.
// This file must be compiled without contraction to fused operations.
//
//===----------------------------------------------------------------------===*/

#include "spex/random.h"

#include <math.h>
#include <string.h>

#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

double spex_log(double x) {
  if (!(x > 0))
    return x == 0 ? -INFINITY : NAN;
  if (x == INFINITY)
    return x;
  int64_t exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  /* x = m * 2^exponent with m in [sqrt(1/2), sqrt(2)). */
  uint64_t bits = bits_of(x);
  exponent += (int64_t)(bits >> 52) - 1023;
  double m = from_bits((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
  if (m >= 0x1.6a09e667f3bcdp0) {
    m *= 0.5;
    ++exponent;
  }
  /* log m = 2 atanh s, a series in s^2 <= 0.0295: twelve terms are enough. */
  double f = m - 1, s = f / (m + 1), z = s * s, sum = 0;
  for (int n = 25; n >= 3; n -= 2)
    sum = (sum + 1.0 / n) * z;
  /* 2 s = f - s f: what is small is added last. */
  double e = (double)exponent;
  return e * LN2_HIGH + (f - (s * f - (2 * s * sum + e * LN2_LOW)));
}

double spex_exp(double x) {
  if (x != x)
    return x;
  if (x > 709.8)
    return INFINITY;
  if (x < -745.2)
    return 0;
  double n = x * 0x1.71547652b82fep0; /* 1 / ln 2 */
  int64_t k = (int64_t)(n < 0 ? n - 0.5 : n + 0.5);
  double high = x - (double)k * LN2_HIGH, low = (double)k * LN2_LOW;
  double r = high - low, term = 0;
  /* |r| <= 0.35: fourteen terms of the power series. */
  for (int i = 14; i >= 2; --i)
    term = (term + 1) * r / i;
  double y = 1 + (r + r * term);
  /* In two steps, so that neither power over- nor underflows. */
  int64_t half = k / 2;
  return y * from_bits((uint64_t)(half + 1023) << 52) *
         from_bits((uint64_t)(k - half + 1023) << 52);
}

/* (((c[7] r + c[6]) r + ...) r + c[0]) */
static double polynomial(const double c[8], double r) {
  double value = c[7];
  for (int i = 6; i >= 0; --i)
    value = value * r + c[i];
  return value;
}

/* Wichura, algorithm AS 241 (1988), PPND16. */
double spex_inverse_normal_cdf(double p) {
  static const double a[8] = {
      3.3871328727963666080e0,  1.3314166789178437745e+2,
      1.9715909503065514427e+3, 1.3731693765509461125e+4,
      4.5921953931549871457e+4, 6.7265770927008700853e+4,
      3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static const double b[8] = {1.0,
                              4.2313330701600911252e+1,
                              6.8718700749205790830e+2,
                              5.3941960214247511077e+3,
                              2.1213794301586595867e+4,
                              3.9307895800092710610e+4,
                              2.8729085735721942674e+4,
                              5.2264952788528545610e+3};
  static const double c[8] = {
      1.42343711074968357734e0,  4.63033784615654529590e0,
      5.76949722146069140550e0,  3.64784832476320460504e0,
      1.27045825245236838258e0,  2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[8] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  static const double e[8] = {
      6.65790464350110377720e0,  5.46378491116411436990e0,
      1.78482653991729133580e0,  2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[8] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  double q = p - 0.5;
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  double r = sqrt(-spex_log(q <= 0 ? p : 1 - p));
  double x = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                    : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -x : x;
}

/* Strictly between 0 and 1. */
static double middle_of(uint32_t word) { return (word + 0.5) * 0x1p-32; }

double spex_uniform(uint32_t word) { return (word / 256) * 0x1p-24; }

double spex_normal(uint32_t word) {
  return spex_inverse_normal_cdf(middle_of(word));
}

double spex_gumbel(uint32_t word) {
  return -spex_log(-spex_log(middle_of(word)));
}

double spex_gamma(double shape, uint64_t key, uint64_t element) {
  double boost = 1;
  uint64_t step = 0;
  if (shape < 1) {
    double u = middle_of(spex_random_word(key, element, step++));
    boost = spex_exp(spex_log(u) / shape);
    shape += 1;
  }
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (int attempt = 0; attempt < 64; ++attempt) {
    double x = spex_normal(spex_random_word(key, element, step++));
    double u = middle_of(spex_random_word(key, element, step++));
    double root = 1 + c * x, v = root * root * root;
    if (v > 0 && spex_log(u) < x * x / 2 + d - d * v + d * spex_log(v))
      return boost * d * v;
  }
  return boost * d;
}

static float tree_sum(float lanes[16]) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; ++i)
      lanes[i] += lanes[i + half];
  return lanes[0];
}

int64_t spex_categorical(const float *p, int64_t count, double u) {
  float lanes[16] = {0}, running = 0;
  for (int64_t i = 0; i < count; ++i)
    lanes[i % 16] += p[i];
  float target = (float)u * tree_sum(lanes);
  int64_t last = 0;
  for (int64_t i = 0; i < count; ++i) {
    running += p[i];
    if (running > target)
      return i;
    if (p[i] > 0)
      last = i;
  }
  return last;
}

static int64_t greatest(const float *values, int64_t count) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i)
    if (values[i] > values[best] ||
        (values[best] != values[best] && values[i] == values[i]))
      best = i;
  return best;
}

int64_t spex_sample(const float *logits, int64_t count, double temperature,
                    uint64_t seed, uint64_t position) {
  float t = (float)temperature;
  int64_t best = greatest(logits, count);
  if (!(t > 0))
    return best;
  /* No array of `count`: p is made anew in each of three passes. Both sums have
     16 lanes and a halving tree, as every sum of the language. */
  float top = logits[best] / t, lanes[16] = {0};
  for (int64_t i = 0; i < count; ++i)
    lanes[i % 16] += (float)spex_exp((double)(logits[i] / t - top));
  float total = tree_sum(lanes), running = 0;
  memset(lanes, 0, sizeof lanes);
  for (int64_t i = 0; i < count; ++i)
    lanes[i % 16] += (float)spex_exp((double)(logits[i] / t - top)) / total;
  uint64_t key = spex_random_key(seed, "generate", "sample", 0);
  float target =
      (float)spex_uniform(spex_random_word(key, 0, position)) * tree_sum(lanes);
  for (int64_t i = 0; i < count; ++i) {
    running += (float)spex_exp((double)(logits[i] / t - top)) / total;
    if (running > target)
      return i;
  }
  return best;
}
