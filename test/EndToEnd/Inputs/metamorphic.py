#===- metamorphic.py - What no router may change ----------------------------===#
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Builds one layer with each router and compares runs that must agree: experts
# in another order, a recorded run replayed, experts that are all the same, and
# every expert with equal weights. Called by metamorphic.test.
#
#===-------------------------------------------------------------------------===#
"""usage: metamorphic.py FOLDER"""
import json
import pathlib
import random
import re
import struct
import subprocess
import sys

import npy

D, F, E, T = 12, 20, 6, 24
PROGRAM = """edition 2026
dim D = 12, F = 20, E = 6
dim T <= 64
expert Ffn(x: [D]) -> [D] {
  param w1: [D, F] init normal(std: 0.4)
  param w2: [F, D] init normal(std: 0.4)
  return relu(x @ w1) @ w2
}
module Dense(x: [D]) -> [D] {
  param w1: [D, F] init normal(std: 0.4)
  param w2: [F, D] init normal(std: 0.4)
  return relu(x @ w1) @ w2
}
gate Router(x: [D]) -> [E] {
  param w: [D, E] init normal(std: 0.6)
  return x @ w
}
model Layer(x: [T, D]) -> [T, D] {
  %s
}
export Layer as "layer" { forward(seed) }
"""
ROUTE = """_h = Router(x)
  _p = softmax[E](_h)
  route y = E of Ffn(x) over [T] {
    %s
  }
  return y"""
SHARES = "weight = p / max(sum[selected](p), 1e-9)"
# The clauses; whether bits stay when experts change places (where no sum runs in
# the order of experts); whether the weights of a unit add up to 1.
ROUTERS = {
    "top": ("select = top 2 by h\nweight = softmax[selected](h)", True, True),
    "masked": (f"select = top 3 by h where p > 0.1\n{SHARES}", False, True),
    "limited": ("select = top 2 by p\ncapacity = ceil(1.5 * tokens / E)\n"
                "overflow = drop\nweight = p / max(sum[kept](p), 1e-9)", False, False),
    "threshold": (f"select = all where p > 0.12\n{SHARES}", False, True),
    "pick": ("select = pick ceil(2 * tokens / E) by p\n"
             "weight = p / max(sum[selected](p), 1e-9)", False, False),
    "balanced": ("select = balanced by h\nweight = softmax[selected](h)", True, True),
    "transport": (f"select = top 1 by sinkhorn[T -> E](h)\n{SHARES}", False, True),
    "given": ("select = at argmax[E](h)\nweight = 1", True, True),
    "sampled": (f"select = sample 2 by p\n{SHARES}", None, True),
    "all": ("select = all\nweight = p", False, True),
}
folder = pathlib.Path(sys.argv[1])


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")


def build(name, body):
    source = folder / f"{name}.spex"
    source.write_text(PROGRAM % body.replace("\n", "\n    "), encoding="utf-8")
    run("spex", "build", source, "-o", folder / name)
    return folder / name


def write_weights(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        body = struct.pack("<%df" % len(values), *values)
        header[name] = {"dtype": "F32", "shape": shape,
                        "data_offsets": [len(data), len(data) + len(body)]}
        data += body
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def result(program, weights, *options):
    out = folder / "out.npy"
    run(program, "--input", f"x={folder / 'x.npy'}", "--weights", weights, "--output",
        f"out={out}", "--seed", 3, *options)
    return npy.read(out)[2]


def compare(name, what, a, b, tolerance):
    worst = max(abs(x - y) for x, y in zip(a, b))
    if not worst <= tolerance:
        sys.exit(f"{name}: {what} changes a result by {worst:g}")


def expert(values, size, number):
    return values[number * size:(number + 1) * size]


def make_weights():
    """A router and experts; the same with experts in another order; with all experts alike;
    and that one expert alone."""
    source = random.Random(11)
    draw = lambda count: [source.gauss(0, 0.5) for _ in range(count)]
    router, w1, w2 = draw(D * E), draw(E * D * F), draw(E * F * D)
    order = [3, 0, 5, 1, 4, 2]
    moved = [router[d * E + e] for d in range(D) for e in order]
    several = lambda values, size, which: sum((expert(values, size, e) for e in which), [])
    for name, gate, which in (("plain", router, range(E)), ("moved", moved, order),
                              ("alike", router, [2] * E)):
        write_weights(folder / f"{name}.safetensors", {
            "Router.w": ([D, E], gate),
            "y.w1": ([E, D, F], several(w1, D * F, which)),
            "y.w2": ([E, F, D], several(w2, F * D, which))})
    write_weights(folder / "dense.safetensors", {
        "Dense.w1": ([D, F], expert(w1, D * F, 2)), "Dense.w2": ([F, D], expert(w2, F * D, 2))})


def check(name, clauses, keeps_bits, adds_up, dense):
    program = build(name, ROUTE % re.sub(r"\b([hp])\b", r"_\1", clauses))
    plain = result(program, folder / "plain.safetensors")
    if not any(plain):
        sys.exit(f"{name}: the result is zero")
    if keeps_bits is not None:
        moved = result(program, folder / "moved.safetensors")
        compare(name, "the order of experts", plain, moved, 0 if keeps_bits else 2e-5)
    if adds_up:
        alike = result(program, folder / "alike.safetensors")
        compare(name, "copying one expert", alike, dense, 2e-5)
    if name != "all":
        recorded = folder / "routes.json"
        result(program, folder / "plain.safetensors", "--routes", recorded)
        replayed = result(program, folder / "plain.safetensors", "--replay", recorded)
        compare(name, "a replay", plain, replayed, 0)
    return plain


def main():
    npy.ramp([T, D], folder / "x.npy")
    make_weights()
    dense = result(build("dense", "return Dense(x)"), folder / "dense.safetensors")
    for name, router in ROUTERS.items():
        check(name, *router, dense)
    # With room for everyone a capacity changes nothing.
    roomy = ROUTERS["limited"][0].replace("ceil(1.5 * tokens / E)", "tokens")
    free = "select = top 2 by p\nweight = p / max(sum[selected](p), 1e-9)"
    compare("limited", "a capacity that is never reached",
            check("roomy", roomy, False, True, dense), check("free", free, False, True, dense), 0)
    # All experts with equal weights, however they were chosen.
    mixture = check("mixture", "select = all\nweight = (0 * p + 1) / E", False, True, dense)
    for name, clauses in (("everyone", "select = top 6 by h"), ("above", "select = all where p > 0"),
                          ("taken", "select = pick tokens by h")):
        compare(name, "choosing all of them", mixture,
                check(name, clauses + "\nweight = (0 * p + 1) / E", False, True, dense), 2e-5)


if __name__ == "__main__":
    main()
