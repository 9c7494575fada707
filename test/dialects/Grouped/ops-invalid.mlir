// RUN: spex-opt %s --split-input-file --verify-diagnostics

func.func @top_k_c1(%v: tensor<?x8xf32>, %m: tensor<?x7xi1>, %i: tensor<?x2xi32>) {
  // expected-error@+1 {{needs a mask of i1 with the shape of its values 'tensor<?x8xf32>', got 'tensor<?x7xi1>'}}
  %0 = grouped.top_k %v where(%m : tensor<?x7xi1>) outs(%i : tensor<?x2xi32>) : tensor<?x8xf32> -> tensor<?x2xi32>
  return
}

// -----

func.func @top_k_c2(%v: tensor<5x8xf32>, %i: tensor<4x2xi32>) {
  // expected-error@+1 {{writes one row of ids for each of its values 'tensor<5x8xf32>', got 'tensor<4x2xi32>'}}
  %0 = grouped.top_k %v outs(%i : tensor<4x2xi32>) : tensor<5x8xf32> -> tensor<4x2xi32>
  return
}

// -----

func.func @top_k_c3(%v: tensor<?x8xf32>, %i: tensor<?x9xi32>) {
  // expected-error@+1 {{chooses 9 experts but only 8 exist}}
  %0 = grouped.top_k %v outs(%i : tensor<?x9xi32>) : tensor<?x8xf32> -> tensor<?x9xi32>
  return
}

// -----

func.func @top_k_c3_unknown(%v: tensor<?x8xf32>, %i: tensor<?x?xi32>) {
  // expected-error@+1 {{needs a static number of choices, at least 1, got 'tensor<?x?xi32>'}}
  %0 = grouped.top_k %v outs(%i : tensor<?x?xi32>) : tensor<?x8xf32> -> tensor<?x?xi32>
  return
}

// -----

func.func @observe_c1(%l: index, %i: tensor<4x2xi32>, %u: tensor<4x3xi32>) {
  // expected-error@+1 {{needs ids of units x choices and a destination of their shape}}
  %0 = grouped.observe %i route "y" of 8 layer %l outs(%u : tensor<4x3xi32>) : tensor<4x2xi32> -> tensor<4x3xi32>
  return
}

// -----

func.func @observe_c2(%l: index, %i: tensor<4x2xi32>, %u: tensor<4x2xi32>) {
  // expected-error@+1 {{needs at least one expert}}
  %0 = grouped.observe %i route "y" of 0 layer %l outs(%u : tensor<4x2xi32>) : tensor<4x2xi32> -> tensor<4x2xi32>
  return
}

// -----

func.func @plan_c1(%i: tensor<4x2xi32>, %o: tensor<9xi32>, %r: tensor<8xi32>, %p: tensor<4x3xi32>) {
  // expected-error@+1 {{needs ids of units x choices and places of their shape, got 'tensor<4x2xi32>' and 'tensor<4x3xi32>'}}
  %0:3 = grouped.plan %i : tensor<4x2xi32> outs(%o, %r, %p : tensor<9xi32>, tensor<8xi32>, tensor<4x3xi32>) -> tensor<9xi32>, tensor<8xi32>, tensor<4x3xi32>
  return
}

// -----

func.func @plan_c2(%i: tensor<4x2xi32>, %o: tensor<1xi32>, %r: tensor<8xi32>, %p: tensor<4x2xi32>) {
  // expected-error@+1 {{needs a vector of at least 2 offsets, got 'tensor<1xi32>'}}
  %0:3 = grouped.plan %i : tensor<4x2xi32> outs(%o, %r, %p : tensor<1xi32>, tensor<8xi32>, tensor<4x2xi32>) -> tensor<1xi32>, tensor<8xi32>, tensor<4x2xi32>
  return
}

// -----

func.func @plan_c3(%i: tensor<4x2xi32>, %o: tensor<9xi32>, %r: tensor<7xi32>, %p: tensor<4x2xi32>) {
  // expected-error@+1 {{has 8 choices but writes 7 rows}}
  %0:3 = grouped.plan %i : tensor<4x2xi32> outs(%o, %r, %p : tensor<9xi32>, tensor<7xi32>, tensor<4x2xi32>) -> tensor<9xi32>, tensor<7xi32>, tensor<4x2xi32>
  return
}

// -----

func.func @gather_c1(%s: tensor<5x2xf32>, %r: tensor<3xi32>, %g: tensor<4x2xf32>) {
  // expected-error@+1 {{needs one number for each row it writes, got 'tensor<3xi32>' for 'tensor<4x2xf32>'}}
  %0 = grouped.gather %s at %r outs(%g : tensor<4x2xf32>) : tensor<5x2xf32>, tensor<3xi32> -> tensor<4x2xf32>
  return
}

// -----

func.func @gather_c2(%s: tensor<5x2xf32>, %r: tensor<3xi32>, %g: tensor<3x4xf32>) {
  // expected-error@+1 {{copies whole rows: 'tensor<5x2xf32>' does not fit 'tensor<3x4xf32>'}}
  %0 = grouped.gather %s at %r outs(%g : tensor<3x4xf32>) : tensor<5x2xf32>, tensor<3xi32> -> tensor<3x4xf32>
  return
}

// -----

func.func @matmul_c1(%x: tensor<?x2x8xf32>, %w: tensor<8x16xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{needs rows M x K and a destination M x N}}
  %0 = grouped.matmul %x by(%w : tensor<8x16xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x2x8xf32> -> tensor<?x16xf32>
  return
}

// -----

func.func @matmul_c2(%x: tensor<?x8xf32>, %w: tensor<9x16xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{cannot multiply 'tensor<?x8xf32>' by 'tensor<9x16xf32>' into 'tensor<?x16xf32>'}}
  %0 = grouped.matmul %x by(%w : tensor<9x16xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

// Seven rows are four pairs, not three.
func.func @matmul_c2_pairs(%x: tensor<?x7xbf16>, %w: tensor<2x3x1x16x2xbf16>, %y: tensor<?x32xf32>) {
  // expected-error@+1 {{cannot multiply 'tensor<?x7xbf16>' by panels 'tensor<2x3x1x16x2xbf16>'}}
  %0 = grouped.matmul %x by(%w : tensor<2x3x1x16x2xbf16>) outs(%y : tensor<?x32xf32>) : tensor<?x7xbf16> -> tensor<?x32xf32>
  return
}

// -----

// Two panels of 16 columns cannot hold 40.
func.func @matmul_c2_panels(%x: tensor<?x8xf32>, %w: tensor<2x8x1x16xf32>, %y: tensor<?x40xf32>) {
  // expected-error@+1 {{needs 40 columns but its panels have 32}}
  %0 = grouped.matmul %x by(%w : tensor<2x8x1x16xf32>) outs(%y : tensor<?x40xf32>) : tensor<?x8xf32> -> tensor<?x40xf32>
  return
}

// -----

func.func @matmul_c3(%x: tensor<?x8xf32>, %w: tensor<8x16xf32>, %b: tensor<15xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{cannot pair 'tensor<15xf32>' with elements of 'tensor<?x16xf32>'}}
  %0 = grouped.matmul %x by(%w : tensor<8x16xf32>) with(%b : tensor<15xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32> epilogue {
  ^bb0(%a: f32, %c: f32):
    grouped.yield %a : f32
  }
  return
}

// -----

func.func @matmul_c4(%x: tensor<?x8xf32>, %w: tensor<8x16xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{needs an epilogue for 2 right-hand sides and 0 operands of 'with'}}
  %0 = grouped.matmul %x by(%w, %w : tensor<8x16xf32>, tensor<8x16xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

func.func @matmul_c5(%x: tensor<?x8xf32>, %w: tensor<8x16xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{needs an epilogue of 1 arguments, got 2}}
  %0 = grouped.matmul %x by(%w : tensor<8x16xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32> epilogue {
  ^bb0(%a: f32, %c: f32):
    grouped.yield %a : f32
  }
  return
}

// -----

func.func @matmul_c6(%x: tensor<?x8xf32>, %w: tensor<8x16xf32>, %y: tensor<?x16xf32>) {
  // expected-error@+1 {{needs an epilogue that yields one 'f32'}}
  %0 = grouped.matmul %x by(%w : tensor<8x16xf32>) outs(%y : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32> epilogue {
  ^bb0(%a: f32):
    grouped.yield
  }
  return
}

// -----

func.func @combine_c1(%e: tensor<8x4xf32>, %w: tensor<4x3xf32>, %p: tensor<4x2xi32>, %y: tensor<4x4xf32>) {
  // expected-error@+1 {{needs places of units x choices and weights of their shape, got 'tensor<4x2xi32>' and 'tensor<4x3xf32>'}}
  %0 = grouped.combine %e by %w at %p outs(%y : tensor<4x4xf32>) : tensor<8x4xf32>, tensor<4x3xf32>, tensor<4x2xi32> -> tensor<4x4xf32>
  return
}

// -----

func.func @combine_c2(%e: tensor<8x4xf32>, %w: tensor<4x2xf32>, %p: tensor<4x2xi32>, %y: tensor<5x4xf32>) {
  // expected-error@+1 {{writes one row for each unit of 'tensor<4x2xi32>', got 'tensor<5x4xf32>'}}
  %0 = grouped.combine %e by %w at %p outs(%y : tensor<5x4xf32>) : tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32> -> tensor<5x4xf32>
  return
}

// -----

func.func @combine_c3(%e: tensor<8x4xf32>, %w: tensor<4x2xf32>, %p: tensor<4x2xi32>, %y: tensor<4x6xf32>) {
  // expected-error@+1 {{sums whole rows: 'tensor<8x4xf32>' does not fit 'tensor<4x6xf32>'}}
  %0 = grouped.combine %e by %w at %p outs(%y : tensor<4x6xf32>) : tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32> -> tensor<4x6xf32>
  return
}

// -----

func.func @combine_c4(%e: tensor<8x4xf32>, %w: tensor<4x2xbf16>, %p: tensor<4x2xi32>, %y: tensor<4x4xf32>) {
  // expected-error@+1 {{cannot weigh 'tensor<8x4xf32>' with 'tensor<4x2xbf16>'}}
  %0 = grouped.combine %e by %w at %p outs(%y : tensor<4x4xf32>) : tensor<8x4xf32>, tensor<4x2xbf16>, tensor<4x2xi32> -> tensor<4x4xf32>
  return
}

// -----

func.func @limit_c1(%i: tensor<3x2xi32>, %k: tensor<3x3xi32>, %n: index) {
  // expected-error@+1 {{needs ids of units x choices and a destination of their shape, got 'tensor<3x2xi32>' and 'tensor<3x3xi32>'}}
  %0 = grouped.limit %i of 4 groups %n to %n outs(%k : tensor<3x3xi32>) : tensor<3x2xi32> -> tensor<3x3xi32>
  return
}

// -----

func.func @limit_c2(%i: tensor<3x2xi32>, %n: index) {
  // expected-error@+1 {{needs at least one expert}}
  %0 = grouped.limit %i of 0 groups %n to %n outs(%i : tensor<3x2xi32>) : tensor<3x2xi32> -> tensor<3x2xi32>
  return
}

// -----

func.func @limit_c3(%i: tensor<3x2xi32>, %o: tensor<3x1xf64>, %n: index) {
  // expected-error@+1 {{needs the shape of its ids 'tensor<3x2xi32>', got 'tensor<3x1xf64>'}}
  %0 = grouped.limit %i of 4 groups %n to %n order(%o : tensor<3x1xf64>) outs(%i : tensor<3x2xi32>) : tensor<3x2xi32> -> tensor<3x2xi32>
  return
}

// -----

func.func @limit_c4(%i: tensor<3x2xi32>, %b: tensor<3x5xf64>, %n: index) {
  // expected-error@+1 {{needs a number for each unit and expert, got 'tensor<3x5xf64>'}}
  %0 = grouped.limit %i of 4 groups %n to %n next 1 by(%b : tensor<3x5xf64>) except(%i : tensor<3x2xi32>) outs(%i : tensor<3x2xi32>) : tensor<3x2xi32> -> tensor<3x2xi32>
  return
}

// -----

func.func @combine_c5(%e: tensor<8x4xf32>, %w: tensor<4x2xf32>, %p: tensor<4x2xi32>, %own: tensor<5x4xf32>, %y: tensor<4x4xf32>) {
  // expected-error@+1 {{passes rows as they are written at 'tensor<4x2xi32>', got 'tensor<5x4xf32>' and 'tensor<4x2xi32>'}}
  %0 = grouped.combine %e by %w at %p pass(%own : tensor<5x4xf32>) wanted(%p : tensor<4x2xi32>) outs(%y : tensor<4x4xf32>) : tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32> -> tensor<4x4xf32>
  return
}

// -----

func.func @observe_c3(%l: index, %i: tensor<4x2xi32>, %o: tensor<4xi32>) {
  // expected-error@+1 {{needs the number of outer experts, at least one, with the outer expert of each unit}}
  %0 = grouped.observe %i route "y" of 8 layer %l within %o : tensor<4xi32> of 0 outs(%i : tensor<4x2xi32>) : tensor<4x2xi32> -> tensor<4x2xi32>
  return
}

// -----

func.func @observe_c3_units(%l: index, %i: tensor<4x2xi32>, %o: tensor<5xi32>) {
  // expected-error@+1 {{needs one outer expert for each unit of 'tensor<4x2xi32>', got 'tensor<5xi32>'}}
  %0 = grouped.observe %i route "y" of 8 layer %l within %o : tensor<5xi32> of 3 outs(%i : tensor<4x2xi32>) : tensor<4x2xi32> -> tensor<4x2xi32>
  return
}
