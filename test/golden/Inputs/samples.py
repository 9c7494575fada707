"""Runs samples at two small sizes, one of them no multiple of a tile.

    samples.py SPEX SAMPLES SCRATCH reference|verify [NAME ...]

`reference` runs the interpreter and looks at each result: of its shape, finite
and not all equal. `verify` compares native code with it, element by element.
Without names, every sample is run; a sample that is not in the table below is
an error.
"""
import math
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy

# Per sample: options of a common kind, two lists of sizes by --dim, the sizes of
# two calls, the inputs (`f` for numbers, else the dimension that bounds an
# index), the results. A size that is not in a list is that of the sample.
X = [("x", "f", "B S D")]
IDS = [("ids", "V", "B S")]
LOGITS = [("out", "B S V")]
SAME = [("out", "B S D")]
STUDY_RNN = [("x", "f", "B T X"), ("c", "R", "B T")]
SAMPLES = {
    "base_layer": ("", "D=16 F=24 E=4", "D=13 F=7 E=3", X, SAME),
    "char_moe": ("", "V=32 D=32 L=2 H=4 A=8 F=32", "V=19 D=12 L=1 H=2 A=6 F=7 E=5", IDS, LOGITS),
    "deepseek_v3_block": (
        "", "D=16 H=2 Nope=8 Rope=4 Head=8 Rq=8 Rk=8 E=32 F=16 G=8",
        "D=13 H=3 Nope=6 Rope=2 Head=5 Rq=7 Rk=6 E=40 F=7 G=8", X, SAME),
    "dselect_k": ("", "D=16 F=8", "D=13 F=7 E=5", [("x", "f", "B D")], [("out", "B D")]),
    "expert_choice": ("", "D=16 F=16 E=4", "D=13 F=7 E=3", X, SAME),
    "gpt_oss_block": ("", "D=16 K=2 Q=2 A=8 E=8 F=16", "D=13 K=2 Q=3 A=6 E=5 F=7", X, SAME),
    "gshard_top2": ("", "D=16 F=16 E=8 S=16", "D=13 F=7 E=5 S=11",
                    [("x", "f", "N S D")], [("out", "N S D")]),
    "hash_layer": ("", "V=32 D=16 F=16 E=4", "V=17 D=13 F=7 E=3", X + IDS, SAME),
    "heterogeneous": ("", "D=16 F1=8 F4=16 H=2 A=8", "D=13 F1=5 F4=11 H=3 A=5", X, SAME),
    "hierarchical": ("", "D=16 F=16 G=4 E=4", "D=13 F=7 G=3 E=5", X, SAME),
    "llama4_block": ("", "D=16 K=2 Q=2 A=8 E=4 F=16", "D=13 K=2 Q=3 A=6 E=3 F=7", X, SAME),
    "lstm_moe": ("", "V=32 D=16 F=16 E=8", "V=17 D=13 F=7 E=9",
                 [("ids", "V", "B T")], [("out", "B T V")]),
    "mixtral": ("", "V=32 D=16 L=2 K=2 Q=2 A=8 E=4 F=16", "V=19 D=13 L=1 K=2 Q=3 A=6 E=3 F=7",
                IDS, LOGITS),
    "modular_mha": ("kind=monolithic|modular|op|gt", "R=2 C=8 Att=16", "R=3 C=5 Att=13",
                    [("x", "f", "B S U"), ("c", "R", "B S")], [("pred", "B S"), ("w", "B S R")]),
    "modular_mlp": ("kind=monolithic|modular|op|gt", "R=2 C=8 Y=16", "R=3 C=5 Y=13",
                    [("a", "f", "B"), ("b", "f", "B"), ("c", "R", "B")],
                    [("pred", "B"), ("w", "B R")]),
    "modular_rnn": ("kind=monolithic|modular|op|gt", "R=2 C=8 Y=16 X=4", "R=3 C=5 Y=13 X=3",
                    STUDY_RNN, [("pred", "B T X"), ("w", "B T R")]),
    "olmoe": ("", "V=32 D=16 L=2 H=2 A=8 E=8 F=16", "V=19 D=18 L=1 H=3 A=6 E=9 F=7", IDS, LOGITS),
    "pr_moe": ("", "V=32 D=16 F=16 H=2 A=8 E1=4 E2=8 L1=2 L2=1",
               "V=19 D=13 F=7 H=3 A=5 E1=3 E2=5 L1=1 L2=1", IDS, LOGITS),
    "qwen3_moe": ("", "V=32 D=16 L=2 K=2 Q=2 A=8 E=8 F=16", "V=19 D=13 L=1 K=2 Q=3 A=6 E=9 F=7",
                  IDS, LOGITS),
    "sf_moe": ("stem=patches", "Iy=16 Ix=16 Ky=8 Kx=8 Py=2 D=16 F=16 H=2 A=8 Five=1 Classes=8",
               "Iy=15 Ix=15 Ky=5 Kx=5 Py=3 D=13 F=7 H=3 A=5 Five=2 Classes=7",
               [("image", "f", "B Iy Ix Rgb")],
               [("logits", "B Classes"), ("chosen1", "B T K"), ("chosen2", "B T K")]),
    "sinkhorn": ("", "D=16 F=16 E=4", "D=13 F=7 E=3", X, SAME),
    "smear_merge": ("", "D=16 F=8 E=4", "D=13 F=7 E=3", X, SAME),
    "smlp": ("", "V=32 D=16 F=32 Dense=1 Sparse=1", "V=19 D=13 F=24 J=3 E=3 Dense=1 Sparse=2",
             IDS, LOGITS),
    "smlp_partial": ("", "V=32 D=16 F=32 L=2", "V=19 D=13 F=24 J=3 E=3 L=1", IDS, LOGITS),
    "soft_moe": ("", "D=16 F=16 E=4 P=2", "D=13 F=7 E=3 P=3", X, SAME),
    "sparse_mlp": ("", "Iy=16 Ix=16 Py=4 Px=4 Ky=4 Kx=4 C=16 Ns=8 Nc=16 Dense=1 Sparse=1 Classes=8",
                   "Iy=15 Ix=15 Py=3 Px=3 Ky=5 Kx=5 C=14 Ns=7 Nc=11 Es=3 Ec=5 Dense=1 Sparse=2 Classes=7",
                   [("image", "f", "B Iy Ix Rgb")], [("out", "B Classes")]),
    "switch_ffn": ("", "D=16 F=16 E=4", "D=13 F=7 E=3", X, SAME),
    "vmoe": ("", "Iy=16 Ix=16 Py=4 Px=4 Ky=4 Kx=4 D=16 F=16 H=2 A=8 E=4 First=1 Classes=8 I=2",
             "Iy=15 Ix=15 Py=3 Px=3 Ky=5 Kx=5 D=13 F=7 H=3 A=5 E=3 First=1 Classes=7 I=3",
             [("image", "f", "N I Iy Ix Rgb")], [("out", "N I Classes")]),
}
CALLS = ({"B": 2, "S": 16, "T": 8, "N": 2}, {"B": 3, "S": 11, "T": 5, "N": 1})
# Sizes that a sample's other dimensions give, or that no list changes.
DERIVED = {
    "modular_mha": lambda d: {"U": 4 * d["R"]},
    "sf_moe": lambda d: {"T": d["Py"] * d["Py"] + 1, "K": 2, "Rgb": 3},
    "sparse_mlp": lambda d: {"Rgb": 3},
    "vmoe": lambda d: {"Rgb": 3},
}
# Heads that start at zero give logits that are all equal.
CONSTANT = {"sf_moe": {"logits"}, "sparse_mlp": {"out"}, "vmoe": {"out"}}
# A monolithic model has no shares of modules, and returns zeros.
CONSTANT.update((name, {"w"}) for name in ("modular_mha", "modular_mlp", "modular_rnn"))


def shape(dims, sizes):
    return [sizes[name] for name in dims.split()]


def make_inputs(inputs, sizes, scratch):
    draw = random.Random(7)
    options = []
    for name, kind, dims in inputs:
        count = math.prod(shape(dims, sizes))
        path = os.path.join(scratch, name + ".npy")
        if kind == "f":
            npy.write(path, "<f4", shape(dims, sizes), [draw.gauss(0, 1) for _ in range(count)])
        else:
            npy.write(path, "<i4", shape(dims, sizes),
                      [draw.randrange(sizes[kind]) for _ in range(count)])
        options.append("--input=%s=%s" % (name, path))
    return options


def look_at(sample, name, dims, sizes, path):
    _, found, values = npy.read(path)
    assert list(found) == shape(dims, sizes), (sample, name, found, shape(dims, sizes))
    assert all(math.isfinite(value) for value in values), (sample, name, "not finite")
    if name not in CONSTANT.get(sample, ()):
        assert min(values) < max(values), (sample, name, "all equal")


def run(spex, path, scratch, mode, sample, options, dims, call):
    _, _, _, inputs, results = SAMPLES[sample]
    sizes = dict(call)
    sizes.update((name, int(size)) for name, size in (pair.split("=") for pair in dims.split()))
    sizes.update(DERIVED.get(sample, lambda d: {})(sizes))
    arguments = [path] + options + ["--dim=" + pair for pair in dims.split()]
    if mode == "verify":
        used = {name for _, _, shape_of in inputs for name in shape_of.split()} & set(call)
        fixed = {pair.split("=")[0] for pair in dims.split()}
        arguments += ["--at=" + ",".join("%s=%d" % (name, call[name])
                                         for name in sorted(used - fixed))]
        command = [spex, "verify"] + arguments
    else:
        arguments += make_inputs(inputs, sizes, scratch)
        outputs = [(name, shape_of, os.path.join(scratch, "out-" + name + ".npy"))
                   for name, shape_of in results]
        arguments += ["--output=%s=%s" % (name, file) for name, _, file in outputs]
        command = [spex, "run", "--reference"] + arguments
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, "%s\n%s" % (" ".join(command), done.stdout)
    if mode == "reference":
        for name, shape_of, file in outputs:
            look_at(sample, name, shape_of, sizes, file)


def main():
    spex, samples, scratch, mode = sys.argv[1:5]
    names = sys.argv[5:] or sorted(file[:-5] for file in os.listdir(samples))
    os.makedirs(scratch, exist_ok=True)
    failures = 0
    for sample in names:
        variant = SAMPLES[sample][0]
        key, _, words = variant.partition("=")
        settings = [["--set=%s=%s" % (key, word)] for word in words.split("|")] if variant else [[]]
        for options in settings:
            for dims, call in zip(SAMPLES[sample][1:3], CALLS):
                try:
                    run(spex, os.path.join(samples, sample + ".spex"), scratch, mode, sample,
                        options, dims, call)
                except AssertionError as failure:
                    failures += 1
                    print("%s %s: %s" % (sample, " ".join(options), failure))
    sys.exit(1 if failures else 0)


main()
