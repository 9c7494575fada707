//===- Passes.td - Grouped ops to calls of the runtime ---*- tablegen -*---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From tasks on buffers to functions the runtime calls, in this order:
// convert-grouped-to-runtime, grouped-assign-scratch, grouped-outline-tasks,
// spex-wrap-entry.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES

include "mlir/Pass/PassBase.td"

def ConvertGroupedToRuntimePass
    : Pass<"convert-grouped-to-runtime", "ModuleOp"> {
  let summary = "plans, observed choices and the order of tasks become calls";
  let description = [{
    `plan` becomes `spex_plan`, `limit` `spex_limit`, and `observe` a copy
    followed by `spex_observe_route`. Each `tasks` gets its `order`: an allocated list,
    filled by `spex_order_tasks`; those that are joined stand one behind the
    other then, and `spex_join_tasks` makes one list of theirs. Entry functions get the runtime's context as
    an argument (`{spex.place = "context"}`), and the module the table of its
    routes as `spex.routes`; a route's number is its place there.

    ```mlir
    grouped.plan %ids : memref<?x2xi32>
        outs(%o, %r, %p : memref<9xi32>, memref<?xi32>, memref<?x2xi32>)
    // becomes, each pointer as an index
    call @spex_plan(%ids_pointer, %units, %c2, %c8, %o_pointer, …)
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "func::FuncDialect",
                           "memref::MemRefDialect", "scf::SCFDialect"];
}

def AssignScratchPass : Pass<"grouped-assign-scratch", "ModuleOp"> {
  let summary = "allocations become views of one scratch buffer";
  let description = [{
    Every allocation of an entry function becomes a view of its last argument,
    every allocation in a task a view of the worker's scratch. Allocations that
    are never live at once share memory. How many bytes are needed stands in two
    functions of the sizes of the call, which the runtime asks first. A size
    that is no formula of these sizes is an error at the allocation, unless an
    `arith.minui` bounds it by one: then there is room for the bound.

    ```mlir
    func.func @m(%n: index {spex.dim = "T"}) attributes {spex.entry} {
      %a = memref.alloc(%n) : memref<?x13xf32>
    // becomes
    func.func @m(%n: index {spex.dim = "T"},
                 %s: memref<?xi8> {spex.place = "scratch"}) … {
      %a = memref.view %s[%c0][%n] : memref<?xi8> to memref<?x13xf32>
    // beside @m_scratch_bytes(index) -> index, @m_worker_bytes(index) -> index
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "func::FuncDialect",
                           "memref::MemRefDialect"];
  let options = [Option<"reuse", "reuse", "bool", "true",
                        "share memory between allocations never live at once">];
}

def OutlineTasksPass : Pass<"grouped-outline-tasks", "ModuleOp"> {
  let summary = "regions of tasks become functions that the runtime calls";
  let description = [{
    Each `tasks` becomes a call of `spex_parallel_for` with a function of a
    closure, the number of the task, and the worker's scratch. The closure holds
    the operands and lies on the caller's stack; it is a struct of memref
    descriptors, so that casts between memrefs and structs stand here until all
    is LLVM dialect. Joined `tasks` share one call, of a function that looks up
    whose task it is.

    ```mlir
    grouped.tasks … order(%list, %n : memref<?x5xi32>, index) { … }
    // becomes
    call @spex_parallel_for(%context, %n, @m_tasks_0, %closure)
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "func::FuncDialect",
                           "memref::MemRefDialect", "scf::SCFDialect",
                           "LLVM::LLVMDialect"];
}

def WrapEntryPass : Pass<"spex-wrap-entry", "ModuleOp"> {
  let summary = "the symbol of the program, its manifest and its C functions";
  let description = [{
    Makes `spex_executable_program` (runtime/include/spex/program.h) for the one
    entry function of the module: the manifest from parameters, routes and the
    attributes of arguments; `run` and the functions of bytes, which take sizes
    and pointers in arrays; `prepare`, which packs or copies each parameter that
    the entry takes as `{spex.place = "packed"}`. Nothing else stays visible.

    ```mlir
    llvm.mlir.global constant @spex_executable_program() { … }
    llvm.func internal @spex_run(!llvm.ptr, …) -> i32 { … call @m(…) … }
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "func::FuncDialect",
                           "memref::MemRefDialect", "LLVM::LLVMDialect"];
}

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES
