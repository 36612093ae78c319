"""The tag: puts the stages together and takes turns between them. The board is passed in."""

from tagproto import cose, records, seals
from tagproto.layout import EVENT_RESERVE_PAGES, SESSION_RESERVE_PAGES, Layout
from tagproto.records import ticks_after
from tagproto.snapshot import RETIRED_MAX

from .authority import Authority
from .baseline import Baseline
from .booting import Booting
from .bucket import Rationed
from .calibration import config_values
from .chores import Chores
from .commands import Commands
from .crypto.pool import Pool
from .diary import Diary
from .drivers.battery import Battery
from .faults import Faults
from .fitting import Fitting
from .gate import Gate
from .inputs import Inputs
from .keys import Keys
from .link import Link
from .log.flash import Flash
from .memory import Memory
from .pace import Pace
from .progress import Progress
from .sampling import Sampler
from .sealing import Sealer
from .selftest import SelfTest
from .settings import Settings
from .tamper import Tampers, Thresholds
from .trust import Trust

_IDLE_MS = 3600000
_TICKS_MASK = records.TICKS_PERIOD_MS - 1


class App:
    """Everything between the board and the log. `run` never returns."""

    def __init__(self, board, firmware):
        self.board = board
        self.firmware = firmware
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
        booting = Booting(self)
        self.ring, self.writer, self.recorder = booting.log(layout)
        self.sealer = Sealer(self.recorder, board.unique_id, self.pool.take)
        self.fitting = Fitting(self)
        self.baseline = Baseline(self)
        booting.recover()
        self.authority = Authority(self)
        self.faults = Faults(self.recorder, clock, self.diary)
        self.memory = Memory(self)
        self.sampler = Sampler(board, self.faults.part_failed)
        self.battery = Battery(board.battery, board.battery_full_mv, self.faults.part_failed)
        # Only where somebody wants them.
        self.fixes = None
        self.chores = Chores(self)
        self._inputs = Inputs(board, self.recorder, self.seal)
        self._refusals = Rationed(self.recorder, clock, records.REFUSED)
        self._fixes = Rationed(self.recorder, clock, records.FIX)
        self.tampers = Tampers(self)
        self.thresholds = Thresholds(self)
        self.self_test = SelfTest(self, self._between)
        commands = Commands(self)
        self.link = Link(board.link, clock, commands.handle, self._read_page, commands.readable, self._refused)
        self._next_sample = 0
        self.pace = Pace(self.settings, self.ring)
        booting.begin()

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
        self._fixes.record({"latitude_e7": latitude_e7, "longitude_e7": longitude_e7, "accuracy_dm": accuracy_dm})

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

    def retire_block(self, block):
        """A block of the ring is not used any more."""
        if len(self.settings.retired) < RETIRED_MAX:
            self.settings.retired.append(block)
            self.save_settings()
        else:
            # It will be tried again after each boot.
            self.not_kept()

    def _tend(self):
        """What has time until the next reading: things that were only counted, and the room that is left."""
        self._refusals.tell_due()
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
                self._next_sample = (self._progress.sampled + self.pace.cadence_s * 1000) & _TICKS_MASK

    def record_config(self, reserve_pages=EVENT_RESERVE_PAGES):
        """Record how the tag works now; the record's number or None."""
        return self.event(records.CONFIG, config_values(self.pace, self.settings), reserve_pages)

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

    def run(self):
        """Serve for ever. A stage that fails is recorded and the others go on."""
        while True:
            self.step()

    def step(self):
        """One turn: link, inputs, sample, seal, then idle until the next of them is due, if at all."""
        progress = self._progress
        progress.turn(self.settings.fitted, self.pace.cadence_s)
        self.gate.expire()
        served = self.guard(self.link.serve)
        progress.went("serve", self.guard(self._inputs.watch) and served)
        if not self.link.holds_still():
            self._work()
        self.chores.count_turn()
        if not self.link.wants_turn():
            self.board.wait(self._deadline(), self.link.wants_write())

    def _work(self):
        """What is due, and may wait for a quarter of a second while a long request comes in."""
        clock = self.board.clock
        self.chores.tell_flash()
        self.guard(self.faults.record_due)
        now = clock.ticks_ms()
        if self.settings.fitted and ticks_after(self._next_sample, now) >= 0:
            self.guard(self._tend)
            self.guard(self._sample)
            self._progress.went("judge", self.guard(self.tampers.judge))
        if self.settings.fitted and self.sealer.due(clock.ticks_ms(), self.pace.seal_interval_s):
            self._progress.went("seal", self.guard(self._scheduled_seal))
        self.chores.turn(now)

    def guard(self, stage):
        """Whether a stage went well."""
        try:
            stage()
            return True
        except Exception as error:  # noqa: BLE001 - no stage may stop the sampling
            self.faults.stage_failed(error)
            self.memory.stage_failed(error, self.recorder.torn)
            if self.recorder.torn:
                # Memory and flash disagree about the open window: only a boot reads it again.
                if self.memory.again:
                    self._progress.rest()
                self.board.reset()
            return False

    def _sample(self):
        cadence_ms = self.pace.cadence_s * 1000
        ticks = self.board.clock.ticks_ms()
        # The schedule holds its phase; turns that came too late to be of use are left out, never bunched.
        behind = ticks_after(self._next_sample, ticks) // cadence_ms
        self._next_sample = (self._next_sample + (behind + 1) * cadence_ms) & _TICKS_MASK
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

    def _deadline(self):
        now = self.board.clock.ticks_ms()
        idle_ms = self.link.needs_turn_ms() or _IDLE_MS
        if self.settings.fitted and not self.link.listens:
            idle_ms = min(idle_ms, ticks_after(now, self._next_sample))
            if self.fixes is not None:
                idle_ms = min(idle_ms, self.fixes.next_ms())
        return (now + idle_ms) & _TICKS_MASK
