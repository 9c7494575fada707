/*===- Ports.c - Shapes of inputs and outputs -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What shape an input or output has at given sizes, and how it is spelled.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Manifest.h"

#include <stdio.h>

void spex_port_shape(const spex_port *port, const int64_t *dims,
                     int64_t *shape) {
  for (int i = 0; i < port->rank; ++i)
    shape[i] = port->dim[i] >= 0 ? dims[port->dim[i]] : port->size[i];
}

const char *spex_port_text(char *text, size_t room, const spex_port *port,
                           const spex_manifest *manifest) {
  int at = port->bound > 0 ? snprintf(text, room, "%s<%lld>[", port->type_name,
                                      (long long)port->bound)
                           : snprintf(text, room, "%s[", port->type_name);
  for (int i = 0; i < port->rank && at > 0 && (size_t)at < room; ++i)
    at += port->dim[i] >= 0
              ? snprintf(text + at, room - (size_t)at, "%s%s", i ? ", " : "",
                         manifest->dims[port->dim[i]].name)
              : snprintf(text + at, room - (size_t)at, "%s%lld", i ? ", " : "",
                         (long long)port->size[i]);
  if (at > 0 && (size_t)at < room)
    snprintf(text + at, room - (size_t)at, "]");
  return text;
}
