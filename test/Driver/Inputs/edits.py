"""edits.py FILE COUNT SEED: `spex check` on FILE with random bytes changed,
removed, repeated or moved ends with 0 or 1 and within 2 seconds."""
import random
import subprocess
import sys
import tempfile

path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "rb") as file:
    original = file.read()
draw = random.Random(seed)


def edited():
    text = bytearray(original)
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        at, length = draw.randrange(len(text)), draw.choice((1, 1, 2, 5, 40))
        kind = draw.randrange(5)
        if kind == 0:
            text[at] = draw.randrange(256)
        elif kind == 1:
            del text[at:at + length]
        elif kind == 2:
            text[at:at] = text[at:at + length]
        elif kind == 3:
            text[at:at] = bytes(draw.choice(b"()[]{}<>=:,.@|\"# \n09aZ_-+*/") for _ in range(length))
        else:
            piece = bytes(text[at:at + length])
            del text[at:at + length]
            to = draw.randrange(len(text) + 1)
            text[to:to] = piece
    return bytes(text)


with tempfile.NamedTemporaryFile(suffix=".spex") as file:
    for number in range(count):
        text = edited()
        file.seek(0)
        file.truncate()
        file.write(text)
        file.flush()
        try:
            status = subprocess.run(["spex", "check", file.name], timeout=2,
                                    stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE)
        except subprocess.TimeoutExpired:
            sys.exit("edit %d of seed %d takes too long" % (number, seed))
        if status.returncode not in (0, 1) or (status.returncode == 1 and not status.stderr):
            sys.stdout.buffer.write(text)
            sys.exit("edit %d of seed %d ends with %d: %s" % (
                number, seed, status.returncode, status.stderr.decode(errors="replace")))
