"""Whether a program gives the same bits however it is built and run.

    same_bits.py PROGRAM TEMP OUTPUT [OPTION of spex build]... -- [OPTION]...

Builds it at both levels, runs it on one, two and three threads with the options
behind `--`, and compares the result OUTPUT byte by byte.
"""
import subprocess
import sys


def main(program, temp, output, *options):
    at = options.index("--")
    build, run = list(options[:at]), list(options[at + 1:])
    results = []
    for level, threads in (("-O3", 1), ("-O3", 3), ("-O0", 2)):
        executable = "%s%s" % (temp, level)
        if threads != 3:
            subprocess.run(["spex", "build", program, *build, level, "-o", executable],
                           check=True)
        path = "%s.%d.npy" % (temp, threads)
        subprocess.run([executable, *run, "--threads", str(threads),
                        "--output", "%s=%s" % (output, path)], check=True)
        with open(path, "rb") as file:
            results.append(file.read())
    if results[1:] != results[:-1]:
        sys.exit("the results differ")


main(*sys.argv[1:])
