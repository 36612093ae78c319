"""What an authority certifies: regions by its root, stations and tags by a region. Asked twice, it is done once.

Times are seconds since 1970-01-01 UTC; `lasts_s` is how long a certificate is good for. Each function gives the
document, and False where an earlier one does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tagproto import cose, documents
from tagproto.documents import Document

from ..errors import EvidenceRefused, UsageError
from .enrolment import Request, check_name
from .holder import GRACE_S, Authority
from .issue import certify_region, certify_station, certify_tag
from .keyfile import read_or_make_key

# A certificate that ends sooner than this is made anew.
_RENEW_S = 90 * 86_400


@dataclass(frozen=True, slots=True)
class TagKey:
    """What a tag says of itself. point: 33 bytes, its key of epoch 0; calibration_id: 8 bytes, of its calibration."""

    tag_id: bytes
    point: bytes
    calibration_id: bytes


def add_region(authority: Authority, name: str, now_s: int, lasts_s: int) -> tuple[Document, bool]:
    """A region, with a key of its own. Raises UsageError."""
    name = check_name(name)
    root = authority.root_key()
    path = authority.region_key_path(name)
    beside = {each.name for each in authority.trusted.regions if authority.region_key_path(each.name) == path} - {name}
    if beside:
        raise UsageError(f"The region {beside.pop()!r} has that folder already.", "Take a name that differs more.")
    known = [each for each in authority.trusted.regions if each.name == name]
    # A region whose key lies elsewhere is certified again without it.
    point = known[0].octets(documents.KEY) if known else read_or_make_key(path).point
    _refuse_revoked(authority, cose.key_id(point), f"The region {name!r}", "Take another name: it gets a new key.")
    ours = [each for each in known if each.octets(documents.ISSUER) == root.key_id]
    found = _still_good(ours, authority.minimum, now_s)
    if found is not None:
        return found, False
    made = certify_region(root, point, name, authority.minimum, now_s - GRACE_S, now_s + lasts_s)
    return authority.issue(made), True


def add_station(authority: Authority, region: str, request: Request, now_s: int, lasts_s: int) -> tuple[Document, bool]:
    """A station. Raises UsageError."""
    key = authority.region_key(region)
    _region_in_force(authority, region)
    what = f"The key of the station {request.name!r}"
    _refuse_revoked(authority, cose.key_id(request.point), what, "Enrol the station anew, in an empty folder.")
    ours = [
        each
        for each in authority.trusted.station_documents
        if (each.octets(documents.ISSUER), each.octets(documents.KEY), each.name)
        == (key.key_id, request.point, request.name)
    ]
    found = _still_good(ours, authority.minimum, now_s)
    if found is not None:
        return found, False
    begins_s, ends_s = now_s - GRACE_S, now_s + lasts_s
    made = certify_station(key, request.point, request.name, authority.minimum, begins_s, ends_s)
    return authority.issue(made), True


def add_tag(
    authority: Authority, region: str, tag: TagKey, now_s: int, lasts_s: int, new_key: bool = False
) -> tuple[Document, bool]:
    """A tag. Raises UsageError; EvidenceRefused for a tag that was certified with another key, unless `new_key`."""
    key = authority.region_key(region)
    _region_in_force(authority, region)
    _refuse_revoked(authority, tag.tag_id, f"Tag {tag.tag_id.hex()}", "Do not use it: take another tag.")
    known = authority.trusted.tags.get(tag.tag_id, [])
    if not new_key and any(each.octets(documents.KEY) != tag.point for each in known):
        raise EvidenceRefused(
            f"Tag {tag.tag_id.hex()} was certified with another key than the one that it shows now.",
            "Either it was erased, or it is another device under this number. Find out which. If it was erased by "
            "your own workshop, run the command again with --new-key.",
        )
    # A tag takes another certificate only if it begins later than the one that it has; so only the last one is of use.
    # One of a region that was revoked does not count, there neither.
    good = [each for each in known if authority.trusted.revoked_s(each.octets(documents.ISSUER)) is None]
    latest_s = max((each.number(documents.NOT_BEFORE) for each in good), default=0)
    ours = [
        each
        for each in known
        if (each.octets(documents.ISSUER), each.octets(documents.KEY), each.octets(documents.CALIBRATION))
        == (key.key_id, tag.point, tag.calibration_id)
        and each.number(documents.NOT_BEFORE) == latest_s
    ]
    found = _still_good(ours, authority.minimum, now_s)
    if found is not None:
        return found, False
    begins_s, ends_s = max(now_s - GRACE_S, latest_s + 1), now_s + lasts_s
    made = certify_tag(key, tag.tag_id, tag.point, tag.calibration_id, authority.minimum, begins_s, ends_s)
    return authority.issue(made), True


def _still_good(found: Iterable[Document], minimum: int, now_s: int) -> Document | None:
    """The certificate that is good for longest, if it is good for a while yet."""
    good = [
        each
        for each in found
        if each.number(documents.GENERATION) >= minimum
        and each.number(documents.NOT_BEFORE) <= now_s <= each.number(documents.NOT_AFTER) - _RENEW_S
    ]
    return max(good, key=lambda each: each.number(documents.NOT_AFTER), default=None)


def _region_in_force(authority: Authority, name: str) -> None:
    if authority.region(name).number(documents.GENERATION) < authority.minimum:
        raise UsageError(
            f"The region {name!r} has a certificate of an older generation than the lists ask for.",
            f"Certify it again with the root's key: `ankletag authority region {authority.folder} '{name}'`.",
        )


def _refuse_revoked(authority: Authority, subject: bytes, what: str, action: str) -> None:
    if authority.trusted.revoked_s(subject) is not None:
        raise UsageError(f"{what} was revoked.", action)
