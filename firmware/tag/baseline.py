"""The baseline of a fitting: looked for behind the readings, recorded once, and kept whenever the power goes."""

from tagproto import records
from tagproto.baseline import Search
from tagproto.tamper import BASELINE_READINGS


class Baseline:
    """Of the fitting of `app`. The settings go first, with the number of the record that makes it true."""

    def __init__(self, app):
        self._app = app
        self._search = None

    def mend(self, next_number):
        """After a boot: take back a baseline whose record the log does not have. next_number: of the next record."""
        settings = self._app.settings
        # Record 0 is a boot's, so 0 stands for none.
        if settings.baseline_by >= next_number:
            self.forget()
            self._app.save_settings()

    def forget(self):
        """Of another fitting; whoever asks saves the settings."""
        settings = self._app.settings
        settings.baseline_by = settings.baseline = 0

    def begin(self, prox_count_min, cell_code_max):
        """Look for it from now on, unless it stands: in readings on skin, without alcohol."""
        self._search = None if self._app.settings.baseline_by else Search(prox_count_min, cell_code_max)

    def readings(self):
        """How many of its readings there are; all of them once it stands."""
        settings = self._app.settings
        if not settings.fitted:
            return 0
        if settings.baseline_by:
            return BASELINE_READINGS
        return min(self._search.taken, BASELINE_READINGS - 1) if self._search is not None else 0

    def count(self):
        """Its proximity count, 0 while there is none."""
        return self._app.settings.baseline

    def reading(self, passed_ms, number, sampler):
        """A reading that was recorded under this number."""
        search = self._search
        if search is None:
            return
        if search.step(passed_ms, number, sampler.flags, sampler.cell_code, sampler.temp_code, sampler.prox_count):
            self._keep(search.values())

    def _keep(self, values):
        app = self._app
        settings = app.settings
        # There is room for events where there was for the reading, and nothing is due before them.
        settings.baseline_by = app.recorder.next_number()
        settings.baseline = values["prox_count"]
        app.save_settings()
        app.event(records.BASELINE, values)
        self._search = None
        app.diary.write("baseline, record %d" % settings.baseline_by)
        if app.pace.baseline_taken():
            app.record_config()
