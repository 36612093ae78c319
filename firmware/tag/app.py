"""The tag: puts the stages together and takes turns between them. The board is passed in."""

import gc

from tagproto import coding, cose, records, seals
from tagproto.layout import EVENT_RESERVE_PAGES, JOURNAL_BLOCKS, SESSION_RESERVE_PAGES, Layout
from tagproto.records import ticks_after

from .authority import Authority
from .baseline import Baseline
from .bucket import Rationed
from .calibration import config_values
from .commands import Commands
from .crypto.pool import Pool
from .diary import Diary
from .drivers.battery import Battery
from .faults import Faults, brief, describe
from .fitting import Fitting
from .gate import Gate
from .inputs import Inputs
from .keys import Keys
from .link import Link
from .log import recovery
from .log.flash import Flash
from .log.journal import Journal
from .log.ring import Ring
from .log.writer import Writer
from .pace import Pace
from .progress import Progress
from .recorder import Recorder
from .sampling import Sampler
from .sealing import Sealer
from .selftest import SelfTest
from .settings import FAULT_MAX, RETIRED_MAX, Settings
from .tamper import Tampers, Thresholds
from .trust import Trust

_IDLE_MS = 3600000
# Ticks of two records can be told apart over half their period, 6.2 days: no silence lasts that long.
_SILENCE_MS = 345600000
_HEAP_EVERY = 64
_HOUR_MS = 3600000
# Codes of a fault of SENSE_LOG: flash failed and nothing was lost; something may be.
_MENDED = 1
_LOST = 5


class App:
    """Everything between the board and the log. `run` never returns."""

    def __init__(self, board, firmware):
        self.board = board
        self.firmware = firmware
        self.heap_free = 0
        self.heap_free_low = 1 << 31
        clock = board.clock
        self._progress = Progress(board)
        self.diary = Diary(clock, board.trace)
        flash = self.flash = Flash(board.flash)
        layout = Layout(flash.blocks)
        self.settings = Settings(flash, layout.settings_first)
        self.link = None
        self.keys = Keys(flash, layout.keys_first, self.not_kept, self._between)
        self.pool = Pool(board, self.keys.stored())
        self.trust = Trust(flash, layout.trust_first, board.unique_id, self._first_point)
        self.gate = Gate(self.trust, self.pool, clock, board.unique_id, self._half_done)
        self._recover(layout)
        new_key = self._take_key()
        self.faults = Faults(self.recorder, clock, self.diary)
        self.diary.last_fault = self.settings.last_fault.decode()
        # Of this boot one fault is kept; flash is not there to be worn by a stage that fails at each turn.
        self._remembered = False
        self.sampler = Sampler(board, self.faults.part_failed)
        self.battery = Battery(board.battery, board.battery_full_mv, self.faults.part_failed)
        self._battery_ticks = 0
        # Only where somebody wants them.
        self.fixes = None
        # When they were to be loaded, in vain.
        self._fixes_tried = None
        self._inputs = Inputs(board, self.recorder, self.seal)
        self._refusals = Rationed(self.recorder, clock, records.REFUSED)
        self._fixes = Rationed(self.recorder, clock, records.FIX)
        self.tampers = Tampers(self)
        self.thresholds = Thresholds(self)
        self.self_test = SelfTest(self, self._between)
        commands = Commands(self)
        self.link = Link(board.link, clock, commands.handle, self._read_page, commands.readable, self._refused)
        self._turns = 0
        self._told_flash = 0
        self._next_sample = 0
        self.pace = Pace(self.settings, self.ring)
        self._begin_boot(new_key)

    # Coming up

    def _recover(self, layout):
        settings = self.settings
        flash = self.flash
        ring_first, ring_blocks = layout.ring_first, layout.ring_blocks
        self.ring = Ring(flash, ring_first, ring_blocks, settings.retired, settings.received, self._retire_block)
        coder = coding.Coder()
        journal = Journal(flash, layout.journal_first, JOURNAL_BLOCKS)
        self.writer = Writer(self.ring, journal, coder)
        recovery.recover_open_page(self.ring, journal, self.writer)
        board = self.board
        self.recorder = Recorder(self.writer, self.ring, coder, self.pool, board.trace, board.trace_readings)
        self.sealer = Sealer(self.recorder, board.unique_id, self.pool.take)
        self.fitting = Fitting(self)
        self.baseline = Baseline(self)
        # Kinds of record in the open window.
        self._recorded = set()
        # Pages that have gone bad may have held many records: what comes now must repeat none of their numbers.
        self._boots_unread = 0
        found = recovery.read_open_window(self.ring, self.writer, coder, self._resume, board.feed)
        self.recorder.sealed_page, self._unread, self._skipped = found
        next_number = self.recorder.next_number() + self._skipped
        self.fitting.mend(next_number)
        self.baseline.mend(next_number)
        self.authority = Authority(self)

    def _take_key(self):
        """The key that the log says is next; whether a new one had to be made."""
        sealer = self.sealer
        made = self.keys.settle(sealer.epoch, sealer.announced, self._unread, self.pool.take)
        sealer.signer = self.keys
        if self._unread:
            # The keys know how many seals lie in those pages. Each had a boot before it at most, each page one more.
            lost = self._unread if made else max(0, self.keys.epoch - sealer.epoch)
            sealer.number += lost
            self._boots_unread = self._unread + lost
        if not self.settings.first_key:
            if self.keys.epoch:
                # The settings are gone, and with them whether it is fitted.
                self.not_kept()
            else:
                self.settings.first_key = self.keys.public_key
                self.save_settings()
        return made

    def _resume(self, item):
        if item.kind == coding.SEAL:
            self.recorder.forget_window()
            self.sealer.resume(item)
        else:
            self.recorder.resume(item)
            if item.kind == coding.RECORD:
                self._recorded.add(item.value.kind)
                self.fitting.resume(item.value)

    def _begin_boot(self, new_key):
        boot = max(self.recorder.boot(), self.sealer.last_boot) + self._boots_unread + 1
        values = {"cause": self.board.reset_cause, "skipped": self._skipped, "firmware": self.firmware}
        self.recorder.begin_boot(boot, self.board.clock.ticks_ms(), values)
        self.recorder.catch_up()
        # The log begins with the first key; the power may have gone before it was there.
        first = not self.sealer.number
        if new_key or (first and records.KEY not in self._recorded):
            self.event(records.KEY, {"epoch": self.keys.epoch, "public_key": self.keys.public_key})
        # How a tag works may change with a boot: the slower pace of a full log ends here if there is room again.
        if self.settings.fitted or self.fitting.recalibrated() or (first and records.CONFIG not in self._recorded):
            self.record_config()
        self.authority.tell_untold()
        if self.settings.fault_untold:
            self._guard(self._tell_last_fault)
        self.tampers.begin()
        self._guard(self._look_at_battery)
        self._guard(self._test_itself)
        self.faults.record_due()
        self.seal(seals.REASON_BOOT)
        self.diary.write("boot %d, cause %d" % (self.recorder.boot(), self.board.reset_cause))
        self._measure_heap()
        # Now: what a boot takes must not make the second reading early.
        self.sample_now()

    # What stages and commands do

    def event(self, kind, values, reserve_pages=EVENT_RESERVE_PAGES):
        """Record an event now; its number, or None when the log is full but for the reserve."""
        return self.recorder.event(kind, self.board.clock.ticks_ms(), values, reserve_pages)

    def seal(self, reason, nonce=b""):
        """Seal the open window now, with all that was only counted so far; False when the log is full."""
        self._inputs.tell()
        self.faults.tell()
        self._refusals.tell()
        self._fixes.tell()
        self.tampers.tell()
        self.thresholds.tell()
        reserve_pages = SESSION_RESERVE_PAGES if nonce else EVENT_RESERVE_PAGES
        if not self.recorder.catch_up(reserve_pages) and not self.recorder.window_count() and not nonce:
            # Nothing to seal in a full log but the log's own fullness.
            return False
        return self.sealer.seal(self.board.clock.ticks_ms(), reason, nonce)

    def sample_now(self):
        """The next reading is due at once, and the following ones from then on."""
        self._next_sample = self._progress.sampled = self.board.clock.ticks_ms()

    def fix(self, latitude_e7, longitude_e7, accuracy_dm):
        """A position fix: recorded now, or counted when there were many. It never seals by itself."""
        values = {"latitude_e7": latitude_e7, "longitude_e7": longitude_e7, "accuracy_dm": accuracy_dm}
        self._fixes.record(values)

    def set_received(self, pages):
        """Pages from 0 that a receipt covers; never fewer than before, and none of the window that is open."""
        pages = min(pages, self.recorder.sealed_page)
        if pages > self.ring.received:
            self.ring.received = self.settings.received = pages
            self.save_settings()

    def _refused(self, command, code):
        self._refusals.record({"command": command, "code": code})

    def save_settings(self):
        """Write the settings to flash."""
        # What flash does not keep holds until the next boot only: that is a fault like a record's.
        if not self.settings.save():
            self.not_kept()

    def not_kept(self):
        """Flash did not keep what it was to keep: there will be a fault."""
        self.writer.bad_writes += 1

    def _retire_block(self, block):
        if len(self.settings.retired) < RETIRED_MAX:
            self.settings.retired.append(block)
            self.save_settings()
        else:
            # It will be tried again after each boot.
            self.not_kept()

    def _tend(self):
        """What has time until the next reading: things that were only counted, and the room that is left."""
        self._refusals.tell_due()
        self._fixes.tell_due()
        self.watch_room()

    def watch_room(self):
        """Change the pace where the room in the log asks for it; for a fitted tag."""
        if not self.pace.changed():
            return
        if self.record_config() is None:
            # What the log does not say does not hold.
            self.pace.turn()
        elif not self.pace.slow:
            self.sample_now()
            self.seal(seals.REASON_SCHEDULE)

    def tac_rises(self, rising):
        """Sample at the cadence for rising TAC from now on, or no longer."""
        if rising != self.pace.rising and self.pace.rise(rising) and self.settings.fitted:
            if self.record_config() is None:
                # As for `watch_room`.
                self.pace.rise(not rising)
            elif rising:
                self._next_sample = (self._progress.sampled + self.pace.cadence_s * 1000) & (
                    records.TICKS_PERIOD_MS - 1
                )

    def record_config(self, reserve_pages=EVENT_RESERVE_PAGES):
        """Record how the tag works now; the record's number or None."""
        values = config_values(self.pace, self.settings)
        return self.event(records.CONFIG, values, reserve_pages)

    def _half_done(self):
        # Only a boot mends it, and before anything else takes the number of a record that is not there.
        self.recorder.torn = True

    def _between(self):
        """Between the steps of a signature or a key: the line need not be idle, and neither is the tag stuck."""
        self._progress.pause()
        if self.link is not None:
            self.link.send_on()

    def _first_point(self):
        return cose.compressed(self.settings.first_key or self.keys.public_key)

    def _read_page(self, seq, buffer):
        if seq == self.writer.seq:
            buffer[:] = self.writer.snapshot()
            return True
        return self.ring.read_raw(seq, buffer)

    # Turns

    def run(self):
        """Serve for ever. A stage that fails is recorded and the others go on."""
        while True:
            self.step()

    def step(self):
        """One turn: link, inputs, sample, seal, then idle until the next of them is due, if at all."""
        progress = self._progress
        progress.turn(self.settings.fitted, self.pace.cadence_s)
        self.gate.expire()
        served = self._guard(self.link.serve)
        progress.served(self._guard(self._inputs.watch) and served)
        if not self.link.holds_still():
            self._work()
        self._turns += 1
        if self._turns % _HEAP_EVERY == 0:
            self._measure_heap()
        if not self.link.wants_turn():
            self.board.wait(self._deadline(), self.link.wants_write())

    def _work(self):
        """What is due, and may wait for a quarter of a second while a long request comes in."""
        clock = self.board.clock
        self._tell_flash()
        self._guard(self.faults.record_due)
        now = clock.ticks_ms()
        settings = self.settings
        if settings.fitted and ticks_after(self._next_sample, now) >= 0:
            self._guard(self._tend)
            self._guard(self._sample)
            self._guard(self.tampers.judge)
        if self.fixes is not None or (settings.fix_interval_s and settings.fitted):
            self._guard(self._take_fix)
        if ticks_after(self._battery_ticks, now) >= _HOUR_MS:
            self._guard(self._look_at_battery)
        if settings.fitted and self.sealer.due(clock.ticks_ms(), self.pace.seal_interval_s):
            self._guard(self._scheduled_seal)
        if ticks_after(self.recorder.last_ticks, clock.ticks_ms()) >= _SILENCE_MS:
            self._guard(self._break_silence)

    def remember(self, error, told):
        """Keep what the firmware raised over a reset. told: whether a record tells of it. Never raises."""
        settings = self.settings
        settings.last_fault = brief(error, FAULT_MAX)
        settings.fault_untold = not told
        try:
            self.save_settings()
        except Exception as second:  # noqa: BLE001 - what cannot be remembered must not stop the sampling either
            self.diary.write("not remembered: " + describe(second))

    def _tell_last_fault(self):
        settings = self.settings
        if self.faults.tell_before(settings.last_fault):
            settings.fault_untold = False
            self.save_settings()

    def _test_itself(self):
        self.self_test.run(0, EVENT_RESERVE_PAGES)

    def _look_at_battery(self):
        self._battery_ticks = self.board.clock.ticks_ms()
        self.battery.measure()
        self.thresholds.battery()

    def _take_fix(self):
        """A turn of the fixes, or the last one."""
        if not self.settings.fix_interval_s or not self.settings.fitted:
            self.fixes.stop()
            self.fixes = self._fixes_tried = None
        elif self.fixes is not None:
            self.fixes.turn()
        else:
            now = self.board.clock.ticks_ms()
            if self._fixes_tried is None or ticks_after(self._fixes_tried, now) >= _HOUR_MS:
                self._fixes_tried = now
                # What is loaded late finds a heap in pieces.
                gc.collect()
                from .fixes import Fixes

                self.fixes = Fixes(self)

    def _tell_flash(self):
        """A fault for what flash did not hold, and one for a block that was given up: once a boot each."""
        worst = _LOST if self.writer.bad_writes else _MENDED if self.flash.failures else 0
        if worst > self._told_flash:
            self._told_flash = worst
            self.faults.part_failed(records.SENSE_LOG, worst)

    def _guard(self, stage):
        """Whether a stage went well."""
        try:
            stage()
            return True
        except Exception as error:  # noqa: BLE001 - no stage may stop the sampling
            self.faults.stage_failed(error)
            torn = self.recorder.torn
            if torn or not self._remembered:
                self._remembered = True
                self.remember(error, not torn)
            if torn:
                # Memory and flash disagree about the open window: only a boot reads it again.
                self.board.reset()
            return False

    def _sample(self):
        clock = self.board.clock
        cadence_ms = self.pace.cadence_s * 1000
        ticks = clock.ticks_ms()
        # The schedule holds its phase; turns that came too late to be of use are left out, never bunched.
        behind = ticks_after(self._next_sample, ticks) // cadence_ms
        self._next_sample = (self._next_sample + (behind + 1) * cadence_ms) & (records.TICKS_PERIOD_MS - 1)
        sampler = self.sampler
        sampler.sample()
        recorder = self.recorder
        kept = recorder.reading(ticks, sampler.flags, sampler.cell_code, sampler.temp_code, sampler.prox_count)
        self.tampers.taken(ticks, recorder.next_number() - 1 if kept else None)
        self._progress.took(ticks)
        self.faults.record_due()

    def _scheduled_seal(self):
        if not self.seal(seals.REASON_SCHEDULE):
            # A full log takes no seal: ask again in one interval, not at every turn.
            self.sealer.last_ticks = self.board.clock.ticks_ms()

    def _break_silence(self):
        """Record what there is to say: readings that a full log turned away, else the configuration once more."""
        before = self.recorder.next_number()
        # The last pages are for this: they last for months.
        if self.recorder.catch_up(0) and self.recorder.next_number() == before:
            self.record_config(0)

    def _deadline(self):
        now = self.board.clock.ticks_ms()
        idle_ms = self.link.needs_turn_ms() or _IDLE_MS
        if self.settings.fitted and not self.link.listens:
            idle_ms = min(idle_ms, ticks_after(now, self._next_sample))
            if self.fixes is not None:
                idle_ms = min(idle_ms, self.fixes.next_ms())
        return (now + idle_ms) & (records.TICKS_PERIOD_MS - 1)

    def _measure_heap(self):
        # What is free counts only once the garbage is gone.
        gc.collect()
        self.heap_free = gc.mem_free()
        self.heap_free_low = min(self.heap_free_low, self.heap_free)
