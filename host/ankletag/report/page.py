"""What the page says, as values for its template."""

from dataclasses import dataclass

import jinja2

from tagproto import tamper
from tagproto.layout import SLOW_ABOVE_PERCENT

from ..evaluate import KINDS, Evaluation, Loss, Stretch, lasting, total_s
from ..incidents import incident
from ..models import AGAINST, Finding
from ..time import Clock
from ..verify.certified import certified_by
from ..verify.result import Verified
from ..words import g_dl, sampling
from .answers import answers
from .figures import parameters, rules
from .instrument import instrument
from .plot import draw
from .words import pace, when

# More than these stand in the list of events only.
_INCIDENTS_MOST = 50


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
        "sampling": _sampling(clock, evaluation),
        "first": when(clock.span(fitting.first_item)) if fitting else "",
        "last": when(clock.span(fitting.last_item - 1)) if fitting else "",
        "accuracy": _accuracy(clock, evaluation),
        "answers": answers(evaluation, clock),
        "episodes": [
            {
                "first": when(clock.span(episode.first.item)),
                "last": when(clock.span(episode.last.item)) + ("" if episode.ended else " (and still)"),
                "peak": g_dl(episode.peak.tac_ug_dl or 0),
                "peak_at": when(clock.span(episode.peak.item)),
                "readings": episode.readings,
                "records": f"{episode.first.number} to {episode.last.number}",
                "kind": pace(episode) if episode.interferent else "drinking",
            }
            for episode in evaluation.episodes
        ],
        "instrument": instrument(evaluation, clock),
        "notes": evaluation.notes,
        "baseline": _baseline(clock, evaluation),
        "baseline_taken": evaluation.search.taken,
        "baseline_needed": tamper.BASELINE_READINGS,
        "losses": [_loss(clock, loss) for loss in evaluation.losses],
        "unmeasured": [_stretch(clock, one) for one in evaluation.unmeasured],
        "unmeasured_for": lasting(total_s(evaluation.unmeasured)),
        "remarks": evaluation.remarks,
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
        "incidents": [
            {"at": when(clock.span(item)), "what": words, "record": verified.record(item).number}
            for item in evaluation.counts.incident_items[:_INCIDENTS_MOST]
            if (words := incident(verified.record(item)))
        ],
        "incidents_more": max(0, len(evaluation.counts.incident_items) - _INCIDENTS_MOST),
        "fixes_at": [when(clock.span(item)) for item in evaluation.counts.fix_items],
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
        "parameters": parameters(evaluation.parameters),
        "rules": rules(evaluation.parameters),
    }


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


def _sampling(clock: Clock, evaluation: Evaluation) -> list[str]:
    paces = evaluation.paces
    if len(paces) < 2:
        return [sampling(one.pace) for one in paces]
    spans = [f"{when(clock.span(one.first_item))} to {when(clock.span(one.last_item))}" for one in paces]
    return [f"{span}: {sampling(one.pace)}" for one, span in zip(paces, spans, strict=True)]


def _baseline(clock: Clock, evaluation: Evaluation) -> dict[str, object] | None:
    found = evaluation.baseline
    if found is None:
        return None
    return {
        "at": when(clock.span(found.item)),
        "record": found.number,
        "readings": found.medians.readings,
        "ir_v": f"{found.ir_mv / 1000:.2f}",
        "temp_deg_c": f"{found.temp_mdeg_c / 1000:.1f}",
        "tac_g_dl": g_dl(found.tac_ug_dl),
    }


def _loss(clock: Clock, loss: Loss) -> dict[str, object]:
    return {
        "kind": KINDS[loss.kind],
        "first": when(clock.span(loss.first_item)),
        "last": when(clock.span(loss.last_item)) + ("" if loss.ended else " (and still)"),
        "records": f"{loss.first_record} to {loss.last_record}",
    }


def _stretch(clock: Clock, one: Stretch) -> dict[str, object]:
    return {
        "first": when(clock.span(one.first.item)),
        "last": when(clock.span(one.last.item)) + ("" if one.ended else " (and still)"),
        "length": lasting(one.length_s),
        "records": f"{one.first.number} to {one.last.number}",
    }
