"""Runs a program over a folder of damaged files and expects one line each.

    hostile.py FOLDER OUTPUT PROGRAM ARGUMENT...

`@` in an argument stands for the damaged file. Every run must end within 2 s
with exit 1, one line on stderr that begins with "error: ", nothing on stdout, no
file OUTPUT, and not much more memory than a program that reads nothing.
"""
import os
import resource
import subprocess
import sys
import time


def run(arguments):
    """Gives back status, stdout, stderr, seconds and KiB at the peak."""
    begin = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    out, err = process.communicate(timeout=20)
    seconds = time.monotonic() - begin
    return process.returncode, out, err, seconds


def check(arguments, output):
    status, out, err, seconds = run(arguments)
    if status != 1:
        yield f"exit {status}, expected 1"
    if out:
        yield f"{len(out)} bytes on stdout"
    if not err.startswith(b"error: ") or err.count(b"\n") != 1 or not err.endswith(b"\n"):
        yield f"expected one line `error: ...`, got {err[:300]!r}"
    if any(byte < 0x20 and byte != 0x0A for byte in err):
        yield "control characters on stderr"
    if seconds > 2:
        yield f"took {seconds:.1f} s"
    if os.path.exists(output):
        yield "left its output"


def main():
    folder, output, program = sys.argv[1:4]
    arguments = sys.argv[4:]
    # What the program needs without any file; children only grow this number.
    run([program, "--version"])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    failures = 0
    names = sorted(os.listdir(folder))
    for name in names:
        path = os.path.join(folder, name)
        command = [program] + [a.replace("@", path) for a in arguments]
        for problem in check(command, output):
            print(f"{name}: {problem}")
            failures += 1
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if after > before + (96 << 10):
        print(f"memory grew from {before} to {after} KiB")
        failures += 1
    print(f"{len(names)} files, {failures} failures")
    sys.exit(1 if failures or len(names) < 40 else 0)


main()
