// RUN: spex-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{unknown attribute "spex.dmi"}}
func.func @unknown(%b: index {spex.dmi = "B"}) {
  return
}

// -----

// expected-error@+1 {{"spex.entry" does not belong here}}
module attributes {spex.entry} {}

// -----

// expected-error@+1 {{"spex.place" must be "in", "out", "state", "packed", "context" or "scratch", got "inn"}}
func.func @place(%x: tensor<4xf32> {spex.place = "inn"}) {
  return
}

// -----

// expected-error@+1 {{argument 0 is a size, so an index, but has type 'i32'}}
func.func @size_is_an_index(%b: i32 {spex.dim = "B"}) {
  return
}

// -----

// expected-error@+1 {{argument 0 has size "B", which no argument gives}}
func.func @size_has_an_argument(%x: tensor<?xf32> {spex.dims = ["B"]}) {
  return
}

// -----

// expected-error@+1 {{argument 1 has 'spex.dims' ["B", 5], which do not fit 'tensor<?x4xf32>'}}
func.func @sizes_fit(%b: index {spex.dim = "B"}, %x: tensor<?x4xf32> {spex.dims = ["B", 5]}) {
  return
}

// -----

// expected-error@+1 {{argument 1 has 'spex.dims' ["B"], which do not fit 'tensor<?x4xf32>'}}
func.func @ranks_fit(%b: index {spex.dim = "B"}, %x: tensor<?x4xf32> {spex.dims = ["B"]}) {
  return
}

// -----

#map = affine_map<(i) -> (i)>
func.func @loops_are_named(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{has 1 loops but 2 names in 'spex.loops'}}
  %0 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]}
      outs(%x : tensor<4xf32>) attrs = {spex.loops = ["B", "S"]} {
  ^bb0(%a: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error@+1 {{"spex.default" must be a finite f64, got 3 : i64}}
func.func @default(%x: tensor<4xf32> {spex.place = "in", spex.default = 3 : i64}) {
  return
}

// -----

// expected-error@+1 {{"spex.checks" must be a list of dictionaries of text and terms}}
module attributes {spex.checks = [{terms = ["B", 2.0, "-"], text = "no whole number"}]} {}
