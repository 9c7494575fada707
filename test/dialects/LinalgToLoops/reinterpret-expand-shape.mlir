// RUN: spex-opt %s --reinterpret-expand-shape | FileCheck %s
// RUN: spex-opt %s --reinterpret-expand-shape --expand-strided-metadata | FileCheck %s --check-prefix=PLAIN

// CHECK-LABEL: func.func @expands_two_dynamic_dimensions(
// CHECK-SAME:    %[[M:[a-zA-Z0-9_-]+]]: memref<?x8xf32>, %[[B:[a-zA-Z0-9_-]+]]: index, %[[S:[a-zA-Z0-9_-]+]]: index)
// CHECK:         %[[ROW:[a-zA-Z0-9_-]+]] = arith.muli %{{.*}}, %[[S]] : index
// CHECK:         memref.reinterpret_cast %[[M]] to offset: [0], sizes: [%[[B]], %[[S]], 8], strides: [%{{.*}}, 8, 1]
// CHECK-NOT:     memref.expand_shape
// PLAIN-LABEL: func.func @expands_two_dynamic_dimensions(
// PLAIN-NOT:     memref.expand_shape
func.func @expands_two_dynamic_dimensions(%m: memref<?x8xf32>, %b: index, %s: index) -> memref<?x?x8xf32> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [%b, %s, 8] : memref<?x8xf32> into memref<?x?x8xf32>
  return %0 : memref<?x?x8xf32>
}

// CHECK-LABEL: func.func @keeps_offset_and_strides(
// CHECK-SAME:    %[[M:[a-zA-Z0-9_-]+]]: memref
// CHECK:         %{{.*}}, %[[OFFSET:[a-zA-Z0-9_-]+]], %{{.*}}:2, %[[STRIDES:[a-zA-Z0-9_-]+]]:2 = memref.extract_strided_metadata %[[M]]
// CHECK:         memref.reinterpret_cast %[[M]] to offset: [%[[OFFSET]]], sizes: [2, %{{.*}}, 4], strides: [%{{.*}}, %[[STRIDES]]#0, 1]
func.func @keeps_offset_and_strides(%m: memref<?x4xf32, strided<[?, 1], offset: ?>>, %n: index)
    -> memref<2x?x4xf32, strided<[?, ?, 1], offset: ?>> {
  %0 = memref.expand_shape %m [[0, 1], [2]] output_shape [2, %n, 4]
      : memref<?x4xf32, strided<[?, 1], offset: ?>> into memref<2x?x4xf32, strided<[?, ?, 1], offset: ?>>
  return %0 : memref<2x?x4xf32, strided<[?, ?, 1], offset: ?>>
}

// CHECK-LABEL: func.func @expands_a_single_number(
// CHECK-SAME:    %[[M:[a-zA-Z0-9_-]+]]: memref<i32>)
// CHECK:         memref.reinterpret_cast %[[M]] to offset: [0], sizes: [1, 1], strides: [1, 1]
func.func @expands_a_single_number(%m: memref<i32>) -> memref<1x1xi32> {
  %0 = memref.expand_shape %m [] output_shape [1, 1] : memref<i32> into memref<1x1xi32>
  return %0 : memref<1x1xi32>
}
