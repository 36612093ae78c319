"""The authority's numbered lists: which generation certificates need, and whose count for nothing any more."""

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .holder import Authority
from .issue import certify_region, make_list


def newest_list(authority: Authority) -> Document | None:
    """The list in force; None before the first one."""
    return authority.trusted.lists[0] if authority.trusted.lists else None


def known_ids(authority: Authority) -> dict[bytes, int]:
    """The highest generation that each key id and tag id was certified with."""
    trusted = authority.trusted
    found: dict[bytes, int] = {}
    for each in [
        *trusted.regions,
        *trusted.station_documents,
        *(one for many in trusted.tags.values() for one in many),
    ]:
        subject = each.octets(documents.SUBJECT)
        found[subject] = max(found.get(subject, 0), each.number(documents.GENERATION))
    return found


def add_list(authority: Authority, minimum: int | None, revoke: dict[bytes, int], now_s: int) -> tuple[Document, bool]:
    """The next list; False where the last one says all that already. Raises UsageError.

    minimum: the generation that certificates need from now on, None for the one of the last list; revoke: key ids and
    tag ids, each with the second since 1970-01-01 UTC from which on it counts for nothing. What the last list revoked
    stays revoked, unless the minimum excludes it anyway. Regions are certified again for a new minimum.
    """
    root = authority.root_key()
    last = newest_list(authority)
    before = last.number(documents.MINIMUM) if last else 1
    wanted = before if minimum is None else minimum
    if wanted < before:
        raise UsageError(
            f"The last list asks for generation {before}; no later one can ask for less.",
            "Tags never go back. Leave --minimum out, or give a higher one.",
        )
    known = known_ids(authority)
    unknown = [subject.hex() for subject in revoke if subject not in known]
    if unknown:
        raise UsageError(
            f"This authority has certified nobody of the id {unknown[0]}.",
            f"Take the id from `ankletag authority show {authority.folder}`. What a copy of the folder "
            "certified, take in first: `ankletag authority add`.",
        )
    revoked = dict(last.revoked) if last else {}
    for subject, since_s in revoke.items():
        revoked[subject] = min(since_s, revoked.get(subject, since_s))
    revoked = {subject: since_s for subject, since_s in revoked.items() if known.get(subject, wanted) >= wanted}
    if (
        last is not None
        and (wanted, revoked) == (before, last.revoked)
        and last.octets(documents.ISSUER) == root.key_id
    ):
        return last, False
    if len(revoked) > documents.REVOKED_MAX:
        raise UsageError(
            f"A list holds {documents.REVOKED_MAX} ids, and this would be {len(revoked)}.",
            f"Raise the generation with --minimum {authority.minimum + 1} instead: it ends all older certificates. "
            "Then certify again whoever stays.",
        )
    _lift_regions(authority, wanted, revoked)
    number = 1 + (last.number(documents.NUMBER) if last else 0)
    return authority.issue(make_list(root, number, wanted, revoked, now_s)), True


def _lift_regions(authority: Authority, minimum: int, revoked: dict[bytes, int]) -> None:
    """Certify each region that stays for a new minimum, as long as before, so that no station falls with it."""
    root = authority.root_key()
    for name, region in sorted(authority.regions().items()):
        if region.octets(documents.SUBJECT) in revoked or region.number(documents.GENERATION) >= minimum:
            continue
        point, begins_s, ends_s = (
            region.octets(documents.KEY),
            region.number(documents.NOT_BEFORE),
            region.number(documents.NOT_AFTER),
        )
        authority.issue(certify_region(root, point, name, minimum, begins_s, ends_s))
