"""library-ctypes.py FOLDER WEIGHTS: calls FOLDER/libchar_moe.so.

Sizes and names come from the manifest beside it. Writes the results of forward
(with weights and with seed 7) and of steps of one position.
"""
import ctypes
import json
import sys

folder, weights = sys.argv[1:]
library = ctypes.CDLL(folder + "/libchar_moe.so")
library.char_moe_last_error.restype = ctypes.c_char_p
for name in ("destroy", "state_destroy"):
    getattr(library, "char_moe_" + name).restype = None
with open(folder + "/char_moe.json") as file:
    manifest = json.load(file)
assert manifest["name"] == "char_moe" and manifest["step"] == "S"
assert [dim["name"] for dim in manifest["dims"]] == ["B", "S"]
batch, length, vocabulary = 2, 45, manifest["outputs"][0]["dims"][2]

with open(folder + "/ids", "rb") as file:
    ids = (ctypes.c_int32 * (batch * length)).from_buffer_copy(file.read())


def size(number):
    return ctypes.c_int64(number)


def check(status):
    if status != 0:
        sys.exit(library.char_moe_last_error().decode())


def create(path, seed):
    model = ctypes.c_void_p()
    check(library.char_moe_create(path, ctypes.c_uint64(seed),
                                  ctypes.c_int32(2), ctypes.byref(model)))
    return model


def forward(model, name):
    out = (ctypes.c_float * (batch * length * vocabulary))()
    check(library.char_moe_forward(model, size(batch), size(length), ids, out))
    with open(folder + "/out." + name, "wb") as file:
        file.write(bytes(out))


def steps(model):
    state = ctypes.c_void_p()
    check(library.char_moe_state_create(model, size(batch), size(length),
                                        ctypes.byref(state)))
    out = (ctypes.c_float * (batch * vocabulary))()
    rows = [[], []]
    for position in range(length):
        next_ids = (ctypes.c_int32 * batch)(ids[position],
                                            ids[length + position])
        check(library.char_moe_step(state, size(1), next_ids, out))
        half = len(bytes(out)) // 2
        rows[0].append(bytes(out)[:half])
        rows[1].append(bytes(out)[half:])
    # The model may go first: the state keeps what it needs.
    library.char_moe_destroy(model)
    library.char_moe_state_destroy(state)
    with open(folder + "/out.step", "wb") as file:
        file.write(b"".join(rows[0] + rows[1]))


trained = create(weights.encode(), 0)
forward(trained, "forward")
steps(trained)
seeded = create(None, 7)
forward(seeded, "seed")
library.char_moe_destroy(seeded)
