"""Random models: inputs, layers, results, exports."""
import re

from draw import Draw, Program, bracket
from blocks import make_along, make_attention, make_mix, make_norm, make_split
from experts import make_expert
from layers import ALONG, APART
from routes import add_route

NUMERICS = (("", True, 10), ("store = bf16\n  compute = bf16", False, 4),
            ("store = bf16\n  compute = f32", True, 1))


def make_block(program, units, width, extras):
    """A layer over tokens: its body, the result, the route and its name."""
    draw = program.draw
    seq = units[1] if len(units) > 1 else None
    # Polynomials of polynomials leave f32, so layers on layers start small.
    is_bounded = program.layers > 1
    has_norm = is_bounded or draw.chance(0.7)
    body = [f"u0 = {make_norm(program, width, is_bounded)}(x)" if has_norm else "u0 = 1 * x"]
    value = "u0"
    for step in range(draw.weighted([(0, 4), (1, 4), (2, 2)])):
        kinds = [(make_mix, 3), (make_split, 2)]
        if seq:
            kinds += [(make_attention, 5), (make_along, 1)]
        if program.is_wide:
            kinds += APART + ALONG if seq else APART
        make = draw.weighted(kinds)
        if make is make_attention:
            callee = make_attention(program, seq, width, draw.chance(0.3))
        elif make is make_along:
            callee = make_along(program, seq, width)
        elif program.is_wide and make in dict(ALONG + APART):
            callee = make(program, seq, width)
        else:
            callee = make(program, width)
        body.append(f"u{step + 1} = {callee}({value}) + {value}")
        value = f"u{step + 1}"
    if any(x[0] == "mask" for x in extras):
        body.append(f"um = where(mask, {value}, 0.5 * {value})")
        value = "um"
    y, name, route = add_route(program, body, units, width, extras, value)
    if draw.chance(0.15):
        body.append(f"w1 = {value} + {y}")
        body.append(f"w2 = {make_norm(program, width)}(w1)")
        y = f"w1 + {add_route(program, body, units, width, extras, 'w2')[0]}"
    result = draw.of((f"x + {y}", f"x + {y}", y, f"0.5 * x + {y} * tanh({y})"))
    if draw.chance(0.25):
        shared = make_expert(program, width, width)
        result += f" + {shared}({value})"
    return body, result, name, route


def add_fields(program, route, name):
    """Reads of the record: (field, text, dims, element)."""
    draw, e, units = program.draw, route.experts, route.units
    chosen = "select = all" not in route.clauses
    fields = [("w", f"{name}.weight", units + [e], "f32")]
    if any(clause.startswith("score") for clause in route.clauses):
        fields.append(("score", f"{name}.score", units + [e], None))
    if any(clause.startswith("prob") for clause in route.clauses):
        fields.append(("prob", f"{name}.prob", units + [e], None))
    if chosen:
        rest = [dim for dim in units if dim not in route.group]
        fields += [("picked", f"f32({name}.selected)", units + [e], "f32"),
                   ("kept", f"f32({name}.kept)", units + [e], "f32"),
                   ("load", f"{name}.load", rest + [e], "f32"),
                   ("ran", f"f32({name}.count)", rest + [e], "f32"),
                   ("dropped", f"{name}.dropped", rest, "f32")]
    if program.is_wide and (" at " in str(route.clauses) or "top 1 " in str(route.clauses)):
        fields.append(("index", f"{name}.index", units, f"index<{e}>"))
    if program.is_wide and not chosen and route.sends_value and "combine = merge" not in route.clauses:
        each = f"{name}.each.y" if route.is_record else f"{name}.each"
        fields.append(("each", each, units + [e, route.width], None))
    fields = [field for field in fields if draw.chance(0.25)]
    # One bit of a bf16 is many of an f32: results are as narrow as what they
    # are made of.
    if not program.is_f32:
        fields = [(field, text, dims, element if field == "index" else None)
                  for field, text, dims, element in fields]
    # What is counted over positions is not known step by step.
    if any(field[0] in ("load", "ran", "dropped") for field in fields) and any(
            dim == "S" for dim in route.group):
        program.is_causal = False
    return fields


def make_program(seed, is_wide=False):
    """A valid program, wide with clauses of stage S2; the same for the same
    seed."""
    draw = Draw(seed)
    program = Program(draw, is_wide)
    numerics = draw.weighted([(item, item[2]) for item in NUMERICS])
    program.is_f32 = numerics[1] and "bf16" not in numerics[0]
    batch = program.bound("B", draw.whole(3, 9))
    units = [batch]
    if draw.chance(0.8):
        units.append(program.bound("S", draw.whole(4, 12)))
    width = program.dim("D")
    program.layers = draw.whole(1, 3) if draw.chance(0.6) else 0
    extras = []
    if draw.chance(0.3):
        side = program.dim("C")
        dims = units[:draw.whole(1, len(units))]
        extras.append(("c", "float", dims + [side], None))
    if draw.chance(0.3):
        task = program.dim("T", draw.of((1, 2, 3, 5, 8)))
        extras.append(("task", "index", units[:draw.whole(1, len(units))], task))
    if draw.chance(0.15):
        extras.append(("mask", "bool", units[:draw.whole(1, len(units))], None))
    program.inputs = list(extras)
    body, result, name, route = make_block(program, units, width, extras)
    used = " ".join(body)
    extras_used = [x for x in extras if re.search(rf"\b{x[0]}\b", used)]
    fields = add_fields(program, route, name)
    return finish(program, numerics[0], units, width, (body, result), fields, extras_used)


def finish(program, numerics, units, width, block, fields, extras):
    draw = program.draw
    body, result = block
    program.inputs = [x for x in program.inputs if x[0] in [e[0] for e in extras]]
    tokens = units + [width]
    elements = {"index": "index<{}>", "bool": "bool", "float": ""}
    formals = [f"{text}: " + elements[kind].format(target) + bracket(dims)
               for text, kind, dims, target in program.inputs]
    arguments = "".join(f", {x[0]}" for x in program.inputs)
    inner = ", ".join([f"x: {bracket(tokens)}"] + formals)
    if fields:
        types = "".join(f", {f}: {element or ''}{bracket(dims)}" for f, _, dims, element in fields)
        returned = f"(x: {bracket(tokens)}{types})"
        values = "".join(f", {f}: {text}" for f, text, _, _ in fields)
        body.append(f"return (x: {result}{values})")
    else:
        returned = bracket(tokens)
        body.append(f"return {result}")
    block_name = program.component("module", "Block", inner, returned, body)

    outer, start = [], "x"
    if draw.chance(0.4):
        vocabulary = program.dim("V", draw.of((2, 7, 16, 33)))
        program.inputs.insert(0, ("ids", "index", units, vocabulary))
        outer.append(f"param embed: [{vocabulary}, {width}] init normal(std: 0.6)")
        start = "embed[ids]"
        first = f"ids: index<{vocabulary}>{bracket(units)}"
    else:
        program.inputs.insert(0, ("x", "float", tokens, None))
        first = f"x: {bracket(tokens)}"
    front = []
    if program.layers:
        layers = program.dim("L", program.layers)
        front = [layers]
        outer.append(f"z = stack {layers} of {block_name}({start}{arguments})")
    else:
        outer.append(f"z = {block_name}({start}{arguments})")
    z = "z.x" if fields else "z"
    out_dims = tokens
    if draw.chance(0.4):
        wide = program.dim("O")
        outer.append(f"param head: [{width}, {wide}] init normal(std: 0.3)")
        z, out_dims = f"{z} @ head", units + [wide]
    results = [("out", z, out_dims, None)]
    results += [(f, f"z.{f}", front + dims, element) for f, _, dims, element in fields]
    program.outputs = [(f, dims) for f, _, dims, _ in results]
    if len(results) == 1:
        outer.append(f"return {z}")
        returned = bracket(out_dims)
    else:
        outer.append("return (" + ", ".join(f"{f}: {text}" for f, text, _, _ in results) + ")")
        returned = "(" + ", ".join(f"{f}: {element or ''}{bracket(dims)}"
                                   for f, _, dims, element in results) + ")"
    model = program.component("model", "Model", ", ".join([first] + formals), returned, outer)
    program.steps = len(units) > 1 and program.is_causal and draw.chance(0.7)
    entry = "forward" + ("(seed)" if program.draws else "") + (f", step(along: {units[1]})" if program.steps else "")
    head = "edition 2026\n\n" + "\n".join(program.lines) + "\n\n"
    if numerics:
        head += "numerics {\n  " + numerics + "\n}\n\n"
    program.text = head + "\n".join(program.components) + f'\nexport {model} as "m" {{ {entry} }}\n'
    return program
