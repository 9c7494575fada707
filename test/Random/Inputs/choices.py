"""Choices of stage S2: what `select` can say beside `top`, `at` and `all`, and
what follows it. Each function adds the clauses of one router, or gives False
where a route cannot have it."""
import math

from draw import bracket


def add_scores(route, forms=()):
    """`score`, and `prob`, which is never negative."""
    e = route.experts
    forms = forms or (f"softmax[{e}](score)", f"softmax[{e}](score)", "sigmoid(score)",
                      f"softmax[{e}](score / 0.6)", "softplus(score)")
    route.clauses += [f"score = {route.score()}", f"prob = {route.draw.of(forms)}"]


def add_weight(route, others=()):
    e = route.experts
    forms = ("1", "prob", "prob", "score", "prob / (sum[selected](prob) + 1e-6)",
             "prob / max(sum[kept](prob), 1e-6)", "softmax[selected](score)",
             "softmax[kept](score)", f"prob / max(sum[{e}](f32(selected)), 1)",
             "prob - 0.5 * mean[kept](prob)", "prob / tokens", "f32(kept) * score",
             f"where(kept, prob, 0) + 0.1 * max[{e}](prob)")
    route.clauses.append(f"weight = {route.draw.of(forms + tuple(others))}")
    if "tokens" in route.clauses[-1]:
        route.program.spans_batch, route.program.is_causal = True, False
    if route.overflow != "pass" and route.draw.chance(0.15):
        route.clauses.append("combine = inputs")


def pick(route):
    """Every expert takes its units of each group."""
    draw, e = route.draw, route.experts
    over = draw.of((route.units, route.units[1:] or route.units))
    tokens = f"softmax{bracket(over)}(score)"
    add_scores(route, (f"softmax[{e}](score)", "sigmoid(score)", tokens))
    if tokens in route.clauses[-1]:
        route.program.spans_batch |= "B" in over
    count = draw.of(("max(floor({f} * tokens / {e}), 1)", "ceil({f} * tokens / {e})", "{n}",
                     "min(tokens, {n})", "tokens", "round_up(ceil(tokens / {e}), {n})"))
    count = count.format(f=draw.of(("1", "2", "0.7")), e=e, n=draw.whole(1, 5))
    where = draw.of(("", "", "", " where score > -0.3"))
    route.clauses.append(f"select = pick {count} by {draw.of(('prob', 'score'))}{where}")
    route.has_group = True
    add_weight(route)
    return True


def sample(route):
    draw, k = route.draw, route.draw.whole(1, min(route.size, 3))
    route.program.draws = True
    add_scores(route)
    where = draw.of(("", "", "", " where score > -0.5"))
    route.clauses.append(f"select = sample {k} by prob{where}")
    route.add_keep()
    route.add_capacity(k, True)
    add_weight(route)
    return True


def all_where(route):
    """Every expert for which a condition holds, in any number."""
    draw, e = route.draw, route.experts
    add_scores(route)
    k = draw.whole(1, route.size)
    condition = draw.weighted([(f"prob > {draw.of(('0.1', '0.2', '0.5'))}", 4), ("score > 0", 3),
                               (f"in_top[{e}](score, {k})", 2), (f"score >= kth[{e}](score, {k})", 1),
                               (f"prob > 0.3 or score > mean[{e}](score)", 1),
                               ("chance(prob)", 0 if route.is_inner else 1)])
    if "chance" in condition:
        route.program.draws = True
    masks = [x for x in route.extras if x[1] == "bool" and x[2] == route.units]
    if masks and draw.chance(0.5):
        condition = f"expand[{e}]({masks[0][0]}) and ({condition})"
    route.clauses.append(f"select = all where {condition}")
    route.add_keep()
    route.add_capacity(1, False)
    add_weight(route)
    return True


def balanced(route):
    """Each expert gets as many units as every other, so that a number of units
    must be a multiple of the number of experts."""
    program, draw, last = route.program, route.draw, route.units[-1]
    if last not in program.bounded and program.dims[last] % route.size == 0:
        over = draw.of((route.units, [last]))
    else:
        multiple = math.lcm(program.multiples.get("B", 1), route.size)
        if multiple > program.dims["B"]:
            return False
        program.multiples["B"] = multiple
        over = draw.of((route.units, ["B"]))
    route.over = over
    route.has_group = True
    add_scores(route)
    route.clauses.append(f"select = balanced by {draw.of(('score', 'prob'))}")
    add_weight(route)
    return True


def transport(route):
    """The largest of a plan that gives every expert its share."""
    draw = route.draw
    over = draw.of((route.units, route.units[1:] or route.units))
    route.program.spans_batch |= "B" in over
    route.program.is_causal = False
    add_scores(route)
    end = draw.of(("", ", tol: 1e-3", ", limit: 5"))
    route.clauses.append(f"select = top 1 by sinkhorn[{', '.join(over)} -> {route.experts}](score{end})")
    add_weight(route)
    return True


def given(route):
    """An index from a fixed table or drawn."""
    draw, e, units = route.draw, route.experts, route.units
    targets = [x for x in route.extras if x[1] == "index" and set(x[2]) <= set(units)]
    form = draw.weighted([("table", 3 if targets else 0), ("drawn", 2), ("likely", 1)])
    if form == "table":
        text, _, dims, target = draw.of(targets)
        table = route.program.name("table")
        route.body.append(f"fixed {table}: index<{e}>[{target}] = "
                          f"draw_index[{target}]({e}, seed: {draw.whole(0, 99)})")
        lacking = [dim for dim in units if dim not in dims]
        index = f"{table}[{text}]"
        index = f"expand{bracket(lacking)}({index})" if lacking else index
    elif form == "likely":
        index = f"categorical{bracket(units)}(softmax[{e}]({route.score()}))"
    else:
        index = f"draw_index{bracket(units)}({e})"
    route.program.draws |= form != "table"
    route.clauses.append(f"select = at {index}")
    route.add_capacity(1, False)
    weights = [f"sigmoid(max[{route.width}]({route.value}))"]
    weights += ["1", "0.75"] if route.sends_value else []
    route.clauses.append(f"weight = {draw.of(weights)}")
    return True


def once(route):
    """One expert for everything."""
    if not route.sends_value:
        return False
    route.units = []
    route.program.draws = True
    route.clauses += [f"select = at draw_index[]({route.experts})", "weight = 0.75"]
    return True


def own_scores(route):
    """Every expert says how much it counts."""
    draw, e = route.draw, route.experts
    if not route.sends_value:
        return False
    route.is_record = draw.chance(0.6)
    own = "each.s" if route.is_record else f"mean[{route.width}](each)"
    form = draw.of(("own", "both"))
    text = own if form == "own" else f"{route.score()} + {own}"
    route.clauses += [f"score = {text}", f"prob = {draw.of((f'softmax[{e}](score)', 'sigmoid(score)'))}",
                      "select = all", f"weight = {draw.of(('prob', 'score', 'prob * prob'))}"]
    return True


def merged(route):
    """One expert whose parameters are a mixture of all."""
    route.is_plain = True
    add_scores(route)
    route.clauses += ["select = all", f"weight = {route.draw.of(('prob', 'score', 'prob'))}",
                      "combine = merge"]
    return True


def noisy(route):
    """Random numbers beside the score."""
    draw, e = route.draw, route.experts
    k = draw.whole(1, min(route.size, 3))
    dims = bracket(route.units + [e])
    added = draw.of((f"gumbel{dims}()", f"0.3 * normal{dims}()", f"uniform{bracket(route.units)}()",
                     f"uniform[{e}]()"))
    route.program.draws = True
    add_scores(route)
    route.clauses.append(f"select = top {k} by score + {added}")
    route.add_keep()
    route.add_capacity(k, True)
    add_weight(route, ("1 / (1 + rank)", "prob * f32(rank == 0)"))
    return True


CHOICES = ((None, 6), (pick, 3), (sample, 2), (all_where, 3), (balanced, 2), (transport, 1),
           (given, 3), (once, 1), (own_scores, 2), (merged, 2), (noisy, 2))
# What an expert may hold that has a route itself.
INNER = ((None, 5), (all_where, 2), (own_scores, 1))


def add_wide_choice(route):
    """Whether one of these was added; else the route is one of stage S1."""
    make = route.draw.weighted(INNER if route.is_inner else CHOICES)
    return make is not None and make(route)
