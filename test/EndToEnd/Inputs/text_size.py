"""text_size.py A B SHARE: the code of two object files differs by less."""
import re
import subprocess
import sys


def size(path):
    listing = subprocess.run(["llvm-size", "-A", path], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return sum(int(n) for n in re.findall(r"^\.text\S*\s+(\d+)", listing, re.M))


first, second = size(sys.argv[1]), size(sys.argv[2])
print(first, second)
assert first > 0 and abs(first - second) < float(sys.argv[3]) * first
