"""The report: self-contained, the same every time, and saying what it must."""

import re
from html.parser import HTMLParser

import pytest

from ankletag.evaluate import classes, evaluate
from ankletag.report import Facts, render
from ankletag.report.series import series
from ankletag.verify import Given, verify_pages
from host.logs import check, given
from host.tagmaker import PROX_ON_SKIN, TEMP_34_C, TagMaker, fitted
from host.tampering import VOLT, hours, monitored
from tagproto import records


def page_of(maker: TagMaker, key: bytes | None = None, trusting: bool = True) -> str:
    papers = Given() if key is not None else given(maker) if trusting else Given((), maker.documents)
    verified = verify_pages(maker.raw_pages(), key or maker.public_key, maker.tag_id, papers)
    facts = Facts(maker.tag_id, key or maker.public_key, "A-1 <b>&", verified.findings)
    return render(facts, verified, verified.clock, evaluate(verified, verified.clock))


def eventful() -> TagMaker:
    maker = fitted([0] * 60 + [50_000] * 60 + [0] * 60)
    maker.live([0] * 30, prox=500)
    maker.strap(True)
    maker.live([0] * 5, flags=1)
    maker.strap(False)
    maker.now_ms += 3_600_000
    maker.live([0] * 30)
    maker.seal()
    return maker


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(eventful())


class Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> Collector:
    collector = Collector()
    collector.feed(page)
    return collector


def text_of(page: str) -> str:
    return " ".join(" ".join(parsed(page).text).split())


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    for tag, attributes in parsed(page).tags:
        assert tag not in ("script", "link", "img", "iframe", "object")
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href"):
                assert (value or "").startswith("#")
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "<!DOCTYPE svg" not in page


def test_the_same_evidence_gives_the_same_page(page: str) -> None:
    assert page_of(eventful()) == page


def test_every_class_has_its_yes_or_no(page: str) -> None:
    text = text_of(page)
    for question, answer in [
        ("Was there an episode of drinking?", "YES 1 episode"),
        ("Was the strap opened?", "YES 1 time"),
        ("Was the tag off the skin?", "YES 1 time"),
        ("Was the case opened?", "no"),
        ("Was something between tag and skin?", "NOT JUDGED there is no baseline"),
        ("Was there liquid under the tag?", "NOT JUDGED there is no baseline"),
        ("Was the temperature out of line with a leg?", "no"),
        ("Did a sense give no value?", "no"),
        ("Was the power removed?", "no"),
        ("Was the tag worn differently after a break, as on another leg?", "no not judged behind 2 breaks"),
        ("Was there no sign of a living leg for hours?", "NOT JUDGED fewer readings than it takes"),
        ("Did something else than drinking raise TAC (perfume, sanitiser, petrol)?", "no"),
        ("Are readings missing?", "YES 1 gap"),
        ("Did the tag restart?", "no"),
    ]:
        assert f"{question} {answer}" in text


def test_by_whom_the_tag_is_certified_is_said(page: str) -> None:
    text = text_of(page)
    assert "Certified by North, of Programme 1" in text
    assert "NOT C" not in text
    unchecked = text_of(page_of(eventful(), trusting=False))
    assert "AUTHORITY NOT CHECKED: the tag is certified by North, of Programme 1" in unchecked
    assert "NOT CERTIFIED" in text_of(page_of(eventful(), b"\1" * 64))


def test_a_fitting_without_a_baseline_says_so_loudly(page: str) -> None:
    text = text_of(page)
    assert "NOT FULLY MONITORED: this fitting has no baseline. The tag had" in text
    assert "of the 10 alcohol-free readings that make one" in text


def test_with_a_baseline_every_class_is_a_yes_or_a_no() -> None:
    maker = monitored()
    hours(maker, 8)
    hours(maker, 4, prox=PROX_ON_SKIN + VOLT // 2)
    maker.reading(temp=TEMP_34_C)
    maker.boot(1)
    maker.attest()
    maker.seal()
    page = page_of(maker)
    text = text_of(page)
    assert "NOT FULLY" not in text
    assert "NOT JUDGED" not in text
    assert "infrared 1.10 V, 34.0 degrees C, TAC 0.000 g/dL. Before that the wearer was not fully monitored" in text
    assert "Was something between tag and skin? YES 1 time" in text
    assert "Was the power removed? YES 1 time" in text
    assert "Was there liquid under the tag? no" in text
    assert "By the readings, obstruction began with record" in text
    assert "baseline 1.10 V; obstruction: outside for hours" in page


def test_an_interferent_is_told_apart_from_drinking() -> None:
    text = text_of(page_of(fitted([0] * 30 + [60_000, 90_000, 70_000, 50_000, 30_000] + [0] * 30)))
    assert "Was there an episode of drinking? no" in text
    assert "Did something else than drinking raise TAC (perfume, sanitiser, petrol)? YES 1 time" in text
    assert "no drinking: above for 4 min, rose at" in text
    assert "no drinking, too fast: peak 0.090" in text


def test_the_rules_of_every_class_are_in_the_page(page: str) -> None:
    text = text_of(page)
    for each in classes().values():
        assert f"{each.name} {each.judged_by} {each.condition} {each.begins_after} {each.ends_after}" in text
        assert each.question in text


def test_a_quiet_wearer_is_answered_no() -> None:
    text = text_of(page_of(fitted([0] * 30)))
    assert "YES" not in text
    assert text.count(" no ") >= 7
    assert "AGAINST" not in text


def test_what_does_not_hold_is_said_at_the_top() -> None:
    text = text_of(page_of(eventful(), b"\1" * 64))
    assert "THE EVIDENCE DOES NOT HOLD IN EVERY PART" in text
    assert "AGAINST the evidence" in text
    assert "There is no reading with a known time" in text


def test_a_reader_of_the_page_aloud_is_told_what_is_drawn(page: str) -> None:
    collector = parsed(page)
    (svg,) = [attributes for tag, attributes in collector.tags if tag == "svg"]
    assert svg["role"] == "img"
    assert svg["aria-labelledby"] == "plot-title plot-desc"
    tables = [tag for tag, _ in collector.tags if tag == "table"]
    captions = [tag for tag, _ in collector.tags if tag == "caption"]
    assert len(tables) == len(captions) == 10
    assert ("html", {"lang": "en"}) in collector.tags


def test_the_plot_reads_in_black_and_white(page: str) -> None:
    svg = page[page.index("<svg") : page.index("</svg>")]
    colours = set(re.findall(r"#[0-9a-f]{6}", svg))
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)
    labels = "alcohol (TAC)|proximity, not alcohol|temperature, not alcohol|threshold 0.02 g/dL|no readings"
    for label in labels.split("|"):
        assert label in svg
    # Strap and skin show some, and three of the ten kinds cannot be judged in half a day without a baseline.
    assert [svg.count(f">{words}</text>") for words in ("never", "not judged")] == [5, 3]


def test_a_strap_that_was_open_for_a_minute_is_seen_in_a_month() -> None:
    def marks(maker: TagMaker) -> int:
        maker.pace(3600, 21600)
        maker.live([0] * 700)
        maker.seal()
        page = page_of(maker)
        return page.count("<use")

    opened = fitted([0] * 10)
    opened.strap(True)
    opened.live([0], flags=records.FLAG_STRAP_OPEN)
    opened.strap(False)
    assert marks(opened) > marks(fitted([0] * 11))


def test_text_from_outside_is_escaped(page: str) -> None:
    assert "A-1 &lt;b&gt;&amp;" in page


def test_a_tag_that_was_never_fitted() -> None:
    maker = TagMaker()
    maker.boot()
    maker.seal()
    assert "the tag was never fitted" in text_of(page_of(maker))


def test_thinning_keeps_every_extreme() -> None:
    maker = fitted([0] * 4000 + [70_000] + [0] * 4000)
    verified = check(maker)
    readings = evaluate(verified, verified.clock).readings
    times, values = series(readings, lambda reading: float(reading.tac_ug_dl or 0), ())
    assert len(times) < 6000
    assert max(values) == 70_000
    assert times == sorted(times)


def test_a_sensor_at_its_limit_and_a_full_log_are_answered_yes() -> None:
    maker = fitted([0] * 30)
    maker.live([800_000] * 2, flags=records.FLAG_CELL_SATURATED)
    maker.event(records.LOST, count=4319, first_ticks=0, last_ticks=maker.ticks)
    maker.seal()
    page = " ".join(re.sub(r"<[^>]+>", " ", page_of(maker)).split())
    assert "Did the alcohol sensor reach its limit? YES 2 readings: TAC was what is shown or more" in page
    assert "Are readings missing? YES" in page
    assert "4319 readings not kept by a full log" in page
