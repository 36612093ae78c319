"""Stations of a test programme, and tags that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ankletag.client import Client, octets
from ankletag.trust import SigningKey
from programme import Programme


@dataclass(frozen=True)
class Carrier:
    """Somebody who signs requests, as a client needs them."""

    key: SigningKey
    root_point: bytes
    documents: Sequence[bytes] = field(default_factory=list)


def station(programme: Programme | None = None, *more: bytes) -> Carrier:
    """The programme's station. more: further documents that it carries."""
    chosen = programme or Programme()
    return Carrier(chosen.station, chosen.root.point, [*chosen.chain, *more])


def authority(programme: Programme | None = None) -> Carrier:
    """The programme's root itself."""
    chosen = programme or Programme()
    return Carrier(chosen.root, chosen.root.point, [chosen.root_document])


def provision(client: Client, programme: Programme | None = None) -> bytes:
    """Make the tag one of the programme's, as `ankletag provision` does; its certificate."""
    chosen = programme or Programme()
    hello = client.hello()
    certificate = chosen.tag_document(octets(hello, "tag_id"), octets(hello, "public_key"))
    for document in (chosen.root_document, chosen.region_document, certificate):
        client.present(document)
    return certificate
