/*===- Help.c - What this model takes and gives ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --help of an executable, written from its manifest.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Main/Options.h"

#include <stdio.h>

static void print_port(const char *word, const spex_port *port,
                       const spex_manifest *manifest) {
  char text[512];
  printf("  %-8s %-12s %s", word, port->name,
         spex_port_text(text, sizeof text, port, manifest));
  if (port->has_default)
    printf(" = %g", port->default_value);
  printf("\n");
}

void spex_print_help(const spex_manifest *manifest, const char *program) {
  printf("usage: %s [options]\n\n%s takes and gives:\n", program,
         manifest->name);
  for (int64_t i = 0; i < manifest->input_count; ++i)
    print_port("input", &manifest->inputs[i], manifest);
  for (int64_t i = 0; i < manifest->output_count; ++i)
    print_port("output", &manifest->outputs[i], manifest);
  for (int64_t i = 0; i < manifest->dim_count; ++i)
    printf("  %-8s %-12s 1 to %lld%s\n", "size", manifest->dims[i].name,
           (long long)manifest->dims[i].max,
           i == manifest->step ? ", step by step with --generate" : "");
  for (int64_t i = 0; i < manifest->route_count; ++i)
    printf("  %-8s %-12s %lld of %lld experts, %lld layers\n", "route",
           manifest->routes[i].path, (long long)manifest->routes[i].choices,
           (long long)manifest->routes[i].experts,
           (long long)manifest->routes[i].layers);
  printf("\noptions, each with its value after `=` or a blank:\n");
  const char *text, *line;
  for (int i = 0; (line = spex_option_line(i, &text)); ++i)
    printf("  %-24s %s\n", line, text);
}
