/*===- Checks.h - What the sizes of a call must fulfil ------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assertions over sizes that only a call knows, and derived sizes that may
// come out below 1. Each is a formula that must be 0 or more, with operands
// before their operation: "S", 2, "-".
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_CHECKS_H
#define RUNTIME_MODEL_CHECKS_H

#include "runtime/Model/Manifest.h"
#include "runtime/Weights/Json.h"

/* One {"text": ..., "terms": [...]} of the manifest. Dimensions must have been
   read before. */
spex_status spex_check_read(spex_json *json, spex_manifest *manifest,
                            spex_check *check);

/* Fails with the text of the first check that does not hold at these sizes. */
spex_status spex_checks_hold(const spex_manifest *manifest,
                             const int64_t *sizes, spex_error *error);

#endif /* RUNTIME_MODEL_CHECKS_H */
