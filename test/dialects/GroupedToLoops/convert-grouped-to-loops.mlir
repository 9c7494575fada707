// RUN: spex-opt %s --convert-grouped-to-loops | FileCheck %s

// CHECK-LABEL: func.func @gathers_rows(
// CHECK-SAME:    %[[X:[a-zA-Z0-9_-]+]]: memref<?x8xf32>, %[[ROWS:[a-zA-Z0-9_-]+]]: memref<?xi32>, %[[TO:[a-zA-Z0-9_-]+]]: memref<?x8xf32>)
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK:           %[[R:[a-zA-Z0-9_-]+]] = memref.load %[[ROWS]][%[[I]]]
// CHECK:           %[[ROW:[a-zA-Z0-9_-]+]] = arith.index_cast %[[R]]
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[V:[a-zA-Z0-9_-]+]] = memref.load %[[X]][%[[ROW]], %[[J]]]
// CHECK:             memref.store %[[V]], %[[TO]][%[[I]], %[[J]]]
func.func @gathers_rows(%x: memref<?x8xf32>, %rows: memref<?xi32>, %to: memref<?x8xf32>) {
  grouped.gather %x at %rows outs(%to : memref<?x8xf32>) : memref<?x8xf32>, memref<?xi32>
  return
}

// CHECK-LABEL: func.func @multiplies_with_k_ascending(
// CHECK-SAME:    %[[X:[a-zA-Z0-9_-]+]]: memref<?x13xf32>, %[[W:[a-zA-Z0-9_-]+]]: memref<13x5xf32>, %[[TO:[a-zA-Z0-9_-]+]]: memref<?x5xf32>)
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[ZERO:[a-zA-Z0-9_-]+]] = arith.constant 0.000000e+00 : f32
// CHECK:             %[[SUM:[a-zA-Z0-9_-]+]] = scf.for %[[K:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%[[ACC:[a-zA-Z0-9_-]+]] = %[[ZERO]])
// CHECK:               %[[A:[a-zA-Z0-9_-]+]] = memref.load %[[X]][%[[I]], %[[K]]]
// CHECK:               %[[B:[a-zA-Z0-9_-]+]] = memref.load %[[W]][%[[K]], %[[J]]]
// CHECK:               math.fma %[[A]], %[[B]], %[[ACC]] : f32
// CHECK:             memref.store %[[SUM]], %[[TO]][%[[I]], %[[J]]]
func.func @multiplies_with_k_ascending(%x: memref<?x13xf32>, %w: memref<13x5xf32>, %to: memref<?x5xf32>) {
  grouped.matmul %x by(%w : memref<13x5xf32>) outs(%to : memref<?x5xf32>) : memref<?x13xf32>
  return
}

// Column j is column j mod 4 of panel j div 4; both right-hand sides share it.
// CHECK-LABEL: func.func @reads_packed_panels(
// CHECK-SAME:    %{{.*}}: memref<?x13xf32>, %[[P:[a-zA-Z0-9_-]+]]: memref<3x13x2x4xf32>, %[[BIAS:[a-zA-Z0-9_-]+]]: memref<9xf32>
// CHECK:         scf.for %{{.*}} =
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[SUMS:[a-zA-Z0-9_-]+]]:2 = scf.for %[[K:[a-zA-Z0-9_-]+]] =
// CHECK:               %[[PANEL:[a-zA-Z0-9_-]+]] = arith.divui %[[J]], %{{.*}} : index
// CHECK:               %[[COLUMN:[a-zA-Z0-9_-]+]] = arith.remui %[[J]], %{{.*}} : index
// CHECK:               memref.load %[[P]][%[[PANEL]], %[[K]], %{{.*}}, %[[COLUMN]]]
// CHECK:               memref.load %[[P]][
// CHECK:             %[[B:[a-zA-Z0-9_-]+]] = memref.load %[[BIAS]][%[[J]]]
// CHECK:             %[[M:[a-zA-Z0-9_-]+]] = arith.mulf %[[SUMS]]#0, %[[SUMS]]#1
// CHECK:             arith.addf %[[M]], %[[B]]
func.func @reads_packed_panels(%x: memref<?x13xf32>, %w: memref<3x13x2x4xf32>, %bias: memref<9xf32>, %to: memref<?x9xf32>) {
  grouped.matmul %x by(%w : memref<3x13x2x4xf32>) with(%bias : memref<9xf32>)
      outs(%to : memref<?x9xf32>) : memref<?x13xf32> epilogue {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    grouped.yield %1 : f32
  }
  return
}

// CHECK-LABEL: func.func @widens_narrow_operands(
// CHECK:         arith.extf %{{.*}} : bf16 to f32
// CHECK:         arith.extf %{{.*}} : bf16 to f32
// CHECK:         math.fma {{.*}} : f32
// CHECK:         arith.truncf %{{.*}} : f32 to bf16
func.func @widens_narrow_operands(%x: memref<?x13xbf16>, %w: memref<13x5xbf16>, %to: memref<?x5xbf16>) {
  grouped.matmul %x by(%w : memref<13x5xbf16>) outs(%to : memref<?x5xbf16>) : memref<?x13xbf16>
  return
}

// The weight is the first factor, ranks ascend, and nobody's choice is skipped.
// CHECK-LABEL: func.func @combines_in_rank_order(
// CHECK-SAME:    %[[EACH:[a-zA-Z0-9_-]+]]: memref<?x8xf32>, %[[WEIGHTS:[a-zA-Z0-9_-]+]]: memref<?x2xf32>, %[[PLACE:[a-zA-Z0-9_-]+]]: memref<?x2xi32>, %[[TO:[a-zA-Z0-9_-]+]]: memref<?x8xf32>)
// CHECK:         scf.for %[[U:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[SUM:[a-zA-Z0-9_-]+]] = scf.for %[[K:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%[[ACC:[a-zA-Z0-9_-]+]] = %{{.*}})
// CHECK:               %[[P:[a-zA-Z0-9_-]+]] = memref.load %[[PLACE]][%[[U]], %[[K]]]
// CHECK:               %[[IS:[a-zA-Z0-9_-]+]] = arith.cmpi sge, %[[P]]
// CHECK:               scf.if %[[IS]]
// CHECK:                 %[[ROW:[a-zA-Z0-9_-]+]] = arith.index_cast %[[P]]
// CHECK:                 %[[W:[a-zA-Z0-9_-]+]] = memref.load %[[WEIGHTS]][%[[U]], %[[K]]]
// CHECK:                 %[[V:[a-zA-Z0-9_-]+]] = memref.load %[[EACH]][%[[ROW]], %[[J]]]
// CHECK:                 math.fma %[[W]], %[[V]], %[[ACC]] : f32
// CHECK:               } else {
// CHECK:                 scf.yield %[[ACC]]
// CHECK:             memref.store %[[SUM]], %[[TO]][%[[U]], %[[J]]]
func.func @combines_in_rank_order(%each: memref<?x8xf32>, %weights: memref<?x2xf32>, %place: memref<?x2xi32>, %to: memref<?x8xf32>) {
  grouped.combine %each by %weights at %place outs(%to : memref<?x8xf32>)
      : memref<?x8xf32>, memref<?x2xf32>, memref<?x2xi32>
  return
}

// The sum has the type of the weights and is rounded once.
// CHECK-LABEL: func.func @combines_narrow_rows(
// CHECK:         %[[SUM:[a-zA-Z0-9_-]+]] = scf.for {{.*}} -> (f32)
// CHECK:           arith.extf {{.*}} : bf16 to f32
// CHECK:           math.fma {{.*}} : f32
// CHECK:         arith.truncf %[[SUM]] : f32 to bf16
func.func @combines_narrow_rows(%each: memref<?x8xbf16>, %weights: memref<?x2xf32>, %place: memref<?x2xi32>, %to: memref<?x8xbf16>) {
  grouped.combine %each by %weights at %place outs(%to : memref<?x8xbf16>)
      : memref<?x8xbf16>, memref<?x2xf32>, memref<?x2xi32>
  return
}

// NaN becomes minus infinity. An expert that is better than the last of the ids,
// or that finds room, moves up to the first that is not worse.
// CHECK-LABEL: func.func @chooses_in_one_walk(
// CHECK-SAME:    %[[V:[a-zA-Z0-9_-]+]]: memref<?x5xf32>, %[[MASK:[a-zA-Z0-9_-]+]]: memref<?x5xi1>, %[[IDS:[a-zA-Z0-9_-]+]]: memref<?x2xi32>)
// CHECK:         scf.for %[[U:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[RANK:[a-zA-Z0-9_-]+]] =
// CHECK:             memref.store %c-1_i32, %[[IDS]][%[[U]], %[[RANK]]]
// CHECK:           scf.for %[[E:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%[[COUNT:[a-zA-Z0-9_-]+]] = %{{.*}}, %[[LAST:[a-zA-Z0-9_-]+]] = %{{.*}})
// CHECK:             %[[X:[a-zA-Z0-9_-]+]] = memref.load %[[V]][%[[U]], %[[E]]]
// CHECK:             %[[NAN:[a-zA-Z0-9_-]+]] = arith.cmpf uno, %[[X]], %[[X]]
// CHECK:             %[[VALUE:[a-zA-Z0-9_-]+]] = arith.select %[[NAN]]
// CHECK:             arith.cmpi ult, %[[COUNT]], %{{.*}}
// CHECK:             arith.cmpf ogt, %[[VALUE]], %[[LAST]]
// CHECK:             memref.load %[[MASK]][%[[U]], %[[E]]]
// CHECK:             scf.if
// CHECK:               scf.while
// CHECK:                 arith.cmpf olt, %{{.*}}, %[[VALUE]]
// CHECK:               %[[ID:[a-zA-Z0-9_-]+]] = arith.index_cast %[[E]]
// CHECK:               memref.store %[[ID]], %[[IDS]][%[[U]], %{{.*}}]
func.func @chooses_in_one_walk(%v: memref<?x5xf32>, %mask: memref<?x5xi1>, %ids: memref<?x2xi32>) {
  grouped.top_k %v where(%mask : memref<?x5xi1>) outs(%ids : memref<?x2xi32>) : memref<?x5xf32>
  return
}

// A choice without a row that was wanted adds the unit's own row in its turn.
// CHECK-LABEL: func.func @combines_own_rows(
// CHECK-SAME:    %[[OWN:[a-zA-Z0-9_-]+]]: memref<?x8xf32>, %[[WANTED:[a-zA-Z0-9_-]+]]: memref<?x2xi32>
// CHECK:         scf.for %[[U:[a-zA-Z0-9_-]+]] =
// CHECK:             scf.for %[[K:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%[[ACC:[a-zA-Z0-9_-]+]] = %{{.*}})
// CHECK:               scf.if
// CHECK:                 math.fma
// CHECK:               } else {
// CHECK:                 %[[W:[a-zA-Z0-9_-]+]] = memref.load %[[WANTED]][%[[U]], %[[K]]]
// CHECK:                 %[[IS:[a-zA-Z0-9_-]+]] = arith.cmpi sge, %[[W]]
// CHECK:                 scf.if %[[IS]]
// CHECK:                   memref.load %[[OWN]][%[[U]],
// CHECK:                   math.fma %{{.*}}, %{{.*}}, %[[ACC]]
// CHECK:                 } else {
// CHECK:                   scf.yield %[[ACC]]
func.func @combines_own_rows(%own: memref<?x8xf32>, %wanted: memref<?x2xi32>, %each: memref<?x8xf32>, %weights: memref<?x2xf32>, %place: memref<?x2xi32>, %to: memref<?x8xf32>) {
  grouped.combine %each by %weights at %place pass(%own : memref<?x8xf32>)
      wanted(%wanted : memref<?x2xi32>) outs(%to : memref<?x8xf32>)
      : memref<?x8xf32>, memref<?x2xf32>, memref<?x2xi32>
  return
}
