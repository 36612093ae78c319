"""What a tag does beside sampling and sealing: battery, position fixes, long silences, flash and heap."""

import gc

from tagproto import records
from tagproto.records import ticks_after

_HOUR_MS = 3600000
# Ticks of two records can be told apart over half their period, 6.2 days: no silence lasts that long.
_SILENCE_MS = 345600000
_HEAP_EVERY = 64
# Codes of a fault of SENSE_LOG: flash failed and nothing was lost; something may be.
_MENDED = 1
_LOST = 5


class Chores:
    """Of `app`. heap_free, heap_free_low: bytes without garbage, as measured last and at worst."""

    def __init__(self, app):
        self._app = app
        self._battery_ticks = 0
        # When fixes were to be loaded, in vain.
        self._fixes_tried = None
        self._told_flash = 0
        self._turns = 0
        self.heap_free = 0
        self.heap_free_low = 1 << 31

    def turn(self, now):
        """What of it is due."""
        app = self._app
        settings = app.settings
        if app.fixes is not None or (settings.fix_interval_s and settings.fitted):
            app.guard(self._take_fix)
        if ticks_after(self._battery_ticks, now) >= _HOUR_MS:
            app.guard(self.look_at_battery)
        if ticks_after(app.recorder.last_ticks, now) >= _SILENCE_MS:
            app.guard(self._break_silence)

    def _break_silence(self):
        """Record what there is to say: readings that a full log turned away, else the configuration once more."""
        app = self._app
        before = app.recorder.next_number()
        # The last pages are for this: they last for months.
        if app.recorder.catch_up(0) and app.recorder.next_number() == before:
            app.record_config(0)

    def look_at_battery(self):
        """Measure the battery, and judge it."""
        app = self._app
        self._battery_ticks = app.board.clock.ticks_ms()
        app.battery.measure()
        app.thresholds.battery()

    def _take_fix(self):
        """A turn of the fixes, or the last one."""
        app = self._app
        if not app.settings.fix_interval_s or not app.settings.fitted:
            app.fixes.stop()
            app.fixes = self._fixes_tried = None
        elif app.fixes is not None:
            app.fixes.turn()
        else:
            now = app.board.clock.ticks_ms()
            if self._fixes_tried is None or ticks_after(self._fixes_tried, now) >= _HOUR_MS:
                self._fixes_tried = now
                # What is loaded late finds a heap in pieces.
                gc.collect()
                from .fixes import Fixes

                app.fixes = Fixes(app)

    def tell_flash(self):
        """A fault for what flash did not hold, and one for a block that was given up: once a boot each."""
        app = self._app
        worst = _LOST if app.writer.bad_writes else _MENDED if app.flash.failures else 0
        if worst > self._told_flash:
            self._told_flash = worst
            app.faults.part_failed(records.SENSE_LOG, worst)

    def count_turn(self):
        """The heap is measured now and then."""
        self._turns += 1
        if self._turns % _HEAP_EVERY == 0:
            self.measure_heap()

    def measure_heap(self):
        """What is free counts only once the garbage is gone."""
        gc.collect()
        self.heap_free = gc.mem_free()
        self.heap_free_low = min(self.heap_free_low, self.heap_free)
