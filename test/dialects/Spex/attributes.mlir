// RUN: spex-opt %s | spex-opt | FileCheck %s

// CHECK: module attributes {spex.checks = [{terms = ["B", 2, "-"], text = "the assertion `B >= 2` does not hold"}], spex.name = "tiny", spex.phase = "moe", spex.routes = [{
module attributes {
    spex.name = "tiny", spex.phase = "moe",
    spex.checks = [{terms = ["B", 2, "-"], text = "the assertion `B >= 2` does not hold"}],
    spex.routes = [{path = "y", experts = 8 : i64, choices = 2 : i64, layers = 1 : i64}],
    spex.target = {cpu = "x86-64-v3", opt_level = 3 : i64}} {
  // CHECK: func.func @tiny(%{{.*}}: index {spex.dim = "B", spex.max = 64 : i64}, %{{.*}}: tensor<?x3xi32> {spex.dims = ["B", 3], spex.name = "ids", spex.place = "in", spex.target = 256 : i64}
  func.func @tiny(%B: index {spex.dim = "B", spex.max = 64},
      %ids: tensor<?x3xi32> {spex.place = "in", spex.name = "ids", spex.dims = ["B", 3], spex.target = 256},
      %w: tensor<4xf32> {spex.place = "packed", spex.parameter = "w", spex.dims = [4]})
      attributes {spex.entry} {
    return
  }
}
