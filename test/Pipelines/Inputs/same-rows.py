# same-rows.py ALL FIRST: the rows of FIRST are the first of ALL, bit for
# bit, and are no zeros.
import sys


def data(path):
    with open(path, "rb") as file:
        content = file.read()
    return content[10 + int.from_bytes(content[8:10], "little"):]


whole, first = data(sys.argv[1]), data(sys.argv[2])
if not any(first) or whole[:len(first)] != first:
    sys.exit("the rows differ")
