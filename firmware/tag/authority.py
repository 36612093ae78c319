"""Changes of whom the tag obeys: into flash, then into the log, whenever the power goes."""

import hashlib

from tagproto import documents, records
from tagproto.layout import SESSION_RESERVE_PAGES

# Number of a record that there never is.
_NEVER = 0xFFFFFFFF


class Authority:
    """Tells the log of changes of `app.trust`. Make it when the log has been read and before it goes on."""

    def __init__(self, app):
        self._app = app
        # The power may have gone between a change and its record.
        self._untold = bool(app.trust.root) and app.trust.told_by >= app.recorder.next_number()
        if self._untold:
            # The boot record will take the number that the record was to have.
            app.trust.told_by = _NEVER
            self._save()

    def tell_untold(self):
        """After a boot: the record that the last change lacks."""
        if self._untold:
            self._tell()

    def changed(self, change, document):
        """This document was taken. Who had opened a read-out opens it again."""
        app = self._app
        app.gate.open(0)
        app.trust.change = {
            "change": change,
            "number": document.number(documents.NUMBER),
            "generation": document.number(documents.GENERATION) or document.number(documents.MINIMUM),
            "digest": hashlib.sha256(document.encoded).digest(),
        }
        self._tell()

    def _tell(self):
        app = self._app
        # What is due before anything else takes its number first.
        app.recorder.catch_up(SESSION_RESERVE_PAGES)
        app.trust.told_by = app.recorder.next_number()
        self._save()
        if app.event(records.TRUST, app.trust.change, SESSION_RESERVE_PAGES) is None:
            # No room: the next boot says it.
            app.trust.told_by = _NEVER
            self._save()

    def _save(self):
        if not self._app.trust.save():
            self._app.not_kept()
