"""A boot: takes over what flash holds, finds the key that signs next, and begins the log of this boot."""

from tagproto import coding, records, seals
from tagproto.layout import EVENT_RESERVE_PAGES, JOURNAL_BLOCKS

from .log import recovery
from .log.journal import Journal
from .log.ring import Ring
from .log.writer import Writer
from .recorder import Recorder


class Booting:
    """Of `app`: `log` first, then `recover`, and `begin` when all stages are there."""

    def __init__(self, app):
        self._app = app
        self._coder = None
        # Kinds of record in the open window.
        self._recorded = set()
        # Pages that have gone bad may have held many records: what comes now must repeat none of their numbers.
        self._unread = 0
        self._boots_unread = 0
        self._skipped = 0
        self._new_key = False

    def log(self, layout):
        """Ring, writer and recorder of the log as it was left, up to its open page."""
        app = self._app
        settings = app.settings
        first, blocks = layout.ring_first, layout.ring_blocks
        ring = Ring(app.flash, first, blocks, settings.retired, settings.received, app.retire_block)
        self._coder = coding.Coder()
        journal = Journal(app.flash, layout.journal_first, JOURNAL_BLOCKS)
        writer = Writer(ring, journal, self._coder)
        recovery.recover_open_page(ring, journal, writer)
        board = app.board
        return ring, writer, Recorder(writer, ring, self._coder, app.pool, board.trace, board.trace_readings)

    def recover(self):
        """The open window, what the settings say of it, and the key that signs next."""
        app = self._app
        found = recovery.read_open_window(app.ring, app.writer, self._coder, self._resume, app.board.feed)
        app.recorder.sealed_page, self._unread, self._skipped = found
        next_number = app.recorder.next_number() + self._skipped
        app.fitting.mend(next_number)
        app.baseline.mend(next_number)
        self._take_key()

    def _resume(self, item):
        app = self._app
        if item.kind == coding.SEAL:
            app.recorder.forget_window()
            app.sealer.resume(item)
        else:
            app.recorder.resume(item)
            if item.kind == coding.RECORD:
                self._recorded.add(item.value.kind)
                app.fitting.resume(item.value)

    def _take_key(self):
        """The key that the log says is next, or a new one."""
        app = self._app
        sealer = app.sealer
        self._new_key = app.keys.settle(sealer.epoch, sealer.announced, self._unread, app.pool.take)
        sealer.signer = app.keys
        if self._unread:
            # The keys know how many seals lie in those pages. Each had a boot before it at most, each page one more.
            lost = self._unread if self._new_key else max(0, app.keys.epoch - sealer.epoch)
            sealer.number += lost
            self._boots_unread = self._unread + lost
        if not app.settings.first_key:
            if app.keys.epoch:
                # The settings are gone, and with them whether it is fitted.
                app.not_kept()
            else:
                app.settings.first_key = app.keys.public_key
                app.save_settings()

    def begin(self):
        """Its record, what must be said behind it, a self-test, and a seal over them."""
        app = self._app
        recorder = app.recorder
        boot = max(recorder.boot(), app.sealer.last_boot) + self._boots_unread + 1
        values = {"cause": app.board.reset_cause, "skipped": self._skipped, "firmware": app.firmware}
        recorder.begin_boot(boot, app.board.clock.ticks_ms(), values)
        recorder.catch_up()
        # The log begins with the first key; the power may have gone before it was there.
        first = not app.sealer.number
        if self._new_key or (first and records.KEY not in self._recorded):
            app.event(records.KEY, {"epoch": app.keys.epoch, "public_key": app.keys.public_key})
        # How a tag works may change with a boot: the slower pace of a full log ends here if there is room again.
        if app.settings.fitted or app.fitting.recalibrated() or (first and records.CONFIG not in self._recorded):
            app.record_config()
        app.authority.tell_untold()
        app.guard(app.memory.tell)
        app.tampers.begin()
        app.guard(app.chores.look_at_battery)
        app.guard(self._test)
        app.faults.record_due()
        # What raises there must not come again at each boot, one behind the other.
        app.guard(self._seal)
        app.diary.write("boot %d, cause %d" % (recorder.boot(), app.board.reset_cause))
        app.chores.measure_heap()
        # Now: what a boot takes must not make the second reading early.
        app.sample_now()

    def _seal(self):
        self._app.seal(seals.REASON_BOOT)

    def _test(self):
        self._app.self_test.run(0, EVENT_RESERVE_PAGES)
