"""The tag: puts the stages together and takes turns between them. The board is passed in."""

import gc
import io
import sys

from tagproto import coding, records, seals
from tagproto.records import ticks_after

from .bucket import Bucket
from .commands import Commands
from .crypto import p256
from .crypto.pool import Pool
from .diary import Diary
from .drivers import ads1115, lmp91000, tmp117, vcnl4040
from .link import Link
from .log import recovery
from .log.flash import Flash
from .log.journal import Journal
from .log.layout import JOURNAL_BLOCKS, Layout
from .log.ring import Ring
from .log.writer import Writer
from .recorder import Recorder
from .sampling import Sampler
from .sealing import Sealer, SoftwareSigner
from .settings import Settings

_IDLE_MS = 3600000
_HEAP_EVERY = 64
# The calibration that a tag has before it was given one of its own.
_CALIBRATION_ID = b"nominal1"
_CELL_ZERO_UV = 500000
_CELL_SPAN_PA_PER_MG_DL = 15000
# Strap and case each: eight changes at once, then one in ten minutes recorded and sealed by itself.
_BUCKET = 8
_BUCKET_REFILL_MS = 600000
_FAULTS_BUCKET = 8


class App:
    """Everything between the board and the log. `run` never returns."""

    def __init__(self, board, firmware):
        self.board = board
        self.firmware = firmware
        self.faults = 0
        self.heap_free = 0
        self.heap_free_low = 1 << 31
        clock = board.clock
        self.diary = Diary(clock, board.trace)
        flash = Flash(board.flash)
        layout = Layout(flash.blocks)
        self.settings = Settings(flash, layout.settings_first)
        self.pool = Pool(board, self.settings.secret)
        self._own_key()
        self.signer = SoftwareSigner(self.settings.secret)
        self._recover(flash, layout)
        # Senses that began to fail while they were asked: recorded behind the reading, whose ticks are earlier.
        self._sense_faults = []
        self.sampler = Sampler(board, self._sense_fault)
        self._strap_bucket = Bucket(_BUCKET, _BUCKET_REFILL_MS)
        self._case_bucket = Bucket(_BUCKET, _BUCKET_REFILL_MS)
        self._fault_bucket = Bucket(_FAULTS_BUCKET, _BUCKET_REFILL_MS)
        self._inputs = (
            (records.STRAP, seals.REASON_STRAP, board.strap, self._strap_bucket),
            (records.CASE, seals.REASON_CASE, board.case, self._case_bucket),
        )
        self.link = Link(board.link, Commands(self).handle, self._read_page, self._page_range)
        self._turns = 0
        self._next_sample = clock.ticks_ms()
        self._begin_boot()

    # Coming up

    def _own_key(self):
        """Make the tag's key at its first boot."""
        if self.settings.secret:
            return
        self.settings.secret = p256.private_key(self.pool.take(32))
        if not self.settings.save():
            raise OSError("the key could not be written to flash")

    def _recover(self, flash, layout):
        self.ring = Ring(flash, layout.ring_first, layout.ring_blocks)
        self.ring.received = self.settings.received
        coder = coding.Coder()
        journal = Journal(flash, layout.journal_first, JOURNAL_BLOCKS)
        self.writer = Writer(self.ring, journal, coder)
        recovery.recover_open_page(self.ring, journal, self.writer)
        board = self.board
        self.recorder = Recorder(self.writer, self.ring, coder, self.pool, board.trace, board.trace_readings)
        self.sealer = Sealer(self.recorder, self.signer, board.unique_id, self.settings.epoch)
        # Kinds of record in the open window.
        self._recorded = set()
        # A page that has gone bad may have held a boot and a seal, hardly more, and any number of records: what comes
        # now must repeat none of their numbers.
        self._unread, self._skipped = recovery.read_open_window(self.ring, self.writer, coder, self._resume)
        self.sealer.number += self._unread

    def _resume(self, item):
        if item.kind == coding.SEAL:
            self.recorder.forget_window()
            self.sealer.resume(item)
        else:
            self.recorder.resume(item)
            if item.kind == coding.RECORD:
                self._recorded.add(item.value.kind)

    def _begin_boot(self):
        boot = max(self.recorder.boot(), self.sealer.last_boot) + self._unread + 1
        values = {"cause": self.board.reset_cause, "skipped": self._skipped, "firmware": self.firmware}
        self.recorder.begin_boot(boot, self.board.clock.ticks_ms(), values)
        self.recorder.catch_up()
        # The first window begins with these; the power may have gone before all of them were there.
        if not self.sealer.number:
            if records.KEY not in self._recorded:
                self.event(records.KEY, {"epoch": self.settings.epoch, "public_key": self.signer.public_key})
            if records.CONFIG not in self._recorded:
                self._record_config()
        self.sampler.configure()
        self._record_sense_faults()
        self.seal(seals.REASON_BOOT)
        self.diary.write("boot %d, cause %d" % (self.recorder.boot(), self.board.reset_cause))
        self._measure_heap()

    # What stages and commands do

    def event(self, kind, values):
        """Record an event now; its number, or None when the log is full."""
        return self.recorder.event(kind, self.board.clock.ticks_ms(), values)

    def seal(self, reason, nonce=b""):
        """Seal the open window now; False when the log is full."""
        return self.sealer.seal(self.board.clock.ticks_ms(), reason, nonce)

    def fit(self, order_id, cadence_s, seal_interval_s):
        """Begin a fitting: configuration and fit records, seal, sampling. Number of the fit record or None."""
        settings = self.settings
        settings.cadence_s = cadence_s
        settings.seal_interval_s = seal_interval_s
        self._record_config()
        number = self.event(records.FIT, {"order_id": order_id})
        if number is None or not self.seal(seals.REASON_FIT):
            return None
        settings.order_id = order_id
        settings.fitted = True
        settings.save()
        self._next_sample = self.board.clock.ticks_ms()
        self.diary.write("fitted, record %d" % number)
        return number

    def remove(self, reason):
        """End the fitting: record, seal, no more samples. Number of the remove record or None."""
        number = self.event(records.REMOVE, {"reason": reason})
        if number is None or not self.seal(seals.REASON_REMOVE):
            return None
        self.settings.fitted = False
        self.settings.save()
        self.diary.write("removed, record %d" % number)
        return number

    def set_received(self, pages):
        """Pages from 0 that a receipt covers; never fewer than before."""
        if pages > self.ring.received:
            self.ring.received = self.settings.received = pages
            self.settings.save()

    def _record_config(self):
        settings = self.settings
        self.event(
            records.CONFIG,
            {
                "cadence_s": settings.cadence_s,
                "seal_interval_s": settings.seal_interval_s,
                "calibration_id": _CALIBRATION_ID,
                "cell_zero_uv": _CELL_ZERO_UV,
                "cell_span_pa_per_mg_dl": _CELL_SPAN_PA_PER_MG_DL,
                "tia_ohm": lmp91000.TIA_OHM,
                "adc_nv_per_code": ads1115.NV_PER_CODE,
                "temp_ndeg_c_per_code": tmp117.NDEG_C_PER_CODE,
                "prox_uv_per_count": vcnl4040.UV_PER_COUNT,
            },
        )

    def _sense_fault(self, sense, code):
        self._sense_faults.append((sense, code))

    def _record_sense_faults(self):
        while self._sense_faults:
            sense, code = self._sense_faults.pop(0)
            self.faults += 1
            self._record_fault(sense, code, b"")

    def _record_fault(self, sense, code, text):
        ticks = self.board.clock.ticks_ms()
        if self._fault_bucket.take(ticks):
            self._record_repeated(records.FAULT, self._fault_bucket, self._fault_bucket.drain(), ticks)
            code = code if -32768 <= code <= 32767 else 0
            self.recorder.event(records.FAULT, ticks, {"sense": sense, "code": code, "text": text[:96]})

    def _read_page(self, seq, buffer):
        if seq == self.writer.seq:
            buffer[:] = self.writer.snapshot()
        else:
            self.ring.read_raw(seq, buffer)
        return True

    def _page_range(self):
        return self.ring.oldest(), self.writer.seq

    # Turns

    def run(self):
        """Serve for ever. A stage that fails is recorded and the others go on."""
        while True:
            self.step()

    def step(self):
        """One turn: link, inputs, sample, seal, then idle until the next of them is due."""
        board = self.board
        board.feed()
        self._guard(self.link.serve)
        self._guard(self._watch_inputs)
        if self.settings.fitted and ticks_after(self._next_sample, board.clock.ticks_ms()) >= 0:
            self._guard(self._sample)
        if self.settings.fitted and self.sealer.due(board.clock.ticks_ms(), self.settings.seal_interval_s):
            self._guard(self._scheduled_seal)
        self._turns += 1
        if self._turns % _HEAP_EVERY == 0:
            self._measure_heap()
        board.wait(self._deadline(), self.link.wants_write())

    def _guard(self, stage):
        try:
            stage()
        except Exception as error:  # noqa: BLE001 - no stage may stop the sampling
            self.faults += 1
            text = describe(error)
            self.diary.last_fault = "boot %d, heap %d: %s" % (self.recorder.boot(), gc.mem_free(), text)
            self.diary.write(text)
            gc.collect()
            try:
                self._record_fault(records.SENSE_FIRMWARE, getattr(error, "errno", 0) or 0, text.encode())
            except Exception as second:  # noqa: BLE001 - the record of a fault must not stop the sampling either
                self.diary.write("not recorded: " + describe(second))

    def _sample(self):
        clock = self.board.clock
        cadence_ms = self.settings.cadence_s * 1000
        ticks = clock.ticks_ms()
        # The schedule holds its phase; turns that came too late to be of use are left out, never bunched.
        behind = ticks_after(self._next_sample, ticks) // cadence_ms
        self._next_sample = (self._next_sample + (behind + 1) * cadence_ms) & (records.TICKS_PERIOD_MS - 1)
        sampler = self.sampler
        sampler.sample()
        self.recorder.reading(ticks, sampler.flags, sampler.cell_code, sampler.temp_code, sampler.prox_count)
        self._record_sense_faults()

    def _scheduled_seal(self):
        if not self.seal(seals.REASON_SCHEDULE):
            # A full log takes no seal: ask again in one interval, not at every turn.
            self.sealer.last_ticks = self.board.clock.ticks_ms()

    def _watch_inputs(self):
        for kind, reason, pin, bucket in self._inputs:
            edges = pin.take_edges()
            ticks = self.board.clock.ticks_ms()
            if edges and bucket.take(ticks):
                self._record_repeated(kind, bucket, bucket.drain(), ticks)
                self._record_input(kind, reason, pin, edges, ticks)
            elif self._record_repeated(kind, bucket, bucket.release(ticks), ticks):
                self._record_input(kind, reason, pin, 0, ticks)
        ticks = self.board.clock.ticks_ms()
        self._record_repeated(records.FAULT, self._fault_bucket, self._fault_bucket.release(ticks), ticks)

    def _record_repeated(self, kind, bucket, count, ticks):
        """One record for `count` occurrences that a bucket held back; False for none."""
        if not count:
            return False
        values = {"kind": kind, "count": count, "first_ticks": bucket.first_ticks, "last_ticks": bucket.last_ticks}
        self.recorder.event(records.REPEATED, ticks, values)
        return True

    def _record_input(self, kind, reason, pin, edges, ticks):
        self.recorder.event(kind, ticks, {"open": pin.value(), "edges": min(edges, 255)})
        self.seal(reason)

    def _deadline(self):
        now = self.board.clock.ticks_ms()
        if not self.settings.fitted:
            return (now + _IDLE_MS) & (records.TICKS_PERIOD_MS - 1)
        return self._next_sample

    def _measure_heap(self):
        # What is free counts only once the garbage is gone.
        gc.collect()
        self.heap_free = gc.mem_free()
        self.heap_free_low = min(self.heap_free_low, self.heap_free)


def describe(error):
    """Exception, file and line in one line of text."""
    out = io.StringIO()
    sys.print_exception(error, out)
    lines = [line.strip() for line in out.getvalue().split("\n") if line.strip()]
    place = [line for line in lines if line.startswith("File")]
    where = place[-1].split("/")[-1] if place else ""
    return (lines[-1] if lines else "unknown") + (" at " + where if where else "")
