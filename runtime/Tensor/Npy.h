/*===- Npy.h - .npy files into a set of outputs -------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For runtime/Main, which commits all outputs of a run together.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_TENSOR_NPY_H
#define RUNTIME_TENSOR_NPY_H

#include "runtime/Tensor/File.h"
#include "spex/tensor.h"

spex_status spex_npy_write_to(spex_outputs *outputs, const char *path,
                              const spex_tensor *tensor, spex_error *error);

#endif /* RUNTIME_TENSOR_NPY_H */
