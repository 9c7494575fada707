#===- pages.py - The programs on the pages of `spex explain` ----------------===#
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Takes both programs of every page and runs `spex check` on them, or the
# command that a line `# spex ...` of the program names. Called by pages.test.
#
#===-------------------------------------------------------------------------===#
"""usage: pages.py FOLDER-FOR-FILES"""
import pathlib
import re
import shutil
import subprocess
import sys

LOADING = "found in the file, when weights are loaded"
BUILDING = "found in the weights, or in the memory of the target, when building"
GRADIENT = "derivatives are not taken yet"
# Codes that no command shows for the program on the page, and why. One that
# comes to be shown has to leave this list.
NOT_SHOWN = {
    "E0009": "no program on a page is large enough",
    **dict.fromkeys(["E0407", "E0408", "E0409"], LOADING),
    "E0504": BUILDING,
    "E0605": BUILDING,
    **dict.fromkeys(["E0701", "E0702"], GRADIENT),
}
# Mended programs that are still refused: the code, and why.
NOT_ACCEPTED = {}


def spex(*args, folder=None):
    return subprocess.run(["spex", *args], capture_output=True, text=True, cwd=folder,
                          timeout=60, check=False)


def read_page(code):
    """The wrong and the mended program of a page; nothing if there is no page."""
    text = spex("explain", code).stdout
    found = re.search(r"^Wrong\n(.*?)^Mended\n(.*)\Z", text, re.MULTILINE | re.DOTALL)
    if not found:
        return None
    return [re.sub(r"^  ", "", part, flags=re.MULTILINE).strip("\n") + "\n"
            for part in found.groups()]


def answer(program, folder):
    """The codes that a program gives, in the order in which they are printed."""
    named = re.search(r"^# (\S+\.spex)$", program, re.MULTILINE)
    (folder / (named[1] if named else "page.spex")).write_text(program, encoding="utf-8")
    command = re.search(r"^# spex (.*)$", program, re.MULTILINE)
    run = spex(*(command[1].split() if command else ["check", "page.spex"]), folder=folder)
    codes = re.findall(r"(?:error|warning)\[(\w+)\]: ", run.stderr)
    if run.returncode not in (0, 1):
        codes.append(f"exit status {run.returncode}")
    elif (run.returncode == 1) != any(code[0] == "E" for code in codes):
        codes.append(f"exit status {run.returncode} besides")
    return codes


def faults(code, folder):
    """What is wrong with the page of a code."""
    page = read_page(code)
    if page is None:
        yield "no page"
        return
    wrong, mended = page
    codes = answer(wrong, folder) if wrong.strip() else []
    if code in NOT_SHOWN and code in codes:
        yield "shown now; take it from NOT_SHOWN"
    elif codes != ([] if code in NOT_SHOWN else [code]):
        yield f"wrong program: {', '.join(codes) or 'nothing'}"
    codes = answer(mended, folder)
    expected = [NOT_ACCEPTED[code][0]] if code in NOT_ACCEPTED else []
    if codes != expected:
        yield f"mended program: {', '.join(codes) or 'accepted; take it from NOT_ACCEPTED'}"


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("lib", "project"):
        shutil.copytree(pathlib.Path(__file__).parent / name, folder / name)
    codes = re.findall(r"^[EW]\d{4}", spex("explain", "--list").stdout, re.MULTILINE)
    failures = [f"{code}: {fault}" for code in codes for fault in faults(code, folder)]
    failures += [f"{code}: listed, but no such code"
                 for code in NOT_SHOWN.keys() - set(codes)]
    print("\n".join(failures), file=sys.stderr)
    print(f"{len(codes)} pages, {len(NOT_SHOWN)} of them not shown, {len(failures)} failures")
    return 1 if failures or not codes else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
