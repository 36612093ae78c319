"""`ankletag verify`."""

import typer

from tagproto.seals import SignedSeal

from ..errors import EvidenceRefused, Exit
from ..evaluate import fittings
from ..verify.certified import certified_by
from .believing import AuthorityOption, WitnessOption, authority_of, witnesses_of
from .disclosed import certification, damaged_document, is_disclosure, verify_disclosure
from .evidence import Evidence, load
from .options import FileArgument, JsonOption, StoreOption, TagOption
from .output import JsonValue, emit, finding_document, finding_line, iso, say, span_words


def verify(
    bundle: FileArgument = None,
    tag: TagOption = None,
    store: StoreOption = None,
    authority: AuthorityOption = None,
    witness: WitnessOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle, a disclosed record, or what the store holds of a tag, and say in plain words what held."""
    points = authority_of(authority)
    if bundle is not None and is_disclosure(bundle):
        verify_disclosure(bundle, points, witness, as_json)
        return
    try:
        evidence = load(bundle, store, tag, points, lambda tag_id: witnesses_of(witness, tag_id))
    except EvidenceRefused as error:
        if not as_json:
            raise
        emit(damaged_document(error))
        raise typer.Exit(error.exit_code) from error
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
        "certified": verified.certified,
        "certified_by": certified_by(verified),
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
        "findings": [finding_document(finding, evidence.times(finding)) for finding in evidence.findings],
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
    say(f"  certified     {certification(verified)}")
    if evidence.public_key:
        say(f"  pinned key    {evidence.public_key.hex()[:32]}... of epoch 0")
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
        say("of keys, what stations signed, and that no record, seal, key or restart is missing between the first and")
        say("the last one.")
    for finding in evidence.findings:
        say(finding_line(finding, evidence.times(finding)))
