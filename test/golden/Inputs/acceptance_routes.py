"""Acceptance checks about what a route chooses."""
import itertools
import math

from checks import FFN, ffn, gauss, near, run


def lengths():
    """1.9.5: one program at run-time lengths equals one compiled for a length."""
    for sample, dims, inputs, outputs in (
            ("modular_rnn", "R=2 C=6 Y=10 X=4", {"x": 4, "c": 0}, ["pred", "w"]),
            ("modular_mha", "R=2 C=6 Att=8", {"x": 8, "c": 0}, ["pred", "w"])):
        length = "T" if sample == "modular_rnn" else "S"
        for count in (3, 10, 30):
            values = {name: ([2, count, width], gauss(2 * count * width)) if width
                      else ([2, count], [n * 5 % 3 % 2 for n in range(2 * count)])
                      for name, width in inputs.items()}
            options = ["--set=kind=modular"] + ["--dim=" + dim for dim in dims.split()]
            free = run(sample + ".spex", values, outputs, options=options)
            bound = run(sample + ".spex", values, outputs,
                        options=options + ["--dim=%s=%d" % (length, count)])
            for a, b in zip(free, bound):
                near(a, b, 1e-5)


def causality():
    """2.1, 2.3: a later position changes nothing before it; 2.3: for partial
    prediction, behind the prefix."""
    for sample, dims, first in (
            ("smlp", "V=19 D=16 F=32 Dense=1 Sparse=1", 1),
            ("smlp_partial", "V=19 D=16 F=32 L=2", 4),
            ("char_moe", "V=19 D=16 L=2 H=2 A=8 F=16", 1)):
        length = 20
        ids = [n * 7 % 19 for n in range(length)]
        options = ["--dim=" + dim for dim in dims.split()]
        (base,) = run(sample + ".spex", {"ids": ([1, length], ids)}, ["out"], options=options)
        for place in (first, length // 2, length - 1):
            moved = list(ids)
            moved[place] = (moved[place] + 1) % 19
            (other,) = run(sample + ".spex", {"ids": ([1, length], moved)}, ["out"], options=options)
            width = len(base) // length
            assert other[:place * width] == base[:place * width], (sample, place)
            assert other[place * width:] != base[place * width:], (sample, place, "nothing changes")


def gating():
    """2.1: with W = 0 and b = 1 the spatial gating unit is the identity; 2.3:
    one expert for each chunk is a unit with as many heads, to the bit."""
    program = """dim B <= 2, S <= 8, Z = S
dim J = 3, C = 4

expert Sgu(x: [S, C]) -> [S, C] {
  param w: [S, Z] init zeros
  param b: [S] init ones
  return dot[Z](where(causal[S, Z](), w, 0), x[S as Z]) + b
}

module Heads(x: [S, J, C]) -> [S, J, C] {
  param w: [J, S, Z] init zeros
  param b: [J, S] init ones
  return dot[Z](where(expand[J](causal[S, Z]()), w, 0), x[S as Z]) + expand[C](b)
}

model M(x: [B, S, J, C], one: [B, S, C]) -> (chunks: [B, S, J, C], heads: [B, S, J, C], same: [B, S, C]) {
  part plain: Sgu
  return (chunks: each J of Sgu(x), heads: Heads(x), same: one * plain(one))
}
"""
    x, one = gauss(2 * 8 * 3 * 4), gauss(2 * 8 * 4, 2)
    w, b = gauss(3 * 8 * 8, 3), gauss(3 * 8, 4)
    chunks, heads, same = run(
        program, {"x": ([2, 8, 3, 4], x), "one": ([2, 8, 4], one)}, ["chunks", "heads", "same"],
        {"Sgu.w": ([3, 8, 8], w), "Sgu.b": ([3, 8], b), "Heads.w": ([3, 8, 8], w),
         "Heads.b": ([3, 8], b), "plain.w": ([8, 8], [0.0] * 64), "plain.b": ([8], [1.0] * 8)})
    assert chunks == heads, "chunks and heads differ"
    assert len(set(chunks)) > 10
    assert same == one


def hungarian(cost):
    """Least sum over one-to-one pairs of a square matrix."""
    n = len(cost)
    u, v, match = [0.0] * (n + 1), [0.0] * (n + 1), [0] * (n + 1)
    for i in range(1, n + 1):
        match[0], j0, way = i, 0, [0] * (n + 1)
        least, used = [math.inf] * (n + 1), [False] * (n + 1)
        while match[j0]:
            used[j0], i0, delta, j1 = True, match[j0], math.inf, 0
            for j in range(1, n + 1):
                if not used[j]:
                    value = cost[i0 - 1][j - 1] - u[i0] - v[j]
                    if value < least[j]:
                        least[j], way[j] = value, j0
                    if least[j] < delta:
                        delta, j1 = least[j], j
            for j in range(n + 1):
                if used[j]:
                    u[match[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
        while j0:
            match[j0], j0 = match[way[j0]], way[j0]
    return sum(cost[match[j] - 1][j - 1] for j in range(1, n + 1))


def balanced():
    """2.2: every expert gets T/E tokens, and the total is at least .99 of the best at
    the size measured there; few tokens for each expert leave the auction's step
    (a fiftieth of the range) more to lose."""
    program = """dim T <= 64
dim E = %d, One = 1

expert Copy(x: [One]) -> [One] {
  param w: [One] init ones
  return x * w
}

model M(h: [T, E]) -> (count: int[E], total: []) {
  one = ones[T, One]()
  route y = E of Copy(one) over [T] {
    select = balanced by h
    weight = h
  }
  return (count: y.count, total: sum[T](y[One = 0]))
}
"""
    for tokens, experts, share in ((64, 4, 0.99), (48, 8, 0.96), (6, 6, 0.9), (8, 1, 1)):
        for seed in range(3):
            h = gauss(tokens * experts, seed)
            count, total = run(program % experts, {"h": ([tokens, experts], h)}, ["count", "total"])
            assert count == [tokens // experts] * experts, count
            best = -hungarian([[-h[t * experts + j * experts // tokens] for j in range(tokens)]
                               for t in range(tokens)])
            assert best * share - 1e-3 <= total[0] <= best + 1e-3, (tokens, experts, total, best)


def transposed():
    """3.4: experts over patches of X are experts over channels of its transpose."""
    program = """dim B <= 2, S = 6, C = 5, H = 7, E = 3, P = 5, Q = 6

expert Mlp<I>(x: [I]) -> [I] {
  param w1: [I, H] init normal(std: 0.5)
  param w2: [H, I] init normal(std: 0.5)
  return gelu(x @ w1) @ w2
}

module Moe<T, I>(x: [B, T, I]) -> [B, T, I] {
  param w: [I, E] init normal(std: 0.5)
  route y = E of Mlp<I>(x) over [B, T] {
    prob   = softmax[E](x @ w)
    select = top 2 by prob
    weight = prob
  }
  return y
}

model M(x: [B, S, C], t: [B, P, Q]) -> (a: [B, S, C], b: [B, P, Q]) {
  part columns: Moe<C, S>
  part rows: Moe<P, Q>
  return (a: columns(x), b: rows(t))
}
"""
    x, w = gauss(2 * 6 * 5), gauss(6 * 3, 2)
    w1, w2 = gauss(3 * 6 * 7, 3), gauss(3 * 7 * 6, 4)
    turn = lambda v: [v[(b * 6 + s) * 5 + c] for b in range(2) for c in range(5) for s in range(6)]
    weights = {}
    for name in ("columns", "rows"):
        weights.update({name + ".w": ([6, 3], w), name + ".y.w1": ([3, 6, 7], w1),
                        name + ".y.w2": ([3, 7, 6], w2)})
    a, b = run(program, {"x": ([2, 6, 5], x), "t": ([2, 5, 6], turn(x))}, ["a", "b"], weights)
    assert turn(a) == b and len(set(a)) > 10


def hashed():
    """4.3.6: the expert follows from the id alone; counts are those of the table."""
    program = FFN.replace("expert Ffn", "dim V = 40, E = 4, D = 3, F = 4\ndim B <= 2, S <= 30\n\nexpert Ffn", 1) + """
model M(x: [B, S, D], ids: index<V>[B, S]) -> (y: [B, S, D], expert: index<E>[B, S], count: int[E]) {
  fixed table: index<E>[V] = draw_index[V](E, seed: 42)
  route y = E of Ffn(x) {
    select = at table[ids]
    weight = 1
  }
  return (y: y, expert: y.index, count: y.count)
}
"""
    ids = [n * n % 40 for n in range(60)]
    seen = []
    for seed in (1, 2):
        _, expert, count = run(program, {"x": ([2, 30, 3], gauss(180, seed)), "ids": ([2, 30], ids)},
                               ["y", "expert", "count"])
        table = dict(zip(ids, expert))
        assert [table[i] for i in ids] == expert
        assert count == [expert.count(e) for e in range(4)]
        seen.append(expert)
    assert seen[0] == seen[1] and len(set(seen[0])) == 4


def annealed():
    """4.3.12: from the mean of all experts to the best one; ever fewer run."""
    program = "const tau = 1\ndim E = 4, D = 3, F = 4\ndim B <= 8\n\n" + FFN + """
model M(x: [B, D], h: [B, E]) -> (y: [B, D], mean: [B, D], best: [B, D], ran: [B]) {
  part all: Ffn
  prob = softmax[E](h / tau)
  route y = E of Ffn(x) {
    select = all where prob > 0.1
    weight = prob
  }
  route z = E of Ffn(x) {
    select = top 1 by h
    weight = 1
  }
  each_one = each E of all(x)
  return (y: y, mean: mean[E](each_one), best: z, ran: sum[E](f32(y.selected)))
}
"""
    program = program.replace("part all: Ffn", "part every: Ffn").replace("of all(x)", "of every(x)")
    w1, w2 = gauss(4 * 3 * 4), gauss(4 * 4 * 3, 2)
    weights = {}
    for name in ("y", "z", "every"):
        weights.update({name + ".w1": ([4, 3, 4], w1), name + ".w2": ([4, 4, 3], w2)})
    inputs = {"x": ([8, 3], gauss(24, 3)), "h": ([8, 4], gauss(32, 4))}
    active = []
    for tau in ("1e6", "2", "1", "0.5", "0.2", "1e-3"):
        y, mean, best, ran = run(program, inputs, ["y", "mean", "best", "ran"], weights, ["--set=tau=" + tau])
        active.append(sum(ran) / 8)
        if tau == "1e6":
            near(y, mean, 1e-4)
        if tau == "1e-3":
            near(y, best, 1e-5)
    assert active == sorted(active, reverse=True) and active[0] == 4 and active[-1] == 1, active


def cosine():
    """4.3.16: a cosine router sees directions only; one prototype is Switch."""
    program = "dim E = 4, D = 3, F = 4, P = 6, G = 1\ndim B <= 8\n\n" + FFN + """
module Proto(x: [B, D], h: [B, E]) -> [B, D] {
  prob = softmax[E](h)
  route y = E of Ffn(x) over [B] {
    select   = top 1 by prob
    capacity = 2
    overflow = drop
    weight   = prob
  }
  return y
}

model M(x: [B, D], u: [B, D], h: [B, E]) -> (score: [B, E], protos: [B, D], plain: [B, D]) {
  param proj: [D, P] init normal(std: 1)
  param emb: [E, P] init normal(std: 1)
  part one, many: Proto
  score = min(exp(log(2)), 100) * dot[P](l2norm[P](x @ proj, eps: 1e-4), l2norm[P](emb, eps: 1e-4))
  return (score: score, protos: sum[G](each G of many(u, h)), plain: one(u, h))
}
"""
    x, u, h = gauss(24), gauss(24, 2), gauss(32, 3)
    w1, w2 = gauss(48, 4), gauss(48, 5)
    weights = {"proj": ([3, 6], gauss(18, 6)), "emb": ([4, 6], gauss(24, 7)),
               "one.y.w1": ([4, 3, 4], w1), "one.y.w2": ([4, 4, 3], w2),
               "many.y.w1": ([1, 4, 3, 4], w1), "many.y.w2": ([1, 4, 4, 3], w2)}
    scores = []
    for scale in (1, 50):
        score, protos, plain = run(
            program, {"x": ([8, 3], [scale * v for v in x]), "u": ([8, 3], u), "h": ([8, 4], h)},
            ["score", "protos", "plain"], weights)
        assert protos == plain and len(set(plain)) > 8
        scores.append(score)
    near(scores[0], scores[1], 2e-3)
    assert max(map(abs, scores[0])) <= 2.0001


def dropless():
    """4.6: every token as in a loop of its own, with experts that get none or
    all; tokens that change places take their results along."""
    program = "dim E = 5, K = 2, D = 4, F = 6\ndim T <= 20\n\n" + FFN + """
model M(x: [T, D], h: [T, E]) -> (y: [T, D], index: index<E>[T, K], w: [T, E]) {
  prob = softmax[E](h)
  route y = E of Ffn(x) {
    select = top K by h
    weight = prob / sum[selected](prob)
  }
  return (y: y, index: y.index, w: y.weight)
}
"""
    w1, w2 = gauss(5 * 4 * 6), gauss(5 * 6 * 4, 2)
    weights = {"y.w1": ([5, 4, 6], w1), "y.w2": ([5, 6, 4], w2)}
    x, h = gauss(20 * 4, 3), gauss(20 * 5, 4)
    forced = [9.0 if e == 2 else 8.0 if e == 0 else v for v, e in zip(h, itertools.cycle(range(5)))]
    for scores in (h, forced):
        y, index, w = run(program, {"x": ([20, 4], x), "h": ([20, 5], scores)}, ["y", "index", "w"], weights)
        for t in range(20):
            row = scores[t * 5:t * 5 + 5]
            best = sorted(range(5), key=lambda e: (-row[e], e))[:2]
            assert index[2 * t:2 * t + 2] == best
            total = [0.0] * 4
            for e in best:
                out = ffn(x[t * 4:t * 4 + 4], w1[e * 24:e * 24 + 24], w2[e * 24:e * 24 + 24], 4, 6)
                share = math.exp(row[e]) / sum(math.exp(row[k]) for k in best)
                total = [a + share * b for a, b in zip(total, out)]
            near(y[t * 4:t * 4 + 4], total, 2e-5)
    order = [n * 7 % 20 for n in range(20)]
    move = lambda v, width: [v[t * width + i] for t in order for i in range(width)]
    moved, _, _ = run(program, {"x": ([20, 4], move(x, 4)), "h": ([20, 5], move(scores, 5))},
                      ["y", "index", "w"], weights)
    assert moved == move(y, 4)


def on_input():
    """Part 2, Llama 4: the weight multiplies the input, which is another model.
    What an expert has no room for gives back its input, weighed too."""
    program = "dim E = 3, D = 4, F = 5\ndim B <= 6\n\n" + FFN + """
model M(x: [B, D], h: [B, E]) -> (input: [B, D], output: [B, D], passed: [B, D], index: index<E>[B]) {
  route p = E of Zero(x) over [B] {
    select   = top 1 by h
    capacity = 1
    overflow = pass
    weight   = sigmoid(h)
    combine  = inputs
  }
  route y = E of Bent(x) {
    select  = top 1 by h
    weight  = sigmoid(h)
    combine = inputs
  }
  route z = E of Bent(x) {
    select = top 1 by h
    weight = sigmoid(h)
  }
  return (input: y, output: z, passed: p, index: y.index)
}
"""
    program = program.replace("expert Ffn", "expert Bent").replace("relu(x @ w1)", "silu(x @ w1)")
    w1, w2 = gauss(3 * 20), gauss(3 * 20, 2)
    weights = {}
    for name in "yz":
        weights.update({name + ".w1": ([3, 4, 5], w1), name + ".w2": ([3, 5, 4], w2)})
    x, h = gauss(24, 3), gauss(18, 4)
    inner, outer, passed, index = run(program, {"x": ([6, 4], x), "h": ([6, 3], h)},
                                      ["input", "output", "passed", "index"], weights)
    for b in range(6):
        e = max(range(3), key=lambda k: h[b * 3 + k])
        assert index[b] == e
        weight = 1 / (1 + math.exp(-h[b * 3 + e]))
        rows = [weight * v for v in x[b * 4:b * 4 + 4]]
        near(passed[b * 4:b * 4 + 4], rows if e in index[:b] else [0] * 4, 1e-6)
        hidden = [sum(rows[d] * w1[e * 20 + d * 5 + f] for d in range(4)) for f in range(5)]
        hidden = [v / (1 + math.exp(-v)) for v in hidden]
        near(inner[b * 4:b * 4 + 4], [sum(hidden[f] * w2[e * 20 + f * 4 + d] for f in range(5)) for d in range(4)], 1e-5)
    assert max(abs(a - b) for a, b in zip(inner, outer)) > 0.01


def thor():
    """4.3.13: the same seed draws the same experts, another one others; all of
    them come up about alike."""
    program = "dim E = 4, D = 2, F = 3\ndim B <= 2, S <= 500\n\n" + FFN + """
model M(x: [B, S, D]) -> (y: [B, S, D], index: index<E>[B, S], count: int[E]) {
  route y = E of Ffn(x) {
    select = phase(train: at draw_index[](E), infer: at draw_index[B, S](E))
    weight = 1
  }
  return (y: y, index: y.index, count: y.count)
}
"""
    inputs = {"x": ([2, 500, 2], gauss(2000))}
    first, again, other = (run(program, inputs, ["index", "count"], options=["--seed=%d" % seed])
                           for seed in (5, 5, 6))
    assert first == again and first[0] != other[0]
    assert all(200 < count < 300 for count in first[1]), first[1]
