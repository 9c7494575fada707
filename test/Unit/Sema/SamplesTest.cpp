//===- SamplesTest.cpp - Every sample checks ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The samples are one program for each known system. Parameter counts are
// those published, or counted in the authors' classes.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Sema/Helpers.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace spex::test {
namespace {

TEST(Samples, AllCheckWithoutAMessage) {
  unsigned count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(SPEX_SAMPLES)) {
    Checked checked(sample(entry.path().stem()));
    EXPECT_TRUE(checked.program) << entry.path();
    EXPECT_EQ(checked.codes(), Codes()) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 28u);
}

int64_t parametersOf(const std::string &name, SemaOptions options) {
  Checked checked(sample(name), options);
  EXPECT_TRUE(checked.program) << name;
  if (!checked.program || checked.program->entries.empty())
    return -1;
  return countParameters(checked.program->entries[0]);
}

TEST(Samples, HaveThePublishedNumberOfParameters) {
  SemaOptions options = Checked::forCheck();
  EXPECT_EQ(parametersOf("olmoe", options), 6'919'161'856);
  EXPECT_EQ(parametersOf("mixtral", options), 46'702'792'704);
  EXPECT_EQ(parametersOf("qwen3_moe", options), 30'532'122'624);
  EXPECT_EQ(parametersOf("switch_ffn", options), 151'020'288);
  EXPECT_EQ(parametersOf("deepseek_v3_block", options), 11'507'286'016);
}

TEST(Samples, CountWhatEachVariantUses) {
  struct Row {
    const char *name;
    int64_t rules, counts[4]; // monolithic, modular, op, gt
  };
  static const Row rows[] = {
      {"modular_mlp", 2, {35361, 35619, 35555, 35489}},
      {"modular_mlp", 4, {35425, 35941, 35941, 35809}},
      {"modular_mlp", 8, {35553, 36585, 36713, 36449}},
      {"modular_mha", 2, {28609, 29827, 29891, 29729}},
      {"modular_mha", 4, {27377, 29213, 29217, 29069}},
      {"modular_mha", 8, {27241, 29641, 29585, 29441}},
      {"modular_rnn", 2, {105760, 104494, 103400, 103036}},
      {"modular_rnn", 4, {105824, 103398, 101906, 101410}},
      {"modular_rnn", 8, {105952, 103842, 101866, 101210}},
  };
  static const char *const kinds[] = {"monolithic", "modular", "op", "gt"};
  for (const Row &row : rows)
    for (int i = 0; i < 4; ++i) {
      SemaOptions options = Checked::forCheck();
      options.dims["R"] = row.rules;
      options.sets["kind"] = kinds[i];
      EXPECT_EQ(parametersOf(row.name, options), row.counts[i])
          << row.name << " R=" << row.rules << " " << kinds[i];
    }
}

TEST(Samples, CanAllBeBuilt) {
  for (const char *name :
       {"base_layer",    "char_moe",      "deepseek_v3_block", "dselect_k",
        "expert_choice", "gpt_oss_block", "gshard_top2",       "hash_layer",
        "heterogeneous", "hierarchical",  "llama4_block",      "lstm_moe",
        "mixtral",       "modular_mha",   "modular_mlp",       "modular_rnn",
        "olmoe",         "pr_moe",        "qwen3_moe",         "sf_moe",
        "sinkhorn",      "smear_merge",   "smlp",              "smlp_partial",
        "soft_moe",      "sparse_mlp",    "switch_ffn",        "vmoe"}) {
    Checked checked(sample(name), SemaOptions());
    EXPECT_TRUE(checked.program) << name;
  }
}

TEST(Samples, StepWhereAttentionIsCausal) {
  for (const char *name : {"char_moe", "olmoe", "mixtral", "qwen3_moe"}) {
    Checked checked(sample(name));
    ASSERT_TRUE(checked.program) << name;
    const EntryPoint &entry = checked.program->entries[0];
    ASSERT_NE(entry.stepAlong, nullptr) << name;
    EXPECT_EQ(entry.stepAlong->name, "S");
    EXPECT_EQ(entry.whyNoStep, "");
  }
  Checked ahead(sample("smlp_partial"));
  ASSERT_TRUE(ahead.program);
  EXPECT_EQ(ahead.program->entries[0].stepAlong, nullptr);
  EXPECT_NE(ahead.program->entries[0].whyNoStep, "");
}

} // namespace
} // namespace spex::test
