"""A constant in the given number of brackets."""
import sys

depth = int(sys.argv[1])
print("edition 2026\n\nconst a = " + "(" * depth + "1" + ")" * depth)
