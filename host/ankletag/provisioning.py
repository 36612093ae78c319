"""A tag becomes one of a programme's: it takes the authority's root, and gets its certificate."""

from dataclasses import dataclass

from tagproto import cose, documents, messages
from tagproto.bad import Bad
from tagproto.documents import Document

from .client import Client, Values, number, octets
from .errors import EvidenceRefused, TagRefused
from .introduction import introduction
from .trust.certifying import TagKey, add_tag
from .trust.chains import trust
from .trust.checking import compressed, public_key
from .trust.holder import Authority, RootSigner

_NO_ROOT = bytes(8)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was done. key_id: of the tag's key of epoch 0; documents: the certificate and its chain, for the store;
    made: False where the tag had its certificate already."""

    tag_id: bytes
    key_id: bytes
    certificate: Document
    documents: list[bytes]
    made: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """How a tag is to be certified. now_s: seconds since 1970-01-01 UTC; new_key: although the tag was certified with
    another key before; calibration_id: 8 bytes, None for that which the tag has."""

    region: str
    now_s: int
    lasts_s: int
    new_key: bool = False
    calibration_id: bytes | None = None


def provision(client: Client, authority: Authority, wish: Wish) -> Provisioned:
    """Certify the tag and show it what it has to know. After a cut, doing it again goes on; twice is once.

    Raises UsageError, EvidenceRefused, TagRefused (it belongs to another programme, or takes nothing), TagSilent.
    """
    hello = client.hello()
    root = octets(hello, "root")
    if root != _NO_ROOT and root not in authority.trusted.roots:
        raise TagRefused(
            f"The tag belongs to another programme: it obeys the root {root.hex()}.",
            "Nothing was changed. A tag keeps its programme for life: provision another one.",
            messages.ERROR_CERTIFICATE,
        )
    point = compressed(octets(hello, "public_key"))
    if public_key(point) is None:
        raise EvidenceRefused("The tag names a key that is none.", "Do not use this tag; have it looked at.")
    tag_id = octets(hello, "tag_id")
    _take_in(client, authority, tag_id)
    calibration_id = wish.calibration_id or octets(client.status(), "calibration_id")
    key = TagKey(tag_id, point, calibration_id)
    certificate, _ = add_tag(authority, wish.region, key, wish.now_s, wish.lasts_s, wish.new_key)
    region = authority.region(wish.region)
    made = _present(client, authority, [region.encoded, certificate.encoded], wish.region)
    papers = [each.encoded for each in [*authority.for_stations(), certificate]]
    return Provisioned(tag_id, cose.key_id(point), certificate, papers, made)


def _take_in(client: Client, authority: Authority, tag_id: bytes) -> None:
    """A certificate of this authority's that only the tag has, because a copy of the folder made it, is counted in."""
    encoded = client.document(0)
    parsed = documents.parse(encoded) if encoded else None
    if parsed is None or isinstance(parsed, Bad) or encoded in authority.documents:
        return
    held = trust([*authority.documents, encoded], [authority.root.octets(documents.KEY)]).tags.get(tag_id, [])
    if any(each.encoded == encoded for each in held):
        authority.issue(encoded)


def _present(client: Client, authority: Authority, certificates: list[bytes], region: str) -> bool:
    """Show the tag root, list and certificates; False where it had its certificate already."""
    had = client.document(0) == certificates[-1]
    signer = RootSigner(authority.region_key(region), authority.root.octets(documents.KEY), authority.documents)
    for document in [*_changes(authority, signer, client.hello()), *certificates]:
        client.present(document)
    if client.document(0) != certificates[-1]:
        raise TagRefused(
            "The tag took its certificate, and now shows another one.",
            "Do not use this tag; have it looked at.",
            messages.ERROR_CERTIFICATE,
        )
    return not had


def _changes(authority: Authority, signer: RootSigner, hello: Values) -> list[bytes]:
    """The roots and the list that a tag has not seen yet."""
    root, seen = octets(hello, "root"), number(hello, "list_number")
    if root == _NO_ROOT:
        own = authority.root_id
        return [authority.root.encoded, *introduction(signer, own, seen).changes]
    return introduction(signer, root, seen).changes
