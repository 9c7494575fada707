// RUN: spex-opt %s --split-input-file --verify-diagnostics

func.func @take_c1_ids(%v: memref<?x4xf32>, %n: index, %i: memref<?x5xi32>) {
  // expected-error@+1 {{needs values of units x experts and ids of their shape, got 'memref<?x4xf32>' and 'memref<?x5xi32>'}}
  grouped.take %v groups %n count %n outs(%i : memref<?x5xi32>)
      : memref<?x4xf32>
  return
}

// -----

func.func @take_c1_mask(%v: memref<?x4xf32>, %m: memref<?x4xi32>, %n: index, %i: memref<?x4xi32>) {
  // expected-error@+1 {{needs a mask of i1 with the shape of its values 'memref<?x4xf32>', got 'memref<?x4xi32>'}}
  grouped.take %v where(%m : memref<?x4xi32>) groups %n count %n
      outs(%i : memref<?x4xi32>) : memref<?x4xf32>
  return
}

// -----

func.func @balance_c1(%v: memref<?x4xf32>, %n: index, %i: memref<?x4xi32>) {
  // expected-error@+1 {{needs values of units x experts and one id for each unit, got 'memref<?x4xf32>' and 'memref<?x4xi32>'}}
  grouped.balance %v groups %n outs(%i : memref<?x4xi32>) : memref<?x4xf32>
  return
}

// -----

func.func @sinkhorn_c1(%s: memref<?x4xf32>, %p: memref<?x4xf32>) {
  // expected-error@+1 {{needs scores of batches x rows x columns and a plan of their type, got 'memref<?x4xf32>' and 'memref<?x4xf32>'}}
  grouped.sinkhorn %s tolerance 1.0e-4 limit 9 outs(%p : memref<?x4xf32>)
      : memref<?x4xf32>
  return
}

// -----

func.func @sinkhorn_c2(%s: memref<1x4x4xf32>, %p: memref<1x4x4xf32>) {
  // expected-error@+1 {{needs at least one round}}
  grouped.sinkhorn %s tolerance 1.0e-4 limit 0 outs(%p : memref<1x4x4xf32>)
      : memref<1x4x4xf32>
  return
}

// -----

func.func @draw_c1_kind(%l: index, %d: memref<9xf32>) {
  // expected-error@+1 {{knows no distribution 5}}
  grouped.draw 5 "a" "b" call 0 copy %l outs(%d : memref<9xf32>)
  return
}

// -----

func.func @draw_c1_bound(%l: index, %d: memref<9xi32>) {
  // expected-error@+1 {{needs a bound}}
  grouped.draw 3 "a" "b" call 0 copy %l outs(%d : memref<9xi32>)
  return
}

// -----

func.func @draw_c1_no_bound(%l: index, %d: memref<9xf32>) {
  // expected-error@+1 {{takes no bound}}
  grouped.draw 1 below %l "a" "b" call 0 copy %l outs(%d : memref<9xf32>)
  return
}

// -----

func.func @draw_c1_shapes(%l: index, %d: memref<9xf64>, %s: memref<8xf64>) {
  // expected-error@+1 {{needs shapes in f64 for 'memref<9xf64>'}}
  grouped.draw 4 "a" "b" call 0 copy %l shapes(%s : memref<8xf64>) outs(%d : memref<9xf64>)
  return
}

// -----

func.func @draw_c1_type(%l: index, %d: memref<9xi32>) {
  // expected-error@+1 {{cannot write such numbers to 'memref<9xi32>'}}
  grouped.draw 0 "a" "b" call 0 copy %l outs(%d : memref<9xi32>)
  return
}
