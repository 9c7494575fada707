// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file | FileCheck %s
// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file --canonicalize --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=BUFFERS

// A part of something else has to be copied, and is, by an op.
// CHECK-LABEL: func.func @part_of_another(
// CHECK:         %[[PART:.*]] = tensor.extract_slice
// CHECK:         %[[COPY:.*]] = linalg.copy ins(%[[PART]] :
// CHECK:         bufferization.materialize_in_destination %[[COPY]]
// BUFFERS-LABEL: func.func @part_of_another(
// BUFFERS-NOT:     memref.copy
// BUFFERS-NOT:     memref.alloc
// BUFFERS:         linalg.copy ins(%{{.*}}) outs(%arg1 : memref<4xf32>)
func.func @part_of_another(%x: tensor<4x2xf32> {bufferization.writable = false}, %out: memref<4xf32>) {
  %p = tensor.extract_slice %x[0, 1] [4, 1] [1, 1] : tensor<4x2xf32> to tensor<4xf32>
  bufferization.materialize_in_destination %p in restrict writable %out
      : (tensor<4xf32>, memref<4xf32>) -> ()
  return
}

// -----

// A join of two parts: the second is computed before the first is, so that it
// cannot be written behind it. The whole is made in its destination.
// CHECK-LABEL: func.func @join_out_of_order(
// CHECK:         %[[B:.*]] = linalg.generic
// CHECK:         %[[JOIN:.*]] = bufferization.to_tensor %arg1 restrict writable
// CHECK:         %[[A:.*]] = linalg.generic
// CHECK:         %[[FIRST:.*]] = tensor.insert_slice %[[A]] into %[[JOIN]]
// CHECK:         %[[COPY:.*]] = linalg.copy ins(%[[B]] :
// CHECK:         tensor.insert_slice %[[COPY]] into %[[FIRST]]
// BUFFERS-LABEL: func.func @join_out_of_order(
// BUFFERS-NOT:     memref.copy
#id = affine_map<(i) -> (i)>
func.func @join_out_of_order(%x: tensor<4xf32> {bufferization.writable = false}, %out: memref<8xf32>) {
  %be = tensor.empty() : tensor<4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%be : tensor<4xf32>) {
  ^bb0(%a: f32, %c: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<4xf32>
  %j = tensor.empty() : tensor<8xf32>
  %ae = tensor.empty() : tensor<4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%ae : tensor<4xf32>) {
  ^bb0(%v: f32, %c: f32):
    %n = math.absf %v : f32
    linalg.yield %n : f32
  } -> tensor<4xf32>
  %j1 = tensor.insert_slice %a into %j[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %j2 = tensor.insert_slice %b into %j1[4] [4] [1] : tensor<4xf32> into tensor<8xf32>
  bufferization.materialize_in_destination %j2 in restrict writable %out
      : (tensor<8xf32>, memref<8xf32>) -> ()
  return
}

// -----

// What a loop carries lies in the loop's own memory, and is copied out of it.
// BUFFERS-LABEL: func.func @result_of_a_loop(
// BUFFERS-NOT:     memref.copy
// BUFFERS:         scf.for
// BUFFERS:         linalg.copy ins(%{{.*}}) outs(%arg1 : memref<4xf32>)
#id = affine_map<(i) -> (i)>
func.func @result_of_a_loop(%x: tensor<4xf32> {bufferization.writable = false}, %out: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<4xf32>
  %c = linalg.copy ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%y = %c) -> (tensor<4xf32>) {
    %ne = tensor.empty() : tensor<4xf32>
    %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%y : tensor<4xf32>) outs(%ne : tensor<4xf32>) {
    ^bb0(%v: f32, %o: f32):
      %z = math.exp %v : f32
      linalg.yield %z : f32
    } -> tensor<4xf32>
    %m = bufferization.materialize_in_destination %n in %y
        : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    scf.yield %m : tensor<4xf32>
  }
  bufferization.materialize_in_destination %r in restrict writable %out
      : (tensor<4xf32>, memref<4xf32>) -> ()
  return
}
