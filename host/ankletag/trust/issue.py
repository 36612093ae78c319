"""Making the authority's documents (SPEC.md, Documents). Each function gives the bytes of one."""

import cbor2

from tagproto import cose, documents
from tagproto.bad import Bad

from .signing import SigningKey


def _issue(signer: SigningKey, pairs: dict[int, object]) -> bytes:
    """Sign a document. Raises ValueError when no reader would take it: a name too long, a number out of range."""
    encoded = signer.signed(cbor2.dumps({**pairs, documents.ISSUER: signer.key_id}, canonical=True))
    parsed = documents.parse(encoded)
    if isinstance(parsed, Bad):
        raise ValueError(f"no such document can be made: {parsed.detail}")
    return encoded


def _subject(kind: int, point: bytes, subject: bytes, generation: int, not_before_s: int) -> dict[int, object]:
    return {
        documents.TYPE: kind,
        documents.SUBJECT: subject,
        documents.KEY: point,
        documents.GENERATION: generation,
        documents.NOT_BEFORE: not_before_s,
    }


def make_root(root: SigningKey, name: str, made_s: int, generation: int = 1) -> bytes:
    """The first root's document about itself. made_s: seconds since 1970-01-01 UTC."""
    return succeed_root(root, root, name, made_s, generation)


def succeed_root(before: SigningKey, root: SigningKey, name: str, made_s: int, generation: int) -> bytes:
    """A root, certified by another one: the one before it (rotation), or the next one (so that old evidence stays)."""
    pairs = _subject(documents.ROOT, root.point, root.key_id, generation, made_s)
    return _issue(before, {**pairs, documents.NAME: name})


def certify_region(
    root: SigningKey, point: bytes, name: str, generation: int, not_before_s: int, not_after_s: int
) -> bytes:
    """A region's certificate, signed by the root."""
    pairs = _subject(documents.REGION, point, cose.key_id(point), generation, not_before_s)
    return _issue(root, {**pairs, documents.NOT_AFTER: not_after_s, documents.NAME: name})


def certify_station(
    region: SigningKey, point: bytes, name: str, generation: int, not_before_s: int, not_after_s: int
) -> bytes:
    """A station's certificate, signed by its region."""
    pairs = _subject(documents.STATION, point, cose.key_id(point), generation, not_before_s)
    return _issue(region, {**pairs, documents.NOT_AFTER: not_after_s, documents.NAME: name})


def certify_tag(
    region: SigningKey,
    tag_id: bytes,
    point: bytes,
    calibration_id: bytes,
    generation: int,
    not_before_s: int,
    not_after_s: int,
) -> bytes:
    """A tag's certificate, signed by a region. point: compressed key of epoch 0; calibration_id: 8 bytes."""
    pairs = _subject(documents.TAG, point, tag_id, generation, not_before_s)
    return _issue(region, {**pairs, documents.NOT_AFTER: not_after_s, documents.CALIBRATION: calibration_id})


def make_list(root: SigningKey, number: int, minimum: int, revoked: dict[bytes, int], made_s: int) -> bytes:
    """The root's list. revoked: key ids or tag ids, and the second since 1970-01-01 UTC from which on they count for
    nothing; at most documents.REVOKED_MAX of them."""
    return _issue(
        root,
        {
            documents.TYPE: documents.LIST,
            documents.NOT_BEFORE: made_s,
            documents.NUMBER: number,
            documents.MINIMUM: minimum,
            documents.REVOKED: [[subject, revoked[subject]] for subject in sorted(revoked)],
        },
    )
