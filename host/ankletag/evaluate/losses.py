"""Losses: spans in which the tag could not, or could not fully, tell what its wearer's skin gives off."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """kind: one of `classes.KINDS`; first_item, last_item: positions in `Verified.items` of the first and last record
    that show it; first_record, last_record: their numbers; ended: False when the log ends during the loss."""

    kind: str
    first_item: int
    last_item: int
    first_record: int
    last_record: int
    ended: bool
