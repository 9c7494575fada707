"""random-steps.py LIBRARY: whether steps of 1, 3 and 2 positions draw the
numbers of all six at once. LIBRARY is of a model `m` of x: [B, S, D], D = 4."""
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
library.m_last_error.restype = ctypes.c_char_p
batch, length, width = 3, 6, 4
x = [[((b * length + s) * width + d) * 7 % 13 / 13 + 0.1 for s in range(length) for d in range(width)]
     for b in range(batch)]


def check(status):
    if status != 0:
        sys.exit(library.m_last_error().decode())


def floats(rows):
    numbers = [number for row in rows for number in row]
    return (ctypes.c_float * len(numbers))(*numbers)


model, state = ctypes.c_void_p(), ctypes.c_void_p()
check(library.m_create(None, ctypes.c_uint64(5), ctypes.c_int32(2), ctypes.byref(model)))
whole = floats([[0] * (length * width)] * batch)
check(library.m_forward(model, ctypes.c_int64(batch), ctypes.c_int64(length), floats(x), whole))
check(library.m_state_create(model, ctypes.c_int64(batch), ctypes.c_int64(length), ctypes.byref(state)))
first, parts = 0, [[] for _ in range(batch)]
for count in (1, 3, 2):
    part = floats([[0] * (count * width)] * batch)
    slices = [row[first * width:(first + count) * width] for row in x]
    check(library.m_step(state, ctypes.c_int64(count), floats(slices), part))
    for b in range(batch):
        parts[b] += part[b * count * width:(b + 1) * count * width]
    first += count
assert any(whole), "nothing was computed"
sys.exit(0 if bytes(whole) == bytes(floats(parts)) else "steps draw other numbers")
