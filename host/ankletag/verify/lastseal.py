"""The last seal that raw pages hold: what a station may acknowledge when the tag itself has no room to seal."""

from collections.abc import Iterable
from dataclasses import dataclass

from tagproto import coding, seals
from tagproto.pages import Item
from tagproto.seals import SignedSeal

from .pageset import collect
from .stream import items


@dataclass(frozen=True, slots=True)
class LastSeal:
    """number and hash of a seal, and the page in which it ends."""

    number: int
    hash: bytes
    page: int


def last_seal(raws: Iterable[bytes], tag_id: bytes) -> LastSeal | None:
    """The last seal of this tag in raw 256-byte pages, in any order; None where there is none that can be read.

    Its signature is not checked: an acknowledge says what is stored, and `verify_pages` judges that afterwards.
    """
    found: LastSeal | None = None
    for item in items(collect(raws)):
        if isinstance(item, Item) and item.kind == coding.SEAL and isinstance(item.value, bytes):
            signed = seals.parse(item.value)
            if isinstance(signed, SignedSeal) and signed.seal.tag_id == tag_id:
                found = LastSeal(signed.seal.number, signed.hash(), item.end_seq)
    return found
