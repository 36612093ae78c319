"""A bad line to any port: flips bits and drops bytes, the same ones for the same seed and the same bytes."""

from dataclasses import dataclass, fields

from ..errors import UsageError
from .contract import Through, Transport
from .hits import Hits


@dataclass(frozen=True, slots=True)
class Losses:
    """ber: flipped bits per bit; drop: dropped bytes per byte; seed: of both; piece: at most so many bytes a read."""

    ber: float = 0.0
    drop: float = 0.0
    seed: int = 1
    piece: int = 4096


def parse_losses(text: str) -> Losses:
    """Losses as on a command line: ber=1e-4,drop=1e-5,seed=1,piece=1, any of them left out. Raises UsageError."""
    given: dict[str, float] = {}
    for word in filter(None, text.split(",")):
        name, _, value = word.partition("=")
        known = name in {field.name for field in fields(Losses)} and name not in given
        try:
            given[name] = float(value)
        except ValueError:
            known = False
        whole = name in ("ber", "drop") or (known and given[name].is_integer())
        highest = 1.0 if name in ("ber", "drop") else 1e9
        if not known or not whole or not (name == "piece") <= given[name] <= highest:
            raise UsageError(
                f"{word!r} says nothing about a bad line.",
                "Write it like lossy:ber=1e-4,drop=1e-5,seed=1,piece=64:/dev/ttyACM0; rates from 0 to 1.",
            )
    return Losses(
        given.get("ber", 0.0), given.get("drop", 0.0), int(given.get("seed", 1)), int(given.get("piece", 4096))
    )


class LossyTransport(Through):
    """Another transport over a bad line, damaged in both directions. What happens to a byte depends on the seed, the
    direction and how many bytes went before it, not on time or on how they are grouped."""

    def __init__(self, inner: Transport, losses: Losses) -> None:
        super().__init__(inner)
        self._piece = losses.piece
        self._to_tag = _Damage(losses, "to the tag")
        self._from_tag = _Damage(losses, "from the tag")
        self._held = b""

    @property
    def damaged(self) -> tuple[int, int]:
        """(flipped bits, dropped bytes) up to now, both directions."""
        return self._to_tag.flipped + self._from_tag.flipped, self._to_tag.dropped + self._from_tag.dropped

    def write(self, data: bytes) -> None:
        """Send `data` as the line leaves it."""
        self._inner.write(self._to_tag.apply(data))

    def read(self, timeout_s: float) -> bytes:
        """What the line leaves of what arrived, at most a piece."""
        end_s = self._inner.now_s() + timeout_s
        while not self._held:
            arrived = self._inner.read(max(0.0, end_s - self._inner.now_s()))
            if not arrived:
                return b""
            self._held = self._from_tag.apply(arrived)
        part, self._held = self._held[: self._piece], self._held[self._piece :]
        return part


class _Damage:
    """One direction."""

    def __init__(self, losses: Losses, direction: str) -> None:
        self._flips = Hits(losses.ber, f"{losses.seed} flips {direction}")
        self._drops = Hits(losses.drop, f"{losses.seed} drops {direction}")
        self.flipped = 0
        self.dropped = 0

    def apply(self, data: bytes) -> bytes:
        out = bytearray(data)
        for bit in self._flips.among(8 * len(data)):
            out[bit >> 3] ^= 1 << (bit & 7)
            self.flipped += 1
        for at in reversed(self._drops.among(len(data))):
            del out[at]
            self.dropped += 1
        return bytes(out)
