"""Days of an emulated tag that runs the chip's .mpy, with a read-out a day, and what its heap had left at worst."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from ankletag.breakglass import read_out
from ankletag.client import REPLY_S, Client, Values, number, octets
from ankletag.firmware_files import FirmwareFiles
from ankletag.fitting import DEFAULT_PACE, REASON_OTHER, Order, configure, fit, remove
from ankletag.models import Pace
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.transport import open_port
from programme import nobody
from provisioned import LASTING, authority, clock_of, judged, provision, station
from taghil.vm.process import Emulator, EmulatorTimeout
from tagproto import documents, profiles, records

DAY_US = 86_400_000_000
_DAY_DEADLINE_S = 60.0
_LOOK_S = 0.02
_LOSSES = "lossy:ber=1e-5,drop=1e-6,seed=1:"
_FIXES_S = 3600


@dataclass(frozen=True)
class Seen:
    """What the tag's status said behind one thing that was done. free, low: bytes, now and at worst so far."""

    day: float
    done: str
    free: int
    low: int


@dataclass(frozen=True)
class Life:
    """What a life showed. trouble: what went wrong in it, as sentences; none where the heap was enough."""

    seen: list[Seen]
    readings: int
    boots: int
    trouble: list[str]

    @property
    def worst(self) -> Seen:
        """Where the heap had least left."""
        return min(self.seen, key=lambda one: one.low)


class _Station:
    """What a station, and once the authority, does with the tag."""

    def __init__(self, tag: Emulator, store: Store) -> None:
        self._tag = tag
        self._store = store
        self._clock = clock_of(tag)

    def _client(self, prefix: str = "", by_root: bool = False) -> Client:
        carrier = authority(LASTING) if by_root else station(LASTING)
        return Client(open_port(prefix + str(self._tag.port)), carrier, REPLY_S)

    def begin(self) -> None:
        """First contact: root, region, certificates; then the fitting."""
        with self._client() as client:
            provision(client, LASTING)
            fit(client, self._store, clock_of(self._tag), Order("A"))

    def sync(self, prefix: str = "") -> None:
        with self._client(prefix) as client:
            sync(client, self._store, self._clock)

    def sync_over_a_bad_line(self) -> None:
        self.sync(_LOSSES)

    def configure(self, pace: Pace) -> None:
        with self._client() as client:
            configure(client, self._store, self._clock, pace)

    def dense(self) -> None:
        self.configure(replace(DEFAULT_PACE, profile=profiles.DENSE))

    def strict_with_fixes(self) -> None:
        self.configure(replace(DEFAULT_PACE, profile=profiles.STRICT, fix_interval_s=_FIXES_S))

    def standard(self) -> None:
        self.configure(DEFAULT_PACE)

    def test(self) -> None:
        with self._client() as client:
            client.introduce()
            client.self_test()

    def revoke(self) -> None:
        with self._client() as client:
            client.introduce()
            client.present(
                LASTING.list_document(1, 0, {nobody()[:7] + bytes((n,)): 1 for n in range(documents.REVOKED_MAX)})
            )
            sync(client, self._store, self._clock)

    def read_all(self) -> None:
        with self._client(by_root=True) as client:
            read_out(client, self._store, self._clock)

    def log(self) -> None:
        with self._client() as client:
            client.hello()
            client.log()

    def remove(self) -> None:
        with self._client() as client:
            remove(client, self._store, self._clock, REASON_OTHER)

    def status(self) -> Values:
        with self._client() as client:
            client.hello()
            return client.status()


def live(folder: Path, firmware: FirmwareFiles, heap_kib: int, days: int) -> Life:
    """Fit, live `days` days with something done behind each, remove. The wearer is the realistic one, on the move.

    Raises AnkletagError or EmulatorError where the tag does not get through.
    """
    seen: list[Seen] = []
    with (
        Emulator(
            folder / "tag", firmware=firmware, scenario=str(_wearer(folder)), days=float(days), heap=f"{heap_kib}k"
        ) as tag,
        Store(folder / "store.sqlite") as store,
    ):
        at = _Station(tag, store)

        def note(done: str, act: Callable[[], None]) -> None:
            act()
            status = at.status()
            day = max(0, int(tag.status()["scenario_us"])) / DAY_US
            seen.append(Seen(round(day, 2), done, number(status, "heap_free"), number(status, "heap_free_low")))

        note("provision and fit", at.begin)
        between = (
            ("profile dense", at.dense),
            ("self-test", at.test),
            ("a list of the authority's", at.revoke),
            ("profile strict, with fixes", at.strict_with_fixes),
            ("sync over a bad line", at.sync_over_a_bad_line),
            ("the authority reads all", at.read_all),
            ("profile standard", at.standard),
            ("log", at.log),
        )
        for day in range(1, days + 1):
            _live_until(tag, day)
            note("sync", at.sync)
            # Each of them once in a month, spread over it; in a short life, all of them on its days.
            for index, (done, act) in enumerate(between):
                if day == 1 + index * days // len(between):
                    note(done, act)
        note("remove", at.remove)
        boots = int(tag.status()["boots"])
        verified = judged(store)
    trouble = [finding.sentence for finding in verified.against]
    if boots > 1:
        trouble.append(f"the tag booted {boots} times")
    for _, record in verified.events():
        values = record.values()
        if record.kind == records.FAULT and values["sense"] == records.SENSE_FIRMWARE:
            trouble.append(f"the tag recorded: {octets(values, 'text').decode(errors='replace')}")
    return Life(seen, verified.readings, boots, trouble)


def _wearer(folder: Path) -> Path:
    """The scenario: what keeps the senses busy, and places for a receiver to find."""
    scenarios = resources.files("taghil.scenarios")
    life, places = ((scenarios / f"{name}.toml").read_text(encoding="utf-8") for name in ("realistic", "gnss"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wearer.toml"
    path.write_text(life + places[places.index("[[place]]") :], encoding="utf-8")
    return path


def _live_until(tag: Emulator, day: int) -> None:
    """Let time run until so many days behind the fitting; nobody has the port open meanwhile."""
    end = time.monotonic() + _DAY_DEADLINE_S
    while int(tag.status()["scenario_us"]) < day * DAY_US:
        if time.monotonic() > end:
            raise EmulatorTimeout(f"day {day} was not lived within {_DAY_DEADLINE_S:g} s")
        time.sleep(_LOOK_S)
