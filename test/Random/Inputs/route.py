"""The clauses of a random route: scores, choices, weights."""
import re

from choices import add_wide_choice
from draw import SIZES, bracket


class Route:
    """Clauses of one route in a body: `value`, of the dims units + [width],
    decides what runs."""

    def __init__(self, program, body, units, width, extras, value, sent):
        self.program, self.draw, self.body = program, program.draw, body
        self.units, self.width, self.value = units, width, value
        self.extras = extras            # (text, kind, dims, target) of other values at hand
        self.sends_value = sent == value
        self.clauses = []
        self.has_group = False          # whether `over` must name what shares places
        self.over = None                # the dims it names, if that matters
        self.is_record = None           # whether experts return records, if that matters
        self.is_plain = False           # whether experts are of one kind, without parts
        self.is_inner = False           # whether it stands in an expert
        self.overflow = "drop"
        # A number of experts that groups can share, now and then.
        if self.draw.chance(0.25):
            self.groups = program.dim("G", self.draw.whole(1, 4))
            self.each = program.dim("P", self.draw.whole(1, 4))
            size = program.dims[self.groups] * program.dims[self.each]
            self.experts = program.derived("E", f"{self.groups} * {self.each}", size)
        else:
            self.groups = None
            self.experts = program.dim("E", self.draw.of((1, 2, 3, 4, 5, 7, 8, 16, 17)))
        self.size = program.dims[self.experts]

    def score(self):
        """Text of a score; parameters go into the body."""
        program, draw, e, d = self.program, self.draw, self.experts, self.width
        form = draw.weighted([("gate", 4), ("direct", 3), ("cosine", 1), ("hidden", 1)])
        wide = "" if program.is_f32 and draw.chance(0.8) else "f32"
        if form == "gate":
            bias = draw.chance(0.4)
            lines = [f"param w: {wide}[{d}, {e}] init normal(std: 0.4)"]
            if bias:
                lines.append(f"param b: {wide}[{e}] init normal(std: 0.1)")
            x = "f32(x)" if wide else "x"
            name = program.component("gate", "Router", f"x: [{d}]", f"{wide}[{e}]",
                                     lines + [f"return {x} @ w" + (" + b" if bias else "")])
            return f"{name}({self.value})"
        if form == "direct":
            wr = program.name("wr")
            self.body.append(f"param {wr}: {wide}[{d}, {e}] init normal(std: 0.4)")
            return f"f32({self.value}) @ {wr}" if wide else f"{self.value} @ {wr}"
        if form == "hidden":
            h = program.dim("R")
            first, second = program.name("r"), program.name("r")
            self.body.append(f"param {first}: {wide}[{d}, {h}] init normal(std: 0.4)")
            self.body.append(f"param {second}: {wide}[{h}, {e}] init normal(std: 0.4)")
            x = f"f32({self.value})" if wide else self.value
            return f"tanh({x} @ {first}) @ {second}"
        # Of one entry all are alike: the choice would be a matter of rounding.
        p = program.dim("Q", draw.of(SIZES[1:]))
        proj, emb = program.name("proj"), program.name("emb")
        self.body.append(f"param {proj}: [{d}, {p}] init normal(std: 0.4)")
        self.body.append(f"param {emb}: [{e}, {p}] init normal(std: 0.4)")
        return (f"{draw.of(('4', '10'))} * dot[{p}](l2norm[{p}](f32({self.value} @ {proj}), eps: 1e-4), "
                f"l2norm[{p}](f32({emb}), eps: 1e-4))")

    def add_choice(self):
        """The clauses up to `weight`."""
        draw, e = self.draw, self.experts
        if self.program.is_wide and add_wide_choice(self):
            return
        targets = [x for x in self.extras if x[1] == "index" and set(x[2]) <= set(self.units)]
        # Of rounded scores the largest is too close a call for an index.
        may_look_up = self.program.is_f32 or targets
        kind = draw.weighted([("top", 10), ("at", 2 if may_look_up else 0), ("all", 2)])
        if kind == "at":
            self.add_at(targets)
            return
        self.clauses.append(f"score = {self.score()}")
        prob = draw.weighted([(f"softmax[{e}](score)", 5), ("sigmoid(score)", 2),
                              (f"softmax[{e}](score / 0.7)", 1), ("softplus(score)", 1), (None, 1)])
        by = ["score"]
        if prob:
            self.clauses.append(f"prob = {prob}")
            by = ["prob", "prob", "score"]
        if kind == "all":
            self.clauses.append("select = all")
            self.clauses.append(f"weight = {draw.of(by)}")
            return
        k = draw.whole(1, min(self.size, 4))
        self.add_top(k, draw.of(by), prob)

    def add_at(self, targets):
        draw, e = self.draw, self.experts
        if targets and (draw.chance(0.7) or not self.program.is_f32):
            text, _, _, target = draw.of(targets)
            if self.program.dims[target] == self.size and draw.chance(0.5):
                index = f"{text}[{target} as {e}]"
            else:
                table = self.program.name("table")
                self.body.append(f"param {table}: [{target}, {e}] init normal(std: 1)")
                index = f"argmax[{e}]({table}[{text}])"
            lacking = [dim for dim in self.units if dim not in self.dims_of(text)]
            if lacking:
                index = f"expand{bracket(lacking)}({index})"
        elif "S" in self.units and draw.chance(0.3):
            place = "int(range[S]())"
            index = f"to_index[{e}]({place} - {e} * floor({place} / {e}))"
            lacking = [dim for dim in self.units if dim != "S"]
            if lacking:
                index = f"expand{bracket(lacking)}({index})"
        else:
            index = f"argmax[{e}]({self.score()})"
        self.clauses.append(f"select = at {index}")
        self.add_capacity(1, False)
        seen = f"sigmoid(max[{self.width}]({self.value}))"
        weight = draw.of(("1", "0.5", seen))
        # The mean of a sequence was made to be used.
        self.clauses.append(f"weight = {weight if self.sends_value else seen}")

    def dims_of(self, text):
        return next(dims for name, _, dims, _ in self.extras if name == text)

    def add_top(self, k, by, prob):
        draw, e = self.draw, self.experts
        where = ""
        if self.groups and draw.chance(0.8):
            g, p = self.groups, self.each
            n = draw.whole(1, self.program.dims[g])
            if draw.chance(0.5):
                m = draw.whole(1, self.program.dims[p])
                best = f"top_sum[{p}](split[{e} -> {g}, {p}]({by}), {m})"
            else:
                best = f"max[{p}](split[{e} -> {g}, {p}]({by}))"
            where = f" where merge[{g}, {p} -> {e}](expand[{p}](in_top[{g}]({best}, {n})))"
        elif draw.chance(0.1):
            where = f" where {by} > {draw.of(('0', '0.1', '0.3'))}"
        if draw.chance(0.2):
            bias = self.program.name("bias")
            self.body.append(f"param {bias}: f32[{e}] init normal(std: 0.2)")
            by = f"{by} + {bias}"
        self.clauses.append(f"select = top {k} by {by}{where}")
        self.add_keep()
        self.add_capacity(k, True)
        forms = ["1", "0.25", "score", "softmax[selected](score)", "sigmoid(score)",
                 "score / (1 + sum[selected](abs(score)))", "score - mean[selected](score)",
                 "max[selected](score) - score"]
        if prob:
            forms += ["prob", "prob", "prob", "prob / (sum[selected](prob) + 1e-6)",
                      "prob / (sum[selected](prob) + 1e-6)", "2.5 * prob",
                      "sqrt(prob)", "min[selected](prob) + prob * sum[E](prob)".replace("[E]", f"[{e}]")]
        self.clauses.append(f"weight = {draw.of(forms)}")

    def add_keep(self):
        if not self.program.is_wide or not self.draw.chance(0.15):
            return
        forms = ["rank == 0", f"score > {self.draw.of(('0', '-0.4'))}", "rank == 0 or score > 0.2",
                 "score > mean[selected](score) - 0.1"]
        if not self.is_inner:
            forms.append("rank == 0 or chance(sigmoid(score))")
        self.clauses.append("keep = " + self.draw.of(forms))
        if "chance" in self.clauses[-1]:
            self.program.draws = True

    def add_capacity(self, k, is_top):
        """Places are handed out over a group, which `over` must then name."""
        draw, e = self.draw, self.experts
        if self.is_inner or not draw.chance(0.3):
            return
        self.has_group = True
        form = draw.of(("ceil({f} * tokens / {e})", "max(floor({f} * tokens / {e}), {n})",
                        "round_up(ceil({k} * {f} * tokens / {e}), {n})", "{n}",
                        "{k} * ceil(tokens / {e})", "max(round({f} * tokens / {e}), {n})",
                        "min(tokens, {n})", "max(min(tokens, floor(tokens * {f} / {e})), {n})"))
        n = draw.whole(1, 4)
        capacity = form.format(f=draw.of(("1", "1.25", "0.6", "2")), e=e, n=n, k=k)
        if self.program.is_wide:
            forms = [("drop", 6), ("pass", 4), ("error", 1)]
            if is_top and self.size > 1:
                forms.append((f"next({draw.whole(1, self.size - 1)})", 4))
            self.overflow = draw.weighted(forms)
            if self.overflow == "error" or draw.chance(0.1):
                capacity = draw.of(("none", "tokens", f"round_up(tokens, {n})"))
        self.clauses.append(f"capacity = {capacity}")
        if self.program.is_wide and is_top and draw.chance(0.3):
            self.clauses.append("order = " + draw.of((f"max[{e}](score)", "score", "0.5")))
        self.clauses.append(f"overflow = {self.overflow}")

    def text(self, name, callee, arguments, over):
        head = f"route {name} = {self.experts} of {callee}({arguments})"
        head += f" over {bracket(over)}" if over else ""
        if self.program.is_wide and self.draw.chance(0.15) and self.is_closed():
            return f"{head} with {self.policy()}"
        return head + " {\n" + "".join(f"    {clause}\n" for clause in self.clauses) + "  }"

    def is_closed(self):
        """Whether the clauses read nothing of the body but the score."""
        text = " ".join(self.clauses[1:])
        outside = re.findall(r"(?:^|[ ,])(\w+)(?= = |: |, \w+: )", "\n".join(self.body), re.M)
        outside += [x[0] for x in self.extras] + self.units + ["each"]
        return (self.clauses[0].startswith("score = ") and "each" not in self.clauses[0]
                and not any(re.search(rf"\b{word}\b", text) for word in outside))

    def policy(self):
        """The clauses under a name, as a function of the score."""
        name, size = self.program.name("Policy"), self.draw.of(("N", self.experts))
        lines = ["score = h"] + self.clauses[1:]
        lines = [re.sub(rf"\b{self.experts}\b", size, line) for line in lines]
        generic = f"<{size}>" if size == "N" else ""
        self.program.components.append(f"policy {name}{generic}(h: [{size}]) {{\n"
                                       + "".join(f"  {line}\n" for line in lines) + "}\n")
        given = f"<{self.experts}>" if generic else ""
        return f"{name}{given}({self.clauses[0][len('score = '):]})"
