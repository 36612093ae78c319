"""What `events` says of senses that gave no value."""

from ..evaluate import Evaluation, lasting, total_s
from ..time import Clock
from .output import JsonValue, span_document, span_words


def silence_document(evaluation: Evaluation, clock: Clock) -> dict[str, JsonValue]:
    """For JSON. drinking_judged: False where an episode may be missing, because there are no TAC values."""
    return {
        "drinking_judged": not evaluation.unmeasured,
        "unmeasured": [
            {
                "first_record": one.first.number,
                "last_record": one.last.number,
                "from": span_document(clock.span(one.first.item)),
                "to": span_document(clock.span(one.last.item)),
                "length_s": one.length_s,
                "ended": one.ended,
            }
            for one in evaluation.unmeasured
        ],
        "senses_without_value_s": dict(evaluation.silent_s),
    }


def unmeasured_lines(evaluation: Evaluation, clock: Clock) -> list[str]:
    """For people: none where every hour was judged."""
    if not evaluation.unmeasured:
        return []
    other = "other " if evaluation.drinking else ""
    words = (
        f"whether there was any {other}episode of drinking: no TAC value for {lasting(total_s(evaluation.unmeasured))}"
    )
    lines = [f"NOT JUDGED, {words}"]
    for one in evaluation.unmeasured:
        first, last = span_words(clock.span(one.first.item)), span_words(clock.span(one.last.item))
        still = "" if one.ended else " (and still)"
        lines.append(f"  no TAC value: {first} to {last}{still}, {lasting(one.length_s)}")
    return lines


def silence_words(evaluation: Evaluation) -> str:
    """Which senses gave no value, and for how long."""
    return ", ".join(f"{sense} for {lasting(seconds)}" for sense, seconds in evaluation.silent_s.items())
