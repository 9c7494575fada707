"""Random routes: scores, choices, weights, and what is read of the record."""
from draw import bracket
from experts import make_expert


class Route:
    """Clauses of one route in a body: `value`, of the dims units + [width],
    decides what runs."""

    def __init__(self, program, body, units, width, extras, value):
        self.program, self.draw, self.body = program, program.draw, body
        self.units, self.width, self.value = units, width, value
        self.extras = extras            # (text, kind, dims, target) of other values at hand
        self.clauses = []
        self.has_capacity = False
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
        p = program.dim("Q")
        proj, emb = program.name("proj"), program.name("emb")
        self.body.append(f"param {proj}: [{d}, {p}] init normal(std: 0.4)")
        self.body.append(f"param {emb}: [{e}, {p}] init normal(std: 0.4)")
        return (f"{draw.of(('4', '10'))} * dot[{p}](l2norm[{p}](f32({self.value} @ {proj}), eps: 1e-4), "
                f"l2norm[{p}](f32({emb}), eps: 1e-4))")

    def add_choice(self):
        """The clauses up to `weight`."""
        draw, e = self.draw, self.experts
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
        self.clauses.append(f"weight = {draw.of(('1', '0.5', f'sigmoid(max[{self.width}]({self.value}))'))}")

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
        if self.program.is_wide and self.draw.chance(0.15):
            self.clauses.append("keep = " + self.draw.of(
                ("rank == 0", f"score > {self.draw.of(('0', '-0.4'))}", "rank == 0 or score > 0.2")))

    def add_capacity(self, k, is_top):
        """Places are handed out over a group, which `over` must then name."""
        draw, e = self.draw, self.experts
        if not draw.chance(0.3):
            return
        self.has_capacity = True
        form = draw.of(("ceil({f} * tokens / {e})", "max(floor({f} * tokens / {e}), {n})",
                        "round_up(ceil({k} * {f} * tokens / {e}), {n})", "{n}",
                        "{k} * ceil(tokens / {e})", "max(round({f} * tokens / {e}), {n})",
                        "min(tokens, {n})", "max(min(tokens, floor(tokens * {f} / {e})), {n})"))
        n = draw.whole(1, 4)
        self.clauses.append("capacity = " + form.format(
            f=draw.of(("1", "1.25", "0.6", "2")), e=e, n=n, k=k))
        if self.program.is_wide:
            forms = [("drop", 3), ("pass", 2)]
            if is_top and self.size > 1:
                forms.append((f"next({draw.whole(1, self.size - 1)})", 2))
            self.overflow = draw.weighted(forms)
            if is_top and draw.chance(0.3):
                self.clauses.append("order = " + draw.of((f"max[{e}](score)", "score", "0.5")))
        self.clauses.append(f"overflow = {self.overflow}")

    def text(self, name, callee, arguments, over):
        clauses = "".join(f"    {clause}\n" for clause in self.clauses)
        return (f"route {name} = {self.experts} of {callee}({arguments})"
                + (f" over {bracket(over)}" if over else "") + " {\n" + clauses + "  }")


def units_of(program, body, units, width, source):
    """What is routed: tokens, whole sequences, or parts of tokens. Gives the
    units, the width of what the experts take, the value that decides and the
    value that is sent."""
    draw, size = program.draw, program.dims[width]
    kind = draw.weighted([("tokens", 8), ("sequences", 1 if len(units) > 1 else 0), ("parts", 1)])
    if kind == "sequences":
        program.is_causal = False
        value = program.name("m")
        body.append(f"{value} = mean[{units[1]}]({source})")
        return units[:1], width, value, source
    if kind == "parts":
        count = draw.of([n for n in range(1, size + 1) if size % n == 0])
        j, c = program.dim("J", count), program.dim("C", size // count)
        value = program.name("s")
        body.append(f"{value} = split[{width} -> {j}, {c}]({source})")
        return units + [j], c, value, value
    return units, width, source, source


def add_route(program, body, units, width, extras, source):
    """Adds a route of `source` to `body`; gives the value of the dims units + [width] that
    it makes, the route's name, and the route."""
    draw = program.draw
    routed, inner, value, sent = units_of(program, body, units, width, source)
    route = Route(program, body, routed, inner, extras, value)
    route.add_choice()
    sides = [x for x in extras if x[1] == "float" and set(x[2][:-1]) <= set(routed)]
    side = draw.of(sides) if sides and draw.chance(0.4) else None
    # What passes must be one tensor.
    is_record = draw.chance(0.12) and route.overflow != "pass"
    callee = make_expert(program, inner, inner, side[2][-1] if side else None, is_record)
    arguments = sent + (f", {side[0]}" if side else "")
    over = draw.of((routed, routed[:1], routed[1:] or routed, None))
    if route.has_capacity:
        over = over or routed
        # Earlier units take places from later ones.
        program.is_causal = False
    route.group = over or routed
    name = program.name("y")
    body.append(route.text(name, callee, arguments, over))
    result = f"{name}.y + {name}.s" if is_record else name
    if inner != width:
        result = f"merge[{routed[-1]}, {inner} -> {width}]({result})"
    return f"({result})" if is_record else result, name, route
