"""What the attacks are tried on: the evidence of real emulated tags, as a station has it, and their flash images."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ankletag.fitting import Order, fit
from ankletag.models import order_id_of
from ankletag.stationclock import StationClock
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.verify import Witness
from provisioned import LASTING, clock_of, connect, provisioned
from taghil.vm.process import Emulator

DAY_S = 60
ORDER = Order("Order 7")


@dataclass(frozen=True)
class Evidence:
    """All that goes into one bundle, and what was written down elsewhere."""

    tag_id: bytes
    public_key: bytes | None
    documents: Sequence[bytes]
    raws: Sequence[bytes]
    order_id: bytes | None = order_id_of(ORDER.text)
    authority: bytes | None = LASTING.root.point
    witnesses: Sequence[Witness] = ()

    def but(self, **changes: object) -> "Evidence":
        """The same with something else in it."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Lives:
    """One tag for two days, with a read-out and a power cycle between them; what else could have become of it; another.

    noon: the evidence of the first day. image: its flash then. whole, late_image: of both days. clone: of a copy of the
    tag that lived its own second day. late, far: of copies whose station told a time three days, eighty years ahead,
    behind a true one. other: of another tag.
    """

    noon: Evidence
    image: bytes
    whole: Evidence
    late_image: bytes
    clone: Evidence
    late: Evidence
    far: Evidence
    other: Evidence


def lives(folder: Path) -> Lives:
    """Takes some 20 s."""
    noon = _first_day(folder / "tag", folder / "store.sqlite", seed=1)
    image = (folder / "tag" / "flash.bin").read_bytes()
    for copy in ("clone", "late", "far"):
        # Sockets and links to terminals stay behind.
        shutil.copytree(folder / "tag", folder / copy, ignore=shutil.ignore_patterns("control.sock", "port", "lock"))
        shutil.copy(folder / "store.sqlite", folder / f"{copy}.sqlite")
    with Emulator(folder / "tag", scenario="quiet", days=2) as tag:
        whole = _read_out(tag, folder / "store.sqlite")
    late_image = (folder / "tag" / "flash.bin").read_bytes()
    with Emulator(folder / "clone", scenario="strap", days=2, seed=5) as tag:
        clone = _read_out(tag, folder / "clone.sqlite")
    misled = []
    for copy, days in (("late", 3), ("far", 80 * 365)):
        with Emulator(folder / copy, scenario="quiet", days=1.1) as tag:
            misled.append(_read_out(tag, folder / f"{copy}.sqlite", late_ms=days * 86_400_000))
    other = _first_day(folder / "other", folder / "other.sqlite", seed=2)
    return Lives(noon, image, whole, late_image, clone, *misled, other)


def _first_day(state: Path, store: Path, seed: int) -> Evidence:
    with Emulator(state, scenario="quiet", days=1, seed=seed) as tag:
        provisioned(tag)
        with Store(store) as opened, connect(tag) as client:
            fit(client, opened, clock_of(tag), ORDER)
        return _read_out(tag, store)


def _read_out(tag: Emulator, store: Path, late_ms: int = 0) -> Evidence:
    tag.wait_lived(DAY_S)
    with Store(store) as opened, connect(tag) as client:
        client.hello()
        clock = clock_of(tag)
        sync(client, opened, clock)
        if late_ms:
            sync(client, opened, StationClock(clock.now_ms() - StationClock().now_ms() + late_ms))
        return evidence_of(opened)


def evidence_of(store: Store) -> Evidence:
    """What a station's store holds of its one tag."""
    (tag_id,) = store.tag_ids()
    return Evidence(tag_id, store.pinned_key(tag_id), _papers(store), store.pages(tag_id))


def _papers(store: Store) -> list[bytes]:
    return sorted({*store.documents(), *LASTING.chain})
