/*===- TensorName.h - Names with numbers in braces ----------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `layers.{2*d0+1}.w`: text and sums of terms, where d0 is an index.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_WEIGHTS_TENSORNAME_H
#define RUNTIME_WEIGHTS_TENSORNAME_H

#include "spex/weights.h"

#include <stddef.h>

/* The dimensions in the braces, as bits; fails if one is not below `rank`
   (at most 16) or the text is no such name. */
spex_status spex_tensor_name_dims(const char *tensor, int rank,
                                  uint32_t *dims);

/* The name at these indices. Fails if it does not fit or a number would be
   negative. */
spex_status spex_tensor_name(char *name, size_t room, const char *tensor,
                             const int64_t *index);

#endif /* RUNTIME_WEIGHTS_TENSORNAME_H */
