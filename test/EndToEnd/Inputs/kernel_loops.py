"""The innermost loops of the micro-kernels in a file of assembly.

    kernel_loops.py FILE INSTRUCTION TURNS

Every kernel `spex_..._RxC..._mN[_pP]` that has the instruction must have a loop
with exactly N * 2 P * TURNS of it that does not touch the stack: all sums of a
tile are in registers. Prints how many kernels there are.
"""
import re
import sys


def loops(lines):
    """Pairs of a function's name and the instructions of one innermost loop."""
    function, labels = None, {}
    for i, line in enumerate(lines):
        start = re.match(r"([A-Za-z_]\w*):", line)
        label = re.match(r"(\.L\w+):", line)
        jump = re.match(r"\s+j\w+\s+(\.L\w+)", line)
        if start:
            function, labels = start.group(1), {}
        elif label:
            labels[label.group(1)] = i
        elif jump and jump.group(1) in labels:
            body = lines[labels[jump.group(1)] + 1 : i + 1]
            if not any(re.match(r"\.L\w+:", other) for other in body):
                yield function, [b.split("#")[0] for b in body]


def main(path, instruction, turns):
    with open(path) as file:
        lines = file.read().split("\n")
    count = 0
    for function, body in loops(lines):
        shape = re.search(r"_matmul_.*_m(\d+)(?:_p(\d+))?(?:_tail)?$", function)
        found = sum(instruction in line for line in body)
        if not shape or not found:
            continue
        expected = int(shape.group(1)) * 2 * int(shape.group(2) or 1) * turns
        if found != expected:
            sys.exit("%s: %d of %s, not %d"
                     % (function, found, instruction, expected))
        if any("%rsp" in line for line in body):
            sys.exit("%s: its loop uses the stack" % function)
        count += 1
    print("kernels:", count)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
