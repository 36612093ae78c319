"""Fitting and removal: settings and log change together, whenever the power goes."""

from tagproto import records, seals
from tagproto.layout import SESSION_RESERVE_PAGES

# What the records of a fitting or removal and their seal fill at most.
_CHANGE_PAGES = 4
# The page behind an order that is about to end.
_ENDING = 0xFFFFFFFF


class Fitting:
    """Begins and ends fittings of `app`. Settings go first, with the number of the record that makes them true."""

    def __init__(self, app):
        self._app = app
        # The last CONFIGURED and the last CALIBRATED record of the open window that no CONFIG record follows.
        self._configured = None
        self._calibrated = None

    def resume(self, record):
        """A record that the open window holds already, as recovery reads it."""
        if record.kind == records.CONFIGURED:
            self._configured = record
        elif record.kind == records.CALIBRATED:
            self._calibrated = record
        elif record.kind == records.CONFIG:
            self._configured = self._calibrated = None

    def mend(self, next_number):
        """After a boot: take back a change whose record the log does not have. next_number: of the next record."""
        settings = self._app.settings
        # Record 0 is a boot's, so 0 stands for none.
        if settings.fitted_by and settings.fitted_by >= next_number:
            settings.fitted = not settings.fitted
            settings.fitted_by = 0
            if settings.fitted:
                settings.ended_page = settings.order_page
            self._app.save_settings()
        if not settings.fitted and settings.ended_page == _ENDING:
            self._end_order()
        if settings.fitted and self._configured is not None:
            self._keep_pace(self._configured.values())
            self._app.save_settings()
        if self._calibrated is not None:
            self._keep_calibration(self._calibrated.values())

    def recalibrated(self):
        """Whether the last boot cut off the CONFIG record of a calibration."""
        return self._calibrated is not None

    def unreceipted(self):
        """Whether an order has ended and no receipt covers all of it."""
        return self._app.settings.ended_page > self._app.ring.received

    def begin(self, values):
        """Configuration and fit records, seal, sampling. values: fields of the request. Number of the fit record, or
        None when the log is full."""
        app = self._app
        if not self._has_room():
            return None
        settings = app.settings
        if values["order_id"] != settings.order_id:
            settings.order_id = values["order_id"]
            settings.order_page = settings.ended_page
        self._keep_pace(values)
        app.baseline.forget()
        app.pace.set()
        app.record_config(SESSION_RESERVE_PAGES)
        number = self._change(True, records.FIT, values, seals.REASON_FIT)
        app.sample_now()
        return number

    def configure(self, values):
        """Sample and seal otherwise from now on. Number of the record that says who asked for it, or None when the log
        is full."""
        app = self._app
        if not self._has_room():
            return None
        # The record first: a change that nobody has signed for must not come to be. A boot behind it makes it good.
        number = app.event(records.CONFIGURED, values, SESSION_RESERVE_PAGES)
        self._keep_pace(values)
        app.save_settings()
        app.tampers.keep_profile()
        app.pace.set()
        app.record_config(SESSION_RESERVE_PAGES)
        app.sample_now()
        return number

    def _keep_pace(self, values):
        settings = self._app.settings
        settings.cadence_s = values["cadence_s"]
        settings.seal_interval_s = values["seal_interval_s"]
        settings.profile = values["profile"]
        settings.fix_interval_s = values["fix_interval_s"]

    def calibrate(self, values):
        """Another calibration. Number of the record that says who gave it, or None when the log is full."""
        app = self._app
        if not self._has_room():
            return None
        # As for `configure`.
        number = app.event(records.CALIBRATED, values, SESSION_RESERVE_PAGES)
        self._keep_calibration(values)
        app.record_config(SESSION_RESERVE_PAGES)
        app.tampers.begin()
        return number

    def _keep_calibration(self, values):
        self._app.settings.calibration = tuple([values[field[0]] for field in records.CALIBRATION])
        self._app.save_settings()

    def end(self, values):
        """Remove record, seal, no more samples, and the page ends. Number of the record, or None when the log is
        full."""
        if not self._has_room():
            return None
        self._app.settings.ended_page = _ENDING
        number = self._change(False, records.REMOVE, values, seals.REASON_REMOVE)
        self._end_order()
        return number

    def _end_order(self):
        app = self._app
        app.recorder.close_page()
        app.settings.ended_page = app.writer.seq
        app.save_settings()

    def _has_room(self):
        app = self._app
        return app.ring.free() > SESSION_RESERVE_PAGES + _CHANGE_PAGES and app.recorder.catch_up(SESSION_RESERVE_PAGES)

    def _change(self, fitted, kind, values, reason):
        app = self._app
        app.settings.fitted = fitted
        app.settings.fitted_by = app.recorder.next_number()
        app.save_settings()
        number = app.event(kind, values, SESSION_RESERVE_PAGES)
        app.tampers.begin()
        app.seal(reason)
        app.diary.write("%s, record %d" % ("fitted" if fitted else "removed", number))
        return number
