// RUN: spex-opt %s --split-input-file --verify-diagnostics

func.func @tasks_c1(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) {
  // expected-error@+1 {{row block must be positive}}
  %0 = grouped.tasks blocks(%x : tensor<?x8xf32>) outs(%y : tensor<?x8xf32>) row_block 0 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %xs: tensor<?x8xf32>, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

func.func @tasks_c1_columns(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) {
  // expected-error@+1 {{column block must be positive}}
  %0 = grouped.tasks blocks(%x : tensor<?x8xf32>) outs(%y : tensor<?x8xf32>) row_block 4 column_block 0 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %xs: tensor<?x8xf32>, %ys: tensor<?x?xf32>):
    grouped.yield %ys : tensor<?x?xf32>
  }
  return
}

// -----

func.func @tasks_c2(%o: tensor<3xi32>, %y: tensor<?x8xf32>) {
  // expected-error@+1 {{needs both offsets and rows, or neither}}
  %0 = grouped.tasks offsets(%o : tensor<3xi32>) outs(%y : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

func.func @tasks_c2_groups(%o: tensor<3xi32>, %r: tensor<?xi32>, %n: index, %y: tensor<?x?x8xf32>) {
  // expected-error@+1 {{takes its groups from offsets or from a number, not from both}}
  %0 = grouped.tasks offsets(%o : tensor<3xi32>) rows(%r : tensor<?xi32>) groups(%n) outs(%y : tensor<?x?x8xf32>) row_block 4 -> tensor<?x?x8xf32> {
  ^bb0(%c: index, %f: index, %g: index, %u: tensor<?xi32>, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

func.func @tasks_c3(%n: index, %y: tensor<?xf32>) {
  // expected-error@+1 {{finds no dimension of rows in 'tensor<?xf32>'}}
  %0 = grouped.tasks groups(%n) outs(%y : tensor<?xf32>) row_block 4 -> tensor<?xf32> {
  ^bb0(%c: index, %f: index, %g: index, %ys: tensor<?xf32>):
    grouped.yield %ys : tensor<?xf32>
  }
  return
}

// -----

func.func @tasks_c4(%y: tensor<?x8xf32>) {
  // expected-error@+1 {{needs a region of 4 arguments, got 3}}
  %0 = grouped.tasks outs(%y : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

// A panel of a group has no dimension for the group.
func.func @tasks_c5(%o: tensor<3xi32>, %r: tensor<?xi32>, %w: tensor<2x8x8xf32>, %y: tensor<?x8xf32>) {
  // expected-error@+1 {{region argument 4 has type 'tensor<2x8x8xf32>', which is not the part of 'tensor<2x8x8xf32>' that a task sees}}
  %0 = grouped.tasks offsets(%o : tensor<3xi32>) rows(%r : tensor<?xi32>) panels(%w : tensor<2x8x8xf32>) outs(%y : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %u: tensor<?xi32>, %we: tensor<2x8x8xf32>, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

func.func @tasks_c6(%w: tensor<2x3x8xf32>, %y: tensor<?x8xf32>) {
  // expected-error@+1 {{cannot cut columns of panels of type 'tensor<2x3x8xf32>'}}
  %0 = grouped.tasks panels(%w : tensor<2x3x8xf32>) outs(%y : tensor<?x8xf32>) row_block 4 column_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %we: tensor<2x3x?xf32>, %ys: tensor<?x?xf32>):
    grouped.yield %ys : tensor<?x?xf32>
  }
  return
}

// -----

func.func @tasks_c6_width(%w: tensor<2x8x1x16xf32>, %y: tensor<?x32xf32>) {
  // expected-error@+1 {{cuts columns by 24, which panels of width 16 do not divide}}
  %0 = grouped.tasks panels(%w : tensor<2x8x1x16xf32>) outs(%y : tensor<?x32xf32>) row_block 4 column_block 24 -> tensor<?x32xf32> {
  ^bb0(%n: index, %f: index, %g: index, %we: tensor<?x8x1x16xf32>, %ys: tensor<?x?xf32>):
    grouped.yield %ys : tensor<?x?xf32>
  }
  return
}

// -----

func.func @tasks_c6_pairs(%w: tensor<2x8x1x16x2xbf16>, %y: tensor<?x32xf32>) {
  // expected-error@+1 {{cuts columns by 2, which panels of width 16 do not divide}}
  %0 = grouped.tasks panels(%w : tensor<2x8x1x16x2xbf16>) outs(%y : tensor<?x32xf32>) row_block 4 column_block 2 -> tensor<?x32xf32> {
  ^bb0(%n: index, %f: index, %g: index, %we: tensor<?x8x1x16x2xbf16>, %ys: tensor<?x?xf32>):
    grouped.yield %ys : tensor<?x?xf32>
  }
  return
}

// -----

func.func @tasks_c7(%y: tensor<?x8xf32>) {
  // expected-error@+1 {{must yield its rows of each tensor of 'outs'}}
  %0 = grouped.tasks outs(%y : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %ys: tensor<?x8xf32>):
    // expected-note@+1 {{yields}}
    grouped.yield
  }
  return
}

// -----

func.func @tasks_c8(%y: tensor<?x8xf32>) {
  // expected-error@+1 {{joins the next tasks, but none follows}}
  %0 = grouped.tasks outs(%y : tensor<?x8xf32>) row_block 4 joins_next -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return
}

// -----

func.func @tasks_c8_memory(%y: memref<?x8xf32>, %v: f32, %i: index) {
  // expected-error@+1 {{joins the next tasks across an op that reads or writes memory}}
  grouped.tasks outs(%y : memref<?x8xf32>) row_block 4 joins_next {
  ^bb0(%n: index, %f: index, %g: index, %ys: memref<?x8xf32>):
    grouped.yield
  }
  // expected-note@+1 {{is this one}}
  memref.store %v, %y[%i, %i] : memref<?x8xf32>
  grouped.tasks outs(%y : memref<?x8xf32>) row_block 4 {
  ^bb0(%n: index, %f: index, %g: index, %ys: memref<?x8xf32>):
    grouped.yield
  }
  return
}
