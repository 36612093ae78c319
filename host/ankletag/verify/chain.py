"""Raw pages in, everything that can be said about them out."""

import gc
from collections.abc import Iterable

from tagproto import coding, documents, seals
from tagproto.pages import Item
from tagproto.seals import SignedSeal

from ..time import Clock
from ..trust.chains import trust
from .given import Given
from .keys import compressed
from .pageset import PageSet, collect
from .papers import certificates, judge_documents, judge_order, judge_times, judge_witness
from .result import Verified
from .statements import Statements
from .stream import items
from .walk import Walk


def verify_pages(
    raws: Iterable[bytes],
    public_key: bytes | None = None,
    tag_id: bytes | None = None,
    given: Given = Given(),  # noqa: B008 - frozen
) -> Verified:
    """Everything that can be said about raw 256-byte pages, in any order, copies in the order of their receipt.

    public_key: the 64-byte key of epoch 0 that a station pinned; without one and without a certificate the log's own is
    taken and that is a finding. tag_id: the tag that the pages are said to come from; without one, that of the first
    seal. Never raises for bad evidence: what does not hold is a Finding in the result (SPEC.md, Findings).
    """
    collecting = gc.isenabled()
    # Hundreds of thousands of small objects and no cycles: the collector would only walk them again and again.
    gc.disable()
    try:
        return _verify(collect(raws), public_key, tag_id, given)
    finally:
        if collecting:
            gc.enable()


def _verify(pageset: PageSet, public_key: bytes | None, tag_id: bytes | None, given: Given) -> Verified:
    trusted = trust(given.documents, given.authority)
    known_id = tag_id if tag_id is not None else _first_tag(pageset)
    verified = Verified(tag_id=known_id, public_key=public_key or b"", trusted=trusted)
    verified.findings += pageset.findings
    add = verified.add
    judge_documents(trusted, known_id, public_key, add)
    first_keys = [each.octets(documents.KEY) for each in certificates(trusted, known_id)]
    if not first_keys and public_key is not None:
        first_keys = [compressed(public_key)]
    statements = Statements(trusted, given, known_id, add)
    walk = Walk(pageset, verified, statements, first_keys)
    for item in items(pageset):
        walk.take(item)
    walk.finish()
    verified.statements = statements.held
    verified.clock = Clock(verified)
    verified.findings += verified.clock.findings
    judge_times(verified, trusted, add)
    judge_order(verified, given, add)
    for witness in given.witnesses:
        judge_witness(verified, witness, add)
    return verified


def _first_tag(pageset: PageSet) -> bytes:
    """The tag that the first seal names; empty without one."""
    for item in items(pageset):
        if isinstance(item, Item) and item.kind == coding.SEAL and isinstance(item.value, bytes):
            signed = seals.parse(item.value)
            if isinstance(signed, SignedSeal):
                return signed.seal.tag_id
    return b""
