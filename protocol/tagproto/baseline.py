"""The search for a fitting's baseline (SPEC.md, Baseline), once for the tag and for the host that checks it.

Works on raw codes in integers.
"""

from .records import FLAG_CELL_SATURATED, FLAG_NO_CELL, FLAG_NO_PROX, FLAG_NO_TEMP, FLAG_STRAP_OPEN
from .tamper import BASELINE_APART_S, BASELINE_READINGS, BASELINE_TAC_UG_DL

# A reading with one of these has no value of some sense, or is not of a closed strap.
_UNFIT = FLAG_STRAP_OPEN | FLAG_NO_CELL | FLAG_NO_TEMP | FLAG_NO_PROX | FLAG_CELL_SATURATED


def cell_code_max(cell_zero_uv: int, cell_span_pa_per_mg_dl: int, tia_ohm: int, adc_nv_per_code: int) -> int:
    """The highest code of the cell that is not above BASELINE_TAC_UG_DL.

    Raises ValueError where a scale is not positive.
    """
    if min(cell_span_pa_per_mg_dl, tia_ohm, adc_nv_per_code) <= 0:
        raise ValueError("a calibration without a scale")
    return (BASELINE_TAC_UG_DL * tia_ohm * cell_span_pa_per_mg_dl // 1000000 + 1000 * cell_zero_uv) // adc_nv_per_code


class Search:
    """Takes what is fit of the readings of one boot of a fitting.

    prox_count_min: the lowest count on skin; cell_code_max: the highest code without alcohol. taken: readings so far;
    first, last: numbers of the first and the last of their records.
    """

    def __init__(self, prox_count_min: int, cell_code_max: int) -> None:
        self.taken = 0
        self.first = 0
        self.last = 0
        self._prox_count_min = prox_count_min
        self._cell_code_max = cell_code_max
        self._values: "list[tuple[int, int, int]]" = []
        # Since the last one that was taken; the first one is taken at once.
        self._apart_ms = BASELINE_APART_S * 1000

    def step(self, passed_ms: int, number: int, flags: int, cell_code: int, temp_code: int, prox_count: int) -> bool:
        """A reading, so long after the one before it, that has this record; whether there is a baseline now."""
        if self.taken == BASELINE_READINGS:
            return True
        self._apart_ms += passed_ms
        if (
            self._apart_ms >= BASELINE_APART_S * 1000
            and not flags & _UNFIT
            and prox_count >= self._prox_count_min
            and cell_code <= self._cell_code_max
        ):
            self._apart_ms = 0
            if not self.taken:
                self.first = number
            self.last = number
            self.taken += 1
            self._values.append((cell_code, temp_code, prox_count))
        return self.taken == BASELINE_READINGS

    def values(self) -> "dict[str, int | bytes]":
        """Fields of the BASELINE record: of an even number of readings the lower one of the middle two."""
        cell_code, temp_code, prox_count = [
            sorted([values[sense] for values in self._values])[(BASELINE_READINGS - 1) // 2] for sense in range(3)
        ]
        return {
            "first": self.first,
            "last": self.last,
            "readings": self.taken,
            "cell_code": cell_code,
            "temp_code": temp_code,
            "prox_count": prox_count,
        }
