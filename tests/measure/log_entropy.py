"""How near the coding is to what can be: entropies of the coded values, other predictors, an adaptive arithmetic coder.

Nothing here is a format: each figure is a length in bits, worked out on the very values that the run coded.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from taghil.world.parts import ads1115, lmp91000, tmp117, vcnl4040
from tagproto.rice import Model

CELL_LSB_V = 62.5e-6
PART_NOISE_LSB = {
    "cell": math.hypot(ads1115.NOISE_LSB, lmp91000.NOISE_V / CELL_LSB_V),
    "temp": tmp117.NOISE_LSB[1],
    "prox": vcnl4040.NOISE_COUNTS,
}
"""The parts' own noise in steps of the code, rms, as the world draws it with `noise = 1`."""


ESCAPE_ONES, ESCAPE_BITS = 12, 44
"""The longest quotient of a Rice code, and the length of what stands in its place (SPEC.md, readings)."""


def zigzag(value: int) -> int:
    """0, -1, 1, -2 become 0, 1, 2, 3."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def _bits(counts: Counter[int]) -> float:
    total = sum(counts.values())
    return -sum(count * math.log2(count / total) for count in counts.values())


def order_0(values: Sequence[int]) -> float:
    """Empirical entropy in bits a value: the limit of any code that takes each by itself with one fixed table."""
    return _bits(Counter(values)) / len(values)


def given_the_last(values: Sequence[int]) -> float:
    """Entropy in bits a value, given the size class of the one before: what a context of one value would bring."""
    by_class: dict[int, Counter[int]] = defaultdict(Counter)
    before = 0
    for value in values:
        by_class[zigzag(before).bit_length()][value] += 1
        before = value
    return sum(_bits(counts) for counts in by_class.values()) / len(values)


def adaptive_arithmetic(values: Sequence[int]) -> float:
    """Bits a value of an adaptive arithmetic coder, its learning paid for.

    Size class (bit length of the zigzag value) under counts that depend on the running mean of the sizes, then the two
    bits below the leading one under counts that depend on the class, the others raw.
    """
    classes = 34
    sizes: dict[int, list[int]] = defaultdict(lambda: [1] * (classes + 1))
    tops: dict[int, list[int]] = defaultdict(lambda: [1, 1, 1, 1, 4])
    bits = 0.0
    mean16 = 0
    for value in values:
        zig = zigzag(value)
        size = zig.bit_length()
        counts = sizes[mean16 >> 3]
        total = counts[classes] - 1 + classes
        bits -= math.log2(counts[size] / total)
        counts[size] += 1
        counts[classes] += 1
        if size > 1:
            shift = max(0, size - 3)
            top = zig >> shift & (3 if size > 2 else 1)
            table = tops[size]
            bits += shift - math.log2(table[top] / (table[4] if size > 2 else table[4] - 2))
            table[top] += 1
            table[4] += 1
        mean16 += size - (mean16 >> 4)
    return bits / len(values)


def rice(values: Sequence[int]) -> float:
    """Bits a value of the coder's own adaptive Rice code, if it never had to begin a page anew."""
    model = Model()
    bits = 0
    for value in values:
        zig = zigzag(value)
        ones = zig >> model.k
        bits += ones + 1 + model.k if ones < ESCAPE_ONES else ESCAPE_BITS
        model.learn(zig)
    return bits / len(values)


def noise_alone(sigma_lsb: float) -> float:
    """Entropy in bits of normal noise once it is rounded to whole codes, over all places of the mean between two codes.

    No coder can do with less, even one that knew what the skin does before it happens.
    """
    places = 64
    bits = 0.0
    for place in range(places):
        mean = place / places
        reach = int(8 * sigma_lsb) + 2
        for code in range(-reach, reach + 1):
            share = _normal((code + 0.5 - mean) / sigma_lsb) - _normal((code - 0.5 - mean) / sigma_lsb)
            if share > 0.0:
                bits -= share * math.log2(share)
    return bits / places


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


Predictor = Callable[[int, int, int], int]
PREDICTORS: dict[str, Predictor] = {
    "the last": lambda a, b, c: a,
    "mean of the last two": lambda a, b, c: (a + b) >> 1,
    "mean of the last three": lambda a, b, c: (a + b + c) // 3,
    "the line through the last two": lambda a, b, c: 2 * a - b,
    "half of that slope": lambda a, b, c: a + ((a - b) >> 1),
    "the last, slope of the last three": lambda a, b, c: a + ((a - c) >> 1),
}
"""From the last value, the one before it and the one before that."""


def predicted(values: Sequence[int], predict: Predictor) -> list[int]:
    """The residuals of a predictor; the first three of a stream are left out."""
    return [
        value - predict(a, b, c) for c, b, a, value in zip(values, values[1:], values[2:], values[3:], strict=False)
    ]


def least_squares(values: Sequence[int], order: int) -> tuple[list[float], list[int]]:
    """The best fixed linear predictor of an order over the differences, found on all of the values; its residuals."""
    steps = [after - before for before, after in pairwise(values)]
    # Steps that a skin does not make (on and off the skin) would rule the fit.
    limit = 8 * (sorted(abs(step) for step in steps)[len(steps) // 2] + 1)
    matrix = [[0.0] * (order + 1) for _ in range(order)]
    for at in range(order, len(steps)):
        window = steps[at - order : at + 1]
        if max(window) > limit or min(window) < -limit:
            continue
        for i in range(order):
            past = window[order - 1 - i]
            for j in range(order):
                matrix[i][j] += past * window[order - 1 - j]
            matrix[i][order] += past * window[order]
    weights = _solve(matrix)
    residuals = [
        steps[at] - round(sum(weight * steps[at - 1 - i] for i, weight in enumerate(weights)))
        for at in range(order, len(steps))
    ]
    return weights, residuals


def _solve(matrix: list[list[float]]) -> list[float]:
    """Gaussian elimination of [A | b]; a row without a pivot gives 0."""
    size = len(matrix)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        if not matrix[column][column]:
            continue
        for row in range(size):
            if row != column:
                factor = matrix[row][column] / matrix[column][column]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[column], strict=True)]
    return [row[size] / row[i] if row[i] else 0.0 for i, row in enumerate(matrix)]
