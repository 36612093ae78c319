"""Thresholds (SPEC.md), once for the tag that tells of them at once and the host that judges alcohol again.

Works on raw codes in integers; times add up as for tamper.
"""

from .records import FLAG_CELL_SATURATED, FLAG_NO_CELL
from .tamper import Scored, times

ALCOHOL = 1
BATTERY = 2

# code -> (name, the condition in words, seconds that it takes to begin, seconds that it takes to end)
RULES: "dict[int, tuple[str, str, int, int]]" = {
    ALCOHOL: ("alcohol", "TAC above 20,000 ug/dL, by the code alone", 180, 1800),
    BATTERY: ("battery", "the charge that its voltage stands for lasts under 10 days", 3600, 3600),
}
NAMES = {code: rule[0] for code, rule in RULES.items()}
CODES = tuple(sorted(RULES))
# TAC is not said to rise any more when the highest code is so old.
RISING_MS = 3600000

_ALCOHOL = 1 << ALCOHOL
_BATTERY = 1 << BATTERY
_NO_VALUE = FLAG_NO_CELL | FLAG_CELL_SATURATED
_VALUE_MAX = 2**31 - 1


def tac_ug_dl(
    cell_code: int, cell_zero_uv: int, cell_span_pa_per_mg_dl: int, tia_ohm: int, adc_nv_per_code: int
) -> int:
    """What a code alone says, without a temperature; halves away from zero, within 32 bits."""
    nv = cell_code * adc_nv_per_code - 1000 * cell_zero_uv
    scale = tia_ohm * cell_span_pa_per_mg_dl
    tac = min((2000000 * abs(nv) + scale) // (2 * scale), _VALUE_MAX)
    return tac if nv >= 0 else -tac


class Watch(Scored):
    """Follows the readings of one fitting in order, and the battery.

    cell_code_max: the highest code that is not above the limit of alcohol. rising: whether TAC rises.
    """

    def __init__(self, cell_code_max: int) -> None:
        super().__init__(times(RULES))
        self.cell_code_max = cell_code_max
        self.rising = False
        # The highest code since alcohol began, and how old it is.
        self._most = 0
        self._most_age_ms = 0

    def reading(self, passed_ms: int, flags: int, cell_code: int) -> int:
        """A reading, so long after the one before it; bits of what began or ended with it.

        One that is not above `cell_code_max` changes nothing while nothing is `active` or `scored`: it may be left out.
        """
        known = 0 if flags & _NO_VALUE else _ALCOHOL
        shown = _ALCOHOL if cell_code > self.cell_code_max else 0
        changed = self.judge(passed_ms, known, (shown ^ self.active) & known)
        if changed & _ALCOHOL or (known and cell_code > self._most):
            self._most = cell_code
            self._most_age_ms = 0
        else:
            self._most_age_ms += passed_ms
        self.rising = bool(self.active & _ALCOHOL) and self._most_age_ms < RISING_MS
        return changed

    def battery(self, passed_ms: int, low: bool) -> int:
        """As `reading`, of the battery."""
        shown = _BATTERY if low else 0
        return self.judge(passed_ms, _BATTERY, (shown ^ self.active) & _BATTERY)
