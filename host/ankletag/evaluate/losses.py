"""Losses: spans in which the tag could not, or could not fully, tell what its wearer's skin gives off."""

from dataclasses import dataclass

from tagproto import tamper

STRAP = "strap"
SKIN = "skin"
CASE = "case"
OBSTRUCTION = "obstruction"
TEMPERATURE = "temperature"
LIQUID = "liquid"
SENSE = "sense"
POWER = "power"
MOVED = "moved"
LIFELESS = "lifeless"
# Kinds of loss, and how people read them.
KINDS = {
    STRAP: "strap open",
    SKIN: "tag off the skin",
    CASE: "case open",
    OBSTRUCTION: "something between tag and skin",
    LIQUID: "liquid under the tag",
    TEMPERATURE: "temperature out of line with a leg",
    SENSE: "a sense gave no value",
    POWER: "power removed",
    MOVED: "worn differently after a break",
    LIFELESS: "no sign of a living leg",
}
# Those that the tag judges itself, by their codes (SPEC.md, Tamper).
OF_CODE = {
    tamper.SKIN: SKIN,
    tamper.OBSTRUCTION: OBSTRUCTION,
    tamper.TEMPERATURE: TEMPERATURE,
    tamper.LIQUID: LIQUID,
    tamper.SENSE: SENSE,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """kind: one of KINDS; first_item, last_item: positions in `Verified.items` of the first and last record that show
    it; first_record, last_record: their numbers; ended: False when the log ends during the loss."""

    kind: str
    first_item: int
    last_item: int
    first_record: int
    last_record: int
    ended: bool
