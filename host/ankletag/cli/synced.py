"""What a command says after it has read a tag out."""

from pathlib import Path

import typer

from ..errors import Exit
from ..models import AGAINST
from ..pull import some
from ..sync import Synced
from .evidence import Evidence, load
from .output import JsonValue, count, finding_document, finding_line, note, say

_PAPER_DIGITS = 16
# Fewer pages, or less time, say nothing of the cable.
_MANY_PAGES = 32
_SOME_TIME_S = 0.1


def verified_again(result: Synced, store: Path | None, root_point: bytes) -> Evidence:
    """What the store holds of the tag now, for the words of a command."""
    return load(None, store, result.tag_id.hex(), authority=(root_point,))


def synced_document(result: Synced, evidence: Evidence) -> dict[str, JsonValue]:
    """For JSON."""
    return {
        "tag": result.tag_id.hex(),
        "fitted": result.fitted,
        "new_pages": result.new_pages,
        "pages": result.pages,
        "absent_pages": list(result.absent),
        "seal": result.seal_number,
        "seal_hash": result.seal_hash.hex(),
        "not_acknowledged_because": result.unacknowledged or None,
        "key_differs": result.key_differs,
        "behind": result.behind,
        "records": len(evidence.verified.items),
        "readings": evidence.verified.readings,
        "line": {
            "read_s": round(result.read_s, 3),
            "bad_frames": result.counts.bad,
            "mended_frames": result.counts.mended,
            "late_frames": result.counts.late,
            "repeated_requests": result.counts.repeated,
        },
        "certified": result.certified,
        "battery": None if result.battery is None else {"mv": result.battery.mv, "days": result.battery.days},
        "sense_lost": result.sense_lost,
        "findings": [finding_document(finding) for finding in evidence.findings],
    }


def say_synced(result: Synced, evidence: Evidence) -> None:
    """For people."""
    took = f" in {result.read_s:.1f} s" if result.new_pages > _MANY_PAGES and result.read_s > _SOME_TIME_S else ""
    pages = f"{result.new_pages} new pages{took}, {result.pages} in all"
    say(f"tag {result.tag_id.hex()}: {pages}, seal {result.seal_number}")
    verified = evidence.verified
    say(f"verified: {len(verified.items)} records, {verified.readings} of them readings, {len(verified.windows)} seals")
    say(f"for the wearer's sheet: seal {result.seal_number}, {result.seal_hash.hex()[:_PAPER_DIGITS]}")
    if result.battery is not None:
        say(f"battery: {result.battery.words}")
        if result.battery.low:
            note("WARNING: the battery is low: fit a fresh one, or exchange the tag, before it is empty.")
    if result.sense_lost:
        note(
            "WARNING: a sense of the tag gives no value now: 'ankletag selftest' says which. Without TAC values nobody "
            "can say whether there was drinking."
        )
    if not result.certified:
        note("WARNING: the tag's key is not certified by this station's authority.")
    if result.behind:
        note(
            "WARNING: this station has seen a later seal of this tag: it was put back to an earlier state, or it is "
            "another tag with its number. Keep it, and tell the authority."
        )
    if result.key_differs:
        note("WARNING: the tag shows another key than the one that was pinned.")
    if result.absent:
        note(f"WARNING: the tag did not give pages {some(result.absent)}.")
    if result.unacknowledged and not result.absent and not result.behind:
        note(f"WARNING: nothing was acknowledged, so the tag keeps all that it has: {result.unacknowledged}.")
    if result.counts.bad:
        damaged, repeated = count(result.counts.bad, "damaged frame"), count(result.counts.repeated, "repeated request")
        say(f"the line was bad: {damaged}, {repeated}; all put right")
    for finding in evidence.findings:
        # Of what is only to be noted, a technician has to act on this one: the log must be read out more often.
        if finding.severity == AGAINST or finding.code == "readings-lost":
            say(finding_line(finding))
    if not evidence.against:
        say("nothing speaks against the evidence")


def code_of(result: Synced, evidence: Evidence) -> Exit:
    """FINDINGS when something speaks against the evidence."""
    against = evidence.against or result.key_differs or result.behind or bool(result.unacknowledged)
    return Exit.FINDINGS if against else Exit.OK


def leave(result: Synced, evidence: Evidence) -> None:
    """End with that exit code."""
    if code := code_of(result, evidence):
        raise typer.Exit(code)
