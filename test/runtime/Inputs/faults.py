"""Lets the first, the second, ... call to the system fail, until none is left.

    faults.py OUTPUT PROGRAM ARGUMENT...

Every run must succeed, or end with exit 1, one line on stderr and no OUTPUT.
"""
import os
import subprocess
import sys


def main():
    output, command = sys.argv[1], sys.argv[2:]
    folder = os.path.dirname(output)
    before = set(os.listdir(folder)) - {os.path.basename(output)}
    failures = runs = successes = 0
    # A thread that does not start is no failure, and neither is the close of
    # a file that was only read; behind all calls only successes follow.
    while successes < 15 and runs < 1000:
        runs += 1
        result = subprocess.run(command, env={**os.environ, "SPEX_FAIL": str(runs)},
                                capture_output=True, timeout=60, check=False)
        problem = None
        if result.returncode == 0:
            successes += 1
        elif result.returncode != 1:
            problem = f"exit {result.returncode}"
        else:
            successes = 0
            if result.stderr.count(b"\n") != 1 or not result.stderr.startswith(b"error: "):
                problem = f"stderr {result.stderr[:300]!r}"
            elif os.path.exists(output):
                problem = "left its output"
        if set(os.listdir(folder)) - {os.path.basename(output)} != before:
            problem = "left another file"
            before = set(os.listdir(folder)) - {os.path.basename(output)}
        if os.path.exists(output):
            os.remove(output)
        if problem:
            failures += 1
            print(f"call {runs}: {problem}")
    print(f"{runs} runs, {failures} failures")
    sys.exit(1 if failures or runs < 30 else 0)


main()
