"""Random layers: norms, attention, mixing formulas, and what joins them."""
from draw import bracket
from formulas import Formulas


def make_norm(program, width, is_bounded=False):
    draw = program.draw
    forms = [f"rmsnorm[{width}](x, eps: 1e-5) * w", f"layernorm[{width}](x, eps: 1e-5) * w + b",
             f"l2norm[{width}](x, eps: 1e-4) * w", "x * w"]
    form = draw.of(forms[:3] if is_bounded else forms)
    body = [f"param w: [{width}] init {draw.of(('ones', 'normal(std: 0.8)'))}"]
    if "+ b" in form:
        body.append(f"param b: [{width}] init normal(std: 0.1)")
    return program.component("module", "Norm", f"x: [{width}]", bracket([width]), body + [f"return {form}"])


def make_mix(program, width):
    """A formula on each token alone."""
    draw = program.draw
    statics = [width] + [program.dim("M") for _ in range(draw.whole(1, 2))]
    make = Formulas(program, [("x", (width,))], statics)
    text = make.formula((width,), draw.whole(3, 6))
    return program.component("module", "Mix", f"x: [{width}]", bracket([width]),
                             make.body + [f"return x + tanh({text})"])


def make_split(program, width):
    """Parts of a token, changed apart and joined again."""
    draw, size = program.draw, program.dims[width]
    divisors = [n for n in range(1, size + 1) if size % n == 0]
    if draw.chance(0.5):
        n = draw.of(divisors)
        h, a = program.dim("H", n), program.dim("A", size // n)
        make = Formulas(program, [("s", (h, a)), (f"mean[{a}](s)", (h,))], [h, a])
        text = make.formula((h, a), draw.whole(1, 3))
        return program.component("module", "Parts", f"x: [{width}]", bracket([width]),
                                 [f"s = split[{width} -> {h}, {a}](x)"] + make.body
                                 + [f"return merge[{h}, {a} -> {width}](tanh({text}) + s)"])
    if size == 1:
        return make_mix(program, width)
    first = draw.whole(1, size - 1)
    p, q = program.dim("P", first), program.dim("Q", size - first)
    return program.component(
        "module", "Cut", f"x: [{width}]", bracket([width]),
        [f"a = slice[{width} -> {p}](x)", f"b = slice[{width} -> {q}](x, from: {first})",
         f"return concat[{q}, {p} -> {width}](silu(b), a * max[{q}](b))"])


def make_attention(program, seq, width, may_look_ahead):
    """Heads, perhaps with shared keys, rotary positions, norms, a sink."""
    draw = program.draw
    h = program.dim("H", draw.of((1, 2, 3, 4)))
    a = program.dim("A", draw.of((2, 4, 6, 8, 10, 16)))
    z = program.name("Z")
    std = f"normal(std: {0.8 / program.dims[width] ** 0.5:.3f})"
    shared = draw.chance(0.3)
    g = program.dim("J", draw.of((1, 2, 3))) if shared else None
    queries = [g, h, a] if shared else [h, a]
    keys = [h, a]
    body = [f"param wq: {bracket([width] + queries)} init {std}",
            f"param wk, wv: {bracket([width] + keys)} init {std}",
            f"param wo: {bracket(queries + [width])} init {std}"]
    q, k = "x @ wq", "x @ wk"
    if draw.chance(0.3):
        q, k = (f"rmsnorm[{a}]({text}, eps: 1e-5)" for text in (q, k))
    if draw.chance(0.6):
        style = draw.of(("", ", style: pairs"))
        q, k = (f"rope[{a}]({text}, along: {seq}, theta: {draw.of(('1e4', '100'))}{style})" for text in (q, k))
    scale = draw.of((f" / sqrt({a})", " * 0.3", ""))
    mask = draw.of(("causal", "causal", "window", "chunk", "none") if may_look_ahead
                   else ("causal", "causal", "window", "chunk"))
    form = {"causal": f"causal[{seq}, {z}]()",
            "window": f"causal[{seq}, {z}]() and window[{seq}, {z}]({draw.whole(1, 4)})",
            "chunk": f"causal[{seq}, {z}]() and chunk[{seq}, {z}]({draw.whole(1, 4)})"}.get(mask)
    options = f", mask: {form}" if form else ""
    program.is_causal = program.is_causal and form is not None
    if draw.chance(0.2):
        sink = [g, h] if shared else [h]
        body.append(f"param sink: {bracket(sink)} init normal(std: 1)")
        options += ", sink: sink"
    body += [f"q = {q}", f"k = {k}", "v = x @ wv",
             f"a = softmax[{z}](dot[{a}](q, k[{seq} as {z}]){scale}{options})",
             f"return dot[{z}](a, v[{seq} as {z}]) @ wo"]
    return program.component("module", "Attention", f"x: [{seq}, {width}]", bracket([seq, width]), body)


def make_along(program, seq, width):
    """Positions mixed by sums, sorts and shifts: no step along them."""
    draw = program.draw
    program.is_causal = False
    make = Formulas(program, [("x", (seq, width)), (f"mean[{seq}](x)", (width,)),
                              (f"max[{width}](x)", (seq,))], [width])
    text = make.formula((seq, width), draw.whole(2, 4))
    joined = " ".join(make.body) + text
    if "x" not in joined.replace("max", "").replace("expand", ""):
        text += " + x"
    return program.component("module", "Along", f"x: [{seq}, {width}]", bracket([seq, width]),
                             make.body + [f"return tanh({text}) + x"])
