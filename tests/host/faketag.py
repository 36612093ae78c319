"""A tag made of TagMaker that answers requests as SPEC.md says."""

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ankletag.stationclock import StationClock
from host.fakegate import Gate, Refused
from host.tagmaker import TagMaker
from tagproto import PROTOCOL_VERSION, frames, messages, records, seals
from tagproto.bad import Bad
from tagproto.layout import PAGES_PER_BLOCK

RANGE = struct.Struct(messages.RANGE)
Answer = Callable[[int, bytes], bytes]
Reply = dict[str, int | bytes]
_UNSIGNED = (
    messages.HELLO,
    messages.STATUS,
    messages.READ,
    messages.LOG,
    messages.PRESENT,
    messages.DOCUMENT,
    messages.LISTEN,
)


@dataclass(frozen=True)
class TrueClock(StationClock):
    """A station's clock that goes right in the time of a made tag."""

    maker: TagMaker = field(kw_only=True)

    def now_ms(self) -> int:
        return self.maker.utc_ms


class FakeTag:
    """Answers frames as the firmware does. `garble` gets every outgoing frame and gives what goes on the line.

    provisioned: it has the maker's programme's root and its own certificate.
    """

    def __init__(self, maker: TagMaker, version: int = PROTOCOL_VERSION, provisioned: bool = True) -> None:
        self.maker = maker
        self.version = version
        self.firmware = b"faketag1"
        self.battery_mv = 0
        self.test_ran = 2047
        self.test_failed = 0
        self.tampers = 0
        self.gate = Gate(maker, provisioned)
        self.garble: Answer = lambda kind, data: data
        # What arrives: a frame's kind and values before the tag sees them. Gives values, or None to swallow them.
        self.meddle: Callable[[int, dict], dict | None] = lambda kind, values: values
        self.hidden: set[int] = set()
        self.requests: list[int] = []
        self.refused: list[tuple[int, int]] = []
        self.received = 0
        # Pages before this one are erased, as the firmware does with what a receipt covers.
        self.oldest = 0
        self.order_page = 0
        self.ended_page = 0
        # Set: so many pages hold the log, and what no receipt covers fills them up.
        self.capacity: int | None = None
        # Pages that a request must leave free.
        self.leaves = {messages.ATTEST: 4, messages.SEAL: 4, messages.FIT: 8, messages.REMOVE: 8}
        self.leaves[messages.ACKNOWLEDGE] = 4
        # Set: the tag's time goes on with this computer's, beside what the test lets it live.
        self.real_time = False
        self._last_s = time.monotonic()
        # The last signed request and its reply: who asks the same again gets the same reply.
        self._last: tuple[int, bytes, Reply] | None = None
        self._decoder = frames.Decoder()

    def feed(self, data: bytes) -> bytes:
        out = b""
        self.catch_up()
        found = self._decoder.feed(data)
        for frame in found:
            if not isinstance(frame, Bad):
                self.requests.append(frame.kind)
                out += self._answer(frame)
        if any(isinstance(frame, Bad) for frame in found):
            out += self._frame(messages.ERROR, 0, {"code": messages.ERROR_FRAME, "version": 0, "text": b""})
        return out

    def catch_up(self) -> None:
        passed_ms = round((time.monotonic() - self._last_s) * 1000)
        if self.real_time:
            self.maker.now_ms += passed_ms
            self._last_s += passed_ms / 1000

    def restart(self) -> None:
        """Power goes and comes back."""
        self.maker.boot()
        self.gate.restart()
        self._last = None

    @property
    def free(self) -> int:
        """Pages that can be written without erasing one that no receipt covers."""
        held = self.received - self.received % PAGES_PER_BLOCK
        return 1 << 20 if self.capacity is None else self.capacity + held - len(self.maker.closed)

    def _frame(self, kind: int, request_id: int, values: Reply) -> bytes:
        return self.garble(kind, frames.encode(kind, request_id, messages.encode(kind, values)))

    def _answer(self, frame: frames.Frame) -> bytes:
        values = messages.decode(frame.kind, frame.body)
        if isinstance(values, Bad):
            return self._error(frame, messages.ERROR_KIND, "unknown")
        meddled = self.meddle(frame.kind, values)
        if meddled is None:
            return b""
        try:
            reply = self._carry_out(frame, meddled)
        except Refused as refused:
            self.refused.append((frame.kind, refused.code))
            return self._error(frame, refused.code, str(refused))
        if isinstance(reply, bytes):
            return reply
        return self._frame(frame.kind | messages.REPLY, frame.request_id, reply)

    def _error(self, frame: frames.Frame, code: int, text: str) -> bytes:
        fields: Reply = {"code": code, "version": self.version, "text": text.encode()}
        return self._frame(messages.ERROR, frame.request_id, fields)

    def _carry_out(self, frame: frames.Frame, values: dict) -> "Reply | bytes":
        kind = frame.kind
        if kind not in _UNSIGNED:
            if self._last is not None and self._last[:2] == (kind, values["signature"]):
                return self._last[2]
            given_ticks = self.maker.ticks - (self.maker.now_ms - self.gate.nonce_ms)
            self.gate.need_right(kind, values)
            if kind == messages.ACKNOWLEDGE:
                self._receive(values)
            if self.free <= self.leaves.get(kind, -1):
                raise Refused(messages.ERROR_FLASH, "the log is full")
            reply = self._obey(kind, values, given_ticks & (records.TICKS_PERIOD_MS - 1))
            self._last = (kind, values["signature"], {**reply, "nonce": self.gate.new_nonce()})
            return self._last[2]
        if kind == messages.HELLO:
            return self._hello()
        if kind == messages.STATUS:
            return self._status()
        if kind == messages.READ:
            self.gate.need_open()
            return self._read(frame, values)
        if kind == messages.LISTEN:
            return {"room": 512}
        if kind == messages.PRESENT:
            return self.gate.present(values["document"])
        if kind == messages.DOCUMENT:
            if values["index"] > 1:
                raise Refused(messages.ERROR_RANGE, "no such document")
            return {"document": self.gate.certificates[values["index"]]}
        text = b"boot 0, cause 1\n" * 40
        return {"size": len(text), "offset": values["offset"], "text": text[values["offset"] : values["offset"] + 255]}

    def _hello(self) -> Reply:
        maker = self.maker
        return {
            "version": self.version,
            "tag_id": maker.tag_id,
            "firmware": self.firmware,
            "boot": maker.boot_number,
            "ticks": maker.ticks,
            "epoch": maker.epoch,
            "public_key": maker.public_key,
            "nonce": self.gate.new_nonce(),
            "root": self.gate.root_id,
            "list_number": self.gate.list_number,
            "input": 512,
            "rate": 0,
        }

    def _status(self) -> Reply:
        maker = self.maker
        status: Reply = dict.fromkeys((name for name, _ in messages.REPLIES[messages.STATUS]), 0)
        return status | {
            "fitted": int(maker.fitted),
            "order_id": maker.order_id,
            "open_page": len(maker.closed),
            "ticks": maker.ticks,
            "seals": maker.seal_count,
            "received_page": self.received,
            "oldest_page": self.oldest,
            "order_page": self.order_page,
            "unreceipted": int(self.ended_page > self.received),
            "minimum": self.gate.minimum,
            **{name: maker.config[name] for name, _ in records.PACE},
            "calibration_id": maker.config["calibration_id"],
            "test_failed": self.test_failed,
            "tampers": self.tampers,
            "battery_mv": self.battery_mv,
        }

    def _receive(self, values: dict) -> None:
        maker = self.maker
        if (values["seal_number"], values["seal_hash"]) != (maker.seal_count - 1, maker.previous):
            raise Refused(messages.ERROR_STATE, "this is not the tag's last seal")
        if values["page"] > len(maker.closed):
            raise Refused(messages.ERROR_RANGE, "not written yet")
        self.received = max(self.received, values["page"])

    def _obey(self, kind: int, values: dict, given_ticks: int) -> Reply:
        maker = self.maker
        if kind == messages.OPEN:
            if values["scope"] == 2:
                maker.event(records.OPENED, **values)
            self.gate.open(values["scope"])
            return {}
        if kind == messages.ATTEST:
            return {"number": maker.event(records.ATTESTATION, nonce_ticks=given_ticks, **values)}
        if kind == messages.SEAL:
            signed = maker.seal(seals.REASON_ASKED, values["challenge"])
            return {"seal_number": maker.seal_count - 1, "seal_hash": signed.hash(), "open_page": len(maker.closed)}
        if kind == messages.ACKNOWLEDGE:
            return {"number": maker.event(records.RECEIPT, **values)}
        if kind == messages.CONFIGURE:
            return self._configure(values)
        if kind == messages.SELF_TEST:
            number = maker.event(records.SELF_TEST, asked=1, ran=self.test_ran, failed=self.test_failed)
            maker.seal(seals.REASON_ASKED)
            seal_number = maker.seal_count - 1
            return {"number": number, "seal_number": seal_number, "ran": self.test_ran, "failed": self.test_failed}
        if kind == messages.CALIBRATE:
            return self._calibrate(values)
        if kind == messages.FIT:
            self._fit(values)
        else:
            if not maker.fitted:
                raise Refused(messages.ERROR_STATE, "not fitted")
            maker.event(records.REMOVE, **values)
            maker.fitted = False
            maker.seal(seals.REASON_REMOVE)
            maker.end_page()
            self.ended_page = len(maker.closed)
        return {"number": maker.coder.number - 1, "seal_number": maker.seal_count - 1}

    def _fit(self, values: dict) -> None:
        maker = self.maker
        if maker.fitted:
            raise Refused(messages.ERROR_STATE, "already fitted for an order: remove it first")
        if values["order_id"] != maker.order_id:
            if self.ended_page > self.received:
                raise Refused(messages.ERROR_RECEIPT, "the order before is not receipted")
            self.order_page = self.ended_page
        maker.config |= {name: values[name] for name, _ in records.PACE}
        maker.event(records.CONFIG, **maker.config)
        maker.event(records.FIT, **values)
        maker.order_id = values["order_id"]
        maker.fitted = True
        maker.seal(seals.REASON_FIT)

    def _configure(self, values: dict) -> Reply:
        maker = self.maker
        if not maker.fitted:
            raise Refused(messages.ERROR_STATE, "not fitted")
        number = maker.event(records.CONFIGURED, **values)
        maker.config |= {name: values[name] for name, _ in records.PACE}
        maker.event(records.CONFIG, **maker.config)
        return {"number": number}

    def _calibrate(self, values: dict) -> Reply:
        maker = self.maker
        if maker.fitted:
            raise Refused(messages.ERROR_STATE, "fitted")
        number = maker.event(records.CALIBRATED, **values)
        maker.config |= {name: values[name] for name, _ in records.CALIBRATION}
        maker.event(records.CONFIG, **maker.config)
        return {"number": number}

    def _read(self, frame: frames.Frame, values: dict) -> bytes:
        if len(values["ranges"]) % RANGE.size or values["units"] not in messages.DATA_UNITS:
            raise Refused(messages.ERROR_RANGE, "no ranges")
        raws = self.maker.raw_pages()
        oldest = max(self.oldest, self.order_page if self.gate.scope == 1 else 0)
        here = {seq: raws[seq] for seq in range(oldest, len(raws)) if seq not in self.hidden}
        out = b""
        for address, units in RANGE.iter_unpack(values["ranges"]):
            end = address + units
            while address < end:
                data = b"".join(_units(here, address, min(values["units"], end - address)))
                out += self._frame(messages.DATA, frame.request_id, {"address": address, "data": data})
                address += len(data) // messages.UNIT_BYTES or messages.UNITS_PER_PAGE - address % 4
        fields: Reply = {"oldest_page": oldest, "open_page": len(raws) - 1}
        return out + self._frame(messages.READ | messages.REPLY, frame.request_id, fields)


def _units(here: dict[int, bytes], address: int, count: int) -> Iterator[bytes]:
    """Units from an address on, up to the first page that is not here."""
    for unit in range(address, address + count):
        seq, at = divmod(unit, messages.UNITS_PER_PAGE)
        if seq not in here:
            return
        yield here[seq][at * messages.UNIT_BYTES : (at + 1) * messages.UNIT_BYTES]
