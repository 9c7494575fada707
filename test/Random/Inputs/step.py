"""step.py LIBRARY FACTS.json: the program in pieces of random lengths gives
the bits of the whole."""
import ctypes
import json
import sys

from data import cut, halves, read_npy
from draw import Draw

library = ctypes.CDLL(sys.argv[1])
with open(sys.argv[2]) as file:
    facts = json.load(file)
sizes, seed = facts["sizes"], facts["seed"]
with open(sys.argv[1].replace("libm.so", "m.json")) as file:
    manifest = json.load(file)
NARROW = {value["name"] for value in manifest["inputs"] + manifest["outputs"]
          if value["type"] == "bf16"}
library.m_last_error.restype = ctypes.c_char_p


def check(status):
    if status != 0:
        sys.exit(library.m_last_error().decode())


def read(name, path):
    """Shape and bytes as the library has them: bf16 is f32 in a file."""
    _, shape, content, _ = read_npy(path)
    return shape, halves(content) if name in NARROW else content


def main():
    model, state = ctypes.c_void_p(), ctypes.c_void_p()
    check(library.m_create(None, ctypes.c_uint64(seed), ctypes.c_int32(1), ctypes.byref(model)))
    check(library.m_state_create(model, ctypes.c_int64(sizes["B"]), ctypes.c_int64(sizes["S"]),
                                 ctypes.byref(state)))
    files = dict(text.split("=", 1) for text in facts["files"])
    draw, first = Draw(seed), 0
    while first < sizes["S"]:
        last = draw.whole(first + 1, sizes["S"])
        arguments = []
        for name, _, dims, _ in facts["inputs"]:
            shape, content = read(name, files[name])
            if "S" in dims:
                content = cut(content, shape, dims.index("S"), first, last)
            arguments.append(ctypes.create_string_buffer(content, max(len(content), 1)))
        results = []
        for name, dims in facts["outputs"]:
            shape, content = read(name, facts["expected"][name])
            if "S" in dims:
                content = cut(content, shape, dims.index("S"), first, last)
            results.append((name, content, ctypes.create_string_buffer(max(len(content), 1))))
        check(library.m_step(state, ctypes.c_int64(last - first), *arguments,
                             *[result[2] for result in results]))
        for name, content, buffer in results:
            if buffer.raw[:len(content)] != content:
                sys.exit(f"positions {first} to {last} of `{name}` differ from forward")
        first = last
    library.m_state_destroy.restype = library.m_destroy.restype = None
    library.m_state_destroy(state)
    library.m_destroy(model)


main()
