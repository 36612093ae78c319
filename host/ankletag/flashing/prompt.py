"""A board at MicroPython's raw prompt, by mpremote's library."""

import contextlib
import io
import struct
from types import TracebackType

from mpremote.transport import TransportError  # type: ignore[import-untyped]
from mpremote.transport_serial import SerialTransport  # type: ignore[import-untyped]

from ..errors import LinkLost, PortAbsent
from ..transport import GONE, open_port

# A board that is at its prompt says so at once; an emulated one takes its time.
_PROMPT_S = 2.0
# The longest piece of work, erasing or reading a number of blocks, says something within this.
_QUIET_S = 30.0
_READ_S = 0.5
_WRITE_S = 10.0
# A short read where the library unpacks a word, besides what a port raises that goes away.
_BROKEN = (TransportError, struct.error, *GONE)


class Prompt:
    """Runs code on the board. Use it as a context manager: it leaves the raw prompt and gives the port back."""

    def __init__(self, line: SerialTransport, port: str) -> None:
        self._line = line
        self.port = port
        self._left = False

    def __enter__(self) -> "Prompt":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._left:
            with contextlib.suppress(*_BROKEN):
                self._line.exit_raw_repl()
        _close(self._line)

    def run(self, code: str) -> list[str]:
        """The lines that the code prints. Raises LinkLost where the board is gone or hangs, and BoardFault."""
        try:
            # The library prints what it did not expect.
            with contextlib.redirect_stdout(io.StringIO()):
                out, fault = self._line.exec_raw(code, _QUIET_S)
        except _BROKEN as error:
            raise LinkLost(
                f"The board at {self.port} stopped answering at its prompt.",
                "Check the cable and run the command again.",
            ) from error
        if fault:
            said = bytes(fault).decode(errors="replace").strip().splitlines()
            raise BoardFault(said[-1] if said else "an error without words")
        return bytes(out).decode(errors="replace").split()

    def leave(self, code: str) -> None:
        """Run code from which the board does not come back to its prompt."""
        self._left = True
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                self._line.exec_raw_no_follow(code)
        except _BROKEN:
            # It went away before it had said that it took the code; who comes back says what it runs.
            return


class BoardFault(Exception):
    """Code that ran on the board raised this; the message is the last line that it printed."""


def prompt_at(port: str) -> Prompt | None:
    """The board at this port where it is at MicroPython's prompt, interrupted and at the raw one; None where it is not.

    What is sent to find that out is junk between two frames to a tag. Raises PortAbsent, PortBusy or PortForbidden.
    """
    # Only our own way of opening tells what is wrong with a port.
    open_port(port).close()
    try:
        line = SerialTransport(port, timeout=_READ_S)
    except _BROKEN as error:
        raise PortAbsent(f"{port} does not open a second time.", "Unplug the board, plug it in again.") from error
    line.serial.write_timeout = _WRITE_S
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            line.enter_raw_repl(soft_reset=False, timeout_overall=_PROMPT_S)
    except _BROKEN:
        _close(line)
        return None
    except BaseException:
        _close(line)
        raise
    # From here on whatever does not come is missing.
    line.serial.timeout = _QUIET_S
    return Prompt(line, port)


def _close(line: SerialTransport) -> None:
    try:
        line.close()
    except GONE:
        # It was gone already; what is left is the descriptor.
        with contextlib.suppress(*GONE):
            line.serial.close()
