#===- cost.py - Costs worked out by hand ------------------------------------===#
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Called by cost.test. Published totals of models, one small model derived line
# by line, and memory as the executable itself gives it.
#
#===-------------------------------------------------------------------------===#
"""usage: cost.py EXAMPLES FOLDER-FOR-FILES"""
import json
import pathlib
import subprocess
import sys

EXAMPLES, FOLDER = map(pathlib.Path, sys.argv[1:3])


def cost(name, *options):
    run = subprocess.run(["spex", "cost", EXAMPLES / name / f"{name}.spex", "--json", *options],
                         capture_output=True, text=True, timeout=300, check=True)
    found = json.loads(run.stdout)
    found["at"] = {row["path"]: row for row in found["components"]}
    return found


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found}, and by hand {wanted}")


# Of E experts in each of L layers a token meets k; an expert is three matrices D x F.
def active(total, L, E, k, D, F):
    return total - L * (E - k) * 3 * D * F


# Totals: the published checkpoints. Active: 12.9, 1.3 and 3.3 billion in their reports.
for name, total, shape in [("mixtral", 46_702_792_704, (32, 8, 2, 4096, 14336)),
                           ("olmoe", 6_919_161_856, (16, 64, 8, 2048, 1024)),
                           ("qwen3_moe", 30_532_122_624, (48, 128, 8, 2048, 768))]:
    found = cost(name, "--at", "B=1,S=1")
    whole, (L, E, k, D, F) = found["at"][""], shape
    same(f"{name}: parameters", whole["parameters"], total)
    same(f"{name}: active", whole["active"], active(total, *shape))
    route = found["at"]["Block.y"]
    same(f"{name}: experts", route["parameters"], L * E * 3 * D * F)
    # One token: k experts of three products, and k results of width D added up.
    same(f"{name}: FLOPs of experts", route["flops"], L * (k * 3 * 2 * D * F + 2 * k * D))
same("mixtral, active", active(46_702_792_704, 32, 8, 2, 4096, 14336), 12_879_925_248)
same("olmoe, active", active(6_919_161_856, 16, 64, 8, 2048, 1024), 1_282_017_280)
same("qwen3, active", active(30_532_122_624, 48, 128, 8, 2048, 768), 3_353_032_704)

# char_moe, f32: 4 layers, width 128 = 4 heads x 32, 8 experts of 256, 2 for each byte.
B, S, V, D, L, H, A, E, F, k = 2, 16, 256, 128, 4, 4, 32, 8, 256, 2
T = B * S
found = cost("char_moe", "--at", f"B={B},S={S}")["at"]
attention = found["Block.Attention"]
# wq, wk, wv, wo; then q.k and a.v, for each head and each pair of positions.
same("attention: parameters", attention["parameters"], L * 4 * D * H * A)
same("attention: FLOPs", attention["flops"],
     L * (4 * 2 * T * D * H * A + 2 * 2 * B * H * S * S * A))
# Each of 4 products reads and writes [T, D]; q.k reads q and k, a.v reads a and v.
same("attention: bytes", attention["bytes"],
     4 * L * (4 * D * D + 4 * 2 * T * D + 2 * (2 * T * D + B * H * S * S)))
router = found["Block.Router"]
same("router: FLOPs", router["flops"], L * 2 * T * D * E)
same("router: bytes", router["bytes"], 4 * L * (D * E + T * D + T * E))
experts = found["Block.y"]
same("experts: active", experts["active"], L * k * 2 * D * F)
same("experts: FLOPs", experts["flops"], L * T * k * (2 * 2 * D * F + 2 * D))
# All 8 are chosen by someone. A row is read and written by both products; to combine,
# k results of a token are read and one is written.
same("experts: bytes", experts["bytes"],
     4 * L * (E * 2 * D * F + T * k * (2 * D + 2 * F) + T * (k + 1) * D))
below = ["Block", "norm"]
whole = found[""]
# Beside them the table, of which T rows are read, and the head.
same("all: parameters", whole["parameters"], sum(found[p]["parameters"] for p in below) + 2 * V * D)
same("all: FLOPs", whole["flops"], found["Block"]["flops"] + 2 * T * D * V)
same("all: bytes", whole["bytes"],
     sum(found[p]["bytes"] for p in below) + 4 * (T * D + D * V + T * D + T * V))
# One token chooses 2 of 8: no more than those are read.
few = cost("char_moe", "--at", "B=1,S=1")["at"]["Block.y"]
same("experts of one token: bytes", few["bytes"],
     4 * L * (k * 2 * D * F + k * (2 * D + 2 * F) + (k + 1) * D))

# Memory is what the executable asks for.
program = FOLDER / "char_moe"
subprocess.run(["spex", "build", EXAMPLES / "char_moe/char_moe.spex", "-o", program], check=True)
for sizes in ("B=2,S=16", "B=1,S=1", "B=64,S=128"):
    run = subprocess.run([program, "--memory", "--at", sizes], capture_output=True, text=True,
                         check=True)
    memory = cost("char_moe", "--at", sizes)["memory"]
    same(f"memory at {sizes}", memory, json.loads(run.stdout))
    at = dict(part.split("=") for part in sizes.split(","))
    # Keys and values of every layer.
    same(f"state at {sizes}", memory["state_bytes"],
         2 * L * int(at["B"]) * int(at["S"]) * D * 4)
    # At least the hidden rows of a task, and no copy of the weights.
    if not 0 < memory["scratch_bytes"] < 64 * 128 * (V + 8 * D + k * F) * 4:
        sys.exit(f"scratch at {sizes}: {memory['scratch_bytes']}")
    # Every weight but the table is packed once; panels are padded to their width.
    if not 2_430_080 * 4 <= memory["packed_bytes"] < 2_430_080 * 4 * 1.05:
        sys.exit(f"packed: {memory['packed_bytes']}")
