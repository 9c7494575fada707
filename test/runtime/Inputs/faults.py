"""Lets the first, the second, ... call to the system fail, up to the last.

    faults.py OUTPUT PROGRAM ARGUMENT...

Every run must succeed with the OUTPUT and the text of a run without failures,
or end with exit 1, one line on stderr and no OUTPUT.
"""
import os
import subprocess
import sys


def content(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


class Program:
    def __init__(self, output, command):
        self.output, self.command = output, command
        self.folder = os.path.dirname(output)
        self.before = set(os.listdir(self.folder)) - {os.path.basename(output)}
        self.good = None

    def run(self, **environment):
        if os.path.exists(self.output):
            os.remove(self.output)
        return subprocess.run(self.command, env={**os.environ, **environment},
                              capture_output=True, timeout=60, check=False)

    def count(self):
        """A run without failures: what it gives, and how many calls it makes."""
        calls = os.path.join(os.path.dirname(self.folder), os.path.basename(self.output) + ".calls")
        result = self.run(SPEX_CALLS=calls)
        if result.returncode != 0:
            sys.exit(f"ends with {result.returncode}: {result.stderr[:300]!r}")
        self.good = content(self.output), result.stdout
        return int(content(calls))

    def problem(self, number):
        """What is wrong when call `number` fails, or nothing."""
        result = self.run(SPEX_FAIL=str(number))
        left = set(os.listdir(self.folder)) - {os.path.basename(self.output)}
        if left != self.before:
            self.before = left
            return "left another file"
        if result.returncode == 0:
            # A thread that does not start is no failure, and neither is the
            # close of a file that was only read.
            if (content(self.output), result.stdout) != self.good:
                return "succeeds with other results"
        elif result.returncode != 1:
            return f"exit {result.returncode}"
        elif result.stderr.count(b"\n") != 1 or not result.stderr.startswith(b"error: "):
            return f"stderr {result.stderr[:300]!r}"
        elif os.path.exists(self.output):
            return "left its output"
        return None


def main():
    program = Program(sys.argv[1], sys.argv[2:])
    calls = program.count()
    failures = 0
    for number in range(1, calls + 1):
        problem = program.problem(number)
        if problem:
            failures += 1
            print(f"call {number}: {problem}")
    print(f"{calls} calls, {failures} failures")
    sys.exit(1 if failures or calls < 30 else 0)


main()
