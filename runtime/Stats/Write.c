/*===- Write.c - Choices as JSON and as a chart ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --stats and --routes. Paths are names of the language and need no escapes.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Stats/Choices.h"
#include "spex/measures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Gathers text and writes it in large pieces. */
typedef struct writer {
  spex_output *output;
  spex_error *error;
  spex_status status;
  size_t used;
  char text[1 << 15];
} writer;

static void flush(writer *w) {
  if (w->status == SPEX_OK)
    w->status =
        spex_output_write(w->output, w->text, (int64_t)w->used, w->error);
  w->used = 0;
}

static void put(writer *w, const char *text) {
  size_t length = strlen(text);
  if (length > sizeof w->text - w->used)
    flush(w);
  if (length > sizeof w->text)
    length = sizeof w->text;
  memcpy(w->text + w->used, text, length);
  w->used += length;
}

static void put_number(writer *w, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  put(w, text);
}

static void put_ids(writer *w, const spex_layer *layer, int64_t choices) {
  put(w, ",\"ids\":[");
  for (int64_t u = 0; u < layer->units; ++u) {
    put(w, u ? ",[" : "[");
    for (int64_t k = 0; k < choices; ++k) {
      put(w, k ? "," : "");
      put_number(w, layer->ids[u * choices + k]);
    }
    put(w, "]");
  }
  put(w, "]}");
}

static void put_list(writer *w, const int64_t *numbers, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    put(w, i ? "," : "[");
    put_number(w, numbers[i]);
  }
  put(w, "]");
}

static void put_counts(writer *w, const spex_layer *layer, int64_t experts) {
  put(w, ",\"count\":");
  put_list(w, layer->count, experts);
  put(w, ",\"dropped\":");
  put_number(w, layer->dropped);
  put(w, ",\"dropped_of\":");
  put_list(w, layer->dropped_of, experts);
  spex_measures found = spex_measure(layer->count, experts);
  char text[160];
  snprintf(text, sizeof text,
           ",\"entropy\":%.6f,\"variation\":%.6f,\"collapse_average\":%.6f,"
           "\"collapse_worst\":%.6f}",
           found.entropy, found.variation, found.collapse_average,
           found.collapse_worst);
  put(w, text);
}

static spex_status write_json(const spex_choices *choices, int with_ids,
                              spex_outputs *outputs, const char *path,
                              spex_error *error) {
  writer *w = malloc(sizeof *w);
  if (!w)
    return spex_error_set(error, "not enough memory to write `%s`", path);
  w->error = error;
  w->used = 0;
  w->output = spex_output_open(outputs, path, error);
  w->status = w->output ? SPEX_OK : SPEX_FAILED;
  put(w, "{\"routes\":[");
  for (int64_t r = 0, n = 0; r < choices->route_count; ++r)
    for (int64_t l = 0; l < choices->routes[r].layers; ++l, ++n) {
      put(w, n ? ",\n{\"path\":\"" : "\n{\"path\":\"");
      put(w, choices->routes[r].path);
      put(w, "\",\"layer\":");
      put_number(w, l);
      if (with_ids)
        put_ids(w, &choices->layers[r][l], choices->routes[r].choices);
      else
        put_counts(w, &choices->layers[r][l], choices->routes[r].experts);
    }
  put(w, "\n]}\n");
  flush(w);
  spex_status status = w->status;
  free(w);
  return status;
}

spex_status spex_choices_write_routes(const spex_choices *choices,
                                      spex_outputs *outputs, const char *path,
                                      spex_error *error) {
  return write_json(choices, 1, outputs, path, error);
}

spex_status spex_choices_write_stats(const spex_choices *choices,
                                     spex_outputs *outputs, const char *path,
                                     spex_error *error) {
  return write_json(choices, 0, outputs, path, error);
}

void spex_choices_print_chart(const spex_choices *choices) {
  enum { WIDTH = 40 };
  for (int64_t r = 0; r < choices->route_count; ++r)
    for (int64_t l = 0; l < choices->routes[r].layers; ++l) {
      const spex_layer *layer = &choices->layers[r][l];
      int64_t experts = choices->routes[r].experts, total = 0, most = 1;
      for (int64_t e = 0; e < experts; ++e) {
        total += layer->count[e];
        most = layer->count[e] > most ? layer->count[e] : most;
      }
      spex_measures found = spex_measure(layer->count, experts);
      fprintf(stderr,
              "%s, layer %lld: %lld choices, %lld dropped, entropy %.3f, "
              "variation %.3f, collapse %.3f, worst %.3f\n",
              choices->routes[r].path, (long long)l, (long long)total,
              (long long)layer->dropped, found.entropy, found.variation,
              found.collapse_average, found.collapse_worst);
      for (int64_t e = 0; e < experts; ++e) {
        char bar[WIDTH + 1];
        int length = (int)((layer->count[e] * WIDTH + most / 2) / most);
        memset(bar, '#', (size_t)length);
        bar[length] = 0;
        fprintf(stderr, "  expert %4lld |%-*s| %8lld %5.1f %%", (long long)e,
                (int)WIDTH, bar, (long long)layer->count[e],
                total ? 100.0 * (double)layer->count[e] / (double)total : 0.0);
        if (layer->dropped_of[e])
          fprintf(stderr, " %8lld dropped", (long long)layer->dropped_of[e]);
        fputc('\n', stderr);
      }
    }
}
