"""Strap and case: every change recorded and sealed at once, but a flood of them coalesced."""

from tagproto import records, seals

from .bucket import Rationed

_EDGES_MAX = 255


class Inputs:
    """Watches board.strap and board.case. seal(reason) seals the open window."""

    def __init__(self, board, recorder, seal):
        self._seal = seal
        self._inputs = (
            (seals.REASON_STRAP, board.strap, Rationed(recorder, board.clock, records.STRAP)),
            (seals.REASON_CASE, board.case, Rationed(recorder, board.clock, records.CASE)),
        )

    def watch(self):
        """Take the edges since the last call; record them, or count them until the bucket has a token."""
        for reason, pin, rationed in self._inputs:
            edges = pin.take_edges()
            if edges:
                edges = min(edges, _EDGES_MAX)
                if rationed.record({"open": pin.value(), "edges": edges}, edges):
                    self._seal(reason)
            elif rationed.tell_due():
                # What it is now, behind all that was only counted.
                rationed.event({"open": pin.value(), "edges": 0})
                self._seal(reason)

    def tell(self):
        """Record what was only counted so far."""
        for _reason, _pin, rationed in self._inputs:
            rationed.tell()
