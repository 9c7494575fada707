"""Random routes: what is routed, by which clauses, to which experts."""
from draw import bracket
from kinds import make_callee
from route import Route


def units_of(program, body, units, width, source):
    """What is routed: tokens, whole sequences, or parts of tokens. Gives the
    units, the width of what the experts take, the value that decides and the
    value that is sent."""
    draw, size = program.draw, program.dims[width]
    sequences = 0 if len(units) == 1 else 2 if program.is_wide else 1
    kind = draw.weighted([("tokens", 8), ("sequences", sequences), ("parts", 1)])
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
    route = Route(program, body, routed, inner, extras, value, sent)
    route.add_choice()
    part, routed = routed[-1], route.units
    sides = [x for x in extras if x[1] == "float" and set(x[2][:-1]) <= set(routed)]
    side = draw.of(sides) if sides and draw.chance(0.4) else None
    # What passes must be one tensor.
    is_record = draw.chance(0.12) and route.overflow != "pass"
    if route.is_record is not None:
        is_record = route.is_record
    route.is_record = is_record
    callee = make_callee(route, side[2][-1] if side else None, is_record)
    arguments = sent + (f", {side[0]}" if side else "")
    over = route.over or draw.of((routed, routed[:1], routed[1:] or routed, None))
    if route.has_group:
        over = over or routed
        # Earlier units take places from later ones.
        program.is_causal = False
    route.group = over or routed
    name = program.name("y")
    body.append(route.text(name, callee, arguments, over))
    result = f"{name}.y + {name}.s" if is_record else name
    if inner != width:
        result = f"merge[{part}, {inner} -> {width}]({result})"
    return f"({result})" if is_record else result, name, route
