"""Draws the numbers of docs/random.md a second time, and compares.

    random_numbers.py SPEX SCRATCH reference|native
"""
import hashlib
import math
import os
import statistics
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def word(seed, path, statement, call, element):
    text = struct.pack("<Q", seed) + path.encode() + b"\0" + statement.encode() + b"\0"
    key = struct.unpack("<2I", hashlib.sha256(text + struct.pack("<Q", call)).digest()[:8])
    block = element // 4
    return philox([block & MASK, block >> 32, 0, 0], key)[element % 4]


uniform = lambda w: (w // 256) * 2.0 ** -24
normal = lambda w: statistics.NormalDist().inv_cdf((w + 0.5) * 2.0 ** -32)
gumbel = lambda w: -math.log(-math.log((w + 0.5) * 2.0 ** -32))

PROGRAM = """edition 2026

dim B <= 4, S <= 8
dim N = 6, V = 11, E = 4, L = 3, One = 1, Room = 4

module Layer(x: [B, N]) -> [B, N] {
  u = uniform[B, N]()
  return x + u
}

module Row(x: [N]) -> [N] {
  return x + uniform[N]()
}

expert Noisy(x: [One]) -> [One] {
  return x + uniform[One]()
}

model Draws(x: [B, S], p: [B, E], i: index<E>[B, S]) -> (
    u: [B, N], two: [B, N], n: [B, N], g: [B, N], hit: bool[B, S], d: index<V>[B, S],
    room: index<V>[B, S], k: index<E>[B], table: index<E>[V], layers: [B, N], rows: [B, N],
    chosen: index<E>[B], expert: [B, S]) {
  fixed table: index<E>[V] = draw_index[V](E, seed: 42)
  part row: Row
  u = uniform[B, N]()
  two = uniform[B, N](seed: 7) + uniform[B, N]()
  n = normal[B, N]()
  g = gumbel[B, N]()
  hit = chance(x)
  d = draw_index[B, S](V)
  room = draw_index[B, S](V, room: 4)
  k = categorical[B](p)
  layers = stack L of Layer(zeros[B, N]())
  rows = row(zeros[B, N]())
  wide = expand[One](x)
  route y = E of Noisy(wide) {
    select = at i
    weight = 1
  }
  flat = expand[One](max[S](x))
  route z = E of Plain(flat) {
    select = sample 1 by p
    weight = p
  }
  return (u: u, two: two, n: n, g: g, hit: hit, d: d, room: room, k: k, table: table[range[V]()],
          layers: layers, rows: rows, chosen: z.index, expert: y[One = 0] + 0 * expand[S](z[One = 0]))
}

expert Plain(x: [One]) -> [One] {
  return x
}
"""
B, S, N, V, E, L = 3, 5, 6, 11, 4, 3


def expected(seed, x, p):
    at = lambda statement, count, call=0, path="", s=seed: [
        word(s, path, statement, call, n) for n in range(count)]
    layers = [0.0] * (B * N)
    for layer in range(L):
        for n, w in enumerate(at("u", B * N, layer << 32, "Layer")):
            layers[n] += uniform(w)
    chances = []
    for b, w in enumerate(at("k", B)):
        row, running, chosen = p[b * E:(b + 1) * E], 0.0, 0
        while running + row[chosen] <= uniform(w) * sum(row):
            running += row[chosen]
            chosen += 1
        chances.append(chosen)
    scores = [math.log(p[n]) + gumbel(w) for n, w in enumerate(at("z", B * E))]
    return {
        "u": list(map(uniform, at("u", B * N))),
        "two": [uniform(a) + uniform(b) for a, b in zip(at("two", B * N, s=7), at("two", B * N, 1))],
        "n": list(map(normal, at("n", B * N))),
        "g": list(map(gumbel, at("g", B * N))),
        "hit": [float(uniform(w) < q) for w, q in zip(at("hit", B * S), x)],
        "d": [w * V >> 32 for w in at("d", B * S)],
        "room": [w * (V - 3) >> 32 for w in at("room", B * S)],
        "k": chances,
        "table": [w * E >> 32 for w in at("table", V, s=42)],
        "layers": layers,
        "rows": list(map(uniform, at("return", B * N, path="row"))),
        "chosen": [max(range(E), key=lambda e: scores[b * E + e]) for b in range(B)],
        "expert": [q + uniform(w) for q, w in zip(x, at("return", B * S, path="y"))],
    }


def main():
    spex, scratch, mode = sys.argv[1:]
    os.makedirs(scratch, exist_ok=True)
    path = lambda name: os.path.join(scratch, name)
    with open(path("m.spex"), "w") as file:
        file.write(PROGRAM)
    x = [(n + 0.5) / (B * S) for n in range(B * S)]
    p = [(n * 7 % 12 + 1) / 40 for n in range(B * E)]
    for name, descr, shape, values in (("x", "<f4", [B, S], x), ("p", "<f4", [B, E], p),
                                       ("i", "<i4", [B, S], [n % E for n in range(B * S)])):
        npy.write(path(name + ".npy"), descr, shape, values)
    seen, wrong = [], []
    for seed in (0, 12345):
        results = expected(seed, x, p)
        command = [spex, "run", path("m.spex"), "--seed", str(seed)]
        command += ["--reference"] if mode == "reference" else []
        command += ["--input=%s=%s" % (name, path(name + ".npy")) for name in "xpi"]
        command += ["--output=%s=%s" % (name, path(name + "-out.npy")) for name in results]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit("%s\n%s" % (" ".join(command), done.stdout))
        for name, values in results.items():
            _, _, found = npy.read(path(name + "-out.npy"))
            assert len(found) == len(values), name
            wrong += ["seed %d, %s: element %d is %.9g, expected %.9g" % (seed, name, n, a, b)
                      for n, (a, b) in enumerate(zip(found, values)) if abs(a - b) > 1e-6 * (1 + abs(b))]
        seen.append(results["u"] + results["d"])
    assert seen[0] != seen[1], "the seed changes nothing"
    sys.exit("\n".join(wrong) if wrong else 0)


main()
