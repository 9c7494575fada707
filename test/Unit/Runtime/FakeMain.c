/*===- FakeMain.c - main() of the hand-written program --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As start.c does it, but with the C library's own start code, so that
// sanitizers work.
//
//===----------------------------------------------------------------------===*/

#include "spex/program.h"

int main(int argc, char **argv) {
  return spex_main(&spex_executable_program, argc, argv);
}
