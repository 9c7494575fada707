"""show.py SEED: the program of a seed."""
import sys

from models import make_program

print(make_program(int(sys.argv[1])).text, end="")
