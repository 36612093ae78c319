"""What who verifies knows beside the pages."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witness:
    """What was written down elsewhere: a seal's number, and the first bytes (8 or more) of its SHA-256."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """authority: the points (33 bytes, compressed) of the authority's keys that are believed; without one trust begins
    at every root that signed itself. documents: the authority's, from anywhere. order_id: what the evidence is said to
    be about, 16 bytes."""

    authority: tuple[bytes, ...] = ()
    documents: Sequence[bytes] = ()
    order_id: bytes | None = None
    witnesses: Sequence[Witness] = ()
