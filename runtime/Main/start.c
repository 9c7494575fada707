/*===- start.c - The first instruction of an executable -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What crt1.o does, so that linking a model needs no C library package beside
// libc.so.6 itself.
//
//===----------------------------------------------------------------------===*/

#include "spex/program.h"

int main(int argc, char **argv);

int main(int argc, char **argv) {
  return spex_main(&spex_executable_program, argc, argv);
}

/* The kernel leaves argc at the top of the stack, argv behind it, and in rdx
   what is to be called at exit. Arguments of __libc_start_main(main, argc,
   argv, init, fini, rtld_fini, stack_end): init and fini have been null for
   programs since glibc 2.34. */
__attribute__((naked, noreturn, visibility("default"))) void _start(void) {
  __asm__("xor %ebp, %ebp\n"
          "mov %rdx, %r9\n"
          "pop %rsi\n"
          "mov %rsp, %rdx\n"
          "and $-16, %rsp\n"
          "push %rax\n"
          "push %rsp\n"
          "xor %ecx, %ecx\n"
          "xor %r8d, %r8d\n"
          "lea main(%rip), %rdi\n"
          "call *__libc_start_main@GOTPCREL(%rip)\n"
          "hlt\n");
}
