"""Tamper classes that readings show, once for the tag that tells of them at once and the host that judges them again.

Works on raw codes in integers. A class begins when its condition has held for long enough, and ends when it has not for
long enough; one odd reading does neither.
"""

from .records import FLAG_NO_CELL, FLAG_NO_PROX, FLAG_NO_TEMP

SKIN = 1
OBSTRUCTION = 2
TEMPERATURE = 3
LIQUID = 4
SENSE = 5

# Nothing on skin reflects less: the bracelets of UCI data set 515 show 0.67 to 1.85 V on wearers.
SKIN_BELOW_MV = 400
# The reference bracelet's own limit around the baseline; on that set it takes 0 to 8 readings a wearer.
OBSTRUCTION_MV = 250
# The same set shows 18.7 to 38.5 degC on legs, and under 20 for an hour at most.
COLD_MDEG_C = 20000
HOT_MDEG_C = 40000
# Water in the gap takes infrared away, and brings its own temperature within minutes.
LIQUID_MV = 150
LIQUID_MDEG_C = 2000
# What the temperature is compared with: its own mean over about so long.
SLOW_MS = 1800000

# code -> (name, the condition in words, seconds that it takes to begin, seconds that it takes to end)
RULES: "dict[int, tuple[str, str, int, int]]" = {
    SKIN: ("skin lost", "infrared below 400 mV", 180, 180),
    OBSTRUCTION: ("obstruction", "infrared more than 250 mV from the baseline, not below 400 mV", 10800, 3600),
    TEMPERATURE: ("temperature", "below 20 or above 40 degC", 7200, 3600),
    LIQUID: (
        "liquid",
        "infrared more than 150 mV below the baseline, and temperature more than 2 degC from its mean of half an hour",
        180,
        600,
    ),
    SENSE: ("sense lost", "a sense gives no value", 300, 300),
}
NAMES = {code: rule[0] for code, rule in RULES.items()}

# The baseline is the median of so many readings without alcohol, at least so far apart, as the reference bracelet does it.
BASELINE_READINGS = 10
BASELINE_APART_S = 300
BASELINE_TAC_UG_DL = 20000

# At least so many readings begin or end a class, however far they lie apart.
READINGS = 3
# A reading without the condition takes back so many times its time.
_BACK = 2
_NO_VALUE = FLAG_NO_CELL | FLAG_NO_TEMP | FLAG_NO_PROX
_SLOW_SHIFT = 8
_CODES = tuple(sorted(RULES))


class Limits:
    """The conditions in raw codes, for one calibration: microvolts a count and billionths of a degree a code.

    Raises ValueError where one of them is not positive.
    """

    def __init__(self, prox_uv_per_count: int, temp_ndeg_c_per_code: int) -> None:
        if prox_uv_per_count <= 0 or temp_ndeg_c_per_code <= 0:
            raise ValueError("a calibration without a scale")
        self.skin = SKIN_BELOW_MV * 1000 // prox_uv_per_count
        self.obstruction = OBSTRUCTION_MV * 1000 // prox_uv_per_count
        self.liquid = LIQUID_MV * 1000 // prox_uv_per_count
        self.cold = COLD_MDEG_C * 1000000 // temp_ndeg_c_per_code
        self.hot = HOT_MDEG_C * 1000000 // temp_ndeg_c_per_code
        self.moved = LIQUID_MDEG_C * 1000000 // temp_ndeg_c_per_code


class Watch:
    """Follows the readings of one fitting in order.

    baseline: proximity count, 0 while there is none: obstruction and liquid are then not judged. active: bits
    `1 << code` of the classes that have begun and not ended. age_ms: by code, how long before the last reading the
    change began to show.
    """

    def __init__(self, limits: Limits, baseline: int = 0) -> None:
        self.baseline = baseline
        self.active = 0
        self.age_ms = [0] * (_CODES[-1] + 1)
        self._limits = limits
        # By code: how long the opposite of what is in force has shown, less what spoke against it.
        self._score_ms = [0] * (_CODES[-1] + 1)
        self._slow = -1

    def step(self, passed_ms: int, flags: int, temp_code: int, prox_count: int) -> int:
        """A reading, so long after the one before it; bits of the classes that began or ended with it."""
        limits = self._limits
        shown = known = 0
        if flags & _NO_VALUE:
            shown = 1 << SENSE
        known = 1 << SENSE
        has_temp = not flags & FLAG_NO_TEMP
        moved = False
        if has_temp:
            known |= 1 << TEMPERATURE
            if not limits.cold <= temp_code <= limits.hot:
                shown |= 1 << TEMPERATURE
            moved = self._moved(passed_ms, temp_code)
        if not flags & FLAG_NO_PROX:
            known |= 1 << SKIN
            off = prox_count < limits.skin
            if off:
                shown |= 1 << SKIN
            if self.baseline:
                known |= 1 << OBSTRUCTION
                away = prox_count - self.baseline
                if not off and not -limits.obstruction <= away <= limits.obstruction:
                    shown |= 1 << OBSTRUCTION
                if has_temp:
                    known |= 1 << LIQUID
                    if moved and away < -limits.liquid and not off:
                        shown |= 1 << LIQUID
        return self._judge(passed_ms, known, shown)

    def _moved(self, passed_ms: int, temp_code: int) -> bool:
        value = temp_code << _SLOW_SHIFT
        if self._slow < 0:
            self._slow = value
        # As it was before this reading: a step shows at once.
        moved = abs(value - self._slow) > self._limits.moved << _SLOW_SHIFT
        self._slow += (value - self._slow) * min(passed_ms, SLOW_MS) // SLOW_MS
        return moved

    def _judge(self, passed_ms: int, known: int, shown: int) -> int:
        changed = 0
        scores = self._score_ms
        ages = self.age_ms
        against = shown ^ self.active
        for code in _CODES:
            bit = 1 << code
            score = scores[code]
            if not known & bit or not (score or against & bit):
                continue
            needed = RULES[code][3 if self.active & bit else 2] * 1000
            if not against & bit:
                scores[code] = max(0, score - _BACK * passed_ms)
                ages[code] += passed_ms
                continue
            ages[code] = ages[code] + passed_ms if score else 0
            # A first reading shows as much as one after the shortest time that counts.
            scores[code] = score = score + max(1, min(passed_ms, needed // READINGS))
            if score >= needed:
                self.active ^= bit
                changed |= bit
                scores[code] = 0
        return changed
