"""layers.py ROOT: includes point downward only (architecture.md, The house), and
sources stay of a readable size (style.md, rule 5)."""
import os
import re
import sys

root = sys.argv[1]
# What a file below the first folder must not include.
FORBIDDEN = {
    "runtime": r'"(compiler|dialects)/|[<"](llvm|mlir|lld|fmt)/',
    "dialects": r'"(compiler|runtime)/',
    "compiler/Interpreter": r'[<"]mlir/|"dialects/',
    "compiler/Sema": r'[<"]mlir/|"(dialects|runtime)/',
    "compiler/Frontend": r'[<"]mlir/|"(dialects|runtime)/|"compiler/(Sema|IRGen|Driver)/',
    "compiler/Diagnostics": r'[<"]mlir/|"(dialects|runtime)/|"compiler/(Frontend|Sema|IRGen|Driver)/',
}
MOST_LINES = 600

faults = []
for top in ("compiler", "dialects", "runtime", "bench"):
    for folder, _, names in os.walk(os.path.join(root, top)):
        for name in names:
            if not name.endswith((".cpp", ".h", ".c", ".td", ".py")):
                continue
            path = os.path.join(folder, name)
            shown = os.path.relpath(path, root)
            with open(path) as file:
                lines = file.read().splitlines()
            if len(lines) > MOST_LINES:
                faults.append("%s has %d lines" % (shown, len(lines)))
            for number, line in enumerate(lines, 1):
                if not line.startswith("#include"):
                    continue
                for below, pattern in FORBIDDEN.items():
                    if shown.startswith(below + "/") and re.search(pattern, line):
                        faults.append("%s:%d: %s" % (shown, number, line))
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
