"""UTC with bounds: truth always lies between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.time import DRIFT_PPM, STATION_MS, Clock
from host.logs import check
from host.tagmaker import START_UTC_MS, TagMaker, fitted


def clock_of(maker: TagMaker) -> Clock:
    return check(maker).clock


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans(), st.integers(0, 900)), min_size=1, max_size=12))
def test_the_truth_lies_within_the_bounds(steps: list[tuple[int, bool, int]]) -> None:
    maker = fitted([])
    truth: dict[int, int] = {}
    for minutes, attested, delay_ms in steps:
        maker.now_ms += minutes * 60_000
        if attested:
            maker.attest(delay_ms=delay_ms)
        truth[maker.reading()] = maker.utc_ms
    maker.seal()
    verified = check(maker)
    clock = verified.clock
    assert clock.findings == []
    for index, record in enumerate(verified.records()):
        span = clock.span(index)
        if record.number in truth:
            assert span.attested
            assert span.earliest_ms is not None
            assert span.latest_ms is not None
            assert span.earliest_ms <= truth[record.number] <= span.latest_ms


def test_bounds_widen_with_the_distance() -> None:
    maker = fitted([])
    maker.live([0] * 600)
    maker.seal()
    clock = clock_of(maker)
    near, far = clock.span(6), clock.span(600)
    assert near.earliest_ms is not None
    assert near.latest_ms is not None
    assert far.earliest_ms is not None
    assert far.latest_ms is not None
    assert far.latest_ms - far.earliest_ms > near.latest_ms - near.earliest_ms
    assert far.latest_ms - far.earliest_ms <= 2 * 600 * 60_000 * DRIFT_PPM // 1_000_000 + 30 + 2 * STATION_MS


def test_ticks_that_wrap_several_times_are_unwrapped() -> None:
    maker = fitted([], cadence_s=3600)
    maker.live([0] * 24 * 40)
    maker.seal()
    span = clock_of(maker).span(24 * 40)
    assert span.earliest_ms is not None
    assert abs(span.earliest_ms - START_UTC_MS - 40 * 86_400_000) < 86_400_000


def test_a_boot_without_an_attestation_lies_between_its_neighbours() -> None:
    maker = fitted([0] * 10)
    maker.boot(cause=2, ticks_offset=5)
    maker.live([0] * 10)
    lonely = maker.reading()
    assert clock_of(maker).span(lonely).latest_ms is None
    maker.boot(cause=2, ticks_offset=99)
    maker.attest()
    maker.seal()
    span = clock_of(maker).span(lonely)
    assert (span.attested, span.middle_ms) == (False, None)
    assert span.earliest_ms is not None
    assert span.latest_ms is not None
    assert START_UTC_MS + 589_000 < span.earliest_ms <= maker.utc_ms <= span.latest_ms + 1000


def test_attestations_that_contradict_each_other_are_a_finding() -> None:
    maker = fitted([0] * 10)
    maker.attest(error_ms=60_000)
    maker.seal()
    (finding,) = clock_of(maker).findings
    assert finding.code == "clock-conflict"
    assert "60.0" in finding.sentence or "59.9" in finding.sentence


def test_an_attestation_that_no_seal_covers_does_not_count() -> None:
    maker = TagMaker()
    maker.boot()
    maker.attest()
    assert not clock_of(maker).span(0).attested
    maker.seal()
    assert clock_of(maker).span(0).attested


@pytest.mark.parametrize("early_ms", [0, 1500, 3000])
def test_the_station_may_have_read_its_clock_any_time_since_the_nonce(early_ms: int) -> None:
    maker = TagMaker()
    maker.boot()
    maker.attest(error_ms=-early_ms, delay_ms=3000)
    maker.fit()
    maker.live([0])
    maker.seal()
    clock = clock_of(maker)
    span = clock.span(len(check(maker).items) - 1)
    assert span.earliest_ms is not None
    assert span.latest_ms is not None
    assert span.earliest_ms <= maker.utc_ms <= span.latest_ms
