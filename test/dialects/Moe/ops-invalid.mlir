// RUN: spex-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{needs static sizes, got 'tensor<?x4xf32>'}}
moe.parameter @parameter_c1 : tensor<?x4xf32> dims ["B", "D"] init ones

// -----

// expected-error@+1 {{has 2 dimensions but 1 names}}
moe.parameter @parameter_c2 : tensor<3x4xf32> dims ["D"] init ones

// -----

// expected-error@+1 {{needs a number for 'normal'}}
moe.parameter @parameter_c3 : tensor<4xf32> dims ["D"] init normal

// -----

// expected-error@+1 {{takes no number for 'zeros'}}
moe.parameter @parameter_c3_zeros : tensor<4xf32> dims ["D"] init zeros(1.0)

// -----

// expected-note@+1 {{declared here}}
moe.parameter @w : tensor<4xf32> dims ["D"] init ones
func.func @get_c1() {
  // expected-error@+1 {{gives 'tensor<5xf32>' of a parameter of type 'tensor<4xf32>'}}
  %0 = moe.get @w : tensor<5xf32>
  return
}

// -----

func.func @get_c1_unknown() {
  // expected-error@+1 {{finds no parameter @v}}
  %0 = moe.get @v : tensor<5xf32>
  return
}

// -----

func.func @top_k_c1(%v: tensor<?x?xf32>) {
  // expected-error@+1 {{needs a static number of experts, got 'tensor<?x?xf32>'}}
  %0 = moe.top_k %v choose 2 : tensor<?x?xf32>
  return
}

// -----

func.func @top_k_c2(%v: tensor<?x4xf32>) {
  // expected-error@+1 {{chooses 5 experts but only 4 exist}}
  %0 = moe.top_k %v choose 5 : tensor<?x4xf32>
  return
}

// -----

func.func @top_k_c2_none(%v: tensor<?x4xf32>) {
  // expected-error@+1 {{must choose at least one expert}}
  %0 = moe.top_k %v choose 0 : tensor<?x4xf32>
  return
}

// -----

func.func @top_k_c3(%v: tensor<?x4xf32>, %m: tensor<?x5xi1>) {
  // expected-error@+1 {{needs a mask with the shape of 'tensor<?x4xf32>', got 'tensor<?x5xi1>'}}
  %0 = moe.top_k %v where %m choose 2 : tensor<?x4xf32>, tensor<?x5xi1>
  return
}

// -----

func.func @observe_c1(%i: tensor<?x2xi32>, %l: index) {
  // expected-error@+1 {{needs at least one expert}}
  %0 = moe.observe %i route "y" of 0 layer %l : tensor<?x2xi32>
  return
}

// -----

func.func @pick_c1(%v: tensor<3x4xf32>, %i: tensor<2x2xi32>) {
  // expected-error@+1 {{picks from 'tensor<3x4xf32>' with ids of other units 'tensor<2x2xi32>'}}
  %0 = moe.pick %v at %i : tensor<3x4xf32>, tensor<2x2xi32>
  return
}

// -----

func.func @experts_c1(%i: tensor<3x2xi32>, %x: tensor<4x8xf32>) {
  // expected-error@+1 {{needs one row for each unit of 'tensor<3x2xi32>', got 'tensor<4x8xf32>'}}
  %0 = moe.experts %i of 4 units(%x : tensor<4x8xf32>) : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c2(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>, %w: tensor<5x8xf32>) {
  // expected-error@+1 {{needs weights of 4 experts, got 'tensor<5x8xf32>'}}
  %0 = moe.experts %i of 4 units(%x : tensor<3x8xf32>) weights(%w : tensor<5x8xf32>) : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>, %we: tensor<8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c3(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>) {
  // expected-error@+2 {{needs region arguments}}
  // expected-note@+1 {{its region has}}
  %0 = moe.experts %i of 4 units(%x : tensor<3x8xf32>) : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<3x8xf32>):
    %d = tensor.cast %r : tensor<3x8xf32> to tensor<?x8xf32>
    moe.yield %d : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c4(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>) {
  // expected-error@+1 {{cannot make 'tensor<3x2x9xf32>' of rows 'tensor<?x8xf32>'}}
  %0 = moe.experts %i of 4 units(%x : tensor<3x8xf32>) : tensor<3x2xi32> -> tensor<3x2x9xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @combine_c1(%e: tensor<3x2x8xf32>, %w: tensor<3x3xf32>, %i: tensor<3x2xi32>) {
  // expected-error@+1 {{needs units and ranks of 'tensor<3x2xi32>', got 'tensor<3x2x8xf32>' and 'tensor<3x3xf32>'}}
  %0 = moe.combine %e by %w at %i : tensor<3x2x8xf32>, tensor<3x3xf32>, tensor<3x2xi32>
  return
}

// -----

func.func @combine_c2(%e: tensor<3x2x8xf32>, %w: tensor<3x2xf64>, %i: tensor<3x2xi32>) {
  // expected-error@+1 {{cannot weigh 'tensor<3x2x8xf32>' with 'tensor<3x2xf64>'}}
  %0 = moe.combine %e by %w at %i : tensor<3x2x8xf32>, tensor<3x2xf64>, tensor<3x2xi32>
  return
}

// -----

func.func @limit_c1(%i: tensor<3x2xi32>, %n: index) {
  // expected-error@+1 {{needs at least one expert}}
  %0 = moe.limit %i of 0 groups %n to %n : tensor<3x2xi32>
  return
}

// -----

func.func @limit_c2(%i: tensor<3x2xi32>, %o: tensor<3x1xf64>, %n: index) {
  // expected-error@+1 {{needs an order for each of 'tensor<3x2xi32>', got 'tensor<3x1xf64>'}}
  %0 = moe.limit %i of 4 groups %n to %n order(%o : tensor<3x1xf64>) : tensor<3x2xi32>
  return
}

// -----

func.func @limit_c3(%i: tensor<3x2xi32>, %b: tensor<3x5xf64>, %n: index) {
  // expected-error@+1 {{needs a number for each unit and expert and as many selected as ids, got 'tensor<3x5xf64>' and 'tensor<3x2xi32>'}}
  %0 = moe.limit %i of 4 groups %n to %n next 1 by(%b : tensor<3x5xf64>) except(%i : tensor<3x2xi32>) : tensor<3x2xi32>
  return
}

// -----

func.func @limit_c4(%i: tensor<3x2xi32>, %b: tensor<3x4xf64>, %n: index) {
  // expected-error@+1 {{tries again 4 times, expected 1 to 3}}
  %0 = moe.limit %i of 4 groups %n to %n next 4 by(%b : tensor<3x4xf64>) except(%i : tensor<3x2xi32>) : tensor<3x2xi32>
  return
}

// -----

func.func @combine_c3(%e: tensor<3x2x8xf32>, %w: tensor<3x2xf32>, %i: tensor<3x2xi32>, %own: tensor<3x4xf32>) {
  // expected-error@+1 {{passes rows of 'tensor<3x8xf32>' at choices of 'tensor<3x2xi32>', got 'tensor<3x4xf32>' and 'tensor<3x2xi32>'}}
  %0 = moe.combine %e by %w at %i pass(%own : tensor<3x4xf32>) wanted(%i : tensor<3x2xi32>) : tensor<3x2x8xf32>, tensor<3x2xf32>, tensor<3x2xi32>
  return
}

// -----

func.func @experts_c5(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>) {
  // expected-error@+1 {{needs at least one expert of each kind, got 4, 0}}
  %0 = moe.experts %i of 4, 0 units(%x : tensor<3x8xf32>) attributes {weights_of = array<i64: 0, 0>} : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c5_regions(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>) {
  // expected-error@+1 {{has 2 kinds of experts and 1 regions}}
  %0 = moe.experts %i of 4, 1 units(%x : tensor<3x8xf32>) attributes {weights_of = array<i64: 0, 0>} : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c6(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>) {
  // expected-error@+1 {{needs 'weights_of' with one number for each of 2 kinds}}
  %0 = moe.experts %i of 4, 1 units(%x : tensor<3x8xf32>) : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c6_more(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>, %w: tensor<4x8xf32>) {
  // expected-error@+1 {{has 1 weights, but 'weights_of' says 1, 1}}
  %0 = moe.experts %i of 4, 1 units(%x : tensor<3x8xf32>) weights(%w : tensor<4x8xf32>) attributes {weights_of = array<i64: 1, 1>} : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>, %we: tensor<8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @experts_c6_fewer(%i: tensor<3x2xi32>, %x: tensor<3x8xf32>, %w: tensor<4x8xf32>) {
  // expected-error@+1 {{has 1 weights that 'weights_of' gives to no kind}}
  %0 = moe.experts %i of 4, 1 units(%x : tensor<3x8xf32>) weights(%w : tensor<4x8xf32>) attributes {weights_of = array<i64: 0, 0>} : tensor<3x2xi32> -> tensor<3x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  return
}

// -----

func.func @observe_c2(%i: tensor<?x2xi32>, %l: index, %o: tensor<?xi32>) {
  // expected-error@+1 {{needs the number of outer experts, at least one, with the outer expert of each unit}}
  %0 = moe.observe %i route "y" of 4 layer %l within %o of 0 : tensor<?x2xi32>, tensor<?xi32>
  return
}

// -----

func.func @observe_c2_units(%i: tensor<6x2xi32>, %l: index, %o: tensor<5xi32>) {
  // expected-error@+1 {{needs one outer expert for each unit of 'tensor<6x2xi32>', got 'tensor<5xi32>'}}
  %0 = moe.observe %i route "y" of 4 layer %l within %o of 3 : tensor<6x2xi32>, tensor<5xi32>
  return
}
