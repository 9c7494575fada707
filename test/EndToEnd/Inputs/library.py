"""Bytes for the tests of libraries, with the standard library only.

library.py ids IDS.npy IDS:     2 x 45 numbers, as npy and as plain int32
library.py same FILE.npy FILE:  whether both hold the same elements
"""
import struct
import sys


def write_ids(npy, plain):
    ids = struct.pack("<90i", *[32 + (i * 37) % 90 for i in range(90)])
    header = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 45), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(npy, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header + ids)
    with open(plain, "wb") as file:
        file.write(ids)


def elements(npy):
    with open(npy, "rb") as file:
        content = file.read()
    return content[10 + struct.unpack("<H", content[8:10])[0]:]


if sys.argv[1] == "ids":
    write_ids(*sys.argv[2:])
else:
    with open(sys.argv[3], "rb") as file:
        sys.exit(elements(sys.argv[2]) != file.read())
