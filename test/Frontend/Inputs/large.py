"""A program of a given size: `chain` and `list` of numbers, `comment` of bytes."""
import sys

kind, count = sys.argv[1], int(sys.argv[2])
head = "edition 2026\n"
if kind == "chain":
    print(head + "const a = " + "+".join("1" * count))
elif kind == "list":
    print(head + "const a = [" + ",".join("1" * count) + "]")
else:
    print(head + "#" + "x" * (count - len(head) - 2))
