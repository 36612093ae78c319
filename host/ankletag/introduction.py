"""What a station shows a tag before it asks for anything (SPEC.md, Whom a tag obeys)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tagproto import cose, documents, messages
from tagproto.documents import Document

from .errors import TagRefused
from .trust.signing import SigningKey

_NO_ROOT = bytes(8)


class Signer(Protocol):
    """Who signs requests. root_point: the authority's key, 33 bytes; documents: all that this signer carries."""

    @property
    def key(self) -> SigningKey:
        """Signs."""

    @property
    def root_point(self) -> bytes:
        """The root that this signer trusts, compressed."""

    @property
    def documents(self) -> Sequence[bytes]:
        """Roots, region, station, lists."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """changes: a newer root and list, which the tag takes once; certificates: for as long as it has power."""

    changes: list[bytes]
    certificates: list[bytes]


def introduction(signer: Signer, root: bytes, list_number: int) -> Introduction:
    """What to present a tag with whose hello named this root (8 bytes) and this list.

    Raises TagRefused where the tag has no root, or one that this signer's root does not follow.
    """
    parsed = [found for found in map(documents.parse, signer.documents) if isinstance(found, Document)]
    changes = [document.encoded for document in _succession(signer, root, parsed)]
    own_root = cose.key_id(signer.root_point)
    lists = [found for found in parsed if found.type == documents.LIST and _issuer(found) == own_root]
    newest = max(lists, key=lambda found: found.number(documents.NUMBER), default=None)
    if newest is not None and newest.number(documents.NUMBER) > list_number:
        changes.append(newest.encoded)
    return Introduction(changes, _certificates(signer, parsed, own_root))


def _certificates(signer: Signer, parsed: list[Document], own_root: bytes) -> list[bytes]:
    """The newest certificates of region and station; none for the root itself, which the tag knows."""
    # Oldest first, so that of several for one key the newest stays. Behind a rotation regions have one of each root.
    by_age = sorted(parsed, key=_generation)
    regions = {
        found.octets(documents.SUBJECT): found
        for found in by_age
        if found.type == documents.REGION and _issuer(found) == own_root
    }
    own = [
        found
        for found in by_age
        if found.type == documents.STATION
        and found.octets(documents.SUBJECT) == signer.key.key_id
        and _issuer(found) in regions
    ]
    return [regions[_issuer(own[-1])].encoded, own[-1].encoded] if own else []


def _succession(signer: Signer, root: bytes, parsed: list[Document]) -> list[Document]:
    """The roots that lead from the tag's to this signer's, in order; empty where they are the same."""
    if root == _NO_ROOT:
        raise TagRefused(
            "The tag belongs to no programme yet.",
            "Provision it first, with `ankletag provision`, where the authority's keys are.",
            messages.ERROR_CERTIFICATE,
        )
    own = cose.key_id(signer.root_point)
    steps: list[Document] = []
    roots = [found for found in parsed if found.type == documents.ROOT]
    while root != own:
        level = max((_generation(found) for found in roots if found.octets(documents.SUBJECT) == root), default=0)
        following = [found for found in roots if _issuer(found) == root and _generation(found) > level]
        # A root names the one before it, too: only what leads on may be followed, so no root comes twice.
        step = max(following, key=_generation, default=None)
        if step is None:
            raise TagRefused(
                f"The tag belongs to another programme: its authority is {root.hex()}, this station's is {own.hex()}.",
                "Use a station of that programme. If the authority has a newer root, install it here with "
                "`ankletag station add`.",
                messages.ERROR_CERTIFICATE,
            )
        steps.append(step)
        root = step.octets(documents.SUBJECT)
    return steps


def _issuer(document: Document) -> bytes:
    return document.octets(documents.ISSUER)


def _generation(document: Document) -> int:
    return document.number(documents.GENERATION)
