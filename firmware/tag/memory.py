"""The last fault of the firmware, kept over a reset until a record tells of it."""

from tagproto.snapshot import FAULT_MAX

from .faults import brief

_WATCHDOG_CAUSE = 2


class Memory:
    """In the settings of `app`. again: the reset before this boot was for a fault, or the watchdog's."""

    def __init__(self, app):
        self._app = app
        self.again = app.settings.fault_untold or app.board.reset_cause == _WATCHDOG_CAUSE
        app.diary.last_fault = app.settings.last_fault.decode()
        # Of this boot one fault is kept; flash is not there to be worn by a stage that fails at each turn.
        self._kept = False

    def stage_failed(self, error, torn):
        """A stage raised. torn: what memory remembers of the log is wrong, so that no record tells of it."""
        if torn or not self._kept:
            self._kept = True
            self.keep(error, not torn)

    def keep(self, error, told):
        """What the firmware raised. told: whether a record tells of it. Never raises."""
        app = self._app
        try:
            app.settings.last_fault = brief(error, FAULT_MAX)
            app.settings.fault_untold = not told
            app.save_settings()
        except Exception:  # noqa: BLE001 - what cannot be remembered must not stop the sampling either
            return

    def tell(self):
        """Behind a boot: record what nothing tells of yet."""
        app = self._app
        if app.settings.fault_untold and app.faults.tell_before(app.settings.last_fault):
            app.settings.fault_untold = False
            app.save_settings()
