//===- IRGenTest.cpp - What IRGen writes for small programs ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts the operations of programs made by hand: how much is fused, what is
// state and what a stack carries. Texts are tested by test/IRGen.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/ProgramBuilder.h"

#include "compiler/IRGen/IRGen.h"
#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

using namespace spex;
using namespace spex::test;

namespace {

class IRGenTest : public testing::Test {
protected:
  IRGenTest() {
    source.name = "test.spex";
    source.text = "edition 2026\n";
    diags.addFile(source);
  }

  mlir::ModuleOp generate() {
    TargetDescription target;
    target.cpu = "x86-64-v3";
    module = spex::generate(b.program, b.entry(), target, context, diags);
    if (!module)
      diags.print(llvm::errs());
    EXPECT_TRUE(!module || mlir::succeeded(mlir::verify(*module)));
    return module.get();
  }

  template <typename Op> unsigned count() {
    unsigned found = 0;
    module->walk([&](Op) { ++found; });
    return found;
  }

  SourceFile source;
  DiagnosticEngine diags;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ProgramBuilder b;
};

TEST_F(IRGenTest, WritesOneGenericForOneTree) {
  Dimension *d = b.dim("D", 8), *s = b.dim("S", 16, true);
  Instance *m = b.component("M", typeOf({s, d}));
  int x = b.addInput(*m, "x", typeOf({s, d}));
  // relu(x * 2 + x)
  ExprPtr doubled =
      binary(BinaryOp::Mul, local(*m, x), number(2), typeOf({s, d}));
  ExprPtr sum =
      binary(BinaryOp::Add, std::move(doubled), local(*m, x), typeOf({s, d}));
  b.giveBack(*m, builtin(Builtin::Relu, typeOf({s, d}), {}, std::move(sum)));
  b.entry().model = m;
  b.entry().dims = {s};
  ASSERT_TRUE(generate());
  EXPECT_EQ(count<mlir::linalg::GenericOp>(), 1u);
  EXPECT_EQ(count<mlir::arith::MaximumFOp>(), 1u);
}

TEST_F(IRGenTest, RmsNormIsOneSumAndOneGeneric) {
  Dimension *d = b.dim("D", 8), *s = b.dim("S", 16, true);
  Instance *m = b.component("M", typeOf({s, d}));
  b.entry().model = m;
  b.entry().dims = {s};
  int x = b.addInput(*m, "x", typeOf({s, d}));
  int w = b.addParameter(*m, "w", typeOf({d}), "");
  ExprPtr norm = builtin(Builtin::RmsNorm, typeOf({s, d}), {d}, local(*m, x));
  norm->named.emplace_back("eps", number(1e-5));
  b.giveBack(*m, binary(BinaryOp::Mul, std::move(norm), parameter(*m, w),
                        typeOf({s, d})));
  ASSERT_TRUE(generate());
  EXPECT_EQ(count<mlir::linalg::GenericOp>(), 2u);
  EXPECT_EQ(count<mlir::moe::GetOp>(), 1u);
}

/// One attention layer in a stack of `L`; the model steps along S if asked to.
struct Attention {
  Attention(ProgramBuilder &b, bool steps) {
    Dimension *l = b.dim("L", 3), *d = b.dim("D", 8), *h = b.dim("H", 2);
    Dimension *a = b.dim("A", 4), *s = b.dim("S", 16, true);
    Dimension *z = b.renamed("Z", s);
    Instance *layer = b.component("Layer", typeOf({s, d}));
    int x = b.addInput(*layer, "x", typeOf({s, d}));
    int w[3];
    const char *names[] = {"wq", "wk", "wv"};
    for (int i = 0; i < 3; ++i)
      w[i] = b.addParameter(*layer, names[i], typeOf({d, h, a}), "Layer", {l});
    int wo = b.addParameter(*layer, "wo", typeOf({h, a, d}), "Layer", {l});
    int values[3];
    for (int i = 0; i < 3; ++i)
      values[i] = b.let(*layer, std::string(1, "qkv"[i]),
                        contract(local(*layer, x), parameter(*layer, w[i]), {d},
                                 typeOf({s, h, a})));
    ExprPtr keys = rename(local(*layer, values[1]), s, z, typeOf({z, h, a}));
    ExprPtr scores = builtin(Builtin::Dot, typeOf({h, s, z}), {a},
                             local(*layer, values[0]), std::move(keys));
    ExprPtr softmax =
        builtin(Builtin::Softmax, typeOf({h, s, z}), {z}, std::move(scores));
    softmax->named.emplace_back(
        "mask",
        builtin(Builtin::Causal, typeOf({s, z}, ElementType::Bool), {s, z}));
    ExprPtr vs = rename(local(*layer, values[2]), s, z, typeOf({z, h, a}));
    ExprPtr mixed = builtin(Builtin::Dot, typeOf({h, s, a}), {z},
                            std::move(softmax), std::move(vs));
    ExprPtr out = contract(std::move(mixed), parameter(*layer, wo), {h, a},
                           typeOf({s, d}));
    b.giveBack(*layer, binary(BinaryOp::Add, local(*layer, x), std::move(out),
                              typeOf({s, d})));

    Instance *m = b.component("M", typeOf({s, d}));
    int in = b.addInput(*m, "x", typeOf({s, d}));
    b.giveBack(*m, callComponent(Expr::Kind::Stack, *layer, "Layer",
                                 local(*m, in), {l}));
    b.entry().model = m;
    b.entry().dims = {s};
    b.entry().stepAlong = steps ? s : nullptr;
  }
};

TEST_F(IRGenTest, StepsThroughState) {
  Attention attention(b, /*steps=*/true);
  ASSERT_TRUE(generate());
  // One loop carries x and both states.
  auto loops = module->getOps<mlir::func::FuncOp>();
  mlir::func::FuncOp function = *loops.begin();
  mlir::scf::ForOp loop;
  function.walk([&](mlir::scf::ForOp op) { loop = op; });
  ASSERT_TRUE(loop);
  EXPECT_EQ(loop.getNumResults(), 3u);
  // S, position, capacity, x, out, keys, values.
  ASSERT_EQ(function.getNumArguments(), 7u);
  auto keys = mlir::cast<mlir::MemRefType>(function.getArgument(5).getType());
  auto values = mlir::cast<mlir::MemRefType>(function.getArgument(6).getType());
  const int64_t any = mlir::ShapedType::kDynamic;
  // Keys have their positions last, values their features.
  EXPECT_EQ(keys.getShape(), llvm::ArrayRef<int64_t>({3, 2, 4, any}));
  EXPECT_EQ(values.getShape(), llvm::ArrayRef<int64_t>({3, 2, any, 4}));
  EXPECT_EQ(count<mlir::bufferization::ToTensorOp>(), 2u);
}

TEST_F(IRGenTest, RenamesWithoutStateWhereNothingSteps) {
  Attention attention(b, /*steps=*/false);
  ASSERT_TRUE(generate());
  mlir::func::FuncOp function = *module->getOps<mlir::func::FuncOp>().begin();
  EXPECT_EQ(function.getNumArguments(), 3u);
  EXPECT_EQ(count<mlir::bufferization::ToTensorOp>(), 0u);
  EXPECT_EQ(count<mlir::tensor::InsertSliceOp>(), 0u);
}

TEST_F(IRGenTest, NamesWhatItCannotWrite) {
  Dimension *d = b.dim("D", 8);
  Instance *m = b.component("M", typeOf({d}));
  int x = b.addInput(*m, "x", typeOf({d}));
  b.giveBack(*m, builtin(Builtin::BestMatch, typeOf({d}), {d}, local(*m, x)));
  b.entry().model = m;
  TargetDescription target;
  EXPECT_FALSE(spex::generate(b.program, b.entry(), target, context, diags));
  ASSERT_EQ(diags.errorCount(), 1u);
  EXPECT_NE(diags.sorted()[0]->message.find("`best_match`"), std::string::npos);
}

} // namespace
