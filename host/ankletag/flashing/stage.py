"""How far a flashing has come: what there is to say of the board if it ends here."""

from .errors import FlashingStopped, NotFlashed


class Stage:
    """The state of the board, kept by who writes."""

    def __init__(self) -> None:
        self._state = "Nothing was written to the board."
        self._action = "Run the command again when you like."

    def bootsel(self) -> None:
        """From here on a board that was at its prompt is in BOOTSEL."""
        self._state = "Nothing was written, and the board is in BOOTSEL."
        self._action = (
            "Unplug it, plug it in again, and run the command again; if its drive is not mounted by itself, mount it."
        )

    def drive(self, erases_log: bool, with_micropython: bool) -> None:
        """From here on a file is being written to a board in BOOTSEL. erases_log: it erases the log, too;
        with_micropython: it has MicroPython in it."""
        log = "part of its log may be erased" if erases_log else "its log and keys are as they were"
        self._state = f"The board may have part of the file only, and then does not start as it should; {log}."
        # In BOOTSEL nobody can be asked, so this command would refuse where the log is to stay.
        again = "and run the command again"
        if not erases_log:
            makes = "`ankletag firmware --micropython UF2`" if with_micropython else "`ankletag firmware`"
            file = "...-board.uf2" if with_micropython else ".uf2"
            again = f"and copy the {file} that {makes} makes onto its drive: it leaves log and keys alone"
        self._action = f"Hold BOOTSEL while you plug it in, {again}."

    def blocks(self, erases_log: bool) -> None:
        """From here on the image is being written over the prompt. erases_log: and the log is being erased."""
        log = "part of its log is erased" if erases_log else "its log is as it was"
        self._state = (
            "The board has part of the image only, without the head that makes MicroPython mount it; MicroPython is "
            f"intact, and {log}."
        )
        self._action = (
            "Run the command again: it goes on where this one ended. If the board was restarted meanwhile, MicroPython "
            "has made itself an empty file system, and the same command writes all of the image."
        )

    def written(self) -> None:
        """All is written, and the board starts."""
        self._state = "Everything was written, but the board has not yet said what it runs."
        self._action = (
            "Where its GP3 is held to ground, release it and restart the board. Ask it with `ankletag status`, or run "
            "the command again."
        )

    def stopped(self) -> FlashingStopped:
        """For Ctrl-C."""
        return FlashingStopped(f"Stopped. {self._state}", self._action)

    def failed(self, why: str) -> NotFlashed:
        """For what went wrong here. why: a clause."""
        return NotFlashed(f"Flashing failed: {why}. {self._state}", self._action)
