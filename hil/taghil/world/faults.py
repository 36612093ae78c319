"""What can be wrong with power, bus and parts, beside noise: a part that is well pays nothing for it.

'unplugged' takes a part off the bus and its power with it: it comes back as after power-on.  'stuck' holds the data
line low: nothing on the bus answers.  'hung' is that, until somebody clocks the bus.  The others leave the part as it
is and change what is seen of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from taghil.world.bus import Bus, Part
from taghil.world.checked import Checked, Table
from taghil.world.errors import WorldError
from taghil.world.parts import ads1115, lmp91000, tmp117, vcnl4040

FAULT_KEYS = ("unplugged", "stuck_bus", "fault", "power")
UNPLUGGED, STUCK, HUNG = "unplugged", "stuck", "hung"
PLUGS = {"cell": ("cell", "adc"), "temp": ("temp",), "prox": ("prox",)}
"""The boards of the senses and the parts on each."""
ADDRESSES = {
    "cell": lmp91000.ADDRESS,
    "adc": ads1115.ADDRESS,
    "temp": tmp117.ADDRESS,
    "prox": vcnl4040.ADDRESS,
}


@dataclass(frozen=True)
class Change:
    """Something that goes wrong at a scenario time, or is right again; 'stuck' and 'hung' have no part."""

    at_us: int
    part: str
    what: str
    begins: bool


@dataclass(frozen=True)
class Outage:
    """The tag has no power from one scenario time to another."""

    at_us: int
    to_us: int


@dataclass(frozen=True)
class Symptom:
    """How a broken part differs: bits of its registers that always read so, registers that no write reaches."""

    reads: tuple[tuple[int, int, int], ...] = ()
    """(register, bits cleared, bits set)."""
    deaf: tuple[int, ...] = ()
    silent: bool = False
    """Does not acknowledge."""


_SILENT = Symptom(silent=True)
FAULTS: dict[str, dict[str, Symptom]] = {
    "cell": {
        "silent": _SILENT,
        "not_ready": Symptom(reads=((lmp91000.STATUS, 0x01, 0),)),
        "locked": Symptom(deaf=(lmp91000.TIACN, lmp91000.REFCN)),
    },
    "adc": {
        "silent": _SILENT,
        "not_ready": Symptom(reads=((ads1115.CONFIG, ads1115.OS, 0),)),
        "high": Symptom(reads=((ads1115.CONVERSION, 0xFFFF, 0x7FFF),)),
        "low": Symptom(reads=((ads1115.CONVERSION, 0xFFFF, 0x8000),)),
    },
    "temp": {
        "silent": _SILENT,
        "not_ready": Symptom(reads=((tmp117.CONFIG, tmp117.DATA_READY, 0),)),
        # A TMP116 in its place.
        "wrong_id": Symptom(reads=((tmp117.ID, 0xFFFF, 0x1116),)),
        "high": Symptom(reads=((tmp117.RESULT, 0xFFFF, 0x7FFF),)),
        "low": Symptom(reads=((tmp117.RESULT, 0xFFFF, 0x8000),)),
    },
    "prox": {
        "silent": _SILENT,
        # A VCNL4200 in its place.
        "wrong_id": Symptom(reads=((vcnl4040.ID, 0xFFFF, 0x1058),)),
        "high": Symptom(reads=((vcnl4040.PS_DATA, 0, 0xFFFF),)),
        "low": Symptom(reads=((vcnl4040.PS_DATA, 0xFFFF, 0),)),
    },
}
"""By part, what can be wrong with it and how it shows: TI SNAS506I, SBAS444E and SNOSD82D, Vishay 84274."""


class Broken:
    """A part with a symptom, in its place on the bus."""

    def __init__(self, part: Part, symptom: Symptom, byte_order: Literal["little", "big"]) -> None:
        self._part = part
        self._symptom = symptom
        self._reads = {register: (cleared, set_) for register, cleared, set_ in symptom.reads}
        self._byte_order = byte_order
        self._pointer = -1

    def answers(self) -> bool:
        return not self._symptom.silent and self._part.answers()

    def write(self, data: bytes, now_us: int) -> None:
        if data:
            self._pointer = data[0]
            if data[0] in self._symptom.deaf:
                data = data[:1]
        self._part.write(data, now_us)

    def read(self, n: int, now_us: int) -> bytes:
        data = self._part.read(n, now_us)
        if self._pointer not in self._reads:
            return data
        cleared, set_ = self._reads[self._pointer]
        value = int.from_bytes(data, self._byte_order) & ~cleared | set_
        return value.to_bytes(n, self._byte_order)


def check(change: Change) -> None:
    """Raises WorldError for what cannot be wrong with a part."""
    if change.what in (STUCK, HUNG):
        return
    known = FAULTS.get(change.part)
    if known is None:
        raise WorldError(f"no part is called '{change.part}'; known are {', '.join(FAULTS)}")
    if change.what != UNPLUGGED and change.what not in known:
        names = ", ".join((*known, UNPLUGGED))
        raise WorldError(f"'{change.what}' cannot be wrong with {change.part}; known are {names}")


class Faults:
    """What is wrong at the moment; `power_on` resets a part, by its name."""

    def __init__(self, bus: Bus, power_on: dict[str, Callable[[], None]]) -> None:
        self._bus = bus
        self._whole = {name: bus.parts[address] for name, address in ADDRESSES.items()}
        self._power_on = power_on
        self.wrong: set[tuple[str, str]] = set()
        """(part, what) of what is wrong now."""

    def apply(self, change: Change) -> None:
        """Lets something go wrong or be right again. Raises WorldError as `check` does."""
        check(change)
        if change.begins:
            self.wrong.add((change.part, change.what))
        else:
            self.wrong.discard((change.part, change.what))
        if change.what in (STUCK, HUNG):
            self._hold()
            return
        address, part = ADDRESSES[change.part], self._whole[change.part]
        if not change.begins:
            if change.what == UNPLUGGED:
                self._power_on[change.part]()
            self._bus.put(address, part)
        elif change.what == UNPLUGGED:
            self._bus.remove(address)
        else:
            self._bus.put(
                address, Broken(part, FAULTS[change.part][change.what], "little" if change.part == "prox" else "big")
            )

    def clock_bus(self) -> None:
        """Nine clocks: a part that hangs in the middle of a transfer lets go of the data line."""
        self.wrong.discard(("", HUNG))
        self._hold()

    def _hold(self) -> None:
        self._bus.hold(not self.wrong.isdisjoint((("", STUCK), ("", HUNG))))


def read_changes(checked: Checked, table: Table) -> tuple[Change, ...]:
    """The faults of a scenario, each as a change for the worse and one back, in order of time. Raises ScenarioError."""
    spans: list[tuple[tuple[int, int], str, str]] = []
    for key, item in checked.items(table, "unplugged"):
        plug = checked.choice(key + "part", item.get("part"), PLUGS)
        for span in checked.spans(key, item, ("part",)):
            spans += [(span, part, UNPLUGGED) for part in PLUGS[plug]]
    for key, item in checked.items(table, "fault"):
        part = checked.choice(key + "part", item.get("part"), FAULTS)
        what = checked.choice(key + "what", item.get("what"), FAULTS[part])
        spans += [(span, part, what) for span in checked.spans(key, item, ("part", "what"))]
    for part in FAULTS:
        checked.apart(f"the faults of {part}", [span for span, of, _ in spans if of == part])
    for key, item in checked.items(table, "stuck_bus"):
        what = HUNG if checked.flag(key + "until_clocked", item.get("until_clocked", False)) else STUCK
        spans += [(span, "", what) for span in checked.spans(key, item, ("until_clocked",))]
    checked.apart("stuck_bus", [span for span, part, _ in spans if not part])
    changes = [Change(start, part, what, True) for (start, _), part, what in spans]
    changes += [Change(end, part, what, False) for (_, end), part, what in spans]
    # Where one ends and the next begins at once, the end comes first.
    return tuple(sorted(changes, key=lambda change: (change.at_us, change.begins)))


def read_outages(checked: Checked, table: Table) -> tuple[Outage, ...]:
    """When a scenario takes the power away, in order of time. Raises ScenarioError."""
    spans = sorted(span for key, item in checked.items(table, "power") for span in checked.spans(key, item))
    checked.apart("power", spans)
    return tuple(Outage(*span) for span in spans)
