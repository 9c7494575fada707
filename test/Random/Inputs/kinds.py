"""Who runs in a route: one component, or several kinds side by side, with those
of stage S2 that hold routes, stacks, copies, recurrences or whole sequences."""
from blocks import make_attention
from draw import bracket
from experts import make_expert, weights
from route import Route


def inner_route(program, body, units, width):
    """A route of `x` in the body of an expert; the text of its result."""
    route = Route(program, body, units, width, [], "x", "x")
    route.is_inner = True
    route.add_choice()
    callee = make_expert(program, width, width, None, route.is_record or False)
    name = program.name("y")
    body.append(route.text(name, callee, "x", units))
    return f"{name}.y + {name}.s" if route.is_record else name


def with_route(program, width):
    body = []
    text = inner_route(program, body, [], width)
    return body, program.draw.of((text, f"x + {text}", f"tanh({text})"))


def with_stack(program, width):
    layers = program.dim("N", program.draw.whole(1, 3))
    return [], f"stack {layers} of {make_expert(program, width, width)}(x)"


def with_copies(program, width):
    draw, copies = program.draw, program.dim("K", program.draw.whole(1, 4))
    each = f"each {copies} of {make_expert(program, width, width)}(x)"
    if draw.chance(0.5):
        return [], f"{draw.of(('sum', 'mean', 'max'))}[{copies}]({each})"
    return ([f"param mix: [{width}, {copies}] init normal(std: 0.4)"],
            f"dot[{copies}](softmax[{copies}](x @ mix), {each})")


def with_recurrence(program, width):
    """Parts of a token, one after the other."""
    draw, size = program.draw, program.dims[width]
    count = draw.of([n for n in range(1, size + 1) if size % n == 0])
    t, c, n = program.dim("T", count), program.dim("C", size // count), program.dim("N")
    return ([f"dim Old = {n}",
             f"param wi: [{c}, {n}] init {weights(draw, program.dims[c])}",
             f"param wh: [Old, {n}] init {weights(draw, program.dims[n])}",
             f"param wo: [{n}, {c}] init {weights(draw, program.dims[n])}",
             f"s = split[{width} -> {t}, {c}](x)",
             f"o = scan {t} over (s) carry (h: [{n}] = 0) {{",
             f"  h2 = tanh(s @ wi + h[{n} as Old] @ wh)",
             "  next h = h2",
             "  emit h2 @ wo",
             "}"], f"merge[{t}, {c} -> {width}](o)")


def with_draws(program, width):
    """Random numbers of its own for every unit."""
    program.draws = True
    return [], program.draw.of((f"x * uniform[{width}]()", f"x + 0.2 * normal[{width}]()",
                                "where(chance(0.5), x, tanh(x))"))


PARTS = ((with_route, 4), (with_stack, 2), (with_copies, 2), (with_recurrence, 2))


def make_parted(program, width, is_record, may_draw):
    """An expert with parts of its own."""
    forms = PARTS + ((with_draws, 2 if may_draw else 0),)
    body, text = program.draw.weighted(forms)(program, width)
    if is_record:
        body.append(f"made = {text}")
        return program.component("expert", "Expert", f"x: [{width}]", f"(y: [{width}], s: [])",
                                 body + [f"return (y: made, s: mean[{width}](made * x))"])
    return program.component("expert", "Expert", f"x: [{width}]", bracket([width]),
                             body + [f"return {text}"])


def make_rows(program, width):
    """An expert that sees all that was sent to it, and routes it on."""
    body = []
    text = inner_route(program, body, ["Rows"], width)
    return program.component("expert", "Group", f"x: [Rows, {width}]", bracket(["Rows", width]),
                             body + [f"return {program.draw.of((text, 'x + ' + text))}"])


def make_kind(route, extra, is_record):
    program, draw, width = route.program, route.draw, route.width
    may_hold = not (extra or route.is_plain)
    forms = [("plain", 6), ("parted", 2 if may_hold else 0),
             ("looking", 3 if may_hold and not (route.sends_value or is_record) else 0)]
    form = draw.weighted(forms)
    if form == "parted":
        return make_parted(program, width, is_record, "combine = inputs" not in route.clauses)
    if form == "looking":
        return make_attention(program, "S", width, True)
    return make_expert(program, width, width, extra, is_record)


def make_kinds(route, extra, is_record):
    """Kinds with the numbers of their experts; what is free is no record."""
    draw, left, kinds = route.draw, route.size, []
    while left > 0:
        count = draw.whole(1, left)
        left -= count
        free = draw.weighted([(None, 4), ("Identity", 2), ("Zero", 1)])
        if is_record or not kinds or not free:
            free = None
        label = f"{route.program.name('kind')}: " if free or draw.chance(0.5) else ""
        kinds.append(f"{count} {label}{free or make_kind(route, extra, is_record)}")
    if draw.chance(0.3):
        kinds.reverse()
    return f"({', '.join(kinds)})"


def make_callee(route, extra, is_record):
    """What stands behind `of`."""
    program, draw = route.program, route.draw
    if not program.is_wide:
        return make_expert(program, route.width, route.width, extra, is_record)
    form = draw.weighted([("one", 5), ("kinds", 0 if route.is_plain else 4),
                          ("rows", 0 if extra or is_record or route.is_plain else 1)])
    if form == "rows" and route.units and route.sends_value and "each" not in str(route.clauses):
        route.over = route.over or draw.of((route.units, route.units[:1], route.units[1:] or route.units))
        return make_rows(program, route.width)
    make = make_kinds if form == "kinds" else make_kind
    return make(route, extra, is_record)
