"""Writes weights and ids for the hand-written program of test/Unit/Runtime.

    fake_weights.py WEIGHTS IDS
"""
import json
import struct
import sys

header = json.dumps({
    "Block.y.w": {"dtype": "F32", "shape": [2, 4, 8, 8], "data_offsets": [0, 2048]},
    "embed": {"dtype": "F32", "shape": [256, 8], "data_offsets": [2048, 10240]}}).encode()
floats = [(i * 37 % 101 - 50) / 64 for i in range(2560)]
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + struct.pack("<2560f", *floats))
literal = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 7), }"
with open(sys.argv[2], "wb") as file:
    file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(literal)) + literal)
    file.write(struct.pack("<14i", *range(60, 74)))
