// RUN: spex-opt %s --split-input-file --verify-diagnostics

func.func @take_c1(%v: tensor<?x?xf32>, %n: index) {
  // expected-error@+1 {{needs a static number of experts, got 'tensor<?x?xf32>'}}
  %0 = moe.take %v groups %n count %n : tensor<?x?xf32>
  return
}

// -----

func.func @take_c2(%v: tensor<?x4xf32>, %m: tensor<?x5xi1>, %n: index) {
  // expected-error@+1 {{needs a mask with the shape of 'tensor<?x4xf32>', got 'tensor<?x5xi1>'}}
  %0 = moe.take %v where %m groups %n count %n
      : tensor<?x4xf32>, tensor<?x5xi1>
  return
}

// -----

func.func @balance_c1(%v: tensor<?x?xf32>, %n: index) {
  // expected-error@+1 {{needs a static number of experts, got 'tensor<?x?xf32>'}}
  %0 = moe.balance %v groups %n : tensor<?x?xf32>
  return
}

// -----

func.func @sinkhorn_c1(%s: tensor<1x4x4xf32>) {
  // expected-error@+1 {{needs at least one round}}
  %0 = moe.sinkhorn %s tolerance 1.0e-4 limit 0 : tensor<1x4x4xf32>
  return
}

// -----

func.func @draw_c1(%n: index) {
  // expected-error@+1 {{has 0 sizes for 'tensor<?xf32>'}}
  %0 = moe.draw uniform "a" "b" call 0 copy %n () : tensor<?xf32>
  return
}

// -----

func.func @draw_c2_no_bound(%n: index) {
  // expected-error@+1 {{needs a bound for 'index'}}
  %0 = moe.draw index "a" "b" call 0 copy %n () : tensor<4xi32>
  return
}

// -----

func.func @draw_c2_bound(%n: index) {
  // expected-error@+1 {{takes no bound for 'normal'}}
  %0 = moe.draw normal below %n "a" "b" call 0 copy %n () : tensor<4xf32>
  return
}

// -----

func.func @draw_c3_shapes(%n: index) {
  // expected-error@+1 {{has shapes that do not fit 'gamma' of 'tensor<4xf64>'}}
  %0 = moe.draw gamma "a" "b" call 0 copy %n () : tensor<4xf64>
  return
}

// -----

func.func @draw_c4_entries(%n: index, %r: tensor<3xi32>) {
  // expected-error@+1 {{has entries 'tensor<3xi32>' that do not lead 'tensor<4x3xf32>'}}
  %0 = moe.draw normal "a" "b" call 0 copy %n numbers(%r : tensor<3xi32>) () : tensor<4x3xf32>
  return
}

// -----

func.func @draw_c4_both(%n: index, %r: tensor<4xi32>, %c: tensor<4x3xi32>) {
  // expected-error@+1 {{has entries 'tensor<4x3xi32>' that do not lead 'tensor<4x3xf32>'}}
  %0 = moe.draw normal "a" "b" call 0 copy %n numbers(%r : tensor<4xi32>) copies(%c : tensor<4x3xi32>) () : tensor<4x3xf32>
  return
}

// -----

func.func @draw_c2_type(%n: index) {
  // expected-error@+1 {{cannot give 'tensor<4xi32>' for 'gumbel'}}
  %0 = moe.draw gumbel "a" "b" call 0 copy %n () : tensor<4xi32>
  return
}

// -----

func.func @plan_c1(%ids: tensor<?x2xi32>) {
  // expected-error@+1 {{needs at least one expert}}
  %0, %1, %2 = moe.plan %ids of 0 : tensor<?x2xi32>
  return
}
