"""`ankletag events`."""

import typer

from tagproto import records, tamper
from tagproto.layout import SLOW_ABOVE_PERCENT
from tagproto.records import Record

from ..errors import Exit
from ..evaluate import KINDS, SENSE, Baseline, Episode, Evaluation, Loss, Slowdown, evaluate
from ..models import calibration_words, readable
from .believing import AuthorityOption, authority_of
from .evidence import Evidence, load
from .instrument import instrument_document, instrument_lines
from .options import BundleArgument, JsonOption, OrderOption, StoreOption, TagOption
from .output import JsonValue, emit, finding_document, finding_line, iso, say, span_document, span_words
from .pacing import pace_document, pace_words
from .sentences import sentence
from .silence import silence_document, silence_words, unmeasured_lines
from .toldoftag import told_document, told_lines

# Fields of records that hold text; all other bytes are shown in hex.
_TEXTS = ("text",)


def events(
    bundle: BundleArgument = None,
    tag: TagOption = None,
    store: StoreOption = None,
    order: OrderOption = None,
    authority: AuthorityOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what happened: events of the tag, episodes of drinking, skin and strap losses, gaps, findings."""
    evidence = load(bundle, store, tag, authority_of(authority))
    evaluation = evaluate(evidence.verified, evidence.clock, evidence.fitting(order))
    if as_json:
        emit(_document(evidence, evaluation))
    else:
        _tell(evidence, evaluation)
    if evidence.against:
        raise typer.Exit(Exit.FINDINGS)


def _values(record: Record) -> dict[str, JsonValue]:
    values = record.values()
    if not isinstance(values, dict):
        return {}
    return {name: _shown(name, value) if isinstance(value, bytes) else value for name, value in values.items()}


def _shown(name: str, value: bytes) -> str:
    if name == "calibration_id":
        return calibration_words(value)
    return readable(value.rstrip(b"\0")) if name in _TEXTS else value.hex()


def _episode(episode: Episode) -> dict[str, JsonValue]:
    return {
        "first_record": episode.first.number,
        "last_record": episode.last.number,
        "from": iso(episode.first.utc_ms),
        "to": iso(episode.last.utc_ms),
        "peak_tac_ug_dl": episode.peak.tac_ug_dl,
        "peak_at": iso(episode.peak.utc_ms),
        "readings_above": episode.readings,
        "ended": episode.ended,
        "interferent": episode.interferent,
        "rise_ug_dl_h": episode.pace.rise_ug_dl_h,
        "fall_ug_dl_h": episode.pace.fall_ug_dl_h,
    }


def _loss(evidence: Evidence, loss: Loss) -> dict[str, JsonValue]:
    return {
        "kind": loss.kind,
        "first_record": loss.first_record,
        "last_record": loss.last_record,
        "from": span_document(evidence.clock.span(loss.first_item)),
        "to": span_document(evidence.clock.span(loss.last_item)),
        "ended": loss.ended,
    }


def _baseline(evidence: Evidence, baseline: Baseline | None) -> dict[str, JsonValue] | None:
    if baseline is None:
        return None
    return {
        "record": baseline.number,
        "from": span_document(evidence.clock.span(baseline.item)),
        "tac_ug_dl": baseline.tac_ug_dl,
        "temp_mdeg_c": baseline.temp_mdeg_c,
        "ir_mv": baseline.ir_mv,
    }


def _document(evidence: Evidence, evaluation: Evaluation) -> dict[str, JsonValue]:
    verified = evidence.verified
    return {
        "tag": evidence.tag_id.hex(),
        "order_id": evaluation.fitting.order_id.hex() if evaluation.fitting else None,
        "events": [
            {
                "record": record.number,
                "kind": records.name(record.kind),
                "boot": record.boot,
                "ticks": record.ticks,
                "utc": span_document(evidence.clock.span(index)),
                "sealed": bool(verified.proven[index]),
                "values": _values(record),
                "sentence": sentence(record, verified.trusted),
            }
            for index, record in verified.events()
        ],
        "episodes": [_episode(episode) for episode in evaluation.episodes],
        "paces": [
            {
                **pace_document(one.pace),
                "from": span_document(evidence.clock.span(one.first_item)),
                "to": span_document(evidence.clock.span(one.last_item)),
            }
            for one in evaluation.paces
        ],
        "baseline": _baseline(evidence, evaluation.baseline),
        "baseline_readings": evaluation.search.taken,
        "losses": [_loss(evidence, loss) for loss in evaluation.losses],
        "unjudged": list(evaluation.unjudged),
        **silence_document(evaluation, evidence.clock),
        "remarks": [
            {"first_record": remark.first_record, "last_record": remark.last_record, "sentence": remark.sentence}
            for remark in evaluation.remarks
        ],
        **instrument_document(evaluation, evidence.clock),
        "gaps": [
            {
                "after_record": gap.before.number,
                "before_record": gap.after.number,
                "from": iso(gap.before.utc_ms),
                "to": iso(gap.after.utc_ms),
                "missing_readings": gap.missing,
            }
            for gap in evaluation.gaps
        ],
        **told_document(evaluation, evidence.clock),
        "slowdowns": [
            {
                "from": span_document(evidence.clock.span(slowdown.first_item)),
                "to": span_document(evidence.clock.span(slowdown.last_item)),
                "cadence_s": slowdown.cadence_s,
                "seal_interval_s": slowdown.seal_interval_s,
                "ended": slowdown.ended,
            }
            for slowdown in evaluation.slowdowns
        ],
        "readings": len(evaluation.readings),
        "readings_saturated": evaluation.readings_saturated,
        "readings_lost": evaluation.counts.readings_lost,
        "requests_refused": evaluation.counts.refused,
        "fixes": evaluation.counts.fixes,
        "fixes_recorded": evaluation.counts.fixes_recorded,
        "findings": [finding_document(finding, evidence.times(finding)) for finding in evidence.findings],
    }


def _tell(evidence: Evidence, evaluation: Evaluation) -> None:
    verified, clock = evidence.verified, evidence.clock
    say(f"events of {evidence.source}")
    for index, record in verified.events():
        fields = ", ".join(f"{name} {value}" for name, value in _values(record).items() if value != "")
        shown = sentence(record, verified.trusted) or fields[:90]
        sealed = "" if verified.proven[index] else " (not sealed)"
        when, kind = span_words(clock.span(index)), records.name(record.kind)
        say(f"  {when:27} {record.number:>8} {kind:12} {shown}{sealed}")
    say()
    if evaluation.fitting is None:
        say("the tag was never fitted: there is nothing to evaluate")
    else:
        _tell_evaluation(evidence, evaluation)
    for finding in evidence.findings:
        say(finding_line(finding, evidence.times(finding)))


def _tell_evaluation(evidence: Evidence, evaluation: Evaluation) -> None:
    clock = evidence.clock
    say(f"evaluated: {len(evaluation.readings)} sealed readings")
    for one in evaluation.paces if len(evaluation.paces) > 1 else ():
        first, last = span_words(clock.span(one.first_item)), span_words(clock.span(one.last_item))
        say(f"  ordered from {first} to {last}: {pace_words(one.pace)}")
    _tell_baseline(evidence, evaluation)
    for number, episode in enumerate(evaluation.drinking, 1):
        say(f"  episode {number}: {_episode_words(evidence, episode)}")
    for line in unmeasured_lines(evaluation, clock):
        say(f"  {line}")
    if not evaluation.drinking and not evaluation.unmeasured:
        say("  no episode of drinking")
    for episode in evaluation.interferents:
        say(f"  no drinking, too fast for a body: {_episode_words(evidence, episode)}")
    for loss in evaluation.losses:
        first, last = span_words(clock.span(loss.first_item)), span_words(clock.span(loss.last_item))
        say(f"  {KINDS[loss.kind]}: {first} to {last}" + ("" if loss.ended else " (and still)"))
    if evaluation.losses_of(SENSE):
        say(f"  without a value: {silence_words(evaluation)}")
    for kind, words in KINDS.items():
        if not evaluation.losses_of(kind):
            say(f"  {'not judged' if kind in evaluation.unjudged else 'never'}: {words}")
    for line in told_lines(evaluation, clock):
        say(f"  {line}")
    for remark in evaluation.remarks:
        say(f"  differs: {remark.sentence}")
    for line in instrument_lines(evaluation, clock):
        say(f"  {line}")
    for gap in evaluation.gaps:
        missing = "an unknown number of readings" if gap.missing is None else f"{gap.missing} readings"
        first, last = span_words(clock.span(gap.before.item)), span_words(clock.span(gap.after.item))
        say(f"  gap: {missing} missing between {first} and {last}")
    for slowdown in evaluation.slowdowns:
        first, last = span_words(clock.span(slowdown.first_item)), span_words(clock.span(slowdown.last_item))
        still = "" if slowdown.ended else " (and still)"
        say(f"  slowed down, log over {SLOW_ABOVE_PERCENT} % full: {first} to {last}{still}; {_pace(slowdown)}")
    found = evaluation.counts
    if found.readings_lost:
        say(f"  not kept by a full log: {found.readings_lost} readings; nothing is known of the time they cover")
    if found.refused:
        say(f"  refused by the tag: {found.refused} requests")
    if found.fixes:
        say(f"  position fixes: {found.fixes}, of which {found.fixes_recorded} are recorded")
    if evaluation.readings_saturated:
        say(f"  at the alcohol sensor's limit: {evaluation.readings_saturated} readings; TAC was what is shown or more")


def _tell_baseline(evidence: Evidence, evaluation: Evaluation) -> None:
    baseline = evaluation.baseline
    if baseline is None:
        taken = f"{evaluation.search.taken} of {tamper.BASELINE_READINGS} alcohol-free readings"
        say(f"  NOT FULLY MONITORED: no baseline in this fitting, {taken}")
    else:
        begun = span_words(evidence.clock.span(baseline.item))
        say(f"  baseline: from {begun} on, infrared {baseline.ir_mv / 1000:.2f} V; not fully monitored before that")


def _episode_words(evidence: Evidence, episode: Episode) -> str:
    first, last = (span_words(evidence.clock.span(reading.item)) for reading in (episode.first, episode.last))
    peak = (episode.peak.tac_ug_dl or 0) / 1_000_000
    return f"{first} to {last}, peak {peak:.3f} g/dL, {episode.readings} readings above"


def _pace(slowdown: Slowdown) -> str:
    return f"one reading in {slowdown.cadence_s} s, a seal in {slowdown.seal_interval_s} s"
