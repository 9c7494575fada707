"""steps.py FOLDER NAME: whether steps of NAME give the bits of the whole at once.

Calls FOLDER/libNAME.so, of f32 inputs, on two sequences: forward, then in pieces
of several lengths with the state in between.
"""
import ctypes
import json
import random
import sys

folder, name = sys.argv[1:]
library = ctypes.CDLL("%s/lib%s.so" % (folder, name))
with open("%s/%s.json" % (folder, name)) as file:
    manifest = json.load(file)
step, length = manifest["step"], 7
at = {dim["name"]: ctypes.c_int64(length if dim["name"] == step else 2) for dim in manifest["dims"]}
random.seed(3)


def call(function, *arguments):
    getattr(library, name + "_last_error").restype = ctypes.c_char_p
    if getattr(library, "%s_%s" % (name, function))(*arguments):
        sys.exit(getattr(library, name + "_last_error")().decode())


class Array:
    """The numbers of an input or output, cut along the steps."""

    def __init__(self, port, isDrawn):
        self.name, self.dims = port["name"], port["dims"]
        sizes = [at[dim].value if dim in at else dim for dim in self.dims]
        axis = self.dims.index(step) if step in self.dims else None
        self.outer, self.inner = 1, 1
        for i, size in enumerate(sizes):
            if axis is not None and i < axis:
                self.outer *= size
            elif axis is None or i > axis:
                self.inner *= size
        self.steps = 1 if axis is None else length
        count = self.outer * self.steps * self.inner
        self.data = [random.gauss(0, 1) if isDrawn else 0.0 for _ in range(count)]

    def isCut(self):
        return step in self.dims

    def places(self, first, count):
        if not self.isCut():
            return list(range(len(self.data)))
        return [(o * self.steps + s) * self.inner + i for o in range(self.outer)
                for s in range(first, first + count) for i in range(self.inner)]

    def piece(self, first, count):
        numbers = [self.data[place] for place in self.places(first, count)]
        return (ctypes.c_float * len(numbers))(*numbers)

    def take(self, first, count, numbers):
        for place, number in zip(self.places(first, count), numbers):
            self.data[place] = number


def run(function, first, count, *head):
    arrays = [array.piece(first, count) for array in inputs + outputs]
    call(function, *head, *arrays)
    for output, numbers in zip(outputs, arrays[len(inputs):]):
        output.take(first, count, numbers)


inputs = [Array(port, True) for port in manifest["inputs"]]
outputs = [Array(port, False) for port in manifest["outputs"]]
model = ctypes.c_void_p()
call("create", None, ctypes.c_uint64(1), ctypes.c_int32(2), ctypes.byref(model))
run("forward", 0, length, model, *at.values())
whole = [list(output.data) for output in outputs]
assert all(len(set(numbers)) > length for numbers in whole), "the results say nothing"
for pieces in ((1, 1, 1, 1, 1, 1, 1), (3, 4), (6, 1), (1, 2, 4)):
    for output in outputs:
        output.data = [0.0] * len(output.data)
    state = ctypes.c_void_p()
    call("state_create", model, *at.values(), ctypes.byref(state))
    first = 0
    for count in pieces:
        run("step", first, count, state, ctypes.c_int64(count))
        first += count
    getattr(library, name + "_state_destroy")(state)
    for output, numbers in zip(outputs, whole):
        differ = [i for i, pair in enumerate(zip(output.data, numbers)) if pair[0] != pair[1]]
        assert not differ, "`%s` by steps of %s differs at %s" % (output.name, pieces, differ[:8])
