"""What is wrong with a cable: `Cable`, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

TO_HOST, TO_TAG = "to_host", "to_tag"
WAYS = (TO_HOST, TO_TAG)
BAUD_MOST = 4_000_000


class CableError(ValueError):
    """A cable that cannot be; the message is a sentence."""


@dataclass(frozen=True)
class Insert:
    """Bytes that nobody sent. `data` comes before byte number `at` (from 0) of those that pass and, with `frames`,
    behind every so many zero bytes, which end the frames of the wire."""

    data: bytes
    at: int | None = None
    frames: int = 0
    way: str = TO_HOST


@dataclass(frozen=True)
class Cable:
    """A cable of 8N1 characters with faults. Raises CableError.

    baud: its rate in both directions; 0 for the rate that the host sets on its port.  carries: where the host sets a
    higher rate than this, every byte is garbled; 0 for a cable that carries any.  ber: probability that a bit
    flips; drop: that a byte is lost.  latency_ms: one way.  cuts: (start, stop) in seconds from the first byte that
    passes either way; bytes on the line in between are lost.  single: each byte comes by itself.  The same bytes meet
    the same faults again, however they are cut into writes: these are counted in bytes, from `seed`.
    """

    baud: int = 115_200
    latency_ms: float = 0.0
    ber: float = 0.0
    drop: float = 0.0
    cuts: tuple[tuple[float, float], ...] = ()
    single: bool = False
    inserts: tuple[Insert, ...] = ()
    seed: int = 1
    carries: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.baud <= BAUD_MOST:
            raise CableError(f"a cable has 1 to {BAUD_MOST} baud, or 0 for the host's own rate, not {self.baud}")
        if self.latency_ms < 0:
            raise CableError(f"a latency is 0 ms or more, not {self.latency_ms:g}")
        for name, share in (("bit error rate", self.ber), ("share of dropped bytes", self.drop)):
            if not 0 <= share <= 1:
                raise CableError(f"a {name} lies between 0 and 1; {share:g} does not")
        for start, stop in self.cuts:
            if not 0 <= start < stop:
                raise CableError(
                    f"a cut ends behind its begin, and begins at 0 s or later; {start:g}:{stop:g} does not"
                )
        for insert in self.inserts:
            if insert.way not in WAYS:
                raise CableError(f"a way is one of {', '.join(WAYS)}, not '{insert.way}'")

    def to_json(self) -> str:
        """On one line."""
        plain = asdict(self)
        for insert in plain["inserts"]:
            insert["data"] = insert["data"].hex()
        return json.dumps(plain)

    @classmethod
    def from_json(cls, text: str) -> Cable:
        """What `to_json` wrote."""
        plain = json.loads(text)
        inserts = [Insert(**{**each, "data": bytes.fromhex(each["data"])}) for each in plain["inserts"]]
        return cls(**{**plain, "inserts": tuple(inserts), "cuts": tuple((a, b) for a, b in plain["cuts"])})
