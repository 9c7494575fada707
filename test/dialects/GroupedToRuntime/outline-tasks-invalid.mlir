// RUN: spex-opt %s --grouped-outline-tasks --verify-diagnostics

func.func @rejects_tasks_without_order(%y: memref<?x9xf32>) attributes {spex.entry} {
  // expected-error @below {{has to have an order to become a function}}
  grouped.tasks outs(%y : memref<?x9xf32>) row_block 4 {
  ^bb0(%count: index, %first: index, %group: index, %to: memref<?x9xf32, strided<[9, 1], offset: ?>>):
    grouped.yield
  }
  return
}
