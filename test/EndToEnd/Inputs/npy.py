"""Arrays in .npy files, with the standard library only.

    npy.py close A B TOLERANCE     largest difference at most TOLERANCE
    npy.py row A INDEX OUT         A[INDEX : INDEX + 1] along the first axis
    npy.py columns A COUNT OUT     A[:, :COUNT]
    npy.py ids BOUND B S OUT       B x S scattered numbers below BOUND
    npy.py show A                  a line for each row, shortest numbers
    npy.py ramp SIZE... OUT        f32, uneven numbers in -1 .. 1
    npy.py chances SIZE... OUT     f32, uneven numbers in 0 .. 1
    npy.py cycle SIZE N OUT        int32, 0 .. N - 1 again and again
"""
import ast
import math
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:6] == b"\x93NUMPY", path
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    assert not header["fortran_order"]
    kind = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|b1": "?", "|u1": "B"}[header["descr"]]
    body = data[10 + length:]
    values = struct.unpack("<%d%s" % (len(body) // struct.calcsize(kind), kind), body)
    return header["descr"], header["shape"], list(values)


def write(path, descr, shape, values):
    kind = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|b1": "?", "|u1": "B"}[descr]
    header = repr({"descr": descr, "fortran_order": False, "shape": tuple(shape)})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode())
        file.write(struct.pack("<%d%s" % (len(values), kind), *values))


def close(first, second, tolerance):
    _, shape, a = read(first)
    _, other, b = read(second)
    if shape != other:
        sys.exit("shapes differ: %s, %s" % (shape, other))
    worst = max(range(len(a)), key=lambda i: abs(a[i] - b[i]))
    difference = abs(a[worst] - b[worst])
    print("largest difference %.3g at element %d" % (difference, worst))
    if not difference <= tolerance:
        sys.exit(1)


def row(path, index, out):
    descr, shape, values = read(path)
    size = len(values) // shape[0]
    write(out, descr, (1,) + shape[1:], values[index * size:(index + 1) * size])


def columns(path, count, out):
    descr, shape, values = read(path)
    assert len(shape) == 2
    kept = [values[r * shape[1] + c] for r in range(shape[0]) for c in range(count)]
    write(out, descr, (shape[0], count), kept)


def ids(bound, rows, count, out):
    values = [(i * i * 7 + i * 13 + 5) % bound for i in range(rows * count)]
    write(out, "<i4", (rows, count), values)


def show(path):
    _, shape, values = read(path)
    width = shape[-1] if shape else 1
    for first in range(0, len(values), width):
        print(*("%g" % value for value in values[first:first + width]))


def ramp(sizes, out):
    count = math.prod(sizes)
    write(out, "<f4", sizes, [(i * 7919 % 2003 - 1001) / 1001 for i in range(count)])


def chances(sizes, out):
    count = math.prod(sizes)
    write(out, "<f4", sizes, [(i * 7919 % 2003) / 2003 for i in range(count)])


def cycle(size, count, out):
    write(out, "<i4", (size,), [i % count for i in range(size)])


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "close":
        close(rest[0], rest[1], float(rest[2]))
    elif what == "row":
        row(rest[0], int(rest[1]), rest[2])
    elif what == "columns":
        columns(rest[0], int(rest[1]), rest[2])
    elif what == "ids":
        ids(int(rest[0]), int(rest[1]), int(rest[2]), rest[3])
    elif what == "show":
        show(rest[0])
    elif what == "ramp":
        ramp([int(size) for size in rest[:-1]], rest[-1])
    elif what == "chances":
        chances([int(size) for size in rest[:-1]], rest[-1])
    elif what == "cycle":
        cycle(int(rest[0]), int(rest[1]), rest[2])
    else:
        sys.exit(__doc__)
