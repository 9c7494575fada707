#===- programs.py - Faults that the checker has to find ---------------------===#
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Runs `spex check` on every program of a folder and compares the answer with
# expected.txt: one error, or the warning, with the code that the name of the
# file begins with, on the line given there. Called by programs.test.
#
#===-------------------------------------------------------------------------===#
"""usage: programs.py FOLDER [--print-gaps]"""
import pathlib
import re
import subprocess
import sys

REPORT = re.compile(r"^[^\n]*?\.spex:(\d+):\d+: (error|warning)\[(\w+)\]", re.MULTILINE)


def read_table(path, separator):
    """The lines of a file as a dictionary; `#` begins a comment."""
    table = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, value = line.partition(separator)
            if name in table:
                raise SystemExit(f"{path.name}: {name} is listed twice")
            table[name] = value.strip()
    return table


def answer(path):
    """(reports as (kind, code, line), exit status, text) of `spex check`."""
    run = subprocess.run(["spex", "check", str(path)], capture_output=True, text=True,
                         timeout=60, check=False)
    reports = [(kind, code, int(line)) for line, kind, code in REPORT.findall(run.stderr)]
    return reports, run.returncode, run.stderr


def fault(path, line):
    """What is wrong with the answer for a program, or nothing."""
    code = path.name.split("-")[0]
    reports, status, text = answer(path)
    errors = [(found, at) for kind, found, at in reports if kind == "error"]
    warnings = [(found, at) for kind, found, at in reports if kind == "warning"]
    if status < 0 or status > 1:
        return f"exit status {status}: {text.strip()[-200:]}"
    right = [] if code[0] == "W" else [(code, line)]
    if status == len(right) and errors == right and (right or (code, line) in warnings):
        # An unknown word near no known one is the only error without advice.
        needs_help = right and code not in ("E0101", "E0102")
        return "no help" if needs_help and "\n  help: " not in text else None
    rows = ["{} on line {}".format(*row) for row in errors or warnings]
    return ", ".join(rows) or "nothing"


def main(folder, print_gaps):
    expected = read_table(folder / "expected.txt", " ")
    gaps = read_table(folder / "known-gaps.txt", ":")
    programs = {path.name: path for path in sorted(folder.glob("*.spex"))}
    failures = [f"{name}: not in expected.txt" for name in programs.keys() - expected.keys()]
    failures += [f"{name}: no such program" for name in expected.keys() - programs.keys()]
    failures += [f"{name}: in known-gaps.txt, but no such program"
                 for name in gaps.keys() - programs.keys()]
    for name in programs.keys() & expected.keys():
        found = fault(programs[name], int(expected[name]))
        if print_gaps and found:
            print(f"{name}: {found}")
        elif found and name not in gaps:
            failures.append(f"{name}: expected line {expected[name]}, got {found}")
        elif not found and name in gaps:
            failures.append(f"{name}: right now; take it from known-gaps.txt")
    print("\n".join(sorted(failures)), file=sys.stderr)
    print(f"{len(programs)} programs, {len(gaps)} known gaps, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), "--print-gaps" in sys.argv[2:]))
