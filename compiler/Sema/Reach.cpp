//===- Reach.cpp - Which positions see which ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 9, Causality: for each value and phase, the dimensions
// along which a position sees earlier ones (`past`) or all (`full`). A sum
// over Z of what a causal mask [S, Z] made zero sees earlier positions only.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

void Checker::reduceFacts(Facts &facts,
                          const std::vector<const Dimension *> &dims,
                          const std::vector<const Dimension *> &rest,
                          bool isKept) {
  for (const Dimension *dim : dims) {
    bool isMasked = false;
    for (auto [position, looked] : facts.triangle)
      if (looked == dim && has(rest, position)) {
        facts.past.add(root(position), inBothPhases);
        isMasked = true;
      }
    if (!isMasked)
      facts.full.add(root(dim), inBothPhases);
  }
  if (!isKept)
    facts.triangle.erase(
        std::remove_if(facts.triangle.begin(), facts.triangle.end(),
                       [&](const auto &pair) {
                         return has(dims, pair.first) || has(dims, pair.second);
                       }),
        facts.triangle.end());
  facts.isParameter = false;
  facts.isWhole = false;
}

void Checker::seesAll(Facts &facts,
                      const std::vector<const Dimension *> &dims) {
  for (const Dimension *dim : dims)
    facts.full.add(root(dim), inBothPhases);
  facts.triangle.clear();
  facts.isParameter = false;
}

void Checker::warnLaterSight(const InstanceInfo &info) {
  for (const SightEvent &event : info.events) {
    if (event.isAllowed || !has(info.masks, event.dim))
      continue;
    const char *phase = event.phases == inTraining    ? "in training"
                        : event.phases == atInference ? "at inference"
                                                      : "in both phases";
    diags.report(message::routeSeesLater, event.location, event.dim->name,
                 phase)
        .help("use `top` without a limit, or `over` with the position first; "
              "write `allow W0201` in the component if it is meant");
  }
}

} // namespace spex::sema
