"""Writes Inputs/limited.spex with its words replaced.

    clauses.py OUT WORD=TEXT...     a line whose word has no text is left out
"""
import os
import re
import sys

WORDS = {"PICKS": "2", "GROUP": "B, S", "WEIGHT": "prob"}


def main(out, settings):
    words = dict(WORDS, **dict(setting.split("=", 1) for setting in settings))
    groups = words["GROUP"].replace(" ", "").split(",")
    words["REST"] = ", ".join(dim for dim in ("B", "S") if dim not in groups)
    text = open(os.path.join(os.path.dirname(__file__), "limited.spex")).read()
    lines = []
    for line in text.splitlines():
        left = re.search(r"= (KEEP|PLACES|ORDER|OVERFLOW)$", line)
        if left and left.group(1) not in words:
            continue
        for word, value in words.items():
            line = re.sub(r"\b%s\b" % word, lambda _: value, line)
        lines.append(line.replace("[, ", "["))
    with open(out, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
