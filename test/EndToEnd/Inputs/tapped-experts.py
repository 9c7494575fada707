"""What tapped values of taps.spex must have to do with the rest: tapped-experts.py
FOLDER. Values are 0 where an expert did not run. An expert of `rows` sees the
units of the batch at one position that chose it, and `h` is their mean. What the
loop carries is 0 at first, and then the sum of the last turn."""
import os
import sys

import npy


def read(name):
    _, shape, numbers = npy.read(os.path.join(sys.argv[1], name + ".npy"))
    return tuple(shape), numbers


B, S, D, E, F = 3, 5, 3, 3, 2
shape, few = read("few")
assert shape == (B, S, E, F), shape
kept = read("kept")[1]
for pair in range(B * S * E):
    ran = bool(kept[pair]) and pair % E < 2  # the third one is free
    values = few[pair * F:(pair + 1) * F]
    assert any(value != 0 for value in values) == ran, (pair, values)
for name, dims in (("inner", (B, S, E, 2, F)), ("every", (B, S, E, F)), ("mixed", (B, S, F)),
                   ("weighed", (B, S, E, F)), ("limited", (B, S, E, F)),
                   ("cellh", (B, S, E, F))):
    assert read(name)[0] == dims, (name, read(name)[0])

x, h, k, index = (read(name)[1] for name in ("x", "h", "k", "index"))
for unit in range(B * S):
    expert, position = index[unit], unit % S
    rows = [b * S + position for b in range(B) if index[b * S + position] == expert]
    for e in range(E):
        for d in range(D):
            at = (unit * E + e) * D + d
            mean = sum(x[row * D + d] for row in rows) / len(rows) if e == expert else 0
            own = x[unit * D + d] - mean if e == expert else 0
            assert abs(h[at] - mean) < 1e-5 and abs(k[at] - own) < 1e-5, (unit, e, d)

a, c, cell = (read(name)[1] for name in ("a", "c", "cell"))
for at in range(B * S * D):
    is_first = at // D % S == 0
    last = 0 if is_first else a[at - D] + cell[at - D]
    assert abs(c[at] - last) < 1e-5, at
