"""Programs as shared libraries in this process, so that runs of two of them can
take turns without anything between.
"""
import array
import ctypes
import json
import random
import statistics
import subprocess
import time


class Program:
    """A compiled program with its initial values and the arrays of one call."""

    def __init__(self, spex, folder, name, source, options=(), threads=1):
        self.name = name
        library = folder / f"lib{name}.so"
        run = subprocess.run([spex, "build", "--shared", source, "-o", library, *options],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(next(line for line in run.stderr.splitlines() if "error" in line))
        self.ports = json.loads((folder / f"{name}.json").read_text())
        self.loaded = ctypes.CDLL(str(library))
        self.call("last_error").restype = ctypes.c_char_p
        self.model, self.arguments = ctypes.c_void_p(), []
        self.check(self.call("create")(None, ctypes.c_uint64(0), ctypes.c_int32(threads),
                                       ctypes.byref(self.model)))

    def call(self, function):
        return getattr(self.loaded, f"{self.name}_{function}")

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.call("last_error")().decode())

    def prepare(self, tokens, inputs, outputs):
        """inputs: arrays; outputs: how many 4-byte elements each has."""
        self.arguments = [ctypes.c_int64(tokens)]
        for data in inputs:
            self.arguments.append((ctypes.c_char * (4 * len(data))).from_buffer(data))
        for count in outputs:
            self.arguments.append((ctypes.c_float * count)())

    def seconds(self):
        """The time of one call."""
        begin = time.perf_counter()
        status = self.call("forward")(self.model, *self.arguments)
        end = time.perf_counter()
        self.check(status)
        return end - begin

    def close(self):
        self.arguments = []
        self.call("destroy")(self.model)
        self.model = ctypes.c_void_p()


def tokens_of(count, width, seed=1):
    """Normal numbers; rows begin at different places of one pool."""
    source = random.Random(seed)
    pool = array.array("f", (source.gauss(0, 1) for _ in range(100003)))
    return (pool * (count * width // len(pool) + 1))[:count * width]


def turns(programs, base, budget):
    """By turns with `base`, until the budget of seconds is spent, three times at
    least: for each program the median of its times, and of its ratios to the run
    of `base` before it. A base of many milliseconds runs once for a round.
    """
    for program in [base, *programs]:
        program.seconds()
    taken = [[] for _ in programs]
    begin, rounds = time.perf_counter(), 0
    while rounds < 3 or (rounds < 101 and time.perf_counter() - begin < budget):
        reference = base.seconds()
        for number, program in enumerate(programs):
            if number > 0 and reference < 0.03:
                reference = base.seconds()
            taken[number].append((program.seconds(), reference))
        rounds += 1
    return [(statistics.median(a for a, _ in pairs), statistics.median(a / b for a, b in pairs),
             statistics.median(b for _, b in pairs)) for pairs in taken], rounds
