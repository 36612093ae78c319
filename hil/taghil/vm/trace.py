"""The inside view: every call of the VM as a JSON line.  Nothing of it runs when no trace is asked for."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taghil.vm import bus
from tagproto import records

Handler = Callable[[bytes], bytes]

EVENT_KINDS = {name: kind for kind, (name, _) in records.KINDS.items()}
"""Record kinds by their name: what --pause-at takes, beside 'seal'."""


def _describe(request: bytes, reply: bytes) -> dict[str, Any]:
    op = request[0]
    data = reply[bus.HEAD.size :]
    if op == bus.READ_MEM:
        return {"what": "i2c read", "addr": request[1], "reg": request[2], "data": data.hex()}
    if op == bus.WRITE_MEM:
        return {"what": "i2c write", "addr": request[1], "reg": request[2], "data": request[4:].hex()}
    if op == bus.PIN_OUT:
        return {"what": "pin", "pin": request[1], "level": request[2]}
    if op == bus.SLEEP:
        return {"what": "sleep", "ms": struct.unpack_from("<I", request, 1)[0]}
    if op == bus.WAIT:
        return {"what": "wait", "deadline": struct.unpack_from("<I", request, 1)[0], "want_write": request[5] & 1}
    if op == bus.LINK_READ:
        return {"what": "link in", "data": data[2:].hex()}
    if op == bus.LINK_WRITE:
        return {"what": "link out", "data": request[3:].hex(), "accepted": data[0] | data[1] << 8}
    if op in (bus.FLASH_READ, bus.FLASH_PROGRAM):
        block, offset, n = struct.unpack_from("<HHH", request, 1)
        what = "flash read" if op == bus.FLASH_READ else "flash program"
        return {"what": what, "block": block, "offset": offset, "n": n, "data": (data or request[7:]).hex()}
    if op == bus.ADC_READ:
        return {"what": "adc", "code": data[0] | data[1] << 8}
    if op == bus.GNSS_READ:
        return {"what": "gnss in", "data": data[2:].hex()}
    if op == bus.LINK_BAUD:
        return {"what": "link baud", "baud": struct.unpack_from("<I", request, 1)[0]}
    if op == bus.FLASH_ERASE:
        return {"what": "flash erase", "block": struct.unpack_from("<H", request, 1)[0]}
    if op == bus.TRACE:
        return _describe_trace(request[1], request[4:])
    return {"what": {bus.HELLO: "hello", bus.ENTROPY: "entropy", bus.TICKS: "ticks"}.get(op, f"op {op}")}


def _describe_trace(kind: int, data: bytes) -> dict[str, Any]:
    if kind == bus.TRACE_LINE:
        return {"what": "line", "text": data.decode("utf-8", "replace")}
    if kind == bus.TRACE_RECORD and data:
        name = records.KINDS[data[0]][0] if data[0] in records.KINDS else str(data[0])
        return {"what": "record", "kind": name, "data": data.hex()}
    return {"what": "seal", "data": data.hex()}


class TraceUnwritable(RuntimeError):
    """The trace file cannot be opened."""


class Tracer:
    """Writes the trace file; `wrap` puts it around a handler. Raises TraceUnwritable when it cannot be opened."""

    def __init__(self, path: Path, now_us: Callable[[], int]) -> None:
        try:
            self._file = path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise TraceUnwritable(
                f"{path} cannot be written: {error.strerror}; name another file with --trace"
            ) from error
        self._now_us = now_us

    def wrap(self, handler: Handler) -> Handler:
        """The handler with a line for each of its calls that changed or carried something."""

        def traced(request: bytes) -> bytes:
            reply = handler(request)
            if request[0] == bus.LINK_READ and len(reply) <= bus.HEAD.size + 2:
                return reply
            status, ticks, levels, edges = bus.HEAD.unpack_from(reply)
            line = {"us": self._now_us(), "ticks": ticks, **_describe(request, reply)}
            if status:
                line["errno"] = -status
            if edges:
                line["edges"] = {"strap": edges & 15, "case": edges >> 4, "levels": levels}
            self._file.write(json.dumps(line) + "\n")
            return reply

        return traced

    def note(self, what: str, **fields: Any) -> None:
        """A line that belongs to no call: power, pace, port."""
        self._file.write(json.dumps({"us": self._now_us(), "what": what, **fields}) + "\n")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
