// RUN: spex-opt %s --grouped-assign-scratch --verify-diagnostics

// Both are reported: the number in memory, and the counter of the loop.
func.func @rejects_what_is_no_formula(%n: index {spex.dim = "N"}, %x: memref<?xindex> {spex.place = "in", spex.dims = ["N"]}) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %loaded = memref.load %x[%c0] : memref<?xindex>
  // expected-error @below {{has a size that is no formula of the sizes of the call}}
  %a = memref.alloc(%loaded) : memref<?xf32>
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @below {{has a size that is no formula of the sizes of the call}}
    %b = memref.alloc(%i) : memref<?xf32>
  }
  return
}
