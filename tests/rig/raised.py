"""Which scenario raises which classes of tamper, on whole tags."""

from dataclasses import dataclass

from ankletag.evaluate import (
    CASE,
    INTERFERENT,
    LIFELESS,
    LIQUID,
    MOVED,
    OBSTRUCTION,
    POWER,
    SENSE,
    SKIN,
    STRAP,
    TEMPERATURE,
)
from tagproto import tamper


@dataclass(frozen=True)
class Raised:
    """kinds: all that the host tells of; codes: all that the tag recorded; seeds: wearers of whom this is so."""

    scenario: str
    kinds: frozenset[str]
    codes: frozenset[int] = frozenset()
    seeds: tuple[int, ...] = (1, 2)


OPENED, OFF = frozenset({STRAP, SKIN}), frozenset({tamper.SKIN})
RAISED = (
    Raised("skin", frozenset({SKIN}), OFF),
    Raised("foil", frozenset({OBSTRUCTION}), frozenset({tamper.OBSTRUCTION})),
    Raised("unplugged", frozenset({SENSE}), frozenset({tamper.SENSE})),
    Raised("bath", frozenset({LIQUID}), frozenset({tamper.LIQUID})),
    Raised("strap", OPENED, OFF),
    Raised("case", frozenset({CASE})),
    Raised("power", frozenset({POWER})),
    Raised("dummy", OPENED | {LIFELESS}, OFF),
    Raised("cold-dummy", OPENED | {TEMPERATURE}, OFF | {tamper.TEMPERATURE}),
    # The other leg's infrared is drawn: of the first one it lies too near to the wearer's to tell.
    Raised("another-leg", OPENED | {MOVED, OBSTRUCTION}, OFF | {tamper.OBSTRUCTION}, (2,)),
    Raised("sanitiser", frozenset({INTERFERENT})),
    Raised("perfume", frozenset({INTERFERENT}), seeds=(1,)),
    Raised("petrol", frozenset({INTERFERENT}), seeds=(1,)),
)
