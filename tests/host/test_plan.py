"""What a pace takes of flash and battery, against logs that were lived and against the firmware's own journal."""

import functools
import importlib
import itertools
import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from ankletag.cli import build
from ankletag.plan import Plan, plan
from ankletag.plan.ledger import Ledger
from ankletag.plan.wearer import readings
from host.tagmaker import TagMaker
from support import ROOT
from tagproto import coding, layout, pages
from tagproto.battery import days_left
from tagproto.records import TICKS_PERIOD_MS

BLOCKS = 296


@functools.cache
def days(blocks: int = BLOCKS, cadence_s: int = 60, seal_interval_s: int = 21600, **others: float) -> Plan:
    return plan(blocks, cadence_s, seal_interval_s, **others)


@pytest.mark.parametrize(("cadence_s", "seal_interval_s"), [(60, 21600), (300, 3600)])
def test_a_log_that_was_lived_takes_what_was_planned_within_three_percent(cadence_s: int, seal_interval_s: int) -> None:
    """Days of the modelled wearer's life that the plan did not look at, through other code into pages."""
    lived = 86400 * 5 // cadence_s
    seen = 17 * 86400 // cadence_s
    maker = TagMaker(cadence_s=cadence_s, seal_interval_s=seal_interval_s)
    maker.boot()
    maker.seal()
    maker.attest()
    maker.fit()
    begun = len(maker.closed)
    for _, cell, temp, prox in itertools.islice(readings(cadence_s, seen + lived, 1.0), seen, None):
        maker.now_ms += cadence_s * 1000
        maker.reading(cell=cell, temp=temp, prox=prox)
        if maker.now_ms - maker.last_seal_ms >= seal_interval_s * 1000:
            maker.seal()
    planned = days(BLOCKS, cadence_s, seal_interval_s).storage.pace.pages_per_day
    assert (len(maker.closed) - begun) / 5 == pytest.approx(planned, rel=0.03)


class _Flash:
    """A flash that takes everything, and counts the pages that were begun."""

    def __init__(self) -> None:
        self.pages_begun = 0
        self._page = -1

    def erase_block(self, block: int) -> bool:
        self._page = -1
        return True

    def program_part(self, page: int, *_: object) -> bool:
        self.pages_begun += page != self._page
        self._page = page
        return True


@pytest.fixture
def firmware(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tag's journal and writer, which need nothing of MicroPython's."""
    monkeypatch.syspath_prepend(str(ROOT / "firmware"))
    before = set(sys.modules)
    yield SimpleNamespace(
        journal=importlib.import_module("tag.log.journal"), writer=importlib.import_module("tag.log.writer")
    )
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "tag":
            del sys.modules[name]


def test_the_journal_is_counted_as_the_firmware_writes_it(firmware: Any) -> None:
    flash, coder, programmed = _Flash(), coding.Coder(), []
    journal = firmware.journal.Journal(flash, 0, layout.JOURNAL_BLOCKS)
    assert journal.restart([])
    ring = SimpleNamespace(program=lambda seq, page: programmed.append(seq) or True)
    writer = firmware.writer.Writer(ring, journal, coder)
    ledger = Ledger()
    ledger._enter(0)  # the entry that ends the restart
    writer.begin()
    writer.append(coding.encode_seed(bytes(16)))
    for ticks, cell, temp, prox in readings(60, 12_000, 1.0):
        ledger.reading((ticks, cell, temp, prox))
        writer.begin()
        writer.append(coder.encode_reading(ticks, 0, cell, temp, prox))
    assert ledger.payload == len(programmed) * pages.PAYLOAD_SIZE + writer.fill
    assert flash.pages_begun == ledger.journal_pages + 1
    assert flash.pages_begun > 500


def test_the_log_slows_down_at_ninety_percent_and_keeps_a_reserve() -> None:
    storage = days().storage
    assert storage.ring_pages == layout.Layout(BLOCKS).ring_blocks * layout.PAGES_PER_BLOCK
    assert storage.days_until_slow is not None
    taken = storage.days_until_slow * storage.pace.pages_per_day
    assert taken == pytest.approx(0.9 * storage.ring_pages, abs=6)
    slow = (storage.days_until_refused - storage.days_until_slow) * storage.slow.pages_per_day
    assert slow == pytest.approx(0.1 * storage.ring_pages - layout.READING_RESERVE_PAGES, abs=1)
    assert (storage.slow.cadence_s, storage.slow.seal_interval_s) == (1800, 86400)


def test_a_flash_so_small_that_the_reserve_comes_first_never_slows_down() -> None:
    storage = days(24).storage
    assert storage.days_until_slow is None
    left = storage.ring_pages - layout.READING_RESERVE_PAGES
    assert storage.days_until_refused * storage.pace.pages_per_day == pytest.approx(left, abs=6)


def test_noise_seals_and_readings_cost_what_they_should() -> None:
    usual = days().storage
    assert days(noise=2.0).storage.pace.bytes_per_reading > usual.pace.bytes_per_reading + 0.3
    assert days(noise=0.0).storage.pace.reading_bytes < 1.5
    assert days(seal_interval_s=3600).storage.days_until_refused < usual.days_until_refused
    given = days(reading_bytes=6.25).storage.pace
    per_payload = pages.PAGE_SIZE / pages.PAYLOAD_SIZE
    assert given.reading_bytes == pytest.approx(6.25, abs=0.001)
    assert given.bytes_per_reading == pytest.approx((6.25 + given.seal_bytes / 360) * per_payload, rel=0.001)
    assert days() == plan(BLOCKS, 60, 21600)


def test_a_seal_and_its_seed_have_the_size_of_real_ones() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    maker.reading()
    before = len(maker.closed) * pages.PAYLOAD_SIZE + maker._used
    maker.reading()
    reading = len(maker.closed) * pages.PAYLOAD_SIZE + maker._used - before
    maker.seal()
    sealed = len(maker.closed) * pages.PAYLOAD_SIZE + maker._used - before - reading
    # The numbers in it have grown by some bytes within the weeks that the plan looks at.
    assert days().storage.pace.seal_bytes == pytest.approx(sealed + 17, abs=8)


def test_the_wear_is_even_and_the_journals() -> None:
    storage = days().storage
    assert storage.wear.worst[0] == "journal"
    assert storage.wear.ring == pytest.approx(365 * storage.pace.pages_per_day / storage.ring_pages)
    assert storage.wear.keys == pytest.approx(4 * 365 / (16 * layout.KEY_BLOCKS))


def test_a_battery_lasts_longer_with_fewer_readings_but_no_longer_than_the_board_sleeps() -> None:
    quick, slow = days().battery, days(cadence_s=3600).battery
    assert quick.days < slow.days < slow.asleep_days
    assert quick.days == pytest.approx(850 / sum(draw.mah_per_day for draw in quick.draws))
    assert all(draw.source for draw in quick.draws)
    assert days(cell_mah=1700).battery.days == pytest.approx(2 * quick.days)
    # An hourly fix of 1,610 mC takes 10.7 mAh a day.
    hourly = days(fix_interval_s=3600).battery
    assert hourly.mah_per_day == pytest.approx(quick.mah_per_day + 24 * 1.61 / 3.6)


@pytest.mark.parametrize(("cadence_s", "seal_interval_s", "fix_interval_s"), [(60, 21600, 0), (10, 3600, 1800)])
def test_the_tag_tells_its_days_by_the_plan(cadence_s: int, seal_interval_s: int, fix_interval_s: int) -> None:
    planned = days(cadence_s=cadence_s, seal_interval_s=seal_interval_s, fix_interval_s=fix_interval_s).battery
    full_days = days_left(3000, cadence_s, seal_interval_s, fix_interval_s)
    # Windows of so many readings are sealed before their time only in the plan.
    assert full_days == pytest.approx(planned.days, abs=1)


def test_ticks_of_the_model_stay_on_the_tags_counter() -> None:
    assert all(0 <= ticks < TICKS_PERIOD_MS for ticks, *_ in readings(86400, 30, 1.0))


def run(*words: str) -> tuple[int, str, str]:
    arguments = ["plan", *words]
    result = CliRunner().invoke(build(arguments), arguments, prog_name="ankletag")
    return result.exit_code, result.stdout, result.stderr


def test_the_command_says_it_in_words() -> None:
    code, out, _ = run("--cadence", "60", "--seal", "21600", "--flash", "pico")
    assert code == 0
    for words in (
        "bytes per reading, everything counted",
        "until the tag slows down",
        "until the first reading is turned away",
        "when read-outs are acknowledged before that: no end",
        "worst: the journal",
        "NOT MEASURED on a board",
        "The sleep current of a Pico alone empties this cell in 27 days",
        "readings of a modelled wearer were coded, seed 1, at 1 times this noise",
    ):
        assert words in out


def test_the_command_says_it_in_json() -> None:
    code, out, _ = run("--json", "--flash", "24", "--battery-mah", "100", "--bytes-per-reading", "5")
    document = json.loads(out)
    assert code == 0
    assert (document["flash_blocks"], document["days_until_slow"]) == (24, None)
    assert document["coded_bytes_per_reading"] == 5.0
    assert document["battery"]["measured"] is False
    assert document["battery"]["days"] < 10
    assert set(document["erases_per_block_per_year"]) == {"ring", "journal", "keys", "worst"}
    assert any("as given" in line for line in document["assumptions"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--cadence", "0"], "--cadence"),
        (["--seal", "59"], "--seal"),
        (["--flash", "8"], "a flash of 8 blocks is too small for a log"),
        (["--flash", "big"], "neither 'pico' nor a number of blocks"),
        (["--flash", "-3"], "neither 'pico' nor a number of blocks"),
        (["--cadence", "7200", "--seal", "3600"], "would seal nothing most of the time"),
        (["--noise", "nan"], "--noise"),
        (["--bytes-per-reading", "0"], "--bytes-per-reading"),
        (["--battery-mah", "0"], "--battery-mah"),
    ],
)
def test_what_cannot_be_planned_is_a_sentence(words: list[str], sentence: str) -> None:
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert sentence in " ".join(err.split())
