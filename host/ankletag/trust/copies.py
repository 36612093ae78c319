"""Copies of an authority's folder: regional offices and workshops certify with their own, and bring home what they
issued."""

from collections.abc import Iterable
from pathlib import Path

from tagproto import documents
from tagproto.documents import Document

from .files import write_file
from .gathering import gather
from .heap import add_to_heap
from .holder import ISSUED, ROOT, Authority


def take_in(authority: Authority, paths: Iterable[Path]) -> tuple[Authority, list[Document]]:
    """Take what another copy issued; where that has a later root, follow it. The folder as it is now, and what is new.

    Raises UsageError, all or none.
    """
    folder = authority.folder
    new = gather(authority.root, folder / ISSUED, paths)
    # The root so far stays known when a later one takes its place.
    for each in [authority.root, *new]:
        add_to_heap(folder / ISSUED, each)
    later = [
        each
        for each in new
        if each.type == documents.ROOT
        and each.octets(documents.ISSUER) == each.octets(documents.SUBJECT)
        and each.number(documents.GENERATION) > authority.root_generation
    ]
    if later:
        newest = max(later, key=lambda each: each.number(documents.GENERATION))
        write_file(folder / ROOT, newest.encoded)
    return Authority(folder), new
