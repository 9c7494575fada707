# make-rows.py FOLDER ROWS COLUMNS: all.npy with rows of floats, first.npy with
# the first 3 of them.
import random
import struct
import sys

folder, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(1)
values = [random.uniform(-2, 2) for _ in range(rows * columns)]


def write(name, count):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (
        count, columns)
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(folder + "/" + name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode())
        file.write(struct.pack("<%df" % (count * columns),
                               *values[:count * columns]))


write("all.npy", rows)
write("first.npy", 3)
