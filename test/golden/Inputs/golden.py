"""Runs one program of this folder and compares its results with values of
systems.md, which stand in the program as comments:

    # INPUT h: g84                      the matrix of section 0.3, [8, 4]
    # INPUT x [2, 3]: 1 2 3 4 5 6       numbers; `int` behind the shape: indices
    # INPUT x [8, 1]: 1...              one number for all elements
    # INPUT x [4, 3]: sin(.9*i + .4*j)  of the indices i, j, .. of an element
    # EXPECT name 1e-6: 1 2 3           results, each within 1e-6; 0 is equal
    # STATS key 1e-6: 1 2               of each layer of each route, by --stats
    # OPTIONS --set k=1                 of `spex run`

    golden.py SPEX PROGRAM SCRATCH reference|native
"""
import json
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EndToEnd/Inputs"))
import npy

FUNCTIONS = {"sin": math.sin, "cos": math.cos, "exp": math.exp}


def elements(shape, text):
    """The numbers of an INPUT line."""
    count = math.prod(shape)
    if text.endswith("..."):
        return [float(text[:-3])] * count
    if re.fullmatch(r"[-+.\deE\s]+", text):
        numbers = [float(word) for word in text.split()]
        assert len(numbers) == count, "%d numbers for %s" % (len(numbers), shape)
        return numbers
    values = []
    for number in range(count):
        index = {}
        for name, size in zip("ijkl"[:len(shape)][::-1], shape[::-1]):
            index[name] = number % size
            number //= size
        values.append(eval(text, {"__builtins__": {}}, dict(FUNCTIONS, **index)))
    return values


def write_input(line, scratch):
    name, shape, kind, text = re.fullmatch(
        r"(\w+)\s*(?:\[([\d, ]*)\])?\s*(int)?:\s*(.*)", line).groups()
    if text == "g84":
        shape, text = "8, 4", "2*sin(1.7*i + 2.3*j + .5)"
    sizes = [int(size) for size in (shape or "").replace(",", " ").split()]
    values = elements(sizes, text)
    path = os.path.join(scratch, name + ".npy")
    if kind:
        npy.write(path, "<i4", sizes, [int(value) for value in values])
    else:
        npy.write(path, "<f4", sizes, values)
    return ["--input", "%s=%s" % (name, path)]


def differences(name, tolerance, expected, shape, found):
    if len(found) != len(expected):
        return ["%s has the shape %s; %d values are expected" % (name, shape, len(expected))]
    return ["%s: element %d is %.9g, expected %.9g" % (name, i, a, b)
            for i, (a, b) in enumerate(zip(found, expected)) if not abs(a - b) <= tolerance]


def main():
    spex, program, scratch, mode = sys.argv[1:]
    scratch = os.path.join(scratch, mode)
    os.makedirs(scratch, exist_ok=True)
    command, expected, stats = [spex, "run", program], [], []
    if mode == "reference":
        command.append("--reference")
    with open(program) as file:
        for line in file:
            word, _, rest = line.lstrip("# ").rstrip().partition(" ")
            if not line.startswith("#"):
                continue
            if word == "INPUT":
                command += write_input(rest, scratch)
            elif word == "OPTIONS":
                command += rest.split()
            elif word in ("EXPECT", "STATS"):
                head, _, values = rest.partition(":")
                name, tolerance = head.split()
                (expected if word == "EXPECT" else stats).append(
                    (name, float(tolerance), [float(v) for v in values.split()]))
    assert expected, "nothing is expected of " + program
    file = os.path.join(scratch, "stats.json")
    command += ["--stats", file] if stats else []
    for name, _, _ in expected:
        command += ["--output", "%s=%s" % (name, os.path.join(scratch, name + ".npy"))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), done.stdout))
    wrong = []
    for name, tolerance, values in expected:
        _, shape, found = npy.read(os.path.join(scratch, name + ".npy"))
        wrong += differences(name, tolerance, values, shape, found)
    for name, tolerance, values in stats:
        with open(file) as text:
            found = [route[name] for route in json.load(text)["routes"]]
        wrong += differences(name, tolerance, values, [len(found)], found)
    sys.exit("\n".join(wrong) if wrong else 0)


main()
