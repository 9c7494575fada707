"""Random formulas: values of given dimensions from what is at hand."""
from draw import bracket

UNARY = ("relu({})", "gelu({})", "gelu_tanh({})", "silu({})", "sigmoid({})", "tanh({})",
         "softplus({})", "exp(min({}, 1.5))", "log(1 + abs({}))", "log2(2 + abs({}))",
         "sqrt(abs({}) + 0.1)", "rsqrt(abs({}) + 0.5)", "abs({})", "square(tanh({}))", "erf({})",
         "normal_cdf({})", "sin({})", "cos({})", "(-{})", "clamp({}, -0.75, 1.25)",
         "pow(abs({}) + 0.25, 1.5)", "stop_gradient({})", "dropout({}, rate: 0.1)",
         "phase(train: 0, infer: {})", "f32({})", "compute({})", "bf16({})")
BINARY = ("({} + {})", "({} - {})", "({} * {})", "({} / (1 + abs({})))", "max({}, {})",
          "min({}, {})")
NORMS = ("softmax[{}]({})", "log_softmax[{}]({})", "rmsnorm[{}]({}, eps: 1e-5)",
         "layernorm[{}]({}, eps: 1e-3)", "l2norm[{}]({}, eps: 1e-4)")
REDUCE = ("sum[{}]({})", "mean[{}]({})", "max[{}]({})", "min[{}]({})", "logsumexp[{}]({})",
          "var[{}]({})", "last[{}]({})")
ALONG = ("cumsum[{}]({})", "sort[{}]({})", "shift[{}]({}, by: 1)", "shift[{}]({}, by: -2)")
FLOATS = (" init normal(std: 0.3)", " init uniform(bound: 0.4)", " init ones",
          " init trunc_normal(std: 0.5)", " init constant(0.25)")


class Formulas:
    """Makes formulas in the body of one component."""

    def __init__(self, program, values, statics):
        self.program = program
        self.draw = program.draw
        self.values = list(values)    # (text, dims) of numbers
        self.statics = list(statics)  # dimensions that parameters may have
        self.body = []                # statements before the `return`
        self.used = set()

    def parameter(self, dims, init=None, element=""):
        name = f"p{len(self.used) + 1}"
        self.used.add(name)
        self.body.append(f"param {name}: {element}{bracket(dims)}{init or self.draw.of(FLOATS)}")
        return name

    def local(self, text):
        name = f"v{len(self.used) + 1}"
        self.used.add(name)
        self.body.append(f"{name} = {text}")
        return name

    def leaf(self, dims):
        """Something at hand, with what is missing repeated or multiplied in."""
        fitting = [(text, has) for text, has in self.values if set(has) <= set(dims)]
        if not fitting or self.draw.chance(0.15):
            missing = list(dims)
            static = [dim for dim in missing if dim in self.statics]
            if not static:
                return f"ones{bracket(missing)}()" if missing else "0.5"
            text = self.parameter(static)
            missing = [dim for dim in missing if dim not in static]
        else:
            text, has = self.draw.of(fitting)
            missing = [dim for dim in dims if dim not in has]
        return f"expand{bracket(missing)}({text})" if missing else text

    def formula(self, dims, depth):
        """Text of a value with just these dimensions."""
        draw = self.draw
        if depth <= 0:
            return self.leaf(dims)
        make = draw.weighted([(self.unary, 5), (self.binary, 6), (self.norm, 2 if dims else 0),
                              (self.reduction, 3), (self.product, 4), (self.dot, 2),
                              (self.along, 1 if dims else 0), (self.outer, 1),
                              (self.choice, 2), (self.bound_name, 2), (self.leaf_again, 1)])
        return make(dims, depth - 1)

    def leaf_again(self, dims, depth):
        return self.leaf(dims)

    def unary(self, dims, depth):
        return self.draw.of(UNARY).format(self.formula(dims, depth))

    def binary(self, dims, depth):
        whole = self.formula(dims, depth)
        if self.draw.chance(0.2):
            part = self.draw.of(("0.5", "1.25", "3", "1e-3"))
        else:
            part = self.formula(self.draw.some(dims), depth - 1)
        form = self.draw.of(BINARY)
        return form.format(whole, part) if self.draw.chance(0.6) else form.format(part, whole)

    def norm(self, dims, depth):
        over = self.draw.of(dims)
        return self.draw.of(NORMS).format(over, self.formula(dims, depth))

    def reduction(self, dims, depth):
        more = [dim for dim in self.statics if dim not in dims]
        if not more:
            return self.unary(dims, depth)
        over = self.draw.of(more)
        wide = self.formula(list(dims) + [over], depth)
        if self.draw.chance(0.2):
            k = self.draw.whole(1, self.program.dims[over])
            return self.draw.of(("kth", "top_sum")) + f"[{over}]({wide}, {k})"
        return self.draw.of(REDUCE).format(over, wide)

    def product(self, dims, depth):
        """x @ w: w has what is summed over and some of the result."""
        made = [dim for dim in dims if dim in self.statics and self.draw.chance(0.6)]
        summed = [dim for dim in self.statics if dim not in dims]
        if not summed or not self.statics:
            return self.unary(dims, depth)
        over = self.draw.of(summed)
        x = self.formula([dim for dim in dims if dim not in made] + [over], depth)
        w = self.parameter([over] + made, " init normal(std: 0.3)")
        return f"({x} @ {w})"

    def dot(self, dims, depth):
        summed = [dim for dim in self.statics if dim not in dims]
        if not summed:
            return self.binary(dims, depth)
        over = self.draw.of(summed)
        left = self.draw.some(dims)
        right = [dim for dim in dims if dim not in left or self.draw.chance(0.3)]
        return (f"dot[{over}]({self.formula(left + [over], depth)}, "
                f"{self.formula(right + [over], depth)})")

    def along(self, dims, depth):
        over = self.draw.of(dims)
        return self.draw.of(ALONG).format(over, self.formula(dims, depth))

    def outer(self, dims, depth):
        left = self.draw.some(dims)
        right = [dim for dim in dims if dim not in left]
        if not left or not right:
            return self.unary(dims, depth)
        return f"outer({self.formula(left, depth)}, {self.formula(right, depth)})"

    def choice(self, dims, depth):
        """A condition on what is at hand, so that close calls stay rare."""
        condition = f"{self.leaf(dims)} > {self.draw.of(('0.1', '-0.3', '0.7'))}"
        return (f"where({condition}, {self.formula(dims, depth)}, "
                f"{self.formula(self.draw.some(dims), depth - 1)})")

    def bound_name(self, dims, depth):
        """The same value under a name, which later formulas may use."""
        name = self.local(self.formula(dims, depth))
        self.values.append((name, tuple(dims)))
        return name
