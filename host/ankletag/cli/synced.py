"""What a command says after it has read a tag out."""

import typer

from ..errors import Exit
from ..models import AGAINST
from ..sync import Synced
from .evidence import Evidence
from .output import JsonValue, finding_document, finding_line, note, say

NOT_CERTIFIED = "NOT CERTIFIED: no authority has certified this tag's key; it was pinned at fitting."


def synced_document(result: Synced, evidence: Evidence) -> dict[str, JsonValue]:
    """For JSON."""
    return {
        "tag": result.tag_id.hex(),
        "fitted": result.fitted,
        "new_pages": result.new_pages,
        "pages": result.pages,
        "absent_pages": list(result.absent),
        "seal": result.seal_number,
        "key_differs": result.key_differs,
        "records": len(evidence.verified.items),
        "readings": evidence.verified.readings,
        "line": {
            "bad_frames": result.counts.bad,
            "late_frames": result.counts.late,
            "repeated_requests": result.counts.repeated,
        },
        "certified": False,
        "findings": [finding_document(finding) for finding in evidence.findings],
    }


def say_synced(result: Synced, evidence: Evidence) -> None:
    """For people."""
    say(f"tag {result.tag_id.hex()}: {result.new_pages} pages read of {result.pages}, seal {result.seal_number}")
    verified = evidence.verified
    say(f"verified: {len(verified.items)} records, {verified.readings} of them readings, {len(verified.windows)} seals")
    if result.key_differs:
        note("WARNING: the tag shows another key than the one that was pinned.")
    if result.absent:
        note(f"WARNING: the tag did not give pages {', '.join(map(str, result.absent))}.")
    if result.counts.bad or result.counts.repeated:
        repeated = result.counts.repeated
        say(f"the line was bad: {result.counts.bad} bad frames, {repeated} repeated requests; all put right")
    for finding in evidence.findings:
        # Of what is only to be noted, a technician has to act on this one: the log must be read out more often.
        if finding.severity == AGAINST or finding.code == "readings-lost":
            say(finding_line(finding))
    if not evidence.against:
        say("nothing speaks against the evidence")


def leave(result: Synced, evidence: Evidence) -> None:
    """Exit code 1 when something speaks against the evidence."""
    if evidence.against or result.key_differs or result.absent:
        raise typer.Exit(Exit.FINDINGS)
