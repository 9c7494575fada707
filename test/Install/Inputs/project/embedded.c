/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <spex/library.h>

#include <stdio.h>

int main(void) {
  static const int32_t ids[3][2] = {{1, 2}, {3, 4}, {5, 6}};
  static float out[3][2][256];
  const int64_t sizes[] = {3, 2};
  const void *in[] = {ids};
  void *results[] = {out};
  spex_library *library;
  if (spex_library_create(&spex_executable_program, NULL, 0, 1, &library) ||
      spex_library_forward(library, sizes, in, results)) {
    printf("%s\n", spex_library_last_error());
    return 1;
  }
  spex_library_destroy(library);
  printf("out[2, 1, 255] = %.9g\n", out[2][1][255]);
  return 0;
}
