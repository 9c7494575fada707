//===- Passes.td - From what is computed to how -----------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lowering between the phases `moe` and `grouped`.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_PASSES
#define DIALECTS_CONVERSION_MOETOGROUPED_PASSES

include "mlir/Pass/PassBase.td"

def ConvertMoeToGroupedPass : Pass<"convert-moe-to-grouped", "ModuleOp"> {
  let summary = "turn sparsity into a schedule";
  let description = [{
    Routes become plans, tasks and combines; contractions with weights become
    matmuls in dense tasks; attention becomes tasks over blocks of query rows,
    so that no tensor of positions by positions exists. Parameters become
    arguments of the function, in the order of their first use; the symbols
    stay, for the manifest. Everything is still tensors.

    ```mlir
    %ids = moe.top_k %p choose 2 : tensor<?x8xf32>
    %each = moe.experts %ids of 8 units(%x ...) weights(%w1, %w2 ...) ...
    %y = moe.combine %each by %p2 at %ids ...
    // becomes
    %ids = grouped.top_k %p outs(...)
    %offsets, %rows, %place = grouped.plan %ids outs(...)
    %each = scf.if %few {
      %h = grouped.tasks ... panels(%w1) outs(%h0) column_block 64 { ... }
      %a = grouped.tasks ... blocks(%h) panels(%w2) outs(%y0) column_block 64 ...
      scf.yield %a
    } else {
      // gather, matmul, activation and matmul of one block of rows
      %b = grouped.tasks ... ins(%x) panels(%w1, %w2) outs(%y0) ...
      scf.yield %b
    }
    %y = grouped.combine %each by %p2 at %place outs(...)
    ```
  }];
  let options = [
    Option<"rowBlock", "row-block", "int64_t", "96",
           "rows that a task computes at once">,
    Option<"columnBlock", "column-block", "int64_t", "64",
           "columns of a task where work is shared out by columns, too">,
    Option<"attentionRowBlock", "attention-row-block", "int64_t", "16",
           "query rows that a task of attention computes at once">,
    Option<"fewRowsPerExpert", "few-rows-per-expert", "int64_t", "8",
           "below so many rows for each expert, tasks are cut by columns">];
  let dependentDialects = [
    "arith::ArithDialect", "bufferization::BufferizationDialect",
    "grouped::GroupedDialect", "linalg::LinalgDialect", "scf::SCFDialect",
    "tensor::TensorDialect"];
}

#endif // DIALECTS_CONVERSION_MOETOGROUPED_PASSES
