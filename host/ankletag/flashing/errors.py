"""What ends a flashing, as sentences with their exit codes."""

from ..errors import AnkletagError, Exit


class NotReadOut(AnkletagError):
    """The board holds records that no receipt covers, or nobody can say whether it does."""

    exit_code = Exit.NOT_READ_OUT


class NotFlashed(AnkletagError):
    """The board does not run what was to be written."""

    exit_code = Exit.FLASHING


class FlashingStopped(AnkletagError):
    """Ctrl-C; the sentence says what state the board is in."""

    exit_code = Exit.STOPPED
