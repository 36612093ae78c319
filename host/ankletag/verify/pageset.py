"""One page for each sequence number, out of whatever copies there are."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tagproto import pages
from tagproto.bad import Bad
from tagproto.pages import HEADER_SIZE, NO_ITEM, PAGE_SIZE, Page

from ..models import AGAINST, INFORMATION, Finding
from .bits import flipped_bit, with_bit_flipped

# Copies of one page in a bundle.
COPIES_MAX = 64


@dataclass(frozen=True, slots=True)
class BadPage:
    """A page that is refused. seq: as its header says; raw: as it came, but with the one wrong bit turned over where
    one explains its checksum; corrected: the page that this gives, for sentences only; bit: which one."""

    seq: int
    raw: bytes
    reason: str
    corrected: Page | None
    bit: int | None


@dataclass(slots=True)
class PageSet:
    """good: the fullest copy of each page; bad: pages of which no good copy exists; later: refused copies of pages of
    which there is only an earlier good one, from when the page was open."""

    good: dict[int, Page] = field(default_factory=dict)
    bad: dict[int, BadPage] = field(default_factory=dict)
    later: dict[int, BadPage] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def extends(older: bytes, newer: bytes) -> bool:
    """True when `newer` is `older`, an open page, with more written behind what it held. Both are whole pages."""
    if older[1] != NO_ITEM and older[1:HEADER_SIZE] != newer[1:HEADER_SIZE]:
        return False
    written = older[: PAGE_SIZE - 4].rstrip(b"\xff")
    return older[2:6] == newer[2:6] and newer[HEADER_SIZE : len(written)] == written[HEADER_SIZE:]


def _bad_page(raw: bytes, reason: str) -> BadPage:
    bit = flipped_bit(raw) if reason == "crc" else None
    taken = raw if bit is None else with_bit_flipped(raw, bit)
    corrected = None if bit is None else pages.parse(taken)
    seq = int.from_bytes(taken[2:6], "little") if len(taken) >= 6 else -1
    return BadPage(seq, taken, reason, corrected if isinstance(corrected, Page) else None, bit)


def _holds_more(bad: BadPage, good: Page) -> bool:
    """Whether a refused copy goes on where the good one, read while the page was open, ends."""
    written = len(good.raw[: PAGE_SIZE - 4].rstrip(b"\xff"))
    return bool(bad.raw[written : PAGE_SIZE - 4].strip(b"\xff"))


def collect(raws: Iterable[bytes]) -> PageSet:
    """Copies in the order in which they were received: of two that contradict each other the first one counts."""
    result = PageSet()
    differing: set[int] = set()
    bad: list[BadPage] = []
    for raw in raws:
        page = pages.parse(raw)
        if isinstance(page, Bad):
            bad.append(_bad_page(raw, page.reason))
            continue
        present = result.good.get(page.seq)
        if present is None or extends(present.raw, page.raw):
            result.good[page.seq] = page
        elif not extends(page.raw, present.raw):
            differing.add(page.seq)
    for seq in sorted(differing):
        page = result.good[seq]
        sentence = f"Page {seq} exists with two contents that contradict each other; the one received first was read."
        result.findings.append(Finding("page-differs", AGAINST, page.number, None, sentence))
    for entry in bad:
        present = result.good.get(entry.seq)
        if present is not None and _holds_more(entry, present):
            result.later[entry.seq] = entry
        elif present is not None:
            page = present
            sentence = f"A damaged copy of page {entry.seq} was refused; a good copy of it was read instead."
            result.findings.append(Finding("page-bad", INFORMATION, page.number, None, sentence))
        else:
            result.bad[entry.seq] = entry
    return result


def without_prefixes(raws: Iterable[bytes]) -> list[bytes]:
    """The copies that say something that no other copy says, in order of page; equal input, equal output.

    Snapshots of the open page that a later copy extends are left out; contradicting and damaged copies stay, the first
    COPIES_MAX of each page: more are somebody's attempt to keep a reader busy.
    """
    kept: dict[int, list[bytes]] = {}
    for raw in raws:
        same = kept.setdefault(int.from_bytes(raw[2:6], "little"), [])
        if any(raw == other or _readable_prefix(raw, other) for other in same):
            continue
        same[:] = [other for other in same if not _readable_prefix(other, raw)]
        if len(same) < COPIES_MAX:
            same.append(raw)
    return [raw for seq in sorted(kept) for raw in kept[seq]]


def _readable_prefix(older: bytes, newer: bytes) -> bool:
    good = isinstance(pages.parse(older), Page) and isinstance(pages.parse(newer), Page)
    return good and extends(older, newer)
