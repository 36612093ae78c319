"""What can go wrong with an emulator, as its callers see it."""

from __future__ import annotations


class EmulatorError(RuntimeError):
    """The emulator cannot do what was asked; the message is a sentence."""


class EmulatorDied(EmulatorError):
    """The VM or the server ended by itself: `status` as a shell would tell it, `stderr` the last lines."""

    def __init__(self, what: str, status: int, stderr: list[str]) -> None:
        tail = "".join(f"\n  {line}" for line in stderr)
        super().__init__(f"{what} died with exit status {status}{': ' if tail else ''}{tail}")
        self.status = status
        self.stderr = stderr


class EmulatorTimeout(EmulatorError):
    """The emulator runs, but did not get there by the deadline."""
