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
# The reference bracelet's own limit around the baseline; on that set it takes 0 to 8 readings a wearer. It has to last
# four hours: with three, legs that shift are told of twice as often, with five three socks in ten are missed.
OBSTRUCTION_MV = 250
# The same set shows 18.7 to 38.5 degC on legs. At 20 degC for two hours one modelled wearer in 80 is told of a day.
COLD_MDEG_C = 18000
HOT_MDEG_C = 40000
# Water in the gap takes infrared away, and brings its own temperature within minutes. Less of either, or a mean over
# half an hour, accuses every second wearer who only walks about (docs/senses.md).
LIQUID_MV = 200
LIQUID_MDEG_C = 4000
# What the temperature is compared with: its own mean over about so long.
SLOW_MS = 600000

# code -> (name, the condition in words, seconds that it takes to begin, seconds that it takes to end)
RULES: "dict[int, tuple[str, str, int, int]]" = {
    SKIN: ("skin lost", "infrared below 400 mV", 180, 180),
    OBSTRUCTION: ("obstruction", "infrared more than 250 mV from the baseline, not below 400 mV", 14400, 3600),
    TEMPERATURE: ("temperature", "below 18 or above 40 degC", 10800, 3600),
    LIQUID: (
        "liquid",
        "infrared more than 200 mV below the baseline, and temperature more than 4 degC from its mean of ten minutes",
        180,
        600,
    ),
    SENSE: ("sense lost", "a sense gives no value", 300, 300),
}
NAMES = {code: rule[0] for code, rule in RULES.items()}
CODES = tuple(sorted(RULES))

# The baseline is the median of so many readings without alcohol, as the reference bracelet does it: five minutes apart,
# less what one may come late.
BASELINE_READINGS = 10
BASELINE_CADENCE_S = 300
BASELINE_APART_S = 290
BASELINE_TAC_UG_DL = 20000

# At least so many readings begin or end a class, however far they lie apart.
READINGS = 3
# A reading without the condition takes back so many times its time.
_BACK = 2
_NO_VALUE = FLAG_NO_CELL | FLAG_NO_TEMP | FLAG_NO_PROX
_SLOW_SHIFT = 8
_SKIN, _OBSTRUCTION, _TEMPERATURE, _LIQUID, _SENSE = [
    1 << code for code in (SKIN, OBSTRUCTION, TEMPERATURE, LIQUID, SENSE)
]


# What is sooner told of under a profile that asks for quicker notice.
QUICK = (SKIN, LIQUID, SENSE)


def _times(needed_s: int) -> "tuple[int, int]":
    """Milliseconds that are needed, and for how many of them one reading may stand."""
    return needed_s * 1000, -(-needed_s * 1000 // READINGS)


def times(
    rules: "dict[int, tuple[str, str, int, int]]", notice: int = 1
) -> "tuple[tuple[int, int, tuple[int, int], tuple[int, int]], ...]":
    """(code, its bit, times to begin, times to end) of each rule; those of QUICK begin `notice` times as soon."""
    found = []
    for code in sorted(rules):
        begin_s = rules[code][2] // notice if code in QUICK else rules[code][2]
        found.append((code, 1 << code, _times(begin_s), _times(rules[code][3])))
    return tuple(found)


class Scored:
    """Begins what has held for long enough, and ends what has not.

    times: what `times` gives. active: bits `1 << code` of what has begun and not ended. age_ms: by code, how long
    before the last reading the change began to show. scored: bits of those that are about to change.
    """

    def __init__(self, times: "tuple[tuple[int, int, tuple[int, int], tuple[int, int]], ...]") -> None:
        self.times = times
        self.active = 0
        self.scored = 0
        ages = times[-1][0] + 1
        self.age_ms = [0] * ages
        # By code: how long the opposite of what is in force has shown, less what spoke against it.
        self._score_ms = [0] * ages

    def judge(self, passed_ms: int, known: int, against: int) -> int:
        """A reading, so long after the one before it: the codes that it says something of, and those of which it
        shows the opposite of what is in force. Bits of what began or ended with it."""
        changed = 0
        scores = self._score_ms
        ages = self.age_ms
        for code, bit, to_begin, to_end in self.times:
            score = scores[code]
            if score:
                ages[code] += passed_ms
            elif against & bit:
                ages[code] = 0
            if not known & bit or not (score or against & bit):
                continue
            needed_ms, most_ms = to_end if self.active & bit else to_begin
            stands_ms = min(passed_ms, most_ms)
            if against & bit:
                # The first reading of all stands for no time, and must be remembered.
                score += max(1, stands_ms)
            else:
                score = max(0, score - _BACK * stands_ms)
            if score >= needed_ms:
                self.active ^= bit
                changed |= bit
                score = 0
            scores[code] = score
            self.scored = self.scored | bit if score else self.scored & ~bit
        return changed


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
        # In the mean's own unit.
        self.moved = (LIQUID_MDEG_C * 1000000 // temp_ndeg_c_per_code) << _SLOW_SHIFT


class Watch(Scored):
    """Follows the readings of one fitting in order.

    baseline: proximity count, 0 while there is none: obstruction and liquid are then not judged.
    """

    def __init__(self, limits: Limits, baseline: int = 0) -> None:
        super().__init__(times(RULES))
        self.baseline = baseline
        self._limits = limits
        # The mean temperature in 256ths of a code; None before the first one.
        self._slow: "int | None" = None

    def hurry(self, notice: int) -> None:
        """From now on, what is in QUICK begins so many times as soon as its rule says."""
        self.times = times(RULES, notice)

    def step(self, passed_ms: int, flags: int, temp_code: int, prox_count: int) -> int:
        """A reading, so long after the one before it; bits of the classes that began or ended with it."""
        limits = self._limits
        known = _SENSE
        shown = _SENSE if flags & _NO_VALUE else 0
        moved = False
        if not flags & FLAG_NO_TEMP:
            known |= _TEMPERATURE
            if temp_code < limits.cold or temp_code > limits.hot:
                shown |= _TEMPERATURE
            value = temp_code << _SLOW_SHIFT
            slow = self._slow
            if slow is None:
                self._slow = value
            else:
                away = value - slow
                # As it was before this reading: a step shows at once.
                moved = away > limits.moved or -away > limits.moved
                self._slow = slow + away * min(passed_ms, SLOW_MS) // SLOW_MS
        if not flags & FLAG_NO_PROX:
            known |= _SKIN
            baseline = self.baseline
            if baseline:
                known |= _OBSTRUCTION
                if known & _TEMPERATURE:
                    known |= _LIQUID
            if prox_count < limits.skin:
                shown |= _SKIN
            elif baseline:
                away = prox_count - baseline
                if away > limits.obstruction or -away > limits.obstruction:
                    shown |= _OBSTRUCTION
                if moved and -away > limits.liquid:
                    shown |= _LIQUID
        against = (shown ^ self.active) & known
        # Nearly every reading ends here: this runs once a reading on the tag.
        return self.judge(passed_ms, known, against) if against or self.scored else 0
