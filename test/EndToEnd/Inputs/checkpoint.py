"""What another implementation computed with a checkpoint.

    checkpoint.py routes ROUTES.json ROUTING.json   every choice is equal
    checkpoint.py prompt GREEDY.json OUT.npy        the prompt of a generation
    checkpoint.py greedy TEXT GREEDY.json           prompt and tokens are equal
    checkpoint.py shards FILE FOLDER                the same tensors in shards
    checkpoint.py edit FILE OUT WHAT NAME           WHAT: drop, flip or add NAME
"""
import json
import os
import struct
import sys

import npy


def load(path):
    with open(path) as file:
        return json.load(file)


def routes(ours, theirs):
    layers = load(theirs)["layers"]
    entries = load(ours)["routes"]
    assert [entry["layer"] for entry in entries] == list(range(len(layers)))
    units = 0
    for entry, layer in zip(entries, layers):
        expected = [unit for row in layer["experts"] for unit in row]
        assert entry["ids"] == expected, layer["layer"]
        units += len(expected)
    print("%d choices are equal" % units)


def prompt(greedy, out):
    ids = load(greedy)["ids"]
    npy.write(out, "<i4", (1, len(ids[0])), ids[0])


def greedy(text, expected):
    with open(text) as file:
        ours = [int(word) for word in file.read().split()]
    case = load(expected)
    assert ours == case["ids"][0] + case["tokens"], ours


def read_tensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    return {name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


def write_tensors(path, tensors):
    header, at = {}, 0
    for name, (dtype, shape, body) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(body)]}
        at += len(body)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, body in tensors.values():
            file.write(body)


def shards(path, folder):
    tensors = read_tensors(path)
    os.makedirs(folder, exist_ok=True)
    names = sorted(tensors)
    weight_map = {}
    for number in range(3):
        shard = "model-%05d-of-00003.safetensors" % (number + 1)
        chosen = names[number::3]
        write_tensors(os.path.join(folder, shard), {name: tensors[name] for name in chosen})
        weight_map.update({name: shard for name in chosen})
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": 1}, "weight_map": weight_map}, file)


def edit(path, out, what, name):
    tensors = read_tensors(path)
    if what == "drop":
        del tensors[name]
    elif what == "flip":
        dtype, shape, body = tensors[name]
        tensors[name] = (dtype, shape[::-1], body)
    else:
        tensors[name] = ("F32", [1], b"\0" * 4)
    write_tensors(out, tensors)


{"routes": routes, "prompt": prompt, "greedy": greedy, "shards": shards,
 "edit": edit}[sys.argv[1]](*sys.argv[2:])
