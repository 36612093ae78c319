"""Commands that watch the port and the flash while a tag works: which was used when."""

import driving
import quickkeys
import ramboard

# What a UART's buffer takes now and then.
_ROOM = 48


class _NotingPort(ramboard.Port):
    """Takes a little, then nothing until it is asked again; notes each time that it took something."""

    def __init__(self, port, notes, write_ms):
        super().__init__(port._clock)
        self.incoming = port.incoming
        self.outgoing = port.outgoing
        self._notes = notes
        self._write_ms = write_ms
        self._full = False
        # Raise out of every write.
        self.fails = False
        self.failed = 0

    def write(self, buf):
        if self.fails:
            self.failed += 1
            raise OSError(5)
        self._full = not self._full
        if not self._full:
            return 0
        self._notes.append("w")
        self._clock.ticks += self._write_ms
        taken = bytes(memoryview(buf)[:_ROOM])
        self.outgoing += taken
        return len(taken)


def note(requests, strap, fails, turns, write_ms=0):
    """Bytes to the tag, the strap changed or not, and so many turns. fails: a port that raises while the tag is at
    something else. write_ms: what each write takes.

    sent: what came; notes: `w` for a write, `f` for an operation of the flash, `b` for a fed watchdog, `.` for a turn;
    failed: how often the port raised.
    """
    # A signature that is remembered takes no time.
    quickkeys.forget()
    tag = driving.now.tag
    board, link = tag.board, tag.app.link
    notes = []
    port = _NotingPort(board.link, notes, write_ms)
    usual, board.link = board.link, port
    # The link was given its port when the tag came up.
    usual.write = port.write
    usual.incoming += bytes.fromhex(requests)
    send_on = link.send_on

    def send_on_and_fail():
        port.fails = fails
        send_on()
        port.fails = False

    link.send_on = send_on_and_fail
    board.feed = lambda: notes.append("b")
    tag.flash.before = lambda erase, page, data: notes.append("f")
    if strap:
        board.strap.change(1 - board.strap.level)
    for _ in range(turns):
        tag.app.step()
        notes.append(".")
    tag.flash.before = None
    quickkeys.hurry()
    link.send_on = send_on
    del usual.write
    del board.feed
    board.link = usual
    return {"sent": port.outgoing.hex(), "notes": "".join(notes), "failed": port.failed}
