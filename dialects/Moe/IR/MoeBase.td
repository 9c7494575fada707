//===- MoeBase.td - The moe dialect and its types ---------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect itself, types and words its ops share.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_MOE_IR_MOEBASE
#define DIALECTS_MOE_IR_MOEBASE

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Moe_Dialect : Dialect {
  let name = "moe";
  let cppNamespace = "::mlir::moe";
  let summary = "what an expert layer computes, with no schedule";
  let description = [{
    What linear algebra cannot say about sparse expert networks. Units are
    flattened to one leading dimension U; choices are `ids`, U x K numbers of
    experts in rank order, -1 for nobody. Scores, probabilities and weights are
    ordinary `linalg`. Ops take and give tensors as plain values.
  }];
}

/// Choices: units x ranks, the number of an expert or -1.
def Moe_Ids : 2DTensorOf<[I32]>;

def Moe_InitKind : I32EnumAttr<"InitKind", "how initial values are drawn", [
    I32EnumAttrCase<"Zeros", 0, "zeros">,
    I32EnumAttrCase<"Ones", 1, "ones">,
    I32EnumAttrCase<"Constant", 2, "constant">,
    I32EnumAttrCase<"Normal", 3, "normal">,
    I32EnumAttrCase<"TruncNormal", 4, "trunc_normal">,
    I32EnumAttrCase<"Uniform", 5, "uniform">,
    I32EnumAttrCase<"UniformFan", 6, "uniform_fan">,
    I32EnumAttrCase<"Orthogonal", 7, "orthogonal">]> {
  let cppNamespace = "::mlir::moe";
}

def Moe_ParameterKind : I32EnumAttr<"ParameterKind", "who changes a parameter",
    [I32EnumAttrCase<"Param", 0, "param">,
     I32EnumAttrCase<"State", 1, "state">,
     I32EnumAttrCase<"Fixed", 2, "fixed">]> {
  let cppNamespace = "::mlir::moe";
}

def Moe_DrawKind : I32EnumAttr<"DrawKind", "a distribution", [
    I32EnumAttrCase<"Uniform", 0, "uniform">,
    I32EnumAttrCase<"Normal", 1, "normal">,
    I32EnumAttrCase<"Gumbel", 2, "gumbel">,
    I32EnumAttrCase<"Index", 3, "index">,
    I32EnumAttrCase<"Gamma", 4, "gamma">]> {
  let cppNamespace = "::mlir::moe";
}

class Moe_Op<string mnemonic, list<Trait> traits = []>
    : Op<Moe_Dialect, mnemonic, traits>;

#endif // DIALECTS_MOE_IR_MOEBASE
