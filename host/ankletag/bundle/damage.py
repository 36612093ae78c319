"""Where a damaged bundle is damaged: the record, where the bit lies in one, or the member and place."""

import binascii

from tagproto import pages
from tagproto.pages import PAGE_SIZE, Page

from ..verify.bits import flipped_bit, with_bit_flipped
from ..verify.locate import place_of
from .container import LOCAL_SIZE, Members, build, central_fields, local_crc_field


def describe_damage(data: bytes, members: Members) -> str:
    """Words for the middle of a sentence; members as they were read from `data`."""
    names = tuple(name for name, _ in members)
    central = central_fields(data, names)
    at = 0
    for (name, content), (central_crc, _) in zip(members, central, strict=True):
        crc = local_crc_field(data, at)
        at += LOCAL_SIZE + len(name) + len(content)
        if crc == central_crc != binascii.crc32(content):
            if name == "pages.bin":
                return _in_pages(content, crc)
            return f"{name} is not what was written"
    rebuilt = build(members)
    offset = next((at for at, (a, b) in enumerate(zip(data, rebuilt, strict=False)) if a != b), len(rebuilt))
    return f"the container around the members is not what was written, at byte {offset}; no record is touched"


def _in_pages(content: bytes, crc: int) -> str:
    raws = [content[at : at + PAGE_SIZE] for at in range(0, len(content), PAGE_SIZE)]
    parsed = [pages.parse(raw) for raw in raws]
    for index, raw in enumerate(raws):
        bit = None if isinstance(parsed[index], Page) else flipped_bit(raw)
        if bit is None:
            continue
        corrected = with_bit_flipped(raw, bit)
        # A page may have come damaged from the tag: only the one that puts the whole right was damaged since.
        before, after = content[: index * PAGE_SIZE], content[(index + 1) * PAGE_SIZE :]
        page = pages.parse(corrected)
        if binascii.crc32(after, binascii.crc32(corrected, binascii.crc32(before))) == crc and isinstance(page, Page):
            place = place_of({found.seq: found for found in parsed if isinstance(found, Page)}, page, bit)
            where = f"bit {bit & 7} of byte {bit >> 3} of page {page.seq}"
            return f"one bit was flipped, {where}, which lies in {place}"
    bad = [str(index) for index, page in enumerate(parsed) if not isinstance(page, Page)]
    if not bad:
        return "pages.bin is not what was written, though the checksum of each page holds: pages were replaced"
    listed = ", ".join(bad[:8]) + (" and more" if len(bad) > 8 else "")
    return f"pages.bin is not what was written: the checksum does not hold at position {listed}"
