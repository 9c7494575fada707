// RUN: spex-opt %s --spex-wrap-entry --split-input-file --verify-diagnostics

// expected-error @below {{a program needs one entry point, got 0}}
module {
func.func @no_entry() {
  return
}
}

// -----

// expected-error @below {{argument 0 has no name, sizes or type of the manifest}}
func.func @rejects_nameless_inputs(%x: memref<4xf32> {spex.place = "in", spex.dims = [4]}) attributes {spex.entry} {
  return
}

// -----

// expected-error @below {{argument 0 is an index without a bound}}
func.func @rejects_unbounded_indices(%x: memref<4xi32> {spex.place = "in", spex.name = "x", spex.dims = [4], spex.target = {}}) attributes {spex.entry} {
  return
}

// -----

// expected-error @below {{argument 0 does not say which parameter it holds}}
func.func @rejects_anonymous_weights(%x: memref<4xf32> {spex.place = "packed"}) attributes {spex.entry} {
  return
}

// -----

// expected-error @below {{argument 0 holds 'w', which is no parameter of the module}}
func.func @rejects_unknown_parameters(%x: memref<4xf32> {spex.place = "packed", spex.parameter = "w"}) attributes {spex.entry} {
  return
}

// -----

moe.parameter @w : tensor<3x5xf32> dims ["D", "F"] init zeros
// expected-error @below {{argument 0 of type 'memref<1x3x1x4xf32>' is not as large as its panels of 'tensor<3x5xf32>'}}
func.func @rejects_small_panels(%x: memref<1x3x1x4xf32> {spex.place = "packed", spex.parameter = "w",
    spex.pack = {parameters = ["w"], outer = [], k = [0], n = [1], columns = 4 : i64}}) attributes {spex.entry} {
  return
}

// -----

moe.parameter @w : tensor<3x5xf32> dims ["D", "F"] init zeros
// expected-error @below {{argument 0 has a packing that does not name every dimension of 'tensor<3x5xf32>' once}}
func.func @rejects_forgotten_dimensions(%x: memref<2x3x1x4xf32> {spex.place = "packed", spex.parameter = "w",
    spex.pack = {parameters = ["w"], outer = [], k = [0], n = [0], columns = 4 : i64}}) attributes {spex.entry} {
  return
}
