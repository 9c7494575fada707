// RUN: spex-opt %s --convert-grouped-to-runtime --split-input-file --verify-diagnostics

func.func @rejects_tensors(%ids: tensor<4x2xi32>, %o: tensor<3xi32>, %r: tensor<8xi32>, %p: tensor<4x2xi32>) attributes {spex.entry} {
  // expected-error @below {{has to be on buffers to become a call}}
  %0:3 = grouped.plan %ids : tensor<4x2xi32> outs(%o, %r, %p : tensor<3xi32>, tensor<8xi32>, tensor<4x2xi32>)
      -> tensor<3xi32>, tensor<8xi32>, tensor<4x2xi32>
  return
}

// -----

func.func @rejects_uncounted_layers(%ids: memref<?x2xi32>, %l: index) attributes {spex.entry} {
  // expected-error @below {{needs a layer that counts static loops}}
  grouped.observe %ids route "y" of 8 layer %l outs(%ids : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

func.func @rejects_dynamic_choices(%ids: memref<?x?xi32>) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  // expected-error @below {{needs a static number of choices}}
  grouped.observe %ids route "y" of 8 layer %c0 outs(%ids : memref<?x?xi32>) : memref<?x?xi32>
  return
}
