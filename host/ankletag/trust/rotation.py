"""A new root in the place of the old one. Each certifies the other, so that evidence and tags of both stay good."""

from tagproto import documents
from tagproto.documents import Document

from .files import write_file
from .heap import read_root
from .holder import ROOT, Authority
from .issue import certify_region, make_list, make_root, succeed_root
from .keyfile import read_key, read_or_make_key
from .listing import newest_list
from .signing import SigningKey


def rotate(authority: Authority, now_s: int) -> Document:
    """Make the next root and put it in force; a rotation that was cut is finished. Raises UsageError.

    Certified again under the new root: the old root, the regions with their keys, and what the last list says. Tags
    take the new root from a station that shows them what the old one signed.
    """
    old_document = authority.root
    generation = authority.root_generation
    old = read_key(authority.key_path(generation))
    new = read_or_make_key(authority.key_path(generation + 1))
    authority.issue(old_document.encoded)
    successor = _issued(authority, old, new.key_id)
    if successor is None:
        successor = authority.issue(succeed_root(old, new, authority.name, now_s, generation + 1))
    if _issued(authority, new, old.key_id) is None:
        made_s = old_document.number(documents.NOT_BEFORE)
        authority.issue(succeed_root(new, old, authority.name, made_s, generation))
    _certify_regions(authority, new)
    last = newest_list(authority)
    if last is not None and last.octets(documents.ISSUER) != new.key_id:
        number, minimum = last.number(documents.NUMBER) + 1, last.number(documents.MINIMUM)
        authority.issue(make_list(new, number, minimum, last.revoked, now_s))
    # Copies of the folder learn of the new root from what was issued.
    own = make_root(new, authority.name, successor.number(documents.NOT_BEFORE), generation + 1)
    authority.issue(own)
    # The last step: from here on the new root is the one in force.
    path = authority.folder / ROOT
    write_file(path, own)
    return read_root(path)


def _issued(authority: Authority, issuer: SigningKey, subject: bytes) -> Document | None:
    for each in authority.trusted.root_documents:
        if (each.octets(documents.ISSUER), each.octets(documents.SUBJECT)) == (issuer.key_id, subject):
            return each
    return None


def _certify_regions(authority: Authority, new: SigningKey) -> None:
    """The regions of the old root as they are; only who signs changes."""
    done = {each.octets(documents.SUBJECT) for each in authority.trusted.regions if _by(each, new)}
    for name, each in sorted(authority.regions().items()):
        subject = each.octets(documents.SUBJECT)
        if subject in done or authority.trusted.revoked_s(subject) is not None:
            continue
        point, generation = each.octets(documents.KEY), each.number(documents.GENERATION)
        begins_s, ends_s = each.number(documents.NOT_BEFORE), each.number(documents.NOT_AFTER)
        authority.issue(certify_region(new, point, name, generation, begins_s, ends_s))


def _by(document: Document, key: SigningKey) -> bool:
    return document.octets(documents.ISSUER) == key.key_id
