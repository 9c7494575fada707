"""Writes a safetensors file of uneven f32 numbers whose experts are turned by
some places, all along their axis together.

    experts.py OUT TURNS NAME:SIZE,SIZE...:AXIS...     AXIS is that of the experts
"""
import json
import math
import struct
import sys


def numbers(name, sizes, axis, turns):
    """Element [.., e, ..] is what [.., e + turns, ..] is without turns."""
    seed = sum(name.encode())
    inner = math.prod(sizes[axis + 1:])
    for i in range(math.prod(sizes)):
        expert = i // inner % sizes[axis]
        moved = (expert + turns) % sizes[axis]
        source = i + (moved - expert) * inner
        yield ((source * 7919 + seed * 31) % 2003 - 1001) / 2500


def main(out, turns, tensors):
    header, data = {}, b""
    for tensor in tensors:
        name, sizes, axis = tensor.split(":")
        sizes = [int(size) for size in sizes.split(",")]
        values = list(numbers(name, sizes, int(axis), turns))
        begin = len(data)
        data += struct.pack("<%df" % len(values), *values)
        header[name] = {"dtype": "F32", "shape": sizes, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
