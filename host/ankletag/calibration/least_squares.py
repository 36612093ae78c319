"""Linear least squares in exact fractions: whoever repeats it comes to the same figures."""

from collections.abc import Sequence
from fractions import Fraction


def least_squares(rows: Sequence[Sequence[Fraction]], values: Sequence[Fraction]) -> list[Fraction] | None:
    """The coefficients whose sum of squared residuals is the least, by the normal equations; None where the rows do
    not tell them apart."""
    size = len(rows[0])
    matrix = [
        [sum((row[i] * row[j] for row in rows), Fraction(0)) for j in range(size)]
        + [sum((row[i] * value for row, value in zip(rows, values, strict=True)), Fraction(0))]
        for i in range(size)
    ]
    for column in range(size):
        pivot = next((row for row in range(column, size) if matrix[row][column]), None)
        if pivot is None:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        first = matrix[column][column]
        matrix[column] = [value / first for value in matrix[column]]
        for row in range(size):
            if row != column and matrix[row][column]:
                factor = matrix[row][column]
                matrix[row] = [own - factor * by for own, by in zip(matrix[row], matrix[column], strict=True)]
    return [row[-1] for row in matrix]
