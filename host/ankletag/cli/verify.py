"""`ankletag verify`."""

import typer

from tagproto.seals import SignedSeal

from ..errors import Exit
from ..evaluate import fittings
from .evidence import Evidence, load
from .options import BundleArgument, JsonOption, StoreOption, TagOption
from .output import JsonValue, emit, finding_document, finding_line, iso, say, span_words


def verify(
    bundle: BundleArgument = None, tag: TagOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Check a bundle, or what the store holds of a tag, and say in plain words what held."""
    evidence = load(bundle, store, tag)
    if as_json:
        emit(_document(evidence))
    else:
        _tell(evidence)
    if evidence.against:
        raise typer.Exit(Exit.FINDINGS)


def _document(evidence: Evidence) -> dict[str, JsonValue]:
    verified = evidence.verified
    items = len(verified.items)
    last = verified.last_seal
    fitted = [{"order_id": fitting.order_id.hex(), "removed": fitting.removed} for fitting in fittings(verified)]
    return {
        "tag": evidence.tag_id.hex(),
        "public_key": evidence.public_key.hex() if evidence.public_key else None,
        "certified": False,
        "held": not evidence.against,
        "pages": verified.pages,
        "records": items,
        "readings": verified.readings,
        "proven_records": sum(verified.proven),
        "seals": len(verified.windows),
        "seals_held": sum(window.held for window in verified.windows),
        "last_seal": _last_seal(last),
        "first_utc": iso(evidence.clock.span(0).earliest_ms) if items else None,
        "last_utc": iso(evidence.clock.span(items - 1).latest_ms) if items else None,
        "fittings": fitted,
        "findings": [finding_document(finding) for finding in evidence.findings],
    }


def _last_seal(last: SignedSeal | None) -> dict[str, JsonValue] | None:
    if last is None:
        return None
    return {"number": last.seal.number, "epoch": last.seal.epoch, "hash": last.hash().hex()}


def _tell(evidence: Evidence) -> None:
    verified = evidence.verified
    items, windows = len(verified.items), verified.windows
    held = sum(window.held for window in windows)
    say(f"{evidence.source}")
    say(f"  tag           {evidence.tag_id.hex()}")
    if evidence.public_key:
        say(f"  pinned key    {evidence.public_key.hex()[:32]}... of epoch 0 (NOT CERTIFIED: no authority has")
        say("                certified it)")
    say(f"  pages         {verified.pages}")
    say(f"  records       {items}, {verified.readings} of them readings; {sum(verified.proven)} under seals that hold")
    if items:
        say(f"  from          {span_words(evidence.clock.span(0))}")
        say(f"  to            {span_words(evidence.clock.span(items - 1))}")
    if windows:
        last = windows[-1].seal
        seal = last.seal
        say(f"  seals         {held} of {len(windows)} hold; the last one is number {seal.number}, epoch {seal.epoch},")
        say(f"                hash {last.hash().hex()}")
    say()
    if evidence.against:
        say("DOES NOT HOLD:")
    else:
        say(
            "HOLDS: every bit of every page, every record's hash, every seal's signature, the chain of seals, the chain"
        )
        say("of keys, and that no record, seal, key or restart is missing between the first and the last one.")
    for finding in evidence.findings:
        say(finding_line(finding))
