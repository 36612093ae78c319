"""How the tag sampled and sealed, from when to when."""

from collections.abc import Iterator
from dataclasses import dataclass

from tagproto.layout import SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S

from ..models import Config, config_of
from ..time import Clock
from ..verify.result import Verified
from .fittings import Fitting


@dataclass(frozen=True, slots=True)
class InForce:
    """A sealed CONFIG record. item: its position in `Verified.items`; utc_ms as of a reading."""

    config: Config
    item: int
    boot: int
    elapsed_ms: int
    utc_ms: int | None

    @property
    def pace(self) -> tuple[int, int]:
        """(cadence_s, seal_interval_s)."""
        return self.config.cadence_s, self.config.seal_interval_s


@dataclass(frozen=True, slots=True)
class Slowdown:
    """The tag worked at the pace that it keeps while its log is nearly full (SPEC.md, what a tag promises).

    first_item, last_item: positions in `Verified.items` of the CONFIG records that began and ended it, or of the last
    record of the fitting; ended: False when it lasts until there. cadence_s, seal_interval_s: the slow pace.
    """

    first_item: int
    last_item: int
    cadence_s: int
    seal_interval_s: int
    ended: bool


def configs(verified: Verified, clock: Clock) -> Iterator[InForce]:
    """Every sealed CONFIG record, in order."""
    for index, record in verified.events():
        config = config_of(record)
        if config is not None and verified.proven[index]:
            elapsed = verified.elapsed_ms[index]
            yield InForce(config, index, record.boot, elapsed, clock.span_at(record.boot, elapsed).middle_ms)


def of_fitting(known: list[InForce], fitting: Fitting) -> list[InForce]:
    """The one in force when the fitting began, and those that came in it."""
    before = [config for config in known if config.item <= fitting.first_item]
    return before[-1:] + [config for config in known if fitting.first_item < config.item < fitting.last_item]


def _slow(pace: tuple[int, int]) -> tuple[int, int]:
    return max(pace[0], SLOW_CADENCE_S), max(pace[1], SLOW_SEAL_INTERVAL_S)


def _is_slow(pace: tuple[int, int], known: list[InForce]) -> bool:
    """A CONFIG record does not say why it came: it is slow when it is what another one becomes with a full log."""
    return any(other.pace != pace and _slow(other.pace) == pace for other in known)


def asked(known: list[InForce]) -> Config | None:
    """The last of a fitting's configurations that is not a slow one: what the order asks for."""
    return next((config.config for config in reversed(known) if not _is_slow(config.pace, known)), None)


def slowdowns(known: list[InForce], fitting: Fitting) -> list[Slowdown]:
    """From a CONFIG record with the slow pace to one with another, whatever restarts repeat in between."""
    found: list[Slowdown] = []
    begun: InForce | None = None
    for config in known:
        if begun is not None and config.pace != begun.pace:
            found.append(Slowdown(begun.item, config.item, *begun.pace, True))
            begun = None
        if begun is None and _is_slow(config.pace, known):
            begun = config
    if begun is not None:
        found.append(Slowdown(begun.item, fitting.last_item - 1, *begun.pace, False))
    return found
