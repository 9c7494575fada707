"""Random experts: what runs for the units sent to it."""
from draw import bracket
from formulas import Formulas

ACTIVATIONS = ("relu({})", "gelu({})", "silu({})", "gelu_tanh({})", "square(relu(min({}, 6)))", "tanh({})",
               "clamp({}, -1, 1)", "{} * sigmoid(1.7 * {})")


def activation(draw, text):
    return draw.of(ACTIVATIONS).replace("{}", text)


def weights(draw, width):
    """An initialiser that keeps values of about the size of the inputs."""
    return draw.of((f"normal(std: {0.9 / width ** 0.5:.3f})", f"uniform(bound: {1.5 / width ** 0.5:.3f})"))


def feed_forward(program, width, result, extra):
    """Two layers, plain or gated, with biases or without."""
    draw = program.draw
    hidden, size = program.dim("F"), program.dims
    inner = weights(draw, size[width])
    outer = weights(draw, size[hidden])
    is_gated, has_bias = draw.chance(0.5), draw.chance(0.4)
    names = ["up", "gate"] if is_gated else ["up"]
    body = [f"param {', '.join(names)}: [{width}, {hidden}] init {inner}",
            f"param down: [{hidden}, {result}] init {outer}"]
    up = "x @ up"
    if has_bias:
        body.append(f"param b1: [{hidden}] init {inner}")
        body.append(f"param b2: [{result}] init {inner}")
        up += " + b1"
    if extra:
        body.append(f"param side: [{extra}, {hidden}] init {weights(draw, size[extra])}")
        up += " + c @ side"
    if is_gated:
        form = draw.of(("{gate} * ({up})", "min({gate}, 7) * clamp({up} + 1, -7, 7)"))
        text = form.format(gate=activation(draw, "g"), up=up)
        body.append("g = x @ gate")
    else:
        body.append(f"g = {up}")
        text = activation(draw, "g")
    if draw.chance(0.3):
        body.append(f"h = {text}")
        text = "h"
    else:
        text = f"({text})"
    return body, f"{text} @ down" + (" + b2" if has_bias else "")


def linear(program, width, result, extra):
    draw = program.draw
    made = result
    if width == result:
        made = program.derived("Y", width, program.dims[width])
    body = [f"param w: [{width}, {made}] init {weights(draw, program.dims[width])}"]
    text = draw.of(("(x @ w)", "(tanh(x) @ w)", "tanh(x @ w)"))
    if made != result:
        text += f"[{made} as {result}]"
    if extra:
        body.append(f"param side: [{extra}, {result}] init normal(std: 0.3)")
        text = f"({text}) * sigmoid(c @ side)"
    return body, text


def elementwise(program, width, result, extra):
    """No matrix at all: a vector of weights for each expert."""
    draw = program.draw
    if width != result or extra:
        return linear(program, width, result, extra)
    return [f"param w: [{width}] init normal(std: 0.5)"], draw.of(("x * w", "x + w", "silu(x * w)"))


def normed(program, width, result, extra):
    """Something that looks along the whole width before the matrices."""
    body, text = feed_forward(program, width, result, extra)
    form = program.draw.of(("rmsnorm[{}](x, eps: 1e-5)", "softmax[{}](x)", "layernorm[{}](x, eps: 1e-4)"))
    name = "z"
    return ([f"{name} = {form.format(width)}"] + [line.replace("x @", "z @") for line in body],
            text.replace("x @", "z @"))


def free_form(program, width, result, extra):
    values = [("x", (width,))] + ([("c", (extra,))] if extra else [])
    statics = sorted({width, result, program.dim("F")} | ({extra} if extra else set()))
    make = Formulas(program, values, statics)
    text = "tanh(" + make.formula((result,), program.draw.whole(2, 4)) + ")"
    joined = " ".join(make.body) + text
    # An input that is never used is an error.
    for name, dims in values:
        if not any(word == name for word in _words(joined)):
            text += f" + mean[{dims[0]}]({name})"
    return make.body, text


def _words(text):
    word = ""
    for c in text + " ":
        if c.isalnum() or c == "_":
            word += c
        else:
            yield word
            word = ""


FORMS = ((feed_forward, 6), (linear, 2), (elementwise, 1), (normed, 1), (free_form, 2))


def make_expert(program, width, result, extra=None, is_record=False):
    """The name of a new expert [width](, [extra]) -> [result]; a record also
    gives one number `s`."""
    body, text = program.draw.weighted(FORMS)(program, width, result, extra)
    inputs = f"x: [{width}]" + (f", c: [{extra}]" if extra else "")
    if is_record:
        body.append(f"y = {text}")
        body.append(f"return (y: y, s: mean[{result}](y) + x_part)".replace(
            "x_part", f"max[{width}](x)"))
        return program.component("expert", "Expert", inputs, f"(y: [{result}], s: [])", body)
    return program.component("expert", "Expert", inputs, bracket([result]), body + [f"return {text}"])
