"""Episodes that come and go faster than a body can are marked, and nothing else is."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from ankletag.evaluate import Episode
from host.logs import judged
from host.tagmaker import TagMaker, fitted
from support import need_shared_data
from tagproto import records


def puff(peak: int, up_min: int = 2, down_min: int = 10) -> list[int]:
    """TAC, a reading a minute: up to the peak, then down to nothing."""
    rise = [peak * minute // up_min for minute in range(1, up_min + 1)]
    return rise + [peak * minute // down_min for minute in reversed(range(down_min))]


def episodes(tac: list[int], cadence_s: int = 60) -> list[Episode]:
    return judged(fitted(tac, cadence_s=cadence_s)).episodes


@pytest.mark.parametrize("peak", [50_000, 100_000, 160_000, 500_000])
def test_a_puff_of_sanitiser_is_marked_with_its_figures(peak: int) -> None:
    (episode,) = episodes([0] * 30 + puff(peak) + [0] * 30)
    assert episode.interferent
    assert episode.ended
    # Half an hour would do: 2 minutes up, 10 down, smoothed.
    assert (episode.pace.rise_ug_dl_h or 0) > peak * 10
    assert (episode.pace.fall_ug_dl_h or 0) > peak * 4
    assert episode.peak.tac_ug_dl is not None


@pytest.mark.parametrize(
    "tac",
    [
        # A body: an hour and a half up, four hours down.
        [80_000 * minute // 90 for minute in range(90)] + [80_000 * minute // 240 for minute in reversed(range(240))],
        # Up at once, as real files show, and down as a body.
        [0] * 30 + [80_000 * minute // 240 for minute in reversed(range(240))],
        # Down at once.
        [80_000 * minute // 90 for minute in range(90)] + [0] * 30,
        # Up and down at once, but half an hour apart: one value of a bracelet.
        [0] * 30 + [100_000] * 31 + [0] * 30,
        # At the threshold.
        [19_000] * 30 + [21_000] * 5 + [19_000] * 30,
    ],
    ids=["body", "step up", "step down", "held", "threshold"],
)
def test_what_a_body_or_a_bracelet_shows_is_not_marked(tac: list[int]) -> None:
    found = episodes([*tac, 0, 0, 0])
    assert len(found) == 1
    assert not found[0].interferent


@pytest.mark.parametrize("missing", [1, 3, 10])
def test_an_episode_in_which_the_cell_gave_nothing_for_a_while(missing: int) -> None:
    maker = fitted([0] * 30 + [30_000] * 5)
    maker.live([30_000] * missing, flags=records.FLAG_NO_CELL)
    maker.live([40_000] * 5 + [0] * 30)
    maker.seal()
    (episode,) = judged(maker).episodes
    assert (episode.readings, episode.peak.tac_ug_dl) == (10, 40_000)


def test_one_that_the_log_cuts_off_is_not_marked() -> None:
    (episode,) = episodes([0] * 30 + puff(100_000)[:6])
    assert not episode.interferent


def test_one_over_a_restart_is_not_marked() -> None:
    maker = fitted([0] * 30 + puff(100_000)[:6])
    maker.boot(2)
    maker.live([*puff(100_000)[6:], 0, 0, 0])
    maker.seal()
    (episode,) = judged(maker).episodes
    assert not episode.interferent
    assert episode.pace.above_s == -1


@pytest.mark.parametrize("cadence_s", [60, None], ids=["held for each minute", "as the bracelet took them"])
def test_no_episode_of_the_nine_files_is_marked(cadence_s: int | None) -> None:
    found = []
    for path in sorted(need_shared_data().glob("*.csv")):
        found += judged(played(path, cadence_s)).episodes
    assert len(found) > 10
    assert [episode for episode in found if episode.interferent] == []


def played(path: Path, cadence_s: int | None) -> TagMaker:
    """A file as the log of a tag: a reading for each row, or each row held and read at a cadence."""
    with path.open(newline="") as file:
        rows = [
            (datetime.fromisoformat(row["local_time"]).timestamp(), round(float(row["tac_g_dl"]) * 1e6))
            for row in csv.DictReader(file)
        ]
    maker = fitted()
    begun_s, begun_ms = rows[0][0], maker.now_ms
    for (at_s, tac), (end_s, _) in zip(rows, [*rows[1:], rows[-1]], strict=True):
        maker.now_ms = begun_ms + round((at_s - begun_s) * 1000)
        maker.reading(tac)
        while cadence_s and maker.now_ms + cadence_s * 1000 < begun_ms + (end_s - begun_s) * 1000:
            maker.now_ms += cadence_s * 1000
            maker.reading(tac)
    maker.seal()
    return maker
