"""What one pace of readings and seals takes of the flash in a day."""

from dataclasses import dataclass

from tagproto import records
from tagproto.layout import PAGES_PER_BLOCK, WINDOW_RECORDS_MAX
from tagproto.pages import PAGE_SIZE

from .ledger import Ledger
from .wearer import readings

DAY_S = 86_400
# So many days of the wearer's life are gone through, or fewer where that would be more readings than this.
_SAMPLE_DAYS = 16
_SAMPLE_READINGS = 25_000


@dataclass(frozen=True, slots=True)
class Pace:
    """A pace and what it takes, in the mean of the sample. A window that is full is sealed before its interval is over.

    reading_bytes: of a coded reading alone; seal_bytes: of a seal with the seed of its window; pages_per_day: of the
    ring, everything counted; journal_pages_per_day: of the journal; sample_readings: how many readings were coded.
    """

    cadence_s: int
    seal_interval_s: int
    reading_bytes: float
    seal_bytes: float
    pages_per_day: float
    journal_pages_per_day: float
    sample_readings: int

    @property
    def readings_per_day(self) -> float:
        return DAY_S / self.cadence_s

    @property
    def seals_per_day(self) -> float:
        return DAY_S / max(self.seal_interval_s, self.cadence_s)

    @property
    def bytes_per_reading(self) -> float:
        """Of flash, everything counted."""
        return self.pages_per_day * PAGE_SIZE / self.readings_per_day

    @property
    def journal_blocks_per_day(self) -> float:
        """Blocks of the journal that are erased to be written anew."""
        return self.journal_pages_per_day / PAGES_PER_BLOCK


def measure(cadence_s: int, seal_interval_s: int, noise: float, reading_bytes: float | None = None) -> Pace:
    """Code a sample of a modelled wearer's readings, whole windows with their seals. noise: a factor on the model's."""
    seal_interval_s = min(seal_interval_s, WINDOW_RECORDS_MAX * cadence_s)
    per_window = max(1, round(seal_interval_s / cadence_s))
    count = min(_SAMPLE_DAYS * DAY_S // cadence_s, _SAMPLE_READINGS)
    windows = max(1, round(count / per_window))
    ledger = Ledger()
    begin(ledger)
    first_payload, first_journal = ledger.pages, ledger.journal_pages
    coded = 0
    before = ledger.payload
    for number, codes in enumerate(readings(cadence_s, windows * per_window, noise), 1):
        coded += ledger.reading(codes, reading_bytes)
        if number % per_window == 0:
            ledger.seal(codes[0])
    taken = windows * per_window
    days = taken * cadence_s / DAY_S
    return Pace(
        cadence_s,
        seal_interval_s,
        coded / taken,
        (ledger.payload - before - coded) / windows,
        (ledger.pages - first_payload) / days,
        (ledger.journal_pages - first_journal) / days,
        taken,
    )


def begin(ledger: Ledger) -> None:
    """What stands in a log before the first reading: the first boot, a station's time, the fitting."""
    for kind in (records.BOOT, records.KEY, records.CONFIG):
        ledger.event(kind)
    ledger.seal(0)
    for kind in (records.ATTESTATION, records.CONFIG, records.FIT):
        ledger.event(kind)
    ledger.seal(0)
