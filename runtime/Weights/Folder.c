/*===- Folder.c - Weights in one file or in shards ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `--weights` names a file, or a folder with model.safetensors or with
// model.safetensors.index.json and the shards it names. Shards are opened in
// that folder only: a name with a slash in it, or a link, is refused.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Tensor/File.h"
#include "runtime/Weights/Json.h"
#include "runtime/Weights/Safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char index_name[] = "model.safetensors.index.json";

enum { MAX_SHARDS = 4096 };

typedef struct shards {
  char *names[MAX_SHARDS];
  int32_t count;
  int32_t *of; /* for each wanted tensor its shard, or -1 */
} shards;

/* The number of that shard, added if it is new; -1 after an error. */
static int32_t shard_number(shards *s, spex_json *json, const char *name) {
  if (s->count > 0 && strcmp(s->names[s->count - 1], name) == 0)
    return s->count - 1;
  for (int32_t i = 0; i < s->count; ++i)
    if (strcmp(s->names[i], name) == 0)
      return i;
  if (name[0] == '.' || name[0] == 0 || strchr(name, '/') ||
      strchr(name, '\\') || strchr(name, ':')) {
    spex_json_expected(json, "the plain name of a file in the same folder");
    return -1;
  }
  if (s->count == MAX_SHARDS) {
    spex_json_expected(json, "at most 4096 shards");
    return -1;
  }
  s->names[s->count] = strdup(name);
  if (!s->names[s->count]) {
    spex_json_expected(json, "more memory");
    return -1;
  }
  return s->count++;
}

static spex_status read_weight_map(shards *s, spex_json *json,
                                   const spex_wanted *wanted, int64_t count,
                                   const spex_skips *skips) {
  int more;
  if (spex_json_open(json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, '}', i)) > 0; ++i) {
    char name[SPEX_MAX_NAME], file[256];
    if (spex_json_key(json, name, sizeof name) != SPEX_OK ||
        spex_json_string(json, file, sizeof file) != SPEX_OK)
      return SPEX_FAILED;
    int64_t index = spex_find_wanted(wanted, count, name);
    if (index < 0 && spex_is_skipped(skips, name))
      continue;
    if (index < 0)
      return spex_not_used(index_name, name, "", skips, json->error);
    if (s->of[index] >= 0)
      return spex_json_expected(json, "each tensor once");
    s->of[index] = shard_number(s, json, file);
    if (s->of[index] < 0)
      return SPEX_FAILED;
  }
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status read_index(shards *s, const char *text, int64_t size,
                              const spex_wanted *wanted, int64_t count,
                              const spex_skips *skips, spex_error *error) {
  spex_json json = spex_json_begin(text, size, index_name, error);
  int more, seen = 0;
  if (spex_json_open(&json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(&json, '}', i)) > 0; ++i) {
    char key[SPEX_MAX_NAME];
    if (spex_json_key(&json, key, sizeof key) != SPEX_OK)
      return SPEX_FAILED;
    if (strcmp(key, "weight_map") != 0) {
      if (spex_json_skip(&json) != SPEX_OK)
        return SPEX_FAILED;
    } else if (seen++)
      return spex_json_expected(&json, "`weight_map` once");
    else if (read_weight_map(s, &json, wanted, count, skips) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (more < 0 || spex_json_end(&json) != SPEX_OK)
    return SPEX_FAILED;
  return seen ? SPEX_OK : spex_json_expected(&json, "`weight_map`");
}

static spex_status read_shards(int folder, const char *path,
                               spex_wanted *wanted, int64_t count,
                               const spex_skips *skips, spex_error *error) {
  char *text = NULL;
  int64_t size = 0;
  if (spex_file_read_all(folder, index_name, 100ll << 20, &text, &size,
                         error) != SPEX_OK)
    return SPEX_FAILED;
  shards *s = calloc(1, sizeof *s);
  int32_t *of = malloc(((size_t)count + 1) * sizeof *of);
  spex_status status = SPEX_FAILED;
  if (!s || !of)
    spex_error_set(error, "not enough memory to read `%s`", path);
  else {
    s->of = of;
    for (int64_t i = 0; i < count; ++i)
      of[i] = -1;
    status = read_index(s, text, size, wanted, count, skips, error);
  }
  for (int32_t i = 0; status == SPEX_OK && i < s->count; ++i)
    status =
        spex_read_safetensors(folder, s->names[i], wanted, count, skips, of, i,
                              error);
  if (status == SPEX_OK)
    status = spex_check_all_found(path, wanted, count, error);
  for (int32_t i = 0; s && i < s->count; ++i)
    free(s->names[i]);
  free(of);
  free(s);
  free(text);
  return status;
}

spex_status spex_weights_read(const char *path, spex_wanted *wanted,
                              int64_t count, spex_error *error) {
  return spex_weights_read_bound(path, wanted, count, NULL, error);
}

spex_status spex_weights_read_bound(const char *path, spex_wanted *wanted,
                                    int64_t count, const spex_skips *skips,
                                    spex_error *error) {
  for (int64_t i = 0; i < count; ++i)
    wanted[i].found = 0;
  struct stat info;
  if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
    return spex_read_safetensors(-1, path, wanted, count, skips, NULL, 0,
                                 error);
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return spex_error_errno(error, "cannot open", path);
  spex_status status;
  if (fstatat(folder, "model.safetensors", &info, AT_SYMLINK_NOFOLLOW) == 0)
    status = spex_read_safetensors(folder, "model.safetensors", wanted, count,
                                   skips, NULL, 0, error);
  else if (fstatat(folder, index_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
    status = read_shards(folder, path, wanted, count, skips, error);
  else
    status = spex_error_set(error,
                            "folder `%s` has no weights: expected "
                            "model.safetensors or %s",
                            path, index_name);
  close(folder);
  return status;
}
