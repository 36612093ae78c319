"""A yes or a no for each question that a court asks."""

from tagproto import thresholds
from tagproto.layout import SLOW_ABOVE_PERCENT

from ..evaluate import INTERFERENT, LIFELESS, MOVED, SENSE, Evaluation, classes, lasting, total_s
from ..selftest import names
from ..time import Clock
from .words import count, when


def answers(evaluation: Evaluation, clock: Clock) -> list[tuple[str, str, str]]:
    """(question, answer, detail) for alcohol, each class of tamper, and what may hide one."""
    found = evaluation.counts
    episodes, marked = count(len(evaluation.drinking), "episode"), count(len(evaluation.interferents), "time")
    questions = {kind: each.question for kind, each in classes().items()}
    rows = [
        _of_alcohol(evaluation, clock, "Was there an episode of drinking?", episodes),
        _of_alcohol(evaluation, clock, questions.pop(INTERFERENT), marked),
    ]
    rows += [_of_kind(evaluation, kind, question) for kind, question in questions.items()]
    limit = count(evaluation.readings_saturated, "reading")
    limit += ": TAC was what is shown or more" if limit else ""
    missing = [count(len(evaluation.gaps), "gap")]
    if found.readings_lost:
        missing.append(count(found.readings_lost, "reading") + " not kept by a full log")
    slower = count(len(evaluation.slowdowns), "time")
    if slower:
        slower += f", because its log was over {SLOW_ABOVE_PERCENT} % full"
    return rows + [
        (question, _answer(detail), detail)
        for question, detail in (
            ("Did the alcohol sensor reach its limit?", limit),
            ("Are readings missing?", ", ".join(part for part in missing if part)),
            ("Did the tag sample less often than ordered?", slower),
            ("Did the tag restart?", count(found.restarts, "time")),
            ("Did the tag tell at once of TAC above its limit?", _told(evaluation, thresholds.ALCOHOL)),
            ("Did the tag tell of a battery near its end?", _told(evaluation, thresholds.BATTERY)),
            ("Did a self-test of the tag fail?", _failed(evaluation)),
            ("Did a sensor or the firmware report a fault?", count(found.faults, "time")),
            ("Did the tag refuse a request?", count(found.refused, "time")),
        )
    ]


def _of_alcohol(evaluation: Evaluation, clock: Clock, question: str, found: str) -> tuple[str, str, str]:
    """Without TAC values there is no 'no'."""
    if not evaluation.unmeasured:
        return question, _answer(found), found
    first, last = evaluation.unmeasured[0].first, evaluation.unmeasured[-1].last
    why = f"no TAC value for {lasting(total_s(evaluation.unmeasured))}"
    if len(evaluation.unmeasured) > 1:
        why += f" in {len(evaluation.unmeasured)} stretches"
    why += f", from {when(clock.span(first.item))} to {when(clock.span(last.item))}"
    if not evaluation.unmeasured[-1].ended:
        why += " (and still)"
    return question, "YES" if found else "NOT JUDGED", f"{found}; not judged: {why}" if found else why


def _of_kind(evaluation: Evaluation, kind: str, question: str) -> tuple[str, str, str]:
    """A class that was seen is a yes, whatever was not judged beside it."""
    detail = count(len(evaluation.losses_of(kind)), "time")
    if not detail and kind in evaluation.unjudged:
        why = "fewer readings than it takes" if kind == LIFELESS else "there is no baseline"
        return question, "NOT JUDGED", why
    if kind == SENSE and detail:
        silent = (f"{sense} for {lasting(seconds)}" for sense, seconds in evaluation.silent_s.items())
        return question, "YES", f"{detail}; without a value: {', '.join(silent)}"
    if kind == MOVED and evaluation.breaks_passed_by:
        beside = f"not judged behind {count(evaluation.breaks_passed_by, 'break')}, with too little on one side"
        return question, _answer(detail), "; ".join(part for part in (detail, beside) if part)
    return question, _answer(detail), detail


def _told(evaluation: Evaluation, code: int) -> str:
    return count(sum(one.code == code for one in evaluation.thresholds), "time")


def _failed(evaluation: Evaluation) -> str:
    times = count(len(evaluation.failed_tests), "time")
    what = sorted({name for one in evaluation.failed_tests for name in names(one.failed)})
    first = evaluation.fitting.first_item if evaluation.fitting else 0
    before = count(sum(one.item < first for one in evaluation.failed_tests), "time")
    return f"{times}{f', {before} before the fitting' * bool(before)}: {', '.join(what)}" if what else times


def _answer(detail: str) -> str:
    return "YES" if detail else "no"
