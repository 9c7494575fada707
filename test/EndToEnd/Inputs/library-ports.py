"""library-ports.py FOLDER: calls FOLDER/libports.so and compares every result
with FOLDER/y.npy and its like, which the executable wrote for the same inputs.
"""
import ctypes
import sys

import npy

T, D, E, C = 7, 24, 6, 3
folder = sys.argv[1]


def call(library, model, scale, kinds):
    x = (ctypes.c_float * (T * D))(*npy.read(folder + "/x.npy")[2])
    task = (ctypes.c_int32 * T)(*npy.read(folder + "/task.npy")[2])
    on = (ctypes.c_uint8 * T)(*[t % 2 for t in range(T)])
    results = [(kind * size)() for kind, size in kinds]
    status = library.ports_forward(model, ctypes.c_int64(T), x, task, on, scale, *results)
    if status != 0:
        sys.exit(library.ports_last_error().decode())
    return results


def main():
    library = ctypes.CDLL(folder + "/libports.so")
    library.ports_last_error.restype = ctypes.c_char_p
    model = ctypes.c_void_p()
    if library.ports_create(None, ctypes.c_uint64(0), 1, ctypes.byref(model)) != 0:
        sys.exit(library.ports_last_error().decode())
    kinds = [(ctypes.c_float, T * D), (ctypes.c_int32, T), (ctypes.c_float, T * E),
             (ctypes.c_uint8, T)]
    half, other = (ctypes.c_float * 1)(0.5), (ctypes.c_float * 1)(0.25)
    given, left_out = call(library, model, half, kinds), call(library, model, None, kinds)
    for name, a, b in zip(("y", "top", "prob", "off"), given, left_out):
        assert bytes(a) == bytes(b), name
    assert bytes(call(library, model, other, kinds)[0]) != bytes(given[0])
    for name, result in zip(("y", "top", "prob"), left_out):
        assert list(result) == npy.read(f"{folder}/{name}.npy")[2], name
    assert list(left_out[3]) == [1 - t % 2 for t in range(T)]
    # Unit 0 is off and must be nobody's or above the threshold.
    assert min(left_out[1]) == -1 and max(left_out[1]) >= 0


if sys.argv[2:] == ["inputs"]:
    npy.write(folder + "/x.npy", "<f4", (T, D), [((i * 37) % 64 - 32) / 16 for i in range(T * D)])
    npy.write(folder + "/task.npy", "<i4", (T,), [t % C for t in range(T)])
    npy.write(folder + "/on.npy", "|b1", (T,), [t % 2 for t in range(T)])
else:
    main()
