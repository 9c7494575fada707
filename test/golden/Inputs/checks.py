"""What the acceptance checks share: programs run by name or text, and numbers.

    import after sys.argv is SCRIPT SPEX SAMPLES SCRATCH reference|native
"""
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy
from weights import write as write_weights

SPEX, SAMPLES, SCRATCH, MODE = sys.argv[1:5]
HEAD = "edition 2026\n\n"


def path(name):
    return os.path.join(SCRATCH, MODE, name)


def run(program, inputs, outputs, weights=None, options=()):
    """The results, in the order of `outputs`. Inputs: (shape, numbers), an index
    as whole numbers."""
    source = program
    if not program.endswith(".spex"):
        source = path("m.spex")
        with open(source, "w") as file:
            file.write(HEAD + program)
    else:
        source = os.path.join(SAMPLES, program)
    command = [SPEX, "run", source] + list(options)
    command += ["--reference"] if MODE == "reference" else []
    if weights:
        write_weights(path("m.safetensors"), weights)
        command += ["--weights", path("m.safetensors")]
    for name, (shape, values) in inputs.items():
        kind = "<i4" if values and isinstance(values[0], int) else "<f4"
        npy.write(path(name + ".npy"), kind, shape, values)
        command += ["--input", "%s=%s" % (name, path(name + ".npy"))]
    for name in outputs:
        command += ["--output", "%s=%s" % (name, path(name + "-out.npy"))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), done.stdout))
    return [npy.read(path(name + "-out.npy"))[2] for name in outputs]


def gauss(count, seed=1):
    draw = random.Random(seed)
    return [struct.unpack("<f", struct.pack("<f", draw.gauss(0, 1)))[0] for _ in range(count)]


def near(a, b, tolerance):
    assert len(a) == len(b), (len(a), len(b))
    worst = max(abs(x - y) for x, y in zip(a, b))
    assert worst <= tolerance, "differs by %g, allowed %g" % (worst, tolerance)


FFN = """expert Ffn(x: [D]) -> [D] {
  param w1: [D, F] init normal(std: 0.5)
  param w2: [F, D] init normal(std: 0.5)
  return relu(x @ w1) @ w2
}
"""


def ffn(x, w1, w2, width, hidden):
    """relu(x @ w1) @ w2 in f64, one row."""
    h = [max(0.0, sum(x[d] * w1[d * hidden + f] for d in range(width))) for f in range(hidden)]
    return [sum(h[f] * w2[f * width + d] for f in range(hidden)) for d in range(width)]
