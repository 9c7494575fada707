#===- snippets.py - The examples in the documentation -----------------------===#
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Takes every fenced example of docs/*.md and tries it. What a fence means:
#
#   ```spex            a program that `spex check` accepts without a word
#   ```spex E0121      a program that gives this code, once, and no other
#   ```spex-part       statements of a body with inputs and a route `y`
#   ```spex-routes     on each line the clauses of one route
#   ```spex-weights    a `weights` section
#   ```mlir PHASE      lines that occur, in this order, in the IR of the page's
#   ```asm             last program (for x86-64-v3); `...` stands for any lines
#   ```console         after `$ `, a command; then what it prints
#
# Fences without a word, or with another one, hold nothing that can be tried.
#
#===-------------------------------------------------------------------------===#
"""usage: snippets.py ROOT FOLDER-FOR-FILES"""
import pathlib
import re
import subprocess
import sys

# Inputs and declarations that the clauses of a route may name.
INPUTS = {"c": "index<E>[B, S]", "g": "[B, S, E]", "ids": "index<V>[B, S]", "tau": "[]"}
DECLARED = {"wn": "param wn: [D, E] init zeros",
            "bias": "param bias: f32[E] init zeros",
            "frozen": "fixed frozen: f32[D, E] = normal[D, E](seed: 7)",
            "table": "fixed table: index<E>[V] = draw_index[V](E, seed: 42)"}
KNOWN = ("spex", "spex-part", "spex-routes", "spex-weights", "mlir", "asm", "console")


def spex(*args, folder):
    return subprocess.run(["spex", *args], capture_output=True, text=True, cwd=folder,
                          timeout=120, check=False)


def around_route(clauses, surroundings):
    """A program around the clauses of one route."""
    words = set(re.findall(r"[a-z_]\w*", clauses))
    inputs = "".join(f", {name}: {kind}" for name, kind in INPUTS.items() if name in words)
    if words & {"h", "p"}:
        inputs += ", h: f32[B, S, E]"
    lines = [line for name, line in DECLARED.items() if name in words]
    if "p" in words:
        lines.append("p = softmax[E](h)")
    over = "[B]" if "merge" in words else "[S]" if "range" in words else "[B, S]"
    expert, result = ("Scored", "y.y") if "each" in words else ("SwiGlu", "y")
    lines += [f"route y = E of {expert}(u) over {over} {{ {clauses} }}", f"return u + {result}"]
    return (surroundings + f"module Example(u: [B, S, D]{inputs}) -> [B, S, D] {{\n  "
            + "\n  ".join(lines) + "\n}\n")


def programs(word, body, surroundings):
    """The programs to check for one example."""
    if word == "spex":
        return [body]
    if word == "spex-routes":
        return [around_route(line, surroundings) for line in body.splitlines()
                if line.strip() and not line.startswith("#")]
    if word == "spex-part":
        return [surroundings + "module Example(u: [B, S, D]) -> [B, S, D] {\n" + body
                + "  return u + y\n}\n"]
    return [surroundings + "model M(x: [B, S, D]) -> [B, S, D] {\n"
            "  y = stack L of Block(x)\n  return y\n}\n" + body]


def in_order(wanted, text):
    """The first line of `wanted` that `text` lacks, or nothing."""
    # Names of values change with whatever is computed before them.
    def plain(line):
        return " ".join(re.sub(r"%[\w#]+", "%", line).split())

    lines = map(plain, text.splitlines())
    for line in map(plain, wanted.splitlines()):
        if line and line != "..." and line not in lines:
            return line
    return None


class Page:
    """The examples of one page, tried one after the other."""

    def __init__(self, path, root, folder):
        self.name, self.root, self.folder = path.name, root, folder
        self.text = path.read_text(encoding="utf-8")
        self.program = None
        self.count = 0
        self.surroundings = (pathlib.Path(__file__).parent / "surroundings.spex").read_text(
            encoding="utf-8")

    def check(self, program, code):
        path = self.folder / "example.spex"
        path.write_text(program, encoding="utf-8")
        run = spex("check", "example.spex", folder=self.folder)
        codes = re.findall(r"(?:error|warning)\[(\w+)\]: ", run.stderr)
        # Examples use what they show, not all that stands around them.
        codes = [each for each in codes if each not in ("W0101", "W0201", "W0203")]
        if codes != ([code] if code else []) or run.returncode not in (0, 1):
            yield f"gives {codes or 'nothing'}, status {run.returncode}\n{program}{run.stderr}"

    def excerpt(self, phase, body):
        path = self.folder / "page.spex"
        path.write_text(self.program, encoding="utf-8")
        run = spex("build", "page.spex", f"--emit={phase}", "--cpu=x86-64-v3", folder=self.folder)
        missing = run.stderr or in_order(body, run.stdout)
        if missing:
            yield f"{phase}: no line\n{missing}"

    def console(self, body):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            run = subprocess.run(command, shell=True, capture_output=True, text=True,
                                 cwd=self.root, timeout=120, check=False)
            missing = in_order(output, run.stdout + run.stderr)
            if missing:
                yield f"$ {command}: no line\n{missing}\nin\n{run.stdout}{run.stderr}"

    def faults(self):
        for match in re.finditer(r"^```([^\n]*)\n(.*?)^```", self.text,
                                 re.MULTILINE | re.DOTALL):
            word, _, rest = match[1].partition(" ")
            body = match[2]
            if word not in KNOWN or word in ("mlir", "asm") and not self.program:
                continue
            line = self.text[:match.start()].count("\n") + 1
            self.count += 1
            if word in ("mlir", "asm"):
                found = self.excerpt(rest or word, body)
            elif word == "console":
                found = self.console(body)
            else:
                if word == "spex":
                    self.program = body
                found = (fault for program in programs(word, body, self.surroundings)
                         for fault in self.check(program, rest))
            for fault in found:
                yield f"docs/{self.name}:{line}: {fault}"


def main(root, folder):
    faults, count = [], 0
    for path in sorted((root / "docs").glob("*.md")):
        page = Page(path, root, folder)
        faults += page.faults()
        count += page.count
    print("\n".join(faults), file=sys.stderr)
    print(f"{count} examples, {len(faults)} faults")
    return 1 if faults or count < 10 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
