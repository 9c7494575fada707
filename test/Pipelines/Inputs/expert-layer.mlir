// One expert layer as the phase `grouped` leaves it: a gate with softmax over 5
// experts, the 2 best of each unit, experts of width 13 -> 9 -> 13 with a gated
// activation, and a residual. 3 layers by a loop; few rows take the arm of two
// tasks.
#all = affine_map<(u, e) -> (u, e)>
#row = affine_map<(u, e) -> (u)>

module attributes {spex.name = "expert_layer", spex.target = {bf16 = false, cpu = "x86-64-v3", features = "+avx,+avx2,+fma", l2_bytes = 524288 : i64, opt_level = 0 : i64, vector_bits = 256 : i64}} {
moe.parameter @"gate" : tensor<3x13x5xf32> dims ["L", "D", "E"] init normal(5.0e-01)
moe.parameter @"y.w1" : tensor<3x5x13x9xf32> dims ["L", "E", "D", "F"] init normal(5.0e-01)
moe.parameter @"y.w3" : tensor<3x5x13x9xf32> dims ["L", "E", "D", "F"] init normal(5.0e-01)
moe.parameter @"y.w2" : tensor<3x5x9x13xf32> dims ["L", "E", "F", "D"] init normal(5.0e-01)

func.func @expert_layer(
    %units: index {spex.dim = "T", spex.max = 1000 : i64},
    %input: tensor<?x13xf32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = ["T", 13]},
    %result: memref<?x13xf32> {spex.place = "out", spex.name = "out", spex.dims = ["T", 13]},
    %gates: tensor<3x13x5xf32> {bufferization.writable = false, spex.place = "packed", spex.parameter = "gate"},
    %w1s: tensor<3x5x13x9xf32> {bufferization.writable = false, spex.place = "packed", spex.parameter = "y.w1"},
    %w3s: tensor<3x5x13x9xf32> {bufferization.writable = false, spex.place = "packed", spex.parameter = "y.w3"},
    %w2s: tensor<3x5x9x13xf32> {bufferization.writable = false, spex.place = "packed", spex.parameter = "y.w2"})
    attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %limit = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %rows = arith.muli %units, %c2 : index
  %isFew = arith.cmpi ult, %rows, %limit : index

  %x0 = tensor.empty(%units) : tensor<?x13xf32>
  %start = linalg.copy ins(%input : tensor<?x13xf32>) outs(%x0 : tensor<?x13xf32>) -> tensor<?x13xf32>
  %end = scf.for %l = %c0 to %c3 step %c1 iter_args(%x = %start) -> (tensor<?x13xf32>) {
    %gate = tensor.extract_slice %gates[%l, 0, 0] [1, 13, 5] [1, 1, 1] : tensor<3x13x5xf32> to tensor<13x5xf32>
    %w1 = tensor.extract_slice %w1s[%l, 0, 0, 0] [1, 5, 13, 9] [1, 1, 1, 1] : tensor<3x5x13x9xf32> to tensor<5x13x9xf32>
    %w3 = tensor.extract_slice %w3s[%l, 0, 0, 0] [1, 5, 13, 9] [1, 1, 1, 1] : tensor<3x5x13x9xf32> to tensor<5x13x9xf32>
    %w2 = tensor.extract_slice %w2s[%l, 0, 0, 0] [1, 5, 9, 13] [1, 1, 1, 1] : tensor<3x5x9x13xf32> to tensor<5x9x13xf32>

    // softmax(x @ gate): a dense task with one matmul, cut by rows and columns.
    %s0 = tensor.empty(%units) : tensor<?x5xf32>
    %scores = grouped.tasks blocks(%x : tensor<?x13xf32>) panels(%gate : tensor<13x5xf32>)
        outs(%s0 : tensor<?x5xf32>) row_block 4 column_block 2 -> tensor<?x5xf32> {
    ^bb0(%n: index, %first: index, %group: index, %xs: tensor<?x13xf32>, %w: tensor<13x?xf32>, %to: tensor<?x?xf32>):
      %m = grouped.matmul %xs by(%w : tensor<13x?xf32>) outs(%to : tensor<?x?xf32>) : tensor<?x13xf32> -> tensor<?x?xf32>
      grouped.yield %m : tensor<?x?xf32>
    }
    %m0 = tensor.empty(%units) : tensor<?xf32>
    %m1 = linalg.fill ins(%low : f32) outs(%m0 : tensor<?xf32>) -> tensor<?xf32>
    %max = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
        ins(%scores : tensor<?x5xf32>) outs(%m1 : tensor<?xf32>) {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.maximumf %a, %b : f32
      linalg.yield %0 : f32
    } -> tensor<?xf32>
    %e0 = tensor.empty(%units) : tensor<?x5xf32>
    %exps = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
        ins(%scores, %max : tensor<?x5xf32>, tensor<?xf32>) outs(%e0 : tensor<?x5xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %0 = arith.subf %a, %b : f32
      %1 = math.exp %0 : f32
      linalg.yield %1 : f32
    } -> tensor<?x5xf32>
    %t0 = tensor.empty(%units) : tensor<?xf32>
    %t1 = linalg.fill ins(%zero : f32) outs(%t0 : tensor<?xf32>) -> tensor<?xf32>
    %sum = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
        ins(%exps : tensor<?x5xf32>) outs(%t1 : tensor<?xf32>) {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.addf %b, %a : f32
      linalg.yield %0 : f32
    } -> tensor<?xf32>

    %i0 = tensor.empty(%units) : tensor<?x2xi32>
    %chosen = grouped.top_k %exps outs(%i0 : tensor<?x2xi32>) : tensor<?x5xf32> -> tensor<?x2xi32>
    %i1 = tensor.empty(%units) : tensor<?x2xi32>
    %ids = grouped.observe %chosen route "y" of 5 layer %l outs(%i1 : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
    %p0 = tensor.empty(%units) : tensor<?x2xf32>
    %weights = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
        ins(%ids, %sum : tensor<?x2xi32>, tensor<?xf32>) outs(%p0 : tensor<?x2xf32>) {
    ^bb0(%id: i32, %s: f32, %c: f32):
      %u = linalg.index 0 : index
      %e = arith.index_cast %id : i32 to index
      %0 = tensor.extract %exps[%u, %e] : tensor<?x5xf32>
      %1 = arith.divf %0, %s : f32
      linalg.yield %1 : f32
    } -> tensor<?x2xf32>

    %o0 = tensor.empty() : tensor<6xi32>
    %r0 = tensor.empty(%rows) : tensor<?xi32>
    %l0 = tensor.empty(%units) : tensor<?x2xi32>
    %offsets, %list, %place = grouped.plan %ids : tensor<?x2xi32>
        outs(%o0, %r0, %l0 : tensor<6xi32>, tensor<?xi32>, tensor<?x2xi32>)
        -> tensor<6xi32>, tensor<?xi32>, tensor<?x2xi32>
    %each0 = tensor.empty(%rows) : tensor<?x13xf32>
    %h0 = tensor.empty(%rows) : tensor<?x9xf32>
    %each = scf.if %isFew -> (tensor<?x13xf32>) {
      %h = grouped.tasks offsets(%offsets : tensor<6xi32>) rows(%list : tensor<?xi32>)
          ins(%x : tensor<?x13xf32>) panels(%w1, %w3 : tensor<5x13x9xf32>, tensor<5x13x9xf32>)
          outs(%h0 : tensor<?x9xf32>) row_block 4 column_block 4 -> tensor<?x9xf32> {
      ^bb0(%n: index, %first: index, %group: index, %mine: tensor<?xi32>, %xs: tensor<?x13xf32>,
           %a: tensor<13x?xf32>, %b: tensor<13x?xf32>, %to: tensor<?x?xf32>):
        %g0 = tensor.empty(%n) : tensor<?x13xf32>
        %g = grouped.gather %xs at %mine outs(%g0 : tensor<?x13xf32>) : tensor<?x13xf32>, tensor<?xi32> -> tensor<?x13xf32>
        %m = grouped.matmul %g by(%a, %b : tensor<13x?xf32>, tensor<13x?xf32>) outs(%to : tensor<?x?xf32>)
            : tensor<?x13xf32> -> tensor<?x?xf32> epilogue {
        ^bb0(%p: f32, %q: f32):
          %0 = arith.maximumf %p, %q : f32
          %1 = arith.mulf %0, %q : f32
          grouped.yield %1 : f32
        }
        grouped.yield %m : tensor<?x?xf32>
      }
      %y = grouped.tasks offsets(%offsets : tensor<6xi32>) rows(%list : tensor<?xi32>)
          blocks(%h : tensor<?x9xf32>) panels(%w2 : tensor<5x9x13xf32>)
          outs(%each0 : tensor<?x13xf32>) row_block 4 column_block 8 -> tensor<?x13xf32> {
      ^bb0(%n: index, %first: index, %group: index, %mine: tensor<?xi32>, %hs: tensor<?x9xf32>,
           %a: tensor<9x?xf32>, %to: tensor<?x?xf32>):
        %m = grouped.matmul %hs by(%a : tensor<9x?xf32>) outs(%to : tensor<?x?xf32>) : tensor<?x9xf32> -> tensor<?x?xf32>
        grouped.yield %m : tensor<?x?xf32>
      }
      scf.yield %y : tensor<?x13xf32>
    } else {
      %y = grouped.tasks offsets(%offsets : tensor<6xi32>) rows(%list : tensor<?xi32>)
          ins(%x : tensor<?x13xf32>)
          panels(%w1, %w3, %w2 : tensor<5x13x9xf32>, tensor<5x13x9xf32>, tensor<5x9x13xf32>)
          outs(%each0 : tensor<?x13xf32>) row_block 4 -> tensor<?x13xf32> {
      ^bb0(%n: index, %first: index, %group: index, %mine: tensor<?xi32>, %xs: tensor<?x13xf32>,
           %a: tensor<13x9xf32>, %b: tensor<13x9xf32>, %c: tensor<9x13xf32>, %to: tensor<?x13xf32>):
        %g0 = tensor.empty(%n) : tensor<?x13xf32>
        %g = grouped.gather %xs at %mine outs(%g0 : tensor<?x13xf32>) : tensor<?x13xf32>, tensor<?xi32> -> tensor<?x13xf32>
        %h1 = tensor.empty(%n) : tensor<?x9xf32>
        %h = grouped.matmul %g by(%a, %b : tensor<13x9xf32>, tensor<13x9xf32>) outs(%h1 : tensor<?x9xf32>)
            : tensor<?x13xf32> -> tensor<?x9xf32> epilogue {
        ^bb0(%p: f32, %q: f32):
          %0 = arith.maximumf %p, %q : f32
          %1 = arith.mulf %0, %q : f32
          grouped.yield %1 : f32
        }
        %m = grouped.matmul %h by(%c : tensor<9x13xf32>) outs(%to : tensor<?x13xf32>) : tensor<?x9xf32> -> tensor<?x13xf32>
        grouped.yield %m : tensor<?x13xf32>
      }
      scf.yield %y : tensor<?x13xf32>
    }
    %k0 = tensor.empty(%units) : tensor<?x13xf32>
    %mixed = grouped.combine %each by %weights at %place outs(%k0 : tensor<?x13xf32>)
        : tensor<?x13xf32>, tensor<?x2xf32>, tensor<?x2xi32> -> tensor<?x13xf32>
    %n0 = tensor.empty(%units) : tensor<?x13xf32>
    %next = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel"]}
        ins(%x, %mixed : tensor<?x13xf32>, tensor<?x13xf32>) outs(%n0 : tensor<?x13xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %0 = arith.addf %a, %b : f32
      linalg.yield %0 : f32
    } -> tensor<?x13xf32>
    %kept = bufferization.materialize_in_destination %next in %x : (tensor<?x13xf32>, tensor<?x13xf32>) -> tensor<?x13xf32>
    scf.yield %kept : tensor<?x13xf32>
  }
  bufferization.materialize_in_destination %end in restrict writable %result : (tensor<?x13xf32>, memref<?x13xf32>) -> ()
  return
}
}
