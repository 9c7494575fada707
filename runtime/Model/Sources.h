/*===- Sources.h - Where a parameter comes from -------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of the reader of manifests.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_SOURCES_H
#define RUNTIME_MODEL_SOURCES_H

#include "runtime/Model/Manifest.h"
#include "runtime/Weights/Json.h"

/* A string that lives as long as the manifest. */
spex_status spex_manifest_string(spex_manifest *manifest, spex_json *json,
                                 const char **string);

/* The value of `files`. */
spex_status spex_sources_read(spex_json *json, spex_manifest *manifest,
                              spex_parameter *parameter);

#endif /* RUNTIME_MODEL_SOURCES_H */
