// RUN: not spex build %s -o %t 2>&1 | FileCheck %s

// CHECK: is no output of `spex build --emit`
module {
func.func @f() {
  return
}
}
