"""Acceptance checks about what experts compute."""
import math

from checks import FFN, ffn, gauss, near, run


def merged():
    """4.3.14: one-hot shares are that expert; equal experts are one; the merged
    expert is not the mean of the experts' results."""
    program = "dim E = 3, D = 4, F = 5\ndim B <= 3, S <= 4\n\n" + FFN + """
model M(x: [B, S, D], p: [B, E]) -> (y: [B, S, D], mixed: [B, S, D], every: [E, B, S, D]) {
  part experts: Ffn
  route y = E of Ffn(x) {
    select  = all
    weight  = p
    combine = merge
  }
  route z = E of Ffn(x) {
    select = all
    weight = p
  }
  return (y: y, mixed: z, every: each E of experts(x))
}
"""
    w1, w2 = gauss(3 * 4 * 5), gauss(3 * 5 * 4, 2)
    x = gauss(3 * 4 * 4, 3)

    def results(w1, w2, p):
        weights = {}
        for name in ("y", "z", "experts"):
            weights.update({name + ".w1": ([3, 4, 5], w1), name + ".w2": ([3, 5, 4], w2)})
        return run(program, {"x": ([3, 4, 4], x), "p": ([3, 3], p)}, ["y", "mixed", "every"], weights)

    one_hot = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    y, _, every = results(w1, w2, one_hot)
    near(y, [every[e * 48 + b * 16 + i] for b, e in enumerate((1, 0, 2)) for i in range(16)], 1e-6)
    soft = [.2, .3, .5, .6, .2, .2, .1, .1, .8]
    y, mixed, _ = results(w1[:20] * 3, w2[:20] * 3, soft)
    near(y, mixed, 2e-6)
    y, mixed, _ = results(w1, w2, soft)
    assert max(abs(a - b) for a, b in zip(y, mixed)) > 0.05


def merged_routes():
    """A merged expert with a route inside, by one-hot shares, is that expert: so
    is one that is merged inside of a chosen one."""
    program = "dim E = 3, I = 2, D = 4, F = 5\ndim B <= 3, S <= 4\n\n" + FFN + """
expert Routed(x: [D]) -> [D] {
  param gate: [D, I] init normal(std: 1)
  score = x @ gate
  route z = I of Ffn(x) {
    select = top 1 by score
    weight = sigmoid(score)
  }
  return z
}

expert Mixed(x: [D]) -> [D] {
  param gate: [D, I] init normal(std: 1)
  route z = I of Ffn(x) {
    select  = all
    weight  = f32(onehot(argmax[I](x @ gate))) * max[I](sigmoid(x @ gate))
    combine = merge
  }
  return z
}

model M(x: [B, S, D], p: [B, E]) -> (merged: [B, S, D], chosen: [B, S, D], inside: [B, S, D]) {
  route a = E of Routed(x) {
    select  = all
    weight  = p
    combine = merge
  }
  route b = E of Routed(x) {
    select = top 1 by p
    weight = 1
  }
  route c = E of Mixed(x) {
    select = top 1 by p
    weight = 1
  }
  return (merged: a, chosen: b, inside: c)
}
"""
    gate, w1, w2 = gauss(3 * 4 * 2), gauss(3 * 2 * 20, 2), gauss(3 * 2 * 20, 3)
    weights = {}
    for name in "abc":
        weights.update({name + ".gate": ([3, 4, 2], gate), name + ".z.w1": ([3, 2, 4, 5], w1),
                        name + ".z.w2": ([3, 2, 5, 4], w2)})
    one_hot = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    merged, chosen, inside = run(program, {"x": ([3, 4, 4], gauss(48, 4)), "p": ([3, 3], one_hot)},
                                 ["merged", "chosen", "inside"], weights)
    near(merged, chosen, 1e-6)
    assert len(set(chosen)) > 20
    # Both matrices are scaled by the share, and a relu passes scales on.
    x = gauss(48, 4)
    for unit in range(12):
        expert = one_hot[unit // 4 * 3:unit // 4 * 3 + 3].index(1.0)
        row = x[unit * 4:unit * 4 + 4]
        scores = [sum(row[d] * gate[expert * 8 + d * 2 + i] for d in range(4)) for i in range(2)]
        share = 1 / (1 + math.exp(-max(scores)))
        near(inside[unit * 4:unit * 4 + 4], [share * v for v in chosen[unit * 4:unit * 4 + 4]], 1e-5)


def residual():
    """4.6: a residual mixture whose shares are 0 and 1 is the dense network."""
    program = "dim E = 3, D = 4, F = 5\ndim Mix = { routed, plain }\ndim B <= 6\n\n" + FFN + """
model M(x: [B, D], h: [B, E], c: [B, Mix]) -> (y: [B, D], dense: [B, D]) {
  part plain: Ffn
  prob = softmax[E](h)
  route y = E of Ffn(x) {
    select = top 1 by prob
    weight = prob
  }
  dense = plain(x)
  return (y: c[Mix = routed] * y + c[Mix = plain] * dense, dense: dense)
}
"""
    inputs = {"x": ([6, 4], gauss(24)), "h": ([6, 3], gauss(18, 2))}
    y, dense = run(program, dict(inputs, c=([6, 2], [0.0, 1.0] * 6)), ["y", "dense"])
    assert y == dense
    y, dense = run(program, dict(inputs, c=([6, 2], [1.0, 0.0] * 6)), ["y", "dense"])
    assert y != dense


def rows():
    """9, Experts: one with `Rows` sees the units sent to it, of its group, at
    once; without looking at others it is the same as one that sees one. A
    capacity within it counts them, and may be 0."""
    program = "dim E = 3, D = 4, I = 2, F = 3, One = 1\ndim B <= 2, S <= 7\n\n" + FFN + """
expert Centred(x: [Rows, D]) -> [Rows, D] {
  return x - mean[Rows](x)
}

expert Many(x: [Rows, D], g: [Rows, I]) -> [Rows, D] {
  route y = I of Ffn(x) over [Rows] {
    select = top 1 by g
    weight = sigmoid(g)
  }
  return y
}

expert Single(x: [D], g: [I]) -> [D] {
  route y = I of Ffn(x) {
    select = top 1 by g
    weight = sigmoid(g)
  }
  return y
}

expert Half(x: [Rows, D]) -> [Rows, D] {
  route y = One of Identity(x) over [Rows] {
    select   = top 1 by ones[Rows, One]()
    capacity = floor(tokens / 2)
    overflow = drop
    weight   = 1
  }
  return y
}

model M(x: [B, S, D], h: [B, S, E], g: [B, S, I])
    -> (centred: [B, S, D], many: [B, S, D], one: [B, S, D], half: [B, S, D], index: index<E>[B, S]) {
  route c = E of Centred(x) over [S] {
    select = top 1 by h
    weight = 1
  }
  route m = E of Many(x, g) over [B, S] {
    select = top 2 by h
    weight = softmax[selected](h)
  }
  route o = E of Single(x, g) over [B, S] {
    select = top 2 by h
    weight = softmax[selected](h)
  }
  route n = E of Half(x) over [S] {
    select = top 1 by h
    weight = 1
  }
  return (centred: c, many: m, one: o, half: n, index: c.index)
}
"""
    x, h, g = gauss(2 * 7 * 4), gauss(2 * 7 * 3, 2), gauss(2 * 7 * 2, 3)
    w1, w2 = gauss(3 * 2 * 12, 4), gauss(3 * 2 * 12, 5)
    weights = {}
    for name in "mo":
        weights.update({name + ".y.w1": ([3, 2, 4, 3], w1), name + ".y.w2": ([3, 2, 3, 4], w2)})
    centred, many, one, half, index = run(
        program, {"x": ([2, 7, 4], x), "h": ([2, 7, 3], h), "g": ([2, 7, 2], g)},
        ["centred", "many", "one", "half", "index"], weights)
    assert many == one and len(set(many)) > 20
    for b in range(2):
        for e in range(3):
            group = [s for s in range(7) if index[b * 7 + s] == e]
            for place, s in enumerate(group):
                unit = slice((b * 7 + s) * 4, (b * 7 + s) * 4 + 4)
                assert half[unit] == (x[unit] if place < len(group) // 2 else [0] * 4)
            for d in range(4):
                column = [x[(b * 7 + s) * 4 + d] for s in group]
                mean = sum(column) / len(column) if column else 0
                near([centred[(b * 7 + s) * 4 + d] for s in group] + [0],
                     [v - mean for v in column] + [0], 1e-5)


def recurrent():
    """8, Repetition: a scan is its recurrence, with two carries that change
    places at the same time, records, and a route inside."""
    program = "dim E = 2, D = 3, F = 4\ndim B <= 2, T <= 6\n\n" + FFN + """
module Cell(x: [T, D], h: [T, E]) -> (a: [T, D], y: [T, D]) {
  o = scan T over (x, h) carry (s: [D] = 0, p: [D] = 1) {
    route y = E of Ffn(x) {
      select = top 1 by h
      weight = 1
    }
    next s = p, p = s * 0.5 + y
    emit (a: s, y: y)
  }
  return (a: o.a, y: o.y)
}

model M(x: [B, T, D], h: [B, T, E]) -> (a: [B, T, D], y: [B, T, D]) {
  o = Cell(x, h)
  return (a: o.a, y: o.y)
}
"""
    x, h = gauss(36), gauss(24, 2)
    w1, w2 = gauss(24, 3), gauss(24, 4)
    a, y = run(program, {"x": ([2, 6, 3], x), "h": ([2, 6, 2], h)}, ["a", "y"],
               {"Cell.y.w1": ([2, 3, 4], w1), "Cell.y.w2": ([2, 4, 3], w2)})
    for b in range(2):
        s, p = [0.0] * 3, [1.0] * 3
        for t in range(6):
            unit = b * 6 + t
            e = 0 if h[unit * 2] >= h[unit * 2 + 1] else 1
            out = ffn(x[unit * 3:unit * 3 + 3], w1[e * 12:e * 12 + 12], w2[e * 12:e * 12 + 12], 3, 4)
            near(y[unit * 3:unit * 3 + 3], out, 1e-5)
            near(a[unit * 3:unit * 3 + 3], s, 1e-5)
            s, p = p, [0.5 * u + v for u, v in zip(s, out)]
