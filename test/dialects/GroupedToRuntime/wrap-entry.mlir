// RUN: spex-opt %s --spex-wrap-entry | FileCheck %s --implicit-check-not=moe.parameter

// A state of 2 * B * capacity floats, rounded up to 64 bytes; the panels of two
// parameters of 3 x 5: K = 3, N = 5 columns in 2 panels of 4, so 2 * 3 * 2 * 4
// floats; a raw copy of 6 floats.
// The entry is nobody else's business.
// CHECK:       func.func private @m(
// CHECK-NOT:     spex.
// CHECK-SAME:    llvm.linkage = #llvm.linkage<internal>
// CHECK:       llvm.mlir.global internal constant @spex_program_manifest("{\22abi\22:1,
// CHECK-SAME:    \22dims\22:[{\22max\22:64,\22name\22:\22B\22},{\22max\22:128,\22name\22:\22S\22}]
// CHECK-SAME:    \22features\22:[\22avx2\22,\22fma\22]
// CHECK-SAME:    \22inputs\22:[{\22bound\22:256,\22default\22:3,\22dims\22:[\22B\22,\22S\22],\22name\22:\22ids\22,\22type\22:\22index\22}]
// CHECK-SAME:    \22name\22:\22m\22,
// CHECK-SAME:    \22outputs\22:[{\22dims\22:[\22B\22,7],\22name\22:\22out\22,\22type\22:\22f32\22}]
// CHECK-SAME:    \22packed\22:2,
// CHECK-SAME:    \22path\22:\22a\22,\22shape\22:[3,5]
// CHECK-SAME:    \22init\22:{\22kind\22:\22ones\22}
// CHECK-SAME:    \22routes\22:[{\22choices\22:2,\22experts\22:8,\22layers\22:4,\22path\22:\22y\22}]
// CHECK-SAME:    \22step\22:\22S\22}
// CHECK:       llvm.mlir.global internal constant @spex_program_packed_bytes(dense<[192, 24]> : tensor<2xi64>)
// CHECK:       llvm.func internal @spex_program_scratch_bytes(%{{.*}}: !llvm.ptr) -> i64
// CHECK:         call @m_scratch_bytes
// CHECK:       llvm.func internal @spex_program_state_bytes(%[[DIMS:[a-zA-Z0-9_-]+]]: !llvm.ptr) -> i64
// CHECK:       llvm.mlir.global internal constant @spex_program_pack_0(dense<[4, 2, 4, 1, 0, 1, 1, 0, 1, 0, 0, 3, 5, 5, 1, 5, 1]>
// CHECK:       llvm.mlir.global internal constant @spex_program_pack_1(dense<[4, 1, 0, 1, 0, 1, 0, 2, 0, 6, 1]>
// CHECK:       llvm.func internal @spex_program_prepare(
// CHECK-COUNT-2: call @spex_pack
// CHECK:       llvm.func internal @spex_program_run(
// CHECK:         call @m(
// CHECK:       llvm.mlir.global external constant @spex_executable_program()
// CHECK:         llvm.mlir.constant(72 : i32)
// CHECK:         llvm.mlir.addressof @spex_program_manifest
// CHECK:         llvm.mlir.addressof @spex_program_run
module attributes {spex.name = "m", spex.target = {features = "+avx2,+fma,-avx512f", opt_level = 0 : i64},
                   spex.routes = [{choices = 2 : i64, experts = 8 : i64, layers = 4 : i64, path = "y"}]} {
moe.parameter @a : tensor<3x5xf32> dims ["D", "F"] init normal(5.0e-02)
moe.parameter @b : tensor<3x5xf32> dims ["D", "F"] init normal(5.0e-02)
moe.parameter @c : tensor<6xf32> dims ["D"] init ones
func.func @m(%B: index {spex.dim = "B", spex.max = 64 : i64}, %S: index {spex.dim = "S", spex.max = 128 : i64},
    %position: index {spex.dim = "S.position", spex.max = 128 : i64}, %capacity: index {spex.dim = "S.capacity", spex.max = 128 : i64},
    %ids: memref<?x?xi32> {spex.place = "in", spex.name = "ids", spex.dims = ["B", "S"], spex.target = 256 : i64, spex.default = 3.0},
    %out: memref<?x7xf32> {spex.place = "out", spex.name = "out", spex.dims = ["B", 7]},
    %state: memref<2x?x?xf32> {spex.place = "state", spex.name = "k", spex.dims = [2, "B", "S.capacity"]},
    %w: memref<2x3x2x4xf32> {spex.place = "packed", spex.parameter = "a",
        spex.pack = {parameters = ["a", "b"], outer = [], k = [0], n = [1], columns = 4 : i64}},
    %c: memref<6xf32> {spex.place = "packed", spex.parameter = "c"},
    %context: index {spex.place = "context"}, %scratch: memref<?xi8> {spex.place = "scratch"}) attributes {spex.entry} {
  return
}
func.func private @m_scratch_bytes(%B: index, %S: index, %p: index, %c: index) -> index {
  return %B : index
}
func.func private @m_worker_bytes(%B: index, %S: index, %p: index, %c: index) -> index {
  return %S : index
}
}
