"""Compiles and runs each row of docs/routers.md.

    routers.py SPEX DOC SCRATCH reference|native [ROUTER ...]

The clauses of a row go into the program of the page; whether a position sees
later ones must be what `step(along: S)` says of it.
"""
import math
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy

B, S, D, E, V = 2, 12, 8, 8, 32
INPUTS = {"c": "index<E>[B, S]", "g": "[B, S, E]", "ids": "index<V>[B, S]"}
VALUES = {
    "table": "fixed table: index<E>[V] = draw_index[V](E, seed: 42)",
    "frozen": "fixed frozen: [D, E] = normal[D, E](seed: 3)",
    "bias": "state bias: [E] init normal(std: 0.1)",
    "wn": "param wn: [D, E] init zeros",
    "wk": "param wk: [D, K] init normal(std: 0.5)",
    "wz": "param wz: [D, K, N] init normal(std: 0.5)",
    "proj": "param proj: [D, P] init normal(std: 0.5)",
    "emb": "param emb: [E, P] init normal(std: 0.5)",
}
POLICY = """policy TopTwo<N>(x: [N]) {
  prob   = softmax[N](x)
  select = top 2 by prob
  weight = prob / sum[selected](prob)
}

"""


def rows(doc):
    with open(doc) as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            if line.startswith("|") and len(cells) == 5 and "`" in cells[1]:
                yield cells[0], cells[1], cells[3]


def frame(doc):
    with open(doc) as file:
        return re.search(r"```spex\n(.*?)```", file.read(), re.S).group(1)


def program(doc, cell, step):
    over = re.match(r"over \[[\w, ]+\]", cell)
    clauses = re.findall(r"`([^`]*)`", cell)
    text = frame(doc)
    uses = lambda name: any(re.search(r"\b%s\b" % name, clause) for clause in clauses)
    route = text[text.index("  route y"):text.index("  return y")]
    head = "  route y = E of Ffn(u) " + (over.group(0) + " " if over else "")
    if clauses[0].startswith("with"):
        new = "  route y = E of Ffn(u)\n    %s\n" % clauses[0]
        text = text.replace("model M", POLICY + "model M")
    else:
        new = head + "{\n    " + "\n    ".join(clauses) + "\n  }\n"
    text = text.replace(route, new)
    inputs = [name for name in INPUTS if uses(name)]
    text = text.replace("(u: [B, S, D])", "(" + ", ".join(
        ["u: [B, S, D]"] + ["%s: %s" % (name, INPUTS[name]) for name in inputs]) + ")")
    if not uses("p"):
        text = text.replace("  p = softmax[E](h)\n", "")
        if not uses("h"):
            text = text.replace("  param w: [D, E] init normal(std: 0.5)\n  h = u @ w\n", "")
    lines = "".join("  %s\n" % VALUES[name] for name in VALUES if uses(name))
    text = text.replace("-> [B, S, D] {\n", "-> [B, S, D] {\n" + lines)
    extra = [dim for name, dim in (("V", "V = 32"), ("G", "G = 4"), ("P", "P = 2"), ("K", "K = 2"),
                                   ("N", "N = 3"))
             if re.search(r"[\[<(, ]%s\b" % name, "\n".join(clauses) + lines + str(
                 [INPUTS[i] for i in inputs]))]
    text = text.replace("E = 8\n", "E = 8\n" + "".join("dim %s\n" % dim for dim in extra))
    draws = "infer: at draw" in text
    forward = "forward(seed)" if draws else "forward"
    return re.sub(r"\{ forward.*", "{ %s%s }" % (forward, ", step(along: S)" if step else ""), text), inputs


def spex(*arguments):
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def check(tool, doc, scratch, mode, name, cell, later):
    file = os.path.join(scratch, "m.spex")
    for step in (True, False):
        text, inputs = program(doc, cell, step)
        with open(file, "w") as out:
            out.write(text)
        code, said = spex(tool, "check", file)
        if step:
            sees = "E0602" in said
            assert sees == (later == "yes"), "%s: `later` is %s\n%s\n%s" % (name, later, text, said)
        else:
            assert code == 0, "%s\n%s\n%s" % (name, text, said)
    draw = random.Random(1)
    command = [tool, "run", file] + (["--reference"] if mode == "reference" else [])
    for given in ["u"] + inputs:
        path = os.path.join(scratch, given + ".npy")
        if given in ("u", "g"):
            width = D if given == "u" else E
            npy.write(path, "<f4", [B, S, width],
                      [max(draw.gauss(0, 1), 0 if given == "g" else -9) for _ in range(B * S * width)])
        else:
            npy.write(path, "<i4", [B, S], [draw.randrange(E if given == "c" else V) for _ in range(B * S)])
        command.append("--input=%s=%s" % (given, path))
    result = os.path.join(scratch, "out.npy")
    code, said = spex(*command, "--output=out=" + result)
    assert code == 0, "%s\n%s\n%s" % (name, text, said)
    _, _, values = npy.read(result)
    assert len(values) == B * S * D and all(map(math.isfinite, values)), name
    assert max(map(abs, values)) > 0.01, name + ": everything is zero"


def main():
    tool, doc, scratch, mode = sys.argv[1:5]
    scratch = os.path.join(scratch, mode)
    os.makedirs(scratch, exist_ok=True)
    found, wrong = list(rows(doc)), []
    assert len(found) > 30, "the table of %s has %d rows" % (doc, len(found))
    for name, cell, later in found:
        if sys.argv[5:] and name not in sys.argv[5:]:
            continue
        try:
            check(tool, doc, scratch, mode, name, cell, later)
        except AssertionError as failure:
            wrong.append(str(failure))
    sys.exit("\n".join(wrong) if wrong else 0)


main()
