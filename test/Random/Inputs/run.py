"""run.py [--first N] [--count N | --seconds N] [--jobs N] [--wide] [--keep FOLDER]

Makes the random programs of the seeds FIRST, FIRST + 1, ... and checks each.
What fails is kept: FOLDER/SEED holds the program, a smaller one that fails alike
if there is one (reduced.spex), and what was run; the line says how to run it
again. Exit 1 if anything failed.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from check import Check, Failure
from models import make_program


def check_seed(seed, is_wide):
    """Nothing, or what failed and the folder with it."""
    folder = tempfile.mkdtemp(prefix=f"spex-random-{seed}-")
    try:
        Check(make_program(seed, is_wide), seed, folder).all()
    except Failure as failure:
        return str(failure), folder
    shutil.rmtree(folder)
    return None


def shrink(folder, text):
    """Writes reduced.spex where one command fails by itself, on inputs that the
    command makes up."""
    found = re.match(r"ends with -?\d+: (spex (?:verify|build|check) .*)", text)
    if not found:
        return
    program = os.path.join(folder, "program.spex")
    command = re.sub(r" --(?:input|output|routes) \S+", "", found[1]).replace(program, "{}")
    subprocess.run(["spex", "reduce", program, "--seconds", "30", "--command", command,
                    "-o", os.path.join(folder, "reduced.spex")], capture_output=True, check=False)


def report(seed, problem, keep):
    text, folder = problem
    wide = " --wide" if "--wide" in sys.argv else ""
    if keep:
        kept = os.path.join(keep, str(seed))
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
        shutil.rmtree(folder)
        text, folder = text.replace(folder, kept), kept
        shrink(folder, text)
    with open(os.path.join(folder, "failure.txt"), "w") as file:
        file.write(text + "\n")
    print(f"seed {seed}: {text}\n  program: {folder}/program.spex\n"
          f"  again: {sys.argv[0]} --first {seed} --count 1{wide}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--wide", action="store_true", help="with clauses of stage S2")
    parser.add_argument("--keep", default="")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    seed, done, failures, waiting = options.first, 0, 0, {}

    def has_more():
        if options.count:
            return seed < options.first + options.count
        return time.monotonic() < end

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        while waiting or has_more():
            while len(waiting) < options.jobs and has_more():
                waiting[pool.submit(check_seed, seed, options.wide)] = seed
                seed += 1
            finished, _ = concurrent.futures.wait(
                waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                done += 1
                problem = future.result()
                if problem:
                    failures += 1
                    report(waiting[future], problem, options.keep)
                del waiting[future]
    print(f"{done} programs from seed {options.first} on, {failures} failed")
    sys.exit(1 if failures or done == 0 else 0)


main()
