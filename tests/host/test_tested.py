"""A self-test that failed before the fitting is told with the fitting: technicians test first, and fit then."""

import json
from pathlib import Path

from ankletag.evaluate import Evaluation
from ankletag.report import Facts, render
from ankletag.selftest import names
from host.commandline import bundle_of, run
from host.logs import check, judged
from host.tagmaker import TagMaker
from tagproto import records

ALL = 2047


def unfitted() -> TagMaker:
    maker = TagMaker()
    maker.boot()
    maker.provision()
    maker.attest()
    return maker


def tries(maker: TagMaker, failed: int = 0, ran: int = ALL) -> None:
    maker.event(records.SELF_TEST, asked=1, ran=ran, failed=failed)
    maker.seal()


def fit(maker: TagMaker, order: bytes = b"order-0000000001") -> TagMaker:
    maker.fit(order)
    maker.live([0] * 30)
    maker.seal()
    return maker


def failed(evaluation: Evaluation) -> list[list[str]]:
    return [names(one.failed) for one in evaluation.failed_tests]


def test_a_test_that_failed_and_then_the_fitting(tmp_path: Path) -> None:
    maker = unfitted()
    tries(maker, records.TEST_CELL)
    fit(maker)
    tries(maker, records.TEST_FLASH)
    assert failed(judged(maker)) == [["alcohol sensor"], ["flash memory"]]
    verified = check(maker)
    page = render(Facts(maker.tag_id, maker.public_key, None, []), verified, verified.clock, judged(maker))
    assert "2 times, 1 time before the fitting: alcohol sensor, flash memory" in page
    bundle = bundle_of(maker, tmp_path)
    out = run("events", bundle).out
    assert "UTC, before the fitting: alcohol sensor" in out
    assert "UTC: flash memory" in out
    document = json.loads(run("events", bundle, "--json").out)
    assert [(one["failed"], one["before_fitting"]) for one in document["self_tests_failed"]] == [
        (["alcohol sensor"], True),
        (["flash memory"], False),
    ]


def test_what_was_good_again_before_the_fitting_is_not_told() -> None:
    maker = unfitted()
    tries(maker, records.TEST_CELL | records.TEST_SIGNATURE)
    tries(maker, records.TEST_FLASH)
    tries(maker)
    assert failed(judged(fit(maker))) == []


def test_a_restart_that_tries_less_takes_nothing_back() -> None:
    maker = unfitted()
    tries(maker, records.TEST_CELL | records.TEST_SIGNATURE)
    maker.boot()
    maker.attest()
    tries(maker, ran=ALL & ~records.TEST_SIGNATURE)
    assert failed(judged(fit(maker))) == [["signatures"]]


def test_of_the_fitting_before_nothing_is_told() -> None:
    maker = unfitted()
    tries(maker, records.TEST_CELL)
    fit(maker)
    maker.remove()
    maker.attest()
    fit(maker, b"order-0000000002")
    assert failed(judged(maker)) == []


def test_a_failed_test_that_no_seal_covers_is_not_told() -> None:
    maker = fit(unfitted())
    maker.event(records.SELF_TEST, asked=1, ran=ALL, failed=records.TEST_CELL)
    assert failed(judged(maker)) == []
