"""Faults: recorded, counted, and never in the way of the sampling."""

import gc
import io
import sys

from tagproto import records

from .bucket import Rationed

_TEXT_MAX = 96


class Faults:
    """`count`: faults since this boot. Those of parts wait in `due`, so that they stand behind their reading."""

    def __init__(self, recorder, clock, diary):
        self._recorder = recorder
        self._diary = diary
        self._rationed = Rationed(recorder, clock, records.FAULT)
        self._due = []
        self.count = 0

    def part_failed(self, sense, code):
        """A part began to fail while it was asked; `record_due` records it."""
        self._due.append((sense, code))

    def record_due(self):
        """Record what parts did, and what the bucket held back."""
        while self._due:
            sense, code = self._due.pop(0)
            self.count += 1
            self._record(sense, code, b"")
        self._rationed.tell_due()

    def tell(self):
        """Record what was only counted so far."""
        self._rationed.tell()

    def stage_failed(self, error):
        """A stage raised: keep it as the last fault and record it, if that can be done. Never raises."""
        self.count += 1
        text = describe(error)
        self._diary.last_fault = "boot %d, heap %d: %s" % (self._recorder.boot(), gc.mem_free(), text)
        self._diary.write(text)
        gc.collect()
        if self._recorder.torn:
            return
        try:
            code = getattr(error, "errno", 0)
            # What MicroPython calls errno is the first argument of any exception: a text for most.
            self._record(records.SENSE_FIRMWARE, code if isinstance(code, int) else 0, text.encode())
        except Exception as second:  # noqa: BLE001 - the record of a fault must not stop the sampling either
            self._diary.write("not recorded: " + describe(second))

    def tell_before(self, text):
        """Record what took the tag down before this boot; it is False when the log was full."""
        self.count += 1
        return (
            self._rationed.event({"sense": records.SENSE_FIRMWARE, "code": 0, "text": b"before: " + text}) is not None
        )

    def _record(self, sense, code, text):
        code = code if -32768 <= code <= 32767 else 0
        self._rationed.record({"sense": sense, "code": code, "text": text[:_TEXT_MAX]})


def describe(error):
    """Exception, file and line in one line of text."""
    out = io.StringIO()
    sys.print_exception(error, out)
    lines = [line.strip() for line in out.getvalue().split("\n") if line.strip()]
    place = [line for line in lines if line.startswith("File")]
    where = place[-1].split("/")[-1] if place else ""
    return (lines[-1] if lines else "unknown") + (" at " + where if where else "")


def brief(error, size):
    """File, line and exception in so many bytes."""
    what, _, where = describe(error).partition(" at ")
    # app.py", line 96, in step
    parts = where.replace('"', "").replace("line ", "").split(", ")
    text = (":".join(parts[:2]) + " " + what).strip().encode()[:size]
    # Cut in the middle, a character of several bytes would be none.
    return bytes(byte for byte in text if byte < 128)
