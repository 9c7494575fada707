"""Seeded choices, and the text of a program as it grows."""
import random


class Draw:
    """Choices that follow from the seed alone, on every version of Python."""

    def __init__(self, seed):
        self.source = random.Random(seed)

    def whole(self, low, high):
        return low + int(self.source.random() * (high - low + 1))

    def of(self, items):
        items = list(items)
        return items[self.whole(0, len(items) - 1)]

    def chance(self, probability):
        return self.source.random() < probability

    def some(self, items):
        """A subset, in the order given."""
        return [item for item in items if self.chance(0.5)]

    def weighted(self, pairs):
        total = sum(weight for _, weight in pairs)
        left = self.source.random() * total
        for item, weight in pairs:
            left -= weight
            if left < 0:
                return item
        return pairs[-1][0]


# Odd ones on both sides of the vectors' and tiles' sizes.
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 18, 20, 24, 31, 32, 33)


class Program:
    """Dimensions, components and the outside of one program."""

    def __init__(self, draw, is_wide):
        self.draw = draw
        self.is_wide = is_wide  # clauses of stage S2 too
        self.dims = {}        # name -> size; for a bounded one, its bound
        self.bounded = set()
        self.lines = []       # declarations of dimensions
        self.components = []  # texts
        self.used = set()     # names given out
        self.inputs = []      # (name, kind, dims, target): float, index or bool
        self.outputs = []     # (name, dims)
        self.layers = 0       # how many a stack has; 0: none
        self.is_causal = True
        self.is_f32 = True
        self.steps = False    # whether the export has step(along: S)
        self.draws = False    # whether it draws random numbers at inference
        self.spans_batch = False  # whether rows of the batch meet outside of routes
        self.multiples = {}   # bounded dim -> what its size is a multiple of

    def name(self, word):
        """A name like `word` that is not taken."""
        name, number = word, 1
        while name in self.used:
            number += 1
            name = word + str(number)
        self.used.add(name)
        return name

    def dim(self, letter, size=None):
        name = self.name(letter)
        size = size or self.draw.of(SIZES)
        self.dims[name] = size
        self.lines.append(f"dim {name} = {size}")
        return name

    def derived(self, letter, formula, size):
        name = self.name(letter)
        self.dims[name] = size
        self.lines.append(f"dim {name} = {formula}")
        return name

    def bound(self, letter, size):
        name = self.name(letter)
        self.dims[name] = size
        self.bounded.add(name)
        self.lines.append(f"dim {name} <= {size}")
        return name

    def component(self, kind, word, inputs, result, body):
        """Adds a component; `inputs` and `result` are written types."""
        name = self.name(word)
        lines = "".join(f"  {line}\n" for line in body)
        self.components.append(f"{kind} {name}({inputs}) -> {result} {{\n{lines}}}\n")
        return name


def bracket(dims):
    return "[" + ", ".join(dims) + "]"
