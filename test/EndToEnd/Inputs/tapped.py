"""What the tapped values of char_moe must have to do with one another: tapped.py
FOLDER. Shapes have the layers in front; h plus y of a layer is what the next
one gets, and so x of the model behind the last; counts are those of --stats."""
import json
import os
import sys

import npy

values = {}
for name in ("weight", "h", "y", "q", "x", "count"):
    _, shape, numbers = npy.read(os.path.join(sys.argv[1], name + ".npy"))
    values[name] = (tuple(shape), numbers)
assert values["weight"][0] == (4, 2, 64, 8), values["weight"][0]
assert values["h"][0] == values["y"][0] == (4, 2, 64, 128)
assert values["q"][0] == (4, 2, 64, 4, 32)
assert values["x"][0] == (2, 64, 128)
assert values["count"][0] == (4, 8)
weight = values["weight"][1]
for unit in range(0, len(weight), 8):
    chosen = [w for w in weight[unit:unit + 8] if w > 0]
    assert len(chosen) == 2 and abs(sum(chosen) - 1) < 1e-5, chosen
last = len(values["x"][1])
for x, h, y in zip(values["x"][1], values["h"][1][-last:], values["y"][1][-last:]):
    assert abs(x - (h + y)) <= 1e-5 * (1 + abs(x)), (x, h, y)
with open(os.path.join(sys.argv[1], "stats.json")) as file:
    counts = [count for route in json.load(file)["routes"] for count in route["count"]]
assert counts == values["count"][1], counts
