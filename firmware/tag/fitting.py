"""Fitting and removal: settings and log change together, whenever the power goes."""

from tagproto import records, seals
from tagproto.layout import SESSION_RESERVE_PAGES

# What the records of a fitting or removal and their seal fill at most.
_CHANGE_PAGES = 4


class Fitting:
    """Begins and ends fittings of `app`. Settings go first, with the number of the record that makes them true."""

    def __init__(self, app):
        self._app = app

    def mend(self, next_number):
        """After a boot: take back a change whose record the log does not have. next_number: of the next record."""
        settings = self._app.settings
        # Record 0 is a boot's, so 0 stands for none.
        if settings.fitted_by and settings.fitted_by >= next_number:
            settings.fitted = not settings.fitted
            settings.fitted_by = 0
            self._app.save_settings()

    def begin(self, order_id, cadence_s, seal_interval_s):
        """Configuration and fit records, seal, sampling. Number of the fit record, or None when the log is full."""
        app = self._app
        if not self._has_room():
            return None
        settings = app.settings
        settings.order_id = order_id
        settings.cadence_s = cadence_s
        settings.seal_interval_s = seal_interval_s
        app.pace.set()
        app.record_config(SESSION_RESERVE_PAGES)
        number = self._change(True, records.FIT, {"order_id": order_id}, seals.REASON_FIT)
        app.sample_now()
        return number

    def end(self, reason):
        """Remove record, seal, no more samples. Number of the record, or None when the log is full."""
        if not self._has_room():
            return None
        return self._change(False, records.REMOVE, {"reason": reason}, seals.REASON_REMOVE)

    def _has_room(self):
        app = self._app
        return app.ring.free() > SESSION_RESERVE_PAGES + _CHANGE_PAGES and app.recorder.catch_up(SESSION_RESERVE_PAGES)

    def _change(self, fitted, kind, values, reason):
        app = self._app
        app.settings.fitted = fitted
        app.settings.fitted_by = app.recorder.next_number()
        app.save_settings()
        number = app.event(kind, values, SESSION_RESERVE_PAGES)
        app.seal(reason)
        app.diary.write("%s, record %d" % ("fitted" if fitted else "removed", number))
        return number
