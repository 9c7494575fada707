"""Writes damaged copies of a safetensors file or a .npy file into a folder.

    damage.py FILE FOLDER

Each copy has one thing wrong; its name says what. hostile.py runs them.
"""
import json
import os
import struct
import sys


def safetensors(header, data):
    if not isinstance(header, bytes):
        header = json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + data


def with_entry(header, name, **changes):
    result = dict(header)
    result[name] = {**header[name], **changes}
    return result


def damaged_sizes(raw, header, data):
    """The first eight bytes and the length of the file."""
    text = raw[8:-len(data)] if data else raw[8:]
    for size in (0, 1, len(text) - 1, len(text) + 1, len(raw), len(raw) - 7, 2**31, 2**32,
                 100 << 20, (100 << 20) + 1, 2**63, 2**64 - 1, 2**64 - 8):
        yield f"header-size-{size}", struct.pack("<Q", size) + raw[8:]
    for size in (0, 1, 7, 8, 9, 8 + len(text) // 2, 8 + len(text), len(raw) - 1):
        yield f"cut-at-{size}", raw[:size]
    yield "one-byte-more", raw + b"\0"
    yield "twice", raw + raw


def damaged_entries(raw, header, data):
    """Types, shapes and offsets of one tensor."""
    name = next(iter(header))
    entry = header[name]
    begin, end = entry["data_offsets"]
    shape = entry["shape"]
    change = lambda **changes: safetensors(with_entry(header, name, **changes), data)
    # The two published proofs of concept, with a name that the program wants.
    yield "rez0-wraps-to-4", safetensors({name: {
        "dtype": "F32", "shape": [4194305, 4194305, 211106198978564],
        "data_offsets": [0, 16]}}, bytes(16))
    yield "outmaster-million-in-four", safetensors({name: {
        "dtype": "F32", "shape": [1000000], "data_offsets": [0, 4]}}, bytes(4))
    for what, value in (("more", [n + 1 for n in shape]), ("flat", [end - begin]),
                        ("empty", []), ("zero", [0] * len(shape)),
                        ("negative", [-n for n in shape]), ("huge", [2**63 - 1] + shape[1:]),
                        ("beyond", [2**64] + shape[1:]), ("ones", shape + [1]),
                        ("deep", [1] * 40), ("text", "x"), ("float", [1.5]), ("nested", [shape]),
                        ("null", None)):
        yield f"shape-{what}", change(shape=value)
    for what in ("F8_E4M3", "I32", "", "f32", "F32" * 1000, 7, None):
        yield f"dtype-{str(what)[:8]}", change(dtype=what)
    for what, value in (("swapped", [end, begin]), ("short", [begin, end - 1]),
                        ("long", [begin, end + 1]), ("negative", [-1, end]),
                        ("huge", [begin, 2**63 - 1]), ("beyond", [begin, 2**64 + end]),
                        ("one", [begin]), ("three", [begin, end, end]), ("none", []),
                        ("moved", [begin + 1, end + 1]), ("far", [2**62, 2**62 + end - begin])):
        yield f"offsets-{what}", change(data_offsets=value)
    yield "key-unknown", change(stride=[1])
    for key in ("dtype", "shape", "data_offsets"):
        rest = {k: v for k, v in entry.items() if k != key}
        yield f"key-without-{key}", safetensors({**header, name: rest}, data)


def damaged_names(raw, header, data):
    name = next(iter(header))
    rest = {k: v for k, v in header.items() if k != name}
    text = json.dumps(header).encode()
    first = json.dumps({name: header[name]}).encode()[1:-1]
    yield "name-missing", safetensors(rest, data)
    yield "name-surplus", safetensors({**header, "surplus.w": {
        "dtype": "F32", "shape": [1], "data_offsets": [len(data), len(data) + 4]}},
        data + bytes(4))
    yield "name-long", safetensors({**header, "n" * 100000: header[name]}, data)
    yield "name-control", safetensors({**header, "\x1b[2J\n": header[name]}, data)
    yield "name-twice", safetensors(b"{" + first + b"," + text[1:], data)
    yield "name-overlap", safetensors({**header, "surplus.w": header[name]}, data)
    yield "metadata-number", safetensors({"__metadata__": {"a": 1}, **header}, data)
    yield "metadata-list", safetensors({"__metadata__": [], **header}, data)
    yield "metadata-deep", safetensors(
        b'{"__metadata__":{"a":' + b"[" * 200000, data)


def damaged_json(raw, header, data):
    text = json.dumps(header).encode()
    for what, bad in (("empty", b""), ("list", b"[]"), ("blank-first", b" " + text),
                      ("open", text[:-1]), ("comma", text[:-1] + b",}"), ("after", text + b"x"),
                      ("zeros", text + bytes(8)), ("quotes", text.replace(b'"', b"'")),
                      ("utf16", text.decode().encode("utf-16")),
                      ("latin1", text.replace(b'"', b'"\xff', 1)),
                      ("escape", text.replace(b'"', b'"\\x', 1)),
                      ("surrogate", text.replace(b'"', b'"\\ud800', 1)),
                      ("nul", text.replace(b'"', b'"\\u0000', 1)),
                      ("brackets", b"{" * 1000000), ("spaces", b"{" + b" " * 1000000)):
        yield f"json-{what}", safetensors(bad, data)


def damage_safetensors(raw):
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    data = raw[8 + length:]
    for group in (damaged_sizes, damaged_entries, damaged_names, damaged_json):
        yield from group(raw, header, data)


def npy(literal, data, version=b"\1\0"):
    literal = literal if isinstance(literal, bytes) else literal.encode()
    return b"\x93NUMPY" + version + struct.pack("<H", len(literal)) + literal + data


def damage_npy(raw):
    (length,) = struct.unpack("<H", raw[8:10])
    literal, data = raw[10:10 + length].decode(), raw[10 + length:]
    for size in (0, 5, 6, 8, 9, 10, 11, 10 + length, len(raw) - 1):
        yield f"cut-at-{size}", raw[:size]
    yield "one-byte-more", raw + b"\0"
    yield "magic", b"\x94" + raw[1:]
    for version in (b"\0\0", b"\4\0", b"\1\1", b"\xff\xff"):
        yield f"version-{version.hex()}", raw[:6] + version + raw[8:]
    for size in (0, 1, 65535):
        yield f"header-size-{size}", raw[:8] + struct.pack("<H", size) + raw[10:]
    shape = literal[literal.index("("):literal.index(")") + 1]
    for what, value in (("more", "(3, 1000)"), ("huge", "(9223372036854775807, 2)"),
                        ("beyond", "(18446744073709551617, 1)"), ("wraps", "(4294967296, 4294967296)"),
                        ("negative", "(-1, -64)"), ("zero", "(0, 64)"), ("scalar", "()"),
                        ("number", "(128)"), ("float", "(1.0, 64)"), ("open", "(2, 64"),
                        ("deep", "(" + "1, " * 40 + ")"), ("list", "[2, 64]")):
        yield f"shape-{what}", npy(literal.replace(shape, value), data)
    for what in ("<f4", "<c8", ">i4", "|O", "<i3", "|S4", "<m8", "|V4"):
        yield f"type-{what[1:]}", npy("{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
                                      % (what, shape), data)
    for what, bad in (("none", ""), ("empty", "{}"), ("open", literal.rstrip()[:-1]),
                      ("code", "{'descr': exec('x')}"), ("twice", literal.rstrip()[:-1] + "'shape': (1,)}"),
                      ("brackets", "{" + "(" * 60000)):
        yield f"literal-{what}", npy(bad, data)


def main():
    with open(sys.argv[1], "rb") as file:
        raw = file.read()
    os.makedirs(sys.argv[2], exist_ok=True)
    kind, damage = (("npy", damage_npy) if raw[:6] == b"\x93NUMPY"
                    else ("safetensors", damage_safetensors))
    count = 0
    for name, data in damage(raw):
        with open(os.path.join(sys.argv[2], f"{name}.{kind}"), "wb") as file:
            file.write(data)
        count += 1
    print(f"{count} damaged files")


main()
