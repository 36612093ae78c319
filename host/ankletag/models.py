"""Values that pass between the rooms. Units stand in the names; integers wherever a value may become evidence."""

import hashlib
import uuid
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone

from tagproto import profiles, records
from tagproto.calibration import NOMINAL

AGAINST = "against"
INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Finding:
    """A judgement about the evidence, computed from pages.

    code: a short fixed word; severity: 'against' (the evidence, or a part of it, does not hold) or 'information';
    first_record, last_record: the record numbers that it concerns, None where there are none.
    """

    code: str
    severity: str
    first_record: int | None
    last_record: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class UtcSpan:
    """Milliseconds since 1970-01-01 UTC between which something happened; None: no bound on that side.

    attested: True when a station's attestation in the same boot gave the bounds.
    """

    earliest_ms: int | None
    latest_ms: int | None
    attested: bool

    @property
    def middle_ms(self) -> int | None:
        """The middle of two bounds; None unless attested, because bounds between boots are not a timestamp."""
        if not self.attested or self.earliest_ms is None or self.latest_ms is None:
            return None
        return (self.earliest_ms + self.latest_ms) // 2


def divide_half_away(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded to the nearest integer, halves away from zero; denominator > 0."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


# Temperatures farther from the reference count as so far, and spans that move by more as by so much: what is divided by
# stays positive.
_AWAY_MOST_MDEG_C = 40_000
SPAN_PPM_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns raw codes into values: one CONFIG record of the tag (SPEC.md, From codes to values). Each result is
    rounded once. Zero and span are those at reference_mdeg_c; calibrated_day: days since 1970-01-01, 0 for nominal."""

    calibration_id: bytes
    cell_zero_uv: int
    cell_span_pa_per_mg_dl: int
    tia_ohm: int
    adc_nv_per_code: int
    temp_ndeg_c_per_code: int
    prox_uv_per_count: int
    calibrated_day: int = 0
    reference_mdeg_c: int = 0
    zero_nv_per_deg_c: int = 0
    span_ppm_per_deg_c: int = 0

    def _away_mdeg_c(self, temp_code: int | None) -> int:
        if temp_code is None:
            return 0
        away = self.temp_mdeg_c(temp_code) - self.reference_mdeg_c
        return max(-_AWAY_MOST_MDEG_C, min(_AWAY_MOST_MDEG_C, away))

    def _cell_pv(self, cell_code: int, away_mdeg_c: int) -> int:
        over_zero_nv = cell_code * self.adc_nv_per_code - self.cell_zero_uv * 1000
        return over_zero_nv * 1000 - self.zero_nv_per_deg_c * away_mdeg_c

    def cell_pa(self, cell_code: int, temp_code: int | None) -> int:
        """Cell current in pA. Negative when the cell sits below its zero. temp_code: None where there is none."""
        return divide_half_away(self._cell_pv(cell_code, self._away_mdeg_c(temp_code)), self.tia_ohm)

    def tac_ug_dl(self, cell_code: int, temp_code: int | None) -> int:
        """TAC in ug/dL (20,000 is 0.02 g/dL), from the exact current rather than from the rounded cell_pa."""
        away = self._away_mdeg_c(temp_code)
        ppm = max(-SPAN_PPM_MOST, min(SPAN_PPM_MOST, self.span_ppm_per_deg_c))
        divisor = self.tia_ohm * self.cell_span_pa_per_mg_dl * (10**9 + ppm * away)
        return divide_half_away(10**12 * self._cell_pv(cell_code, away), divisor)

    def temp_mdeg_c(self, temp_code: int) -> int:
        """Skin-side temperature in thousandths of a degree Celsius."""
        return divide_half_away(temp_code * self.temp_ndeg_c_per_code, 1_000_000)

    def ir_mv(self, prox_count: int) -> int:
        """Infrared proximity in mV."""
        return divide_half_away(prox_count * self.prox_uv_per_count, 1000)

    @property
    def calibrated_on(self) -> str | None:
        """The day on which it was measured, as 2026-01-31; None of nominal figures."""
        if not self.calibrated_day:
            return None
        return f"{datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(days=self.calibrated_day):%Y-%m-%d}"

    @property
    def usable(self) -> bool:
        """False when a divisor is zero: such a record turns nothing into values."""
        return self.tia_ohm > 0 and self.cell_span_pa_per_mg_dl > 0


def calibration_words(calibration_id: bytes) -> str:
    """What a calibration is called: that of the parts' own figures by its name, others in hexadecimal."""
    return calibration_id.decode() if calibration_id == NOMINAL[0] else calibration_id.hex()


@dataclass(frozen=True, slots=True)
class Pace:
    """How an order has a tag sample, seal and take fixes (0: none); profile: a code of tagproto.profiles."""

    cadence_s: int
    seal_interval_s: int
    profile: int = profiles.STANDARD
    fix_interval_s: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """How the tag samples and seals from a CONFIG record on."""

    number: int
    cadence_s: int
    seal_interval_s: int
    calibration: Calibration
    profile: int
    fix_interval_s: int


def config_of(record: records.Record) -> Config | None:
    """The Config in a CONFIG record; None for another kind, a short body, or one that nothing can be divided by."""
    if record.kind != records.CONFIG:
        return None
    values = record.values()
    if not isinstance(values, dict):
        return None
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    calibration_id = values["calibration_id"]
    assert isinstance(calibration_id, bytes)
    known = {field.name: numbers[field.name] for field in fields(Calibration) if field.name in numbers}
    calibration = Calibration(calibration_id, **known)
    if not calibration.usable or not numbers["cadence_s"]:
        return None
    return Config(
        record.number,
        numbers["cadence_s"],
        numbers["seal_interval_s"],
        calibration,
        numbers["profile"],
        numbers["fix_interval_s"],
    )


def readable(data: bytes) -> str:
    """Text that a tag sent, as UTF-8, fit for a terminal: what is not printable, line ends excepted, becomes U+FFFD."""
    text = data.decode("utf-8", "replace")
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def order_id_of(text: str) -> bytes:
    """The 16 opaque bytes that the tag stores for an order.

    A UUID or 32 hex digits are taken as they stand. Any other text is hashed (SHA-256, first 16 bytes): the tag never
    holds order text. Raises ValueError for an empty text.
    """
    text = text.strip()
    if not text:
        raise ValueError("the order is empty")
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        return hashlib.sha256(text.encode()).digest()[:16]
