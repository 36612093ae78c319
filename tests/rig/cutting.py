"""A fitted tag whose power is cut again and again, with a station that syncs it now and then, and its judge."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from ankletag.client import Client
from ankletag.errors import LinkLost, TagRefused, TagSilent
from ankletag.fitting import Order, fit
from ankletag.store import Store
from ankletag.sync import Synced, sync
from provisioned import LASTING, clock_of, connect, judged, provision
from taghil.flash import DEFAULT_BLOCKS, At
from taghil.vm.process import Emulator
from tagproto import layout
from tagproto.commands import SCOPE_ORDER

DEADLINE_S = 60.0
# The tag is quick, and behind a cut nobody answers.
REPLY_S = 0.5
# A session that is cut is begun again; more cuts than this are never armed in one.
SESSIONS_MOST = 6

PLACES = layout.Layout(DEFAULT_BLOCKS)
PARTS = {
    "settings": (PLACES.settings_first, PLACES.keys_first),
    "keys": (PLACES.keys_first, PLACES.trust_first),
    "journal": (PLACES.journal_first, PLACES.ring_first),
    "ring": (PLACES.ring_first, DEFAULT_BLOCKS),
}


def part_of(block: int) -> str:
    """What lies in a block; 'trust' for the part that is written to at provisioning only."""
    return next((name for name, (first, end) in PARTS.items() if first <= block < end), "trust")


MOMENTS = ("boot", "boot", "boot", "life", "keys", "keys erase", "journal erase", "ring", "ring erase", "settings")


def moment(draw: random.Random) -> At:
    """A seeded instant: in a boot, in the life behind it, or in one part of the flash, which may be days away."""
    kind = draw.choice(MOMENTS)
    if kind == "boot":
        return At(draw.randint(1, 40))
    if kind == "life":
        return At(draw.randint(40, 400))
    part, _, erase = kind.partition(" ")
    # Settings are written to a little at a boot, and then only when a station has something to say.
    return At(1 if erase else draw.randint(1, 2 if part == "settings" else 8), erase, *PARTS[part])


class Life:
    """One emulated tag and the store of its station. Use as a context manager."""

    def __init__(self, kept: Path, seed: int, **options: Any) -> None:
        self.draw = random.Random(seed)
        self.trace = kept / f"trace{seed}.jsonl"
        options = {"scenario": "quiet", "days": 3650, "trace": self.trace, **options}
        self.tag = Emulator(kept / f"tag{seed}", seed=seed, **options)
        self.store = Store(kept / f"store{seed}.sqlite")
        self.clock = clock_of(self.tag)
        self.cuts = 0
        self.synced = 0
        """Bytes of the trace that tell of what came before the last sync."""

    def __enter__(self) -> "Life":
        self.tag.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.tag.stop()
        self.store.close()

    def arm(self, *moments: At, stay_off: bool = False) -> None:
        """Cuts to come."""
        self.tag.cut_power_at(*moments, stay_off=stay_off)
        self.cuts = self.tag.status()["cuts"] + len(moments)

    def live(self, *moments: At) -> None:
        """Power on, the cuts one after another, and the power stays off."""
        self.arm(*moments, stay_off=True)
        self.tag.power_on()
        self.tag.wait("cut", DEADLINE_S, cuts=self.cuts)

    def fit(self) -> None:
        """Provisions and fits the tag, again and again where cuts come in between."""

        def job(client: Client) -> Synced:
            provision(client, LASTING)
            return fit(client, self.store, self.clock, Order("A"))

        self._session(job)

    def sync(self) -> None:
        """Syncs and acknowledges, likewise; then the power is off. The tag is still fitted and gives every page."""
        synced = self._session(lambda client: sync(client, self.store, self.clock))
        assert synced.absent == ()
        assert synced.fitted

    def read_again(self, times: int) -> list[dict[int, bytes]]:
        """All pages but the open one as the tag gives them, by number, read so many times."""
        found: list[dict[int, bytes]] = []
        with connect(self.tag) as client:
            self.tag.power_on()
            client.introduce()
            client.open(SCOPE_ORDER)
            for _ in range(times):
                status = client.status()
                oldest, open_page = status["oldest_page"], status["open_page"]
                assert isinstance(oldest, int)
                assert isinstance(open_page, int)
                found.append(client.read_pages(range(oldest, open_page)))
        self.tag.power_off()
        return found

    def _session(self, job: Any) -> Synced:
        for left in reversed(range(SESSIONS_MOST)):
            self.synced = self.trace.stat().st_size if self.trace.exists() else 0
            try:
                with connect(self.tag, REPLY_S) as client:
                    self.tag.power_on()
                    done: Synced = job(client)
                    break
            except (TagSilent, TagRefused, LinkLost):
                if not left:
                    raise
        # Before virtual time runs free again, and the port is closed on it.
        self.tag.power_off()
        self.arm()
        return done


def lines_of(trace: Path, *words: str, end: int | None = None) -> list[dict[str, Any]]:
    """The lines of a trace, up to an offset in bytes, that tell of one of these."""
    wanted = [f'"what": "{word}"' for word in words]
    with trace.open("rb") as file:
        text = file.read(-1 if end is None else end).decode()
    return [json.loads(line) for line in text.splitlines() if any(word in line for word in wanted)]


def cuts_in(trace: Path) -> Counter[str]:
    """How many cuts there were: in all, by part of the flash with the operation, by tear."""
    lines = lines_of(trace, "power cut")
    counts: Counter[str] = Counter(all=len(lines))
    for line in lines:
        counts.update((f"{part_of(line['block'])} {line['operation']}", line["tear"]))
    return counts


def check_kept(life: Life) -> int:
    """Every record and seal that was counted before the last sync is in the store with the same bytes, none twice, and
    nothing speaks against the evidence; gives how many records that are."""
    verified = judged(life.store)
    assert verified.against == []
    found: dict[int, bytes] = {}
    for record in verified.records():
        assert record.number not in found, f"record {record.number} is there twice"
        found[record.number] = record.canonical()
    told = lines_of(life.trace, "record", "seal", end=life.synced)
    counted = [bytes.fromhex(line["data"]) for line in told if line["what"] == "record"]
    lost = [record.hex() for record in counted if found.get(int.from_bytes(record[1:5], "little")) != record]
    assert lost == [], f"{len(lost)} of {len(counted)} records that were counted are not in the pages"
    seals = {window.seal.encoded for window in verified.windows}
    missing = [line["data"] for line in told if line["what"] == "seal" and bytes.fromhex(line["data"]) not in seals]
    assert missing == [], f"{len(missing)} seals that were counted are not in the pages"
    return len(counted)
