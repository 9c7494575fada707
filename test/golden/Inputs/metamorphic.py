"""What must hold for every router, whatever its weights are.

    metamorphic.py SPEX SCRATCH reference|native [ROUTER ...]

Each router of language.md, section 9, is put into one small model, and then
  permuted   experts change places together with their columns of the score
  copied     all experts are one: the result is that one times the sum of weights
  dropless   a capacity of as many rows as there are units drops nobody
  recorded   `at` with the recorded choices gives the same bits
  dense      all experts with equal weights are their mean
"""
import math
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy
from weights import write as write_weights

B, S, D, F, E = 2, 10, 5, 7, 5
SIZES = {"B": B, "S": S, "D": D, "F": F, "E": E}

PROGRAM = """edition 2026

dim B <= 4, S <= 16
dim D = 5, F = 7, E = 5, K = 2

expert Ffn(x: [D]) -> [D] {
  param w1: [D, F] init normal(std: 0.5)
  param w2: [F, D] init normal(std: 0.5)
  return relu(x @ w1) @ w2
}

model M(x: [B, S, D], h: [B, S, E], c: index<E>[B, S])
    -> (y: [B, S, D], total: [B, S], one: [B, S, D], first: index<E>[B, S], unused: []) {
  part single: Ffn
  p = softmax[E](h)
%s
  first = argmax[E](%s)
  return (y: y, total: sum[E](y.weight), one: single(x), first: first,
          unused: sum[B, S](f32(int(c))) + sum[B, S, E](p))
}
"""

# Clauses by name. The flags: `p`: experts can change places; `1`: one choice per
# unit; `c`: has a capacity, called C; `i`: not linear in its weights. What is
# drawn depends on the expert's number, so it cannot be permuted.
ROUTERS = {
    "all": ("p", "select = all, weight = p"),
    "threshold": ("p", "select = all where p > 0.2, weight = p"),
    "top1": ("p1", "select = top 1 by p, weight = p"),
    "top2": ("p", "select = top 2 by p, weight = p / sum[selected](p)"),
    "top3_scores": ("p", "select = top 3 by h, weight = softmax[selected](h)"),
    "grouped": ("p", "select = top 2 by p where h > -0.5, weight = p"),
    "kept": ("p", "select = top 2 by p, keep = rank == 0 or p > 0.2, weight = p"),
    "switch": ("p1c", "over [B, S]", "select = top 1 by p, capacity = C, overflow = drop, weight = p"),
    "vmoe": ("pc", "over [B, S]", "select = top 2 by p, capacity = C, order = max[E](p), overflow = drop, weight = p"),
    "likeliest": ("p1c", "over [S]", "select = top 1 by p, capacity = C, order = p, overflow = drop, weight = p"),
    "next_best": ("pc", "over [B, S]", "select = top 1 by p, capacity = C, overflow = next(3), weight = p"),
    "pass": ("p1ci", "over [B, S]", "select = top 1 by p, capacity = C, overflow = pass, weight = p"),
    "fairseq": ("pc", "over [B, S]", "select = top 2 by p, capacity = C, overflow = drop, weight = p / max(sum[kept](p), 1e-9)"),
    "expert_choice": ("p", "over [B, S]", "select = pick floor(2 * tokens / E) by p, weight = p"),
    "base": ("p1", "over [B, S]", "select = balanced by h, weight = sigmoid(h)"),
    "sinkhorn": ("p1", "over [B, S]", "select = top 1 by sinkhorn[B, S -> E](h), weight = sigmoid(h)"),
    "given": ("1", "select = at c, weight = 1"),
    "sampled": ("1", "select = sample 1 by p, weight = p"),
    "inputs": ("pi", "select = top 1 by h, weight = sigmoid(h), combine = inputs"),
    "random": ("1", "select = at draw_index[B, S](E), weight = 1"),
}


def program(router, capacity=None):
    flags, *text = ROUTERS[router]
    over = text[0] if len(text) == 2 else ""
    # Commas inside of brackets are none between clauses.
    clauses, depth = "", 0
    for char in text[-1]:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        clauses += "\n   " if char == "," and depth == 0 else char
    if "c" in flags:
        clauses = clauses.replace("capacity = C", "capacity = " + (capacity or "3"))
    chosen = "p" if "all" in text[-1].split(",")[0] else "f32(y.selected)"
    route = "  route y = E of Ffn(x) %s {\n    %s\n  }" % (over, clauses)
    return PROGRAM % (route, chosen)


class Case:
    """The inputs and weights of one run; experts by number."""

    def __init__(self, seed):
        draw = random.Random(seed)
        gauss = lambda count: [draw.gauss(0, 1) for _ in range(count)]
        self.x = gauss(B * S * D)
        self.h = gauss(B * S * E)
        self.c = [draw.randrange(E) for _ in range(B * S)]
        self.w1 = [gauss(D * F) for _ in range(E)]
        self.w2 = [gauss(F * D) for _ in range(E)]

    def permuted(self, order):
        """Expert order[i] at place i."""
        result = Case(0)
        result.x = self.x
        result.h = [self.h[u * E + order[e]] for u in range(B * S) for e in range(E)]
        result.c = [order.index(expert) for expert in self.c]
        result.w1 = [self.w1[e] for e in order]
        result.w2 = [self.w2[e] for e in order]
        return result

    def copied(self):
        result = self.permuted(list(range(E)))
        result.w1, result.w2 = [self.w1[0]] * E, [self.w2[0]] * E
        return result


class Runner:
    def __init__(self, spex, scratch, mode):
        self.spex, self.scratch, self.mode = spex, scratch, mode
        os.makedirs(scratch, exist_ok=True)

    def run(self, text, case):
        path = lambda name: os.path.join(self.scratch, name)
        with open(path("m.spex"), "w") as file:
            file.write(text)
        npy.write(path("x.npy"), "<f4", [B, S, D], case.x)
        npy.write(path("h.npy"), "<f4", [B, S, E], case.h)
        npy.write(path("c.npy"), "<i4", [B, S], case.c)
        tensors = {"single.w1": ([D, F], case.w1[0]), "single.w2": ([F, D], case.w2[0]),
                   "y.w1": ([E, D, F], sum(case.w1, [])), "y.w2": ([E, F, D], sum(case.w2, []))}
        write_weights(path("m.safetensors"), tensors)
        command = [self.spex, "run", path("m.spex"), "--weights", path("m.safetensors")]
        command += ["--reference"] if self.mode == "reference" else []
        for name in "xhc":
            command += ["--input", "%s=%s" % (name, path(name + ".npy"))]
        for name in ("y", "total", "one", "first"):
            command += ["--output", "%s=%s" % (name, path(name + "-out.npy"))]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit("%s\n%s\n%s" % (" ".join(command), text, done.stdout))
        return {name: npy.read(path(name + "-out.npy"))[2] for name in ("y", "total", "one", "first")}


def largest(a, b):
    assert len(a) == len(b)
    return max(abs(x - y) for x, y in zip(a, b))


def check(runner, router):
    flags = ROUTERS[router][0]
    case, order = Case(3), [3, 0, 4, 1, 2]
    text = program(router)
    base = runner.run(text, case)
    assert max(map(abs, base["y"])) > 0.01, "everything is zero"
    wrong = []
    if "p" in flags:
        moved = runner.run(text, case.permuted(order))
        if largest(moved["y"], base["y"]) > 2e-6 * max(map(abs, base["y"])):
            wrong.append("permuted: %g" % largest(moved["y"], base["y"]))
        if flags.startswith("p1") and [order[int(e)] for e in moved["first"]] != list(base["first"]):
            wrong.append("permuted: other choices")
    if "i" not in flags:
        same = runner.run(text, case.copied())
        expected = [same["total"][i // D] * v for i, v in enumerate(same["one"])]
        if largest(same["y"], expected) > 4e-6 * max(map(abs, same["one"])):
            wrong.append("copied: %g" % largest(same["y"], expected))
    if "c" in flags:
        wide = runner.run(program(router, "tokens"), case)
        free = runner.run(program(router, "none"), case)
        if wide["y"] != free["y"]:
            wrong.append("dropless: %g" % largest(wide["y"], free["y"]))
        if router != "next_best" and wide["y"] == base["y"]:
            wrong.append("dropless: the capacity of the test never binds")
    if "1" in flags and "c" not in flags:
        recorded = runner.run(
            text.replace(text[text.index("select ="):text.index("\n", text.index("select ="))],
                         "select = at c"), with_choices(case, base["first"]))
        if recorded["y"] != base["y"]:
            wrong.append("recorded: %g" % largest(recorded["y"], base["y"]))
    return ["%s: %s" % (router, text) for text in wrong]


def with_choices(case, first):
    result = case.permuted(list(range(E)))
    result.c = [int(e) for e in first]
    return result


def check_dense(runner):
    """All experts with equal weights, chosen or not, are the mean of all."""
    case = Case(5)
    outputs = []
    for clauses in ("select = top 5 by h\n    weight = 1 / E", "select = all\n    weight = expand[E](p[E = 0] * 0 + 1 / E)"):
        route = "  route y = E of Ffn(x) {\n    %s\n  }" % clauses
        outputs.append(runner.run(PROGRAM % (route, "p"), case)["y"])
    each = PROGRAM.replace("y: y, total: sum[E](y.weight)", "y: y, total: p[E = 0]").replace(
        "part single: Ffn", "part single, y: Ffn")
    each = each.replace("(y: y,", "(y: mean[E](each E of y(x)),") % ("", "p")
    outputs.append(runner.run(each, case)["y"])
    limit = 2e-6 * max(map(abs, outputs[2]))
    return ["dense: %g" % largest(one, outputs[2]) for one in outputs[:2] if largest(one, outputs[2]) > limit]


def main():
    spex, scratch, mode = sys.argv[1:4]
    runner = Runner(spex, os.path.join(scratch, mode), mode)
    wrong = []
    for router in sys.argv[4:] or list(ROUTERS) + ["dense"]:
        wrong += check_dense(runner) if router == "dense" else check(runner, router)
    sys.exit("\n".join(wrong) if wrong else 0)


main()
