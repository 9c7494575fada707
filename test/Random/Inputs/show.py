"""show.py SEED [--wide]: the program of a seed."""
import sys

from models import make_program

print(make_program(int(sys.argv[1]), "--wide" in sys.argv).text, end="")
