"""Layers of stage S2: recurrences, experts side by side without a choice, slots,
convolutions, tables and random numbers."""
from draw import bracket
from experts import make_expert, weights
from kinds import inner_route


def module(program, word, dims, body):
    return program.component("module", word, f"x: {bracket(dims)}", bracket(dims), body)


def make_recurrence(program, seq, width):
    """A recurrent layer along positions, plain or gated."""
    draw, n = program.draw, program.dim("N")
    inner, outer = weights(draw, program.dims[width]), weights(draw, program.dims[n])
    if draw.chance(0.5):
        steps = ["h2 = tanh(x @ wi + h[N as Old] @ wh)", "next h = h2", f"emit {draw.of(('h2', 'h2 + h'))}"]
        carry, gates = "h: [N] = 0", ""
    else:
        gate = program.name("Gate")
        program.lines.append(f"dim {gate} = {{ i, f, o, g }}")
        gates = f", {gate}"
        steps = ["p = x @ wi + h[N as Old] @ wh",
                 "m2 = sigmoid(p[Gate = f]) * m + sigmoid(p[Gate = i]) * tanh(p[Gate = g])",
                 "h2 = sigmoid(p[Gate = o]) * tanh(m2)", "next h = h2, m = m2", "emit h2"]
        steps = [line.replace("Gate", gate) for line in steps]
        carry = "h: [N] = 0, m: [N] = 0.25"
    steps = [line.replace("[N", f"[{n}") for line in steps]
    return module(program, "Recurrent", [seq, width],
                  [f"dim Old = {n}", f"param wi: [{width}{gates}, {n}] init {inner}",
                   f"param wh: [Old{gates}, {n}] init {outer}",
                   f"param wo: [{n}, {width}] init {outer}",
                   f"o = scan {seq} over (x) carry ({carry.replace('[N', '[' + n)}) {{",
                   *("  " + line for line in steps), "}", "return o @ wo"])


def make_cells(program, seq, width):
    """Recurrent cells that compete at every position."""
    draw, n, k = program.draw, program.dim("N"), program.dim("K", program.draw.whole(1, 4))
    inner, outer = weights(draw, program.dims[width]), weights(draw, program.dims[n])
    cell = program.component(
        "expert", "Cell", f"u: [{width}], h: [{n}]", f"(h: [{n}], s: [])",
        [f"dim Old = {n}", f"param wi: [{width}, {n}] init {inner}", f"param wh: [Old, {n}] init {outer}",
         f"param ws: [{n}] init {outer}", f"h2 = tanh(u @ wi + h[{n} as Old] @ wh)",
         f"return (h: h2, s: dot[{n}](h2, ws))"])
    clauses = draw.of((("prob = softmax[K](each.s)", "select = all", "weight = prob"),
                       ("score = x @ gate", "select = top 1 by score", "weight = sigmoid(score)"),
                       ("score = x @ gate", "select = all where score > 0", "weight = 0.5")))
    gate = [f"param gate: [{width}, {k}] init {inner}"] if "gate" in clauses[0] else []
    return module(program, "Cells", [seq, width],
                  gate + [f"param wo: [{n}, {width}] init {outer}",
                          f"o = scan {seq} over (x) carry (h: [{n}] = 0) {{",
                          f"  route r = {k} of {cell}(x, h) {{",
                          *("    " + line.replace("[K]", f"[{k}]") for line in clauses),
                          "  }", f"  next h = {draw.of(('r.h', '0.5 * h + r.h'))}", "  emit r.h", "}",
                          "return o @ wo"])


def make_slots(program, seq, width):
    """Experts on weighted means of all positions."""
    program.is_causal = False
    draw = program.draw
    e, p = program.dim("E", draw.whole(1, 4)), program.dim("P", draw.whole(1, 3))
    expert = make_expert(program, width, width)
    logits = f"dot[{width}](l2norm[{width}](x, eps: 1e-4), phi)" if draw.chance(0.5) else "x @ phi"
    return module(program, "Slots", [seq, width],
                  [f"param phi: [{width}, {e}, {p}] init normal(std: 0.5)",
                   f"logits = {logits}", f"slots = dot[{seq}](softmax[{seq}](logits), x)",
                   f"done = each {e} of {expert}(slots)",
                   f"return dot[{e}, {p}](softmax[{e}, {p}](logits), done)"])


def make_prototypes(program, _, width):
    """Copies of a routed layer, or experts that all run under several gates."""
    draw, g = program.draw, program.dim("G", program.draw.whole(1, 3))
    if draw.chance(0.5):
        body = []
        text = inner_route(program, body, [], width)
        proto = module(program, "Proto", [width], body + [f"return {text}"])
        return module(program, "Prototypes", [width],
                      [f"return {draw.of(('sum', 'mean'))}[{g}](each {g} of {proto}(x))"])
    expert = make_expert(program, width, width)
    return module(program, "Mixed", [width],
                  [f"param g1, g2: [{width}, {g}] init normal(std: 0.4)", f"every = each {g} of {expert}(x)",
                   f"return dot[{g}](softmax[{g}](x @ g1), every) + dot[{g}](sigmoid(x @ g2), every)"])


def make_features(program, _, width):
    """Parts of a token, each with weights of its own, or convolved."""
    draw, size = program.draw, program.dims[width]
    count = draw.of([n for n in range(1, size + 1) if size % n == 0])
    j, c = program.dim("J", count), program.dim("C", size // count)
    split = f"s = split[{width} -> {j}, {c}](x)"
    if draw.chance(0.5):
        text = f"each {j} of {make_expert(program, c, c)}(s)"
        return module(program, "Features", [width], [split, f"return merge[{j}, {c} -> {width}]({text})"])
    pad, stride = draw.whole(0, 2), draw.whole(1, 2)
    wide = draw.whole(1, min(3, count + 2 * pad))
    k, out = program.dim("K", wide), program.dim("J", (count + 2 * pad - wide) // stride + 1)
    return module(program, "Convolved", [width],
                  [f"param w: [{k}, {c}, {out}, {width}] init normal(std: 0.2)", split,
                   f"cut = windows[{j} -> {out}, {k}](s, stride: {stride}, pad: {pad})",
                   f"return dot[{k}, {c}, {out}](cut, w)"])


def make_windows(program, seq, width):
    """A convolution along positions; all of them get its mean."""
    draw, pad = program.draw, program.draw.whole(0, 2)
    program.is_causal = False
    k, stride = program.dim("K", draw.whole(1, 1 + 2 * pad)), draw.whole(1, 3)
    reach = f"{seq} + {2 * pad} - {k}"
    size = (program.dims[seq] + 2 * pad - program.dims[k]) // stride + 1
    y = program.derived("Y", f"floor(({reach}) / {stride}) + 1", size)
    made = program.derived("O", width, program.dims[width])
    return module(program, "Windows", [seq, width],
                  [f"param w: [{k}, {width}, {made}] init normal(std: 0.2)",
                   f"cut = windows[{seq} -> {y}, {k}](x, stride: {stride}, pad: {pad})",
                   f"return expand[{seq}](mean[{y}](dot[{k}, {width}](cut, w)))[{made} as {width}]"])


def make_random(program, _, width):
    """Random numbers for every token, or fixed tables of them."""
    draw = program.draw
    if draw.chance(0.4):
        v, seed = program.dim("V", draw.of((1, 3, 8))), draw.whole(0, 99)
        return module(program, "Tables", [width],
                      [f"fixed scale: [{width}] = 1 + 0.2 * normal[{width}](seed: {seed})",
                       f"fixed table: [{v}, {width}] = uniform[{v}, {width}](seed: {seed})",
                       f"fixed turn: index<{v}>[{width}] = draw_index[{width}]({v}, seed: {seed})",
                       "return x * scale + table[turn]"])
    program.draws = True
    text = draw.of(("x + 0.2 * normal[W]()", "x * uniform[W]()", "where(chance(sigmoid(x)), x, -x)",
                    "x + 0.1 * gumbel[W]()", "where(chance(0.5), x, 0.5 * x)",
                    "x + onehot(categorical[](softmax[W](x)))", "x * f32(chance(0.8 * ones[W]()))",
                    "x + 0.1 * f32(int(draw_index[W](W)))"))
    return module(program, "Random", [width], [f"return {text.replace('W', width)}"])


# Those of the first list mix positions.
ALONG = ((make_recurrence, 2), (make_cells, 2), (make_slots, 2), (make_windows, 1))
APART = ((make_prototypes, 2), (make_features, 2), (make_random, 2))
