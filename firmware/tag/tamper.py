"""Tamper and thresholds that the readings show: judged at each reading, recorded, sealed at once where they begin."""

from tagproto import baseline, profiles, records, seals, tamper, thresholds
from tagproto.battery import low
from tagproto.records import ticks_after

from .bucket import Rationed
from .calibration import config_values


class _Told:
    """Brings what the log says to what `watch` says.

    What begins under a flood waits for a token, and is only counted where it is over by then. An end follows a
    beginning that was recorded, and needs none.
    """

    def __init__(self, app, kind, reason, codes, values):
        self._app = app
        # values(code, begun): the fields of a record.
        self._values_of = values
        self._rationed = Rationed(app.recorder, app.board.clock, kind)
        self._reason = reason
        self._codes = codes
        self.watch = None
        # Bits of what the log says is in force, and by code how long something else has been that it does not.
        self._told = 0
        self._age_ms = [0] * (codes[-1] + 1)
        # Ticks of what was judged last.
        self._before = None

    def _begin(self, watch):
        self.watch = watch
        self._told = 0
        self._before = None

    def active(self):
        """Bits `1 << code` of what is in force."""
        return self.watch.active

    def tell(self):
        """Record what was only counted so far."""
        self._rationed.tell()

    def _passed_ms(self, ticks):
        before, self._before = self._before, ticks
        # Negative: over half a tick period, which nothing here can tell from another.
        return 0 if before is None else max(0, ticks_after(before, ticks))

    def _follow(self, changed, passed_ms):
        watch = self.watch
        if not changed and watch.active == self._told:
            return
        begun = False
        for code in self._codes:
            bit = 1 << code
            if changed & bit:
                self._age_ms[code] = watch.age_ms[code]
            elif watch.active & bit != self._told & bit:
                self._age_ms[code] += passed_ms
            if watch.active & bit:
                if not self._told & bit and self._rationed.record(self._values_of(code, 1), 0):
                    self._told |= bit
                    begun = True
            elif self._told & bit:
                if self._rationed.event(self._values_of(code, 0)) is not None:
                    self._told &= ~bit
            elif changed & bit:
                # Begun and ended, and nothing of it recorded.
                self._rationed.hold(2)
        if begun:
            self._app.seal(self._reason)


class Thresholds(_Told):
    """Of the readings and the battery of `app`; `Tampers` says when they begin anew and when there is a reading."""

    def __init__(self, app):
        super().__init__(app, records.THRESHOLD, seals.REASON_THRESHOLD, thresholds.CODES, self._values)
        self._config = None
        self._cell_code = 0

    def begin(self, config, cell_code_max):
        """Judge anew. config: values of the CONFIG record in force."""
        self._config = config
        self._begin(thresholds.Watch(cell_code_max))
        self._app.tac_rises(False)

    def reading(self, passed_ms, sampler):
        """A reading that may matter."""
        self._cell_code = sampler.cell_code
        self._follow(self.watch.reading(passed_ms, sampler.flags, sampler.cell_code), passed_ms)
        self._rationed.tell_due()
        self._app.tac_rises(self.watch.rising)

    def battery(self):
        """The battery was measured."""
        app = self._app
        settings = app.settings
        if not app.battery.mv:
            # Not measured, so not judged.
            return
        passed_ms = self._passed_ms(app.board.clock.ticks_ms())
        is_low = low(app.battery.mv, settings.cadence_s, settings.seal_interval_s, settings.fix_interval_s)
        self._follow(self.watch.battery(passed_ms, is_low), passed_ms)

    def _values(self, code, begun):
        config = self._config
        if code == thresholds.BATTERY:
            value = self._app.battery.mv
        else:
            value = thresholds.tac_ug_dl(
                self._cell_code,
                config["cell_zero_uv"],
                config["cell_span_pa_per_mg_dl"],
                config["tia_ohm"],
                config["adc_nv_per_code"],
            )
        return {"threshold": code, "begun": begun, "value": value}


class Tampers(_Told):
    """Judges the readings of `app`, which says when a fitting or a boot `begin`s and when a reading was taken."""

    def __init__(self, app):
        super().__init__(app, records.TAMPER, seals.REASON_TAMPER, tamper.CODES, self._values)
        # The reading that is to be judged: its ticks, and the number of its record or None.
        self._due = None

    def begin(self):
        """Judge anew: behind a boot, a fitting, a removal, another calibration."""
        app = self._app
        config = config_values(app.pace, app.settings)
        limits = tamper.Limits(config["prox_uv_per_count"], config["temp_ndeg_c_per_code"])
        self._begin(tamper.Watch(limits))
        self.keep_profile()
        self._due = None
        cell_code_max = baseline.cell_code_max(
            config["cell_zero_uv"], config["cell_span_pa_per_mg_dl"], config["tia_ohm"], config["adc_nv_per_code"]
        )
        app.baseline.begin(limits.skin, cell_code_max)
        app.thresholds.begin(config, cell_code_max)

    def keep_profile(self):
        """Judge by the profile of the settings from now on."""
        self.watch.hurry(profiles.notice(self._app.settings.profile))

    def taken(self, ticks, number):
        """The sampler has a reading; number: of its record, None where a full log turned it away."""
        self._due = ticks, number

    def judge(self):
        """Judge the reading that was taken, if one was."""
        if self._due is None:
            return
        (ticks, number), self._due = self._due, None
        passed_ms = self._passed_ms(ticks)
        app = self._app
        sampler = app.sampler
        watch = self.watch
        watch.baseline = app.baseline.count()
        changed = watch.step(passed_ms, sampler.flags, sampler.temp_code, sampler.prox_count)
        if changed or watch.active != self._told:
            self._follow(changed, passed_ms)
        if number is not None:
            app.baseline.reading(passed_ms, number, sampler)
        self._rationed.tell_due()
        watch = app.thresholds.watch
        if sampler.cell_code > watch.cell_code_max or watch.scored or watch.active:
            app.thresholds.reading(passed_ms, sampler)

    def _values(self, code, begun):
        return {"tamper": code, "begun": begun, "age_s": self._age_ms[code] // 1000}
