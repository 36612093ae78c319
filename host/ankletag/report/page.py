"""What the page says, as values for its template."""

from dataclasses import dataclass

import jinja2

from tagproto.layout import SLOW_ABOVE_PERCENT

from ..evaluate import KINDS, Evaluation, Loss
from ..models import AGAINST, Finding, UtcSpan
from ..time import Clock
from ..verify.certified import certified_by
from ..verify.result import Verified
from .plot import draw
from .series import moment

_TAMPER = (
    ("strap", "Was the strap opened?"),
    ("skin", "Was the tag off the skin?"),
    ("case", "Was the case opened?"),
)
_PARAMETER_WORDS = {
    "tac_above_ug_dl": "TAC counts as above from",
    "tac_readings": "consecutive readings above that make an episode",
    "skin_below_mv": "infrared below this counts as off the skin",
    "skin_readings": "consecutive readings below that make a skin loss",
    "gap_percent": "readings further apart than this are a gap",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says about where the evidence comes from. order_text: None where this station does not know it."""

    tag_id: bytes
    public_key: bytes | None
    order_text: str | None
    findings: list[Finding]

    @property
    def against(self) -> list[Finding]:
        """The findings that speak against the evidence."""
        return [finding for finding in self.findings if finding.severity == AGAINST]


def render(facts: Facts, verified: Verified, clock: Clock, evaluation: Evaluation) -> str:
    """The page. The same evidence gives the same bytes."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ankletag.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template("report.html").render(_content(facts, verified, clock, evaluation))


def _content(facts: Facts, verified: Verified, clock: Clock, evaluation: Evaluation) -> dict[str, object]:
    fitting, readings = evaluation.fitting, evaluation.readings
    last = verified.last_seal
    held = sum(window.held for window in verified.windows)
    return {
        "facts": facts,
        "certified_by": certified_by(verified),
        "authority_given": verified.trusted.given,
        "fitting": fitting,
        "config": evaluation.config,
        "first": when(clock.span(fitting.first_item)) if fitting else "",
        "last": when(clock.span(fitting.last_item - 1)) if fitting else "",
        "accuracy": _accuracy(clock, evaluation),
        "answers": _answers(evaluation),
        "episodes": [
            {
                "first": when(clock.span(episode.first.item)),
                "last": when(clock.span(episode.last.item)) + ("" if episode.ended else " (and still)"),
                "peak": f"{(episode.peak.tac_ug_dl or 0) / 1_000_000:.3f}",
                "peak_at": when(clock.span(episode.peak.item)),
                "readings": episode.readings,
                "records": f"{episode.first.number} to {episode.last.number}",
            }
            for episode in evaluation.episodes
        ],
        "losses": [_loss(clock, loss) for loss in evaluation.losses],
        "gaps": [
            {
                "first": when(clock.span(gap.before.item)),
                "last": when(clock.span(gap.after.item)),
                "missing": "not known" if gap.missing is None else gap.missing,
            }
            for gap in evaluation.gaps
        ],
        "slowdowns": [
            {
                "first": when(clock.span(slowdown.first_item)),
                "last": when(clock.span(slowdown.last_item)) + ("" if slowdown.ended else " (and still)"),
                "cadence_s": slowdown.cadence_s,
                "seal_interval_s": slowdown.seal_interval_s,
            }
            for slowdown in evaluation.slowdowns
        ],
        "slow_above": SLOW_ABOVE_PERCENT,
        "counts": evaluation.counts,
        "plot": draw(evaluation, clock),
        "undrawn": sum(reading.utc_ms is None for reading in readings),
        "records": len(verified.items),
        "readings": len(readings),
        "unsealed": len(verified.items) - sum(verified.proven),
        "pages": verified.pages,
        "seals": len(verified.windows),
        "seals_held": held,
        "last_seal": {"number": last.seal.number, "epoch": last.seal.epoch, "hash": last.hash().hex()}
        if last
        else None,
        "rekeyed": verified.rekeyed,
        "parameters": [
            (_PARAMETER_WORDS.get(name, name), f"{value} {unit}", source)
            for name, value, unit, source in evaluation.parameters.sources()
        ],
    }


def when(span: UtcSpan) -> str:
    """A time where it is attested, else the bounds."""
    if span.attested and span.middle_ms is not None:
        return _words(span.middle_ms)
    parts = []
    if span.earliest_ms is not None:
        parts.append(f"after {_words(span.earliest_ms)}")
    if span.latest_ms is not None:
        parts.append(f"before {_words(span.latest_ms)}")
    return ", ".join(parts) or "not known"


def _words(utc_ms: int) -> str:
    try:
        return f"{moment(utc_ms):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return "a time beyond the calendar"


def _accuracy(clock: Clock, evaluation: Evaluation) -> str:
    step = max(1, len(evaluation.readings) // 50)
    widths = [
        (span.latest_ms or 0) - (span.earliest_ms or 0)
        for span in (clock.span(reading.item) for reading in evaluation.readings[::step])
        if span.attested
    ]
    if not widths:
        return "no station attested the time: times are bounds between restarts"
    return f"within {max(widths) / 2000:.1f} s of a station's clock"


def _answers(evaluation: Evaluation) -> list[tuple[str, bool, str]]:
    """(question, yes or no, detail) for alcohol, each class of tamper, and what may hide one."""
    found = evaluation.counts
    count = len(evaluation.episodes)
    answers = [("Was there an episode of drinking?", bool(count), _count(count, "episode"))]
    for kind, question in _TAMPER:
        times = len(evaluation.losses_of(kind))
        answers.append((question, bool(times), _count(times, "time")))
    limit = _count(evaluation.readings_saturated, "reading") + ": TAC was what is shown or more"
    saturated = bool(evaluation.readings_saturated)
    answers.append(("Did the alcohol sensor reach its limit?", saturated, limit if saturated else ""))
    missing = [_count(len(evaluation.gaps), "gap")]
    if found.readings_lost:
        missing.append(_count(found.readings_lost, "reading") + " not kept by a full log")
    answers.append(("Are readings missing?", any(missing), ", ".join(part for part in missing if part)))
    slower = _count(len(evaluation.slowdowns), "time")
    if slower:
        slower += f", because its log was over {SLOW_ABOVE_PERCENT} % full"
    answers.append(("Did the tag sample less often than ordered?", bool(slower), slower))
    answers.append(("Did the tag restart?", bool(found.restarts), _count(found.restarts, "time")))
    answers.append(("Did a sensor or the firmware report a fault?", bool(found.faults), _count(found.faults, "time")))
    answers.append(("Did the tag refuse a request?", bool(found.refused), _count(found.refused, "time")))
    return answers


def _count(count: int, word: str) -> str:
    return "" if not count else f"{count} {word}{'' if count == 1 else 's'}"


def _loss(clock: Clock, loss: Loss) -> dict[str, object]:
    return {
        "kind": KINDS[loss.kind],
        "first": when(clock.span(loss.first_item)),
        "last": when(clock.span(loss.last_item)) + ("" if loss.ended else " (and still)"),
        "records": f"{loss.first_record} to {loss.last_record}",
    }
