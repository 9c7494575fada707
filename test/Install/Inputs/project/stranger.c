/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net.h"

#include <stdio.h>

int main(void) {
  static const int32_t ids[NET_MAX_B][2] = {{1, 2}, {3, 4}, {5, 6}};
  static float out[NET_MAX_B][2][256];
  net_model *model;
  if (net_create(NULL, 0, 1, &model) != NET_OK ||
      net_forward(model, NET_MAX_B, 2, ids[0], out[0][0]) != NET_OK) {
    printf("%s\n", net_last_error());
    return 1;
  }
  net_destroy(model);
  printf("out[2, 1, 255] = %.9g\n", out[2][1][255]);
  return 0;
}
