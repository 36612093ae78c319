"""The tag's diagnostic log: the last lines, bounded, for technicians and developers. Not evidence."""

_LINES = 32
_LINE_BYTES = 96


class Diary:
    """Lines of text, oldest dropped first. `last_fault` is kept apart so that chatter cannot push it out."""

    def __init__(self, clock, trace):
        self._clock = clock
        self._trace = trace
        self._lines = []
        self.last_fault = ""

    def write(self, text):
        """One line with the ticks in front, cut at 96 bytes."""
        line = "%10d %s" % (self._clock.ticks_ms(), text)
        line = line[:_LINE_BYTES]
        if len(self._lines) >= _LINES:
            self._lines.pop(0)
        self._lines.append(line)
        if self._trace is not None:
            self._trace(3, line.encode())

    def text(self):
        """All lines and the last fault as UTF-8 bytes."""
        lines = self._lines
        if self.last_fault:
            lines = lines + ["last fault: " + self.last_fault]
        return "\n".join(lines).encode()
