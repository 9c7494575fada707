"""Inputs and results of random programs, as npy."""
import random
import struct

LETTERS = {"float": ("<f4", "f"), "index": ("<i4", "i"), "bool": ("|u1", "B")}


def write_npy(path, letter, shape, content):
    header = f"{{'descr': '{letter}', 'fortran_order': False, 'shape': ({''.join(f'{n},' for n in shape)}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content)


def read_npy(path):
    """(letter, shape, bytes, bytes of an element)"""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<H", content[8:10])[0]
    header = content[10:10 + length].decode()
    letter = header.split("'descr': '")[1].split("'")[0]
    shape = [int(n) for n in header.split("(")[1].split(")")[0].split(",") if n.strip()]
    return letter, shape, content[10 + length:], int(letter[2:])


def halves(content):
    """f32 that are whole bf16, as bf16."""
    return b"".join(content[i + 2:i + 4] for i in range(0, len(content), 4))


def count(shape):
    total = 1
    for size in shape:
        total *= size
    return total


def cut(content, shape, axis, first, last):
    """Entries first to last along an axis of an array of bytes."""
    inner = len(content) // max(count(shape[:axis + 1]), 1)
    outer = count(shape[:axis])
    row = shape[axis] * inner
    return b"".join(content[o * row + first * inner:o * row + last * inner] for o in range(outer))


def write_inputs(program, seed, sizes, rows, folder):
    """Writes every input, or only rows of the batch; gives (file, name)."""
    written = []
    for name, kind, dims, target in program.inputs:
        source = random.Random(f"{seed} {name}")
        shape = [sizes.get(dim, program.dims[dim]) for dim in dims]
        total = count(shape)
        letter, code = LETTERS[kind]
        if kind == "float":
            # In bf16 too these are what they are.
            grid = 64 if not program.is_f32 else 2 ** 20
            values = [int(source.random() * 4 * grid) / grid - 2 for _ in range(total)]
        else:
            bound = program.dims[target] if kind == "index" else 2
            values = [int(source.random() * bound) for _ in range(total)]
        content = struct.pack(f"<{total}{code}", *values)
        suffix = ""
        if rows and "B" in dims:
            axis = dims.index("B")
            content = cut(content, shape, axis, *rows)
            shape[axis] = rows[1] - rows[0]
            suffix = f".{rows[0]}"
        path = f"{folder}/{name}{suffix}.npy"
        write_npy(path, letter, shape, content)
        written.append((path, name))
    return written
