"""What `events` says of what the tag told at once: thresholds, and self-tests that failed."""

from ..evaluate import Evaluation
from ..selftest import names
from ..time import Clock
from .output import JsonValue, span_document, span_words


def told_document(evaluation: Evaluation, clock: Clock) -> dict[str, JsonValue]:
    """For JSON."""
    return {
        "thresholds": [
            {
                "threshold": one.name,
                "value": one.value,
                "from": span_document(clock.span(one.first_item)),
                "to": span_document(clock.span(one.last_item)),
                "ended": one.ended,
            }
            for one in evaluation.thresholds
        ],
        "self_tests_failed": [
            {
                "record": one.number,
                "failed": list(names(one.failed)),
                "before_fitting": _is_before(evaluation, one.item),
            }
            for one in evaluation.failed_tests
        ],
    }


def told_lines(evaluation: Evaluation, clock: Clock) -> list[str]:
    """For people."""
    lines = []
    for one in evaluation.thresholds:
        first, last = span_words(clock.span(one.first_item)), span_words(clock.span(one.last_item))
        lines.append(f"told by the tag at once, {one.name}: {first} to {last}" + ("" if one.ended else " (and still)"))
    for failed in evaluation.failed_tests:
        when = span_words(clock.span(failed.item)) + ", before the fitting" * _is_before(evaluation, failed.item)
        lines.append(f"SELF-TEST FAILED at {when}: {', '.join(names(failed.failed))}")
    return lines


def _is_before(evaluation: Evaluation, item: int) -> bool:
    return evaluation.fitting is not None and item < evaluation.fitting.first_item
