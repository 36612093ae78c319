"""What a tag draws: by hand and by the tool, and what docs/hardware.md shows of it."""

import re
from pathlib import Path

import pytest

from measure import power
from measure.power_docs import PAGE, main, page_with, times_on
from tagproto.battery import CELL_MAH

CURRENTS = """
[cell]
nominal_mah = { value = 240, source = "a" }
mean_mv = { value = 2500, source = "a" }
[pico]
run_ma = { value = 36, source = "a" }
doze_ma = { value = 18, source = "a" }
sleep_ua = { value = 1000, source = "a" }
[pull_ups]
inside_ua = { value = 100, source = "a" }
outside_ua = { value = 10, source = "a" }
[flash]
write_ma = { value = 20, source = "a" }
[lmp91000]
amperometric_ua = { value = 7, source = "a" }
[reference]
on_ua = { value = 3, source = "a" }
[ads1115]
converting_ua = { value = 150, source = "a" }
powered_down_ua = { value = 2, source = "a" }
[tmp117]
converting_ua = { value = 144, source = "a" }
shut_down_ua = { value = 3, source = "a" }
[vcnl4040]
measuring_ua = { value = 300, source = "a" }
led_ma = { value = 48, source = "a" }
shut_down_ua = { value = 1, source = "a" }
[divider]
on_ua = { value = 5, source = "a" }
[gnss]
on_ma = { value = 36, source = "a" }
"""
# 1,440 readings of 50 ms: 72 s; four seals of 2 s: 8 s; 432,000 looks of 0.25 ms: 108 s.
DAY = power.Day(50, 1500, 0, 0.25, 5.0, 60, 21_600, rekey_awake_ms=500)


def currents(folder: Path, text: str = CURRENTS) -> power.Currents:
    path = folder / "currents.toml"
    path.write_text(text, encoding="utf-8")
    return power.load(path)


def test_a_day_by_hand(tmp_path: Path) -> None:
    drawn = power.draws(power.PICO, DAY, currents(tmp_path))
    # The parts in uA ms a reading: 125 * 144, 8 * 150, 5 * 300, 0.125 * 48,000.
    parts_uah = 1440 * (18_000 + 1200 + 1500 + 6000) / 3_600_000
    pages = 1440 * power.BYTES_PER_READING / 256
    by_hand = {
        power.ASLEEP: (86_400 - 72 - 8 - 108) / 3600,
        "looks at strap and case": 1.08,
        "readings: processor awake": 0.72,
        "seals and next keys": 0.08,
        "pages closed": 0,
        "flash written and erased": 20 * (0.0006 * (1440 + pages) + 7 * 0.045) / 3600,
        "parts while they measure": parts_uah / 1000,
        "LMP91000 and its reference, all day": 0.24,
        "other parts between readings": 0.144,
        "pull-ups of strap and case": 2.4,
        "divider at the battery": 0.12,
    }
    assert drawn == pytest.approx(by_hand)


def test_pages_and_fixes_are_counted_where_there_are_any(tmp_path: Path) -> None:
    day = power.Day(50, 1500, 10, 0.25, 5.0, fix_interval_s=3600)
    drawn = power.draws(power.PICO, day, currents(tmp_path))
    # A receiver of 36 mA searches for 35 s, 24 times, and the processor dozes at half of that.
    assert drawn["fixes"] == pytest.approx(12.6)
    pages_s = 1440 * power.BYTES_PER_READING / 256 * 0.010
    assert drawn[power.ASLEEP] == pytest.approx((86_400 - 72 - 6 - 108 - pages_s - 840) / 3600)
    # 36 mA: a hundredth of a mAh a second.
    assert drawn["pages closed"] == pytest.approx(0.01 * pages_s)
    seldom = power.draws(power.PICO, power.Day(50, 1500, 10, 0.25, 5.0, cadence_s=300), currents(tmp_path))
    assert seldom["readings: processor awake"] == pytest.approx(0.72 / 5)
    assert "fixes" not in seldom


def test_a_board_that_edges_wake_looks_at_nothing(tmp_path: Path) -> None:
    board = power.Board("outside", "pico", looks=False, outside=True)
    drawn = power.draws(board, DAY, currents(tmp_path))
    assert drawn["looks at strap and case"] == 0
    assert drawn[power.ASLEEP] == pytest.approx((86_400 - 72 - 8) / 3600)
    assert drawn["pull-ups of strap and case"] == pytest.approx(0.24)


def test_power_taken_at_five_volts_is_more_current_at_the_cell() -> None:
    assert power.at_cell({"supply_mv": 5000, "run_ma": 20}, 2500)["run_ma"] == 40
    assert power.at_cell({"run_ma": 20}, 2500)["run_ma"] == 20


def test_what_sleep_may_draw() -> None:
    assert power.average_ua(850, 120) == pytest.approx(295.14, abs=0.01)
    # 240 mAh in 100 days are 100 uA, of which 0.6 mAh a day, 25 uA, go elsewhere.
    assert power.sleep_allowed_ua({power.ASLEEP: 99.0, "a": 0.4, "b": 0.2}, 240, 100) == pytest.approx(75)
    assert power.sleep_allowed_ua({power.ASLEEP: 99.0, "a": 4.8}, 240, 100) == pytest.approx(-100)


def test_the_budget_is_the_sum_of_its_draws() -> None:
    times = {"reading_awake_ms": 40, "seal_awake_ms": 550, "look_awake_ms": 0.38, "looks_per_s": 5.0}
    found = power.budget(**times, page_awake_ms=None)
    assert list(found["boards"]) == [board.name for board in power.BOARDS]
    for board in found["boards"].values():
        assert board["mah_per_day"] == pytest.approx(sum(board["draws_mah_per_day"].values()), abs=0.02)
        assert board["days"] == pytest.approx(found["cell_mah"] / board["mah_per_day"], rel=0.01)
        assert board["average_ua"] == pytest.approx(board["mah_per_day"] * 1000 / 24, rel=0.01)
    assert power.budget(**times, page_awake_ms=0.0) == found
    more = power.budget(**times, page_awake_ms=50.0)["boards"][power.PICO.name]
    assert more["mah_per_day"] > found["boards"][power.PICO.name]["mah_per_day"]


def test_only_the_low_power_processor_reaches_the_days_wanted() -> None:
    """What the page says in words, with its own times."""
    boards = power.budget(**times_on(PAGE.read_text(encoding="utf-8")))["boards"]
    reached = [name for name, board in boards.items() if board["days"] >= power.WANTED_DAYS]
    assert reached == [power.LOW_POWER.name]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('speed = { value = 1, source = "a" }', "x.speed: the name ends with none of"),
        ('on_ua = { value = 1, source = "" }', "x.on_ua: needs a source"),
        ("on_ua = { value = 1 }", "x.on_ua: needs a source"),
        ('on_ua = { value = 0, source = "a" }', "a value above zero"),
    ],
)
def test_a_figure_needs_unit_source_and_value(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        currents(tmp_path, f"[x]\n{line}\n")


def test_the_cell_is_the_tags_own() -> None:
    assert power.load()["cell"]["nominal_mah"] == CELL_MAH


def test_the_page_shows_what_its_times_and_the_currents_give() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page_with(text, times_on(text)), "out of date: run `python -m measure.power_docs` in tests/"
    found = power.budget(**times_on(text))
    said = (
        rf"alone empties a CR2 of {found['cell_mah']:.0f} mAh in {found['pico_asleep_alone_days']:.0f} days",
        rf"120 days need an average of no more than {found['wanted_average_ua']:.0f} uA",
        rf"empties a CR2 in {found['pico_dozing_days']} days",
    )
    assert [words for words in said if not re.search(words, text)] == []


def test_measured_times_go_into_the_page(tmp_path: Path) -> None:
    page, figures = tmp_path / "hardware.md", tmp_path / "chip.json"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    figures.write_text(
        '{"reading_awake_ms": 41.5, "seal_awake_ms": 600, "page_awake_ms": null, "look_awake_ms": 0.3,'
        ' "looks_per_s": 5.0, "boot_ms": 1900}',
        encoding="utf-8",
    )
    main(page, figures)
    text = page.read_text(encoding="utf-8")
    assert times_on(text)["reading_awake_ms"] == 41.5
    assert text == page_with(text, times_on(text)) != PAGE.read_text(encoding="utf-8")


def test_a_page_without_its_times_is_refused() -> None:
    text = PAGE.read_text(encoding="utf-8").replace("| looks a second |", "| looks |")
    with pytest.raises(ValueError, match="lacks: looks a second"):
        times_on(text)
