"""Tamper that the readings show: judged at each of them, recorded, and sealed at once where it begins."""

from tagproto import records, seals, tamper
from tagproto.records import ticks_after

from .bucket import Rationed
from .calibration import config_values


class Tampers:
    """Judges the readings of `app`, which says when a fitting or a boot `begin`s and when a reading was taken.

    What begins under a flood waits for a token, and is only counted where it is over by then. An end follows a
    beginning that was recorded, and needs none.
    """

    def __init__(self, app):
        self._app = app
        self._rationed = Rationed(app.recorder, app.board.clock, records.TAMPER)
        self._watch = None
        # Bits of the classes that the log says are in force, and by code how long others have been that it does not.
        self._told = 0
        self._age_ms = [0] * (tamper.CODES[-1] + 1)
        # Ticks of the reading before.
        self._before = None
        # The reading that is to be judged: its ticks, and the number of its record or None.
        self._due = None

    def begin(self):
        """Judge anew: behind a boot, a fitting, a removal."""
        app = self._app
        config = config_values(app.pace, app.settings)
        limits = tamper.Limits(config["prox_uv_per_count"], config["temp_ndeg_c_per_code"])
        self._watch = tamper.Watch(limits)
        self._told = 0
        self._before = None
        self._due = None
        app.baseline.begin(config, limits.skin)

    def active(self):
        """Bits `1 << code` of the classes in force."""
        return self._watch.active

    def taken(self, ticks, number):
        """The sampler has a reading; number: of its record, None where a full log turned it away."""
        self._due = ticks, number

    def judge(self):
        """Judge the reading that was taken, if one was."""
        if self._due is None:
            return
        (ticks, number), self._due = self._due, None
        # Negative: over half a tick period, which nothing here can tell from another.
        passed_ms = 0 if self._before is None else max(0, ticks_after(self._before, ticks))
        self._before = ticks
        app = self._app
        sampler = app.sampler
        watch = self._watch
        watch.baseline = app.baseline.count()
        changed = watch.step(passed_ms, sampler.flags, sampler.temp_code, sampler.prox_count)
        if changed or watch.active != self._told:
            self._follow(changed, passed_ms)
        if number is not None:
            app.baseline.reading(passed_ms, number, sampler)
        self._rationed.tell_due()

    def tell(self):
        """Record what was only counted so far."""
        self._rationed.tell()

    def _follow(self, changed, passed_ms):
        """Bring what the log says to what is."""
        watch = self._watch
        begun = False
        for code in tamper.CODES:
            bit = 1 << code
            if changed & bit:
                self._age_ms[code] = watch.age_ms[code]
            elif watch.active & bit != self._told & bit:
                self._age_ms[code] += passed_ms
            if watch.active & bit:
                if not self._told & bit and self._rationed.record(self._values(code, 1), 0):
                    self._told |= bit
                    begun = True
            elif self._told & bit:
                if self._rationed.event(self._values(code, 0)) is not None:
                    self._told &= ~bit
            elif changed & bit:
                # Begun and ended, and nothing of it recorded.
                self._rationed.hold(2)
        if begun:
            self._app.seal(seals.REASON_TAMPER)

    def _values(self, code, begun):
        return {"tamper": code, "begun": begun, "age_s": self._age_ms[code] // 1000}
