"""A read-out under way: what to ask for next, and what to make of what comes.

Knows no port and no clock: who has them passes in frames and times, and sends what `request` gives.
"""

from collections.abc import Callable, Iterable

from tagproto import messages
from tagproto.bad import Bad
from tagproto.frames import Frame

from .asked import Asked, Range
from .flow import Flow
from .framesize import FrameSize
from .pieces import Pieces
from .repair import is_repaired
from .underway import UnderWay
from .wanted import Wanted

_PER_PAGE = messages.UNITS_PER_PAGE
# Credit is given in pieces of a quarter, so that little has to be said.
_CREDIT_STEPS = 4
# Nothing came for so long: the tag is asked to begin anew.
QUIET_S = 0.5
# The shortest READ: kind, request id, CRC, code byte, delimiter; units and length of the ranges.
READ_BYTES = 10
# A page that a tag says it does not have is asked for once more.
_ABSENCES = 2
# So many times that long a frame may take that begins to come.
_FRAME_TIMES = 4
# What a READ can be refused with. Any other error answers somebody else.
_REFUSALS = (
    messages.ERROR_KIND,
    messages.ERROR_BODY,
    messages.ERROR_RANGE,
    messages.ERROR_BUSY,
    messages.ERROR_RIGHT,
)

Values = dict[str, int | bytes]


class Readout:
    """take(number, 256 bytes): a page is here; absent(number): the tag does not have it.

    input_bytes: what may be on its way to the tag at any moment. rtt_s: a request and its reply. noisy: the line has
    shown errors before. quiet_s: with nothing coming for so long, the tag is asked to begin anew. refused: the code of
    the error that ended it, 0 while it goes on.
    """

    def __init__(
        self,
        take: Callable[[int, bytes], None],
        absent: Callable[[int], None],
        input_bytes: int,
        rtt_s: float,
        noisy: bool = False,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._take = take
        self._absent = absent
        self._input_bytes = input_bytes
        self._grace_s = 2 * rtt_s + quiet_s / 5
        self.quiet_s = max(quiet_s, self._grace_s)
        self._wanted = Wanted()
        self._asked = Asked()
        self._pieces = Pieces()
        self.size = FrameSize(noisy)
        self._absences: dict[int, int] = {}
        self._under_way = UnderWay()
        self._flow = Flow()
        # The number of the READ that empties the tag's queue, until that is done; 0 to send one.
        self._emptying: int | None = 0
        self._sent_s = 0.0
        self._heard_s = 0.0
        # A good frame came, or a READ went out.
        self._good_s = 0.0
        # The tag has said that it has sent all.
        self._idle = False
        self.refused = 0
        # Pages that have come, or are not there.
        self.pages = 0

    # What is wanted

    def want(self, seqs: Iterable[int], open_page: int | None = None) -> None:
        """Ask for these pages, too, in ascending order. open_page: the one of them that may change meanwhile."""
        if open_page is not None:
            self._pieces.open_page = open_page
            self._pieces.forget(open_page)
        for seq in seqs:
            self._wanted.append(seq * _PER_PAGE, _PER_PAGE)

    @property
    def done(self) -> bool:
        """Whether everything that was wanted has come, or is not there."""
        return not self._wanted and not self._asked

    @property
    def awaits(self) -> bool:
        """Whether the tag owes something."""
        return self._emptying is not None or bool(self._asked)

    @property
    def unconfirmed_bytes(self) -> int:
        """Of READs that the tag has not shown to have."""
        return self._under_way.bytes

    def begin_anew(self) -> None:
        """The tag may have forgotten what it was asked for: ask it to forget, then for what has not come."""
        self._emptying = 0
        self._under_way.gone()
        self.refused = 0

    # What to send

    def request(self, now_s: float, before_bytes: int = 0) -> Values | None:
        """Fields of a READ that is to be sent now, or None. Where one is given, `sent` has to follow.

        before_bytes: of another request that may be on its way.
        """
        if self.refused or self.done:
            return None
        if self._emptying is not None:
            if self._emptying and now_s - self._sent_s < self.quiet_s:
                return None
            self._under_way.gone()
            return {"units": 1, "ranges": b""}
        if self._gives_up(now_s):
            return {"units": 1, "ranges": b""}
        ranges = self._next_ranges(before_bytes)
        if not ranges:
            return None
        packed = b"".join(address.to_bytes(4, "little") + units.to_bytes(2, "little") for address, units in ranges)
        return {"units": self.size.choose(), "ranges": packed}

    def _gives_up(self, now_s: float) -> bool:
        """Whether nothing comes any more of what was asked for, so that the tag has to begin anew.

        Where it has said that it is idle, READs behind that did not get there: their ranges are asked for again.
        """
        since_s = now_s - max(self._heard_s, self._sent_s)
        if not self._asked:
            if since_s > self.quiet_s:
                # One whose pages came without it is not on its way for ever.
                self._under_way.gone()
            return False
        if self._idle and since_s > self._grace_s:
            self._lose(self._asked.all_sent(self._under_way.newest))
            self._under_way.gone()
        elif since_s > self.quiet_s:
            self.begin_anew()
            return True
        return False

    def _next_ranges(self, before_bytes: int) -> list[Range]:
        room = self._input_bytes - before_bytes - self.unconfirmed_bytes - READ_BYTES
        most = min(room // messages.RANGE_BYTES, messages.RANGES_MAX, messages.RANGES_KEPT - len(self._asked))
        whole = self._flow.credit_units
        credit = whole - self._asked.units
        if most < 1 or credit < min(whole // _CREDIT_STEPS, self._wanted.units):
            return []
        return self._wanted.take(most, credit)

    def sent(self, request_id: int, values: Values, size: int, now_s: float) -> None:
        """What `request` gave went out, as so many bytes."""
        number = self._under_way.sent(request_id, size)
        self._sent_s = self._good_s = now_s
        packed = values["ranges"]
        assert isinstance(packed, bytes)
        if not packed:
            self._emptying = number
            return
        self._idle = False
        ranges = [
            (int.from_bytes(packed[at : at + 4], "little"), int.from_bytes(packed[at + 4 : at + 6], "little"))
            for at in range(0, len(packed), messages.RANGE_BYTES)
        ]
        self._asked.add(number, ranges)

    def forget(self, request_id: int) -> None:
        """From now on this id is another request's."""
        self._under_way.forget(request_id)

    def next_s(self, now_s: float) -> float:
        """Seconds until `request` may have something to say though nothing has come."""
        if self.refused or not self.awaits:
            return self.quiet_s
        if self._emptying is not None:
            return max(0.0, self._sent_s + self.quiet_s - now_s) if self._emptying else 0.0
        wait_s = self._grace_s if self._idle else self.quiet_s
        return max(0.0, max(self._heard_s, self._sent_s) + wait_s - now_s)

    # What comes

    def bytes_came(self, count: int, now_s: float) -> None:
        """Something is on the line: on a slow one a frame may take a second. What never becomes a frame is no sign of
        life."""
        self._flow.came(count, now_s)
        self._heard_s = max(self._heard_s, min(now_s, self._good_s + _FRAME_TIMES * self.quiet_s))

    def frame(self, frame: Frame, now_s: float) -> bool:
        """A frame of the tag's that may belong to this; whether it did."""
        number = self._under_way.number(frame.request_id)
        if number is None:
            return False
        values = messages.decode(frame.kind, frame.body)
        if isinstance(values, Bad):
            return False
        if frame.kind == messages.DATA:
            return self._data(number, values, is_repaired(frame), now_s)
        if is_repaired(frame):
            return False
        if frame.kind == messages.READ | messages.REPLY:
            self._heard(number, now_s)
            self._all_sent(number)
            return True
        if frame.kind == messages.ERROR:
            code = values["code"]
            assert isinstance(code, int)
            if code not in _REFUSALS:
                return False
            self._heard(number, now_s)
            if code == messages.ERROR_BUSY:
                self.begin_anew()
            else:
                self.refused = code
            return True
        return False

    def _heard(self, number: int, now_s: float) -> None:
        self._heard_s = self._good_s = now_s
        self._under_way.arrived(number)

    def _all_sent(self, number: int) -> None:
        if self._emptying is not None:
            if number != self._emptying:
                return
            self._emptying = None
            self._lose(self._asked.all_sent(number))
        else:
            self._idle = True
            self._lose(self._asked.all_sent(number))

    def _lose(self, ranges: list[Range]) -> None:
        for _, units in ranges:
            self.size.lost(units)
        self._wanted.put_back(ranges)

    def _data(self, number: int, values: Values, repaired: bool, now_s: float) -> bool:
        address, data = values["address"], values["data"]
        assert isinstance(address, int)
        assert isinstance(data, bytes)
        if len(data) % messages.UNIT_BYTES or (repaired and not data):
            return False
        units = len(data) // messages.UNIT_BYTES
        # Without data it stands for what was asked for of this page.
        lost = self._asked.came(address, units) if units else self._asked.nothing(address)
        if lost is None:
            return False
        self._heard(number, now_s)
        self._idle = False
        self._lose(lost)
        self.size.came(units)
        if not units:
            self._not_there(address // _PER_PAGE)
        for seq, raw, again in self._pieces.add(address, data, repaired):
            if raw is not None:
                self.pages += 1
                self._take(seq, raw)
            self._wanted.put_back((address, 1) for address in again)
        return True

    def _not_there(self, seq: int) -> None:
        self._pieces.forget(seq)
        self._absences[seq] = self._absences.get(seq, 0) + 1
        if self._absences[seq] < _ABSENCES:
            self._wanted.append(seq * _PER_PAGE, _PER_PAGE)
        elif self._absences[seq] == _ABSENCES:
            # Pieces of it that were asked for apart say the same again.
            self.pages += 1
            self._absent(seq)
