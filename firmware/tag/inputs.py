"""Strap and case: every change recorded and sealed at once, but a flood of them coalesced."""

from tagproto import records, seals

from .bucket import Bucket

# Eight changes at once, then one in ten minutes by itself.
_CAPACITY = 8
_REFILL_MS = 600000
_EDGES_MAX = 255


class Inputs:
    """Watches board.strap and board.case. seal(reason) seals the open window."""

    def __init__(self, board, recorder, seal):
        self._clock = board.clock
        self._recorder = recorder
        self._seal = seal
        self._inputs = (
            (records.STRAP, seals.REASON_STRAP, board.strap, Bucket(_CAPACITY, _REFILL_MS)),
            (records.CASE, seals.REASON_CASE, board.case, Bucket(_CAPACITY, _REFILL_MS)),
        )

    def watch(self):
        """Take the edges since the last call; record them, or hold them until the bucket has a token."""
        for kind, reason, pin, bucket in self._inputs:
            edges = pin.take_edges()
            if not edges and not bucket.held:
                continue
            ticks = self._clock.ticks_ms()
            if edges and bucket.take(ticks):
                self._recorder.repeated(kind, bucket, bucket.drain(), ticks)
                self._record(kind, reason, pin, edges, ticks)
            elif self._recorder.repeated(kind, bucket, bucket.release(ticks), ticks):
                self._record(kind, reason, pin, 0, ticks)

    def _record(self, kind, reason, pin, edges, ticks):
        self._recorder.event(kind, ticks, {"open": pin.value(), "edges": min(edges, _EDGES_MAX)})
        self._seal(reason)
