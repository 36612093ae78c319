"""A tag's life on a board in RAM: boots, turns, and a host on its link."""

import ramboard

from tag import app as tag_app
from tagproto import frames, messages

FIRMWARE = b"testtest"


class Tag:
    """One tag, rebooted as asked. trace(kind, data): records (1) and seals (2) as they count."""

    def __init__(self, flash, trace, seed=0):
        self.flash = flash
        self._trace = trace
        self._seed = seed
        self.board = None
        self.app = None

    def start(self, ticks, cause):
        """Power on."""
        self._seed += 1
        self.board = ramboard.Board(self.flash, ticks, cause, self._trace, self._seed)
        self.app = None
        self.app = tag_app.App(self.board, FIRMWARE)

    def live(self, turns):
        """Turns of the tag; each idles until something is due."""
        for _ in range(turns):
            self.app.step()

    def toggle(self, name):
        """The strap or the case changes, and the tag has a turn."""
        pin = getattr(self.board, name)
        pin.change(1 - pin.level)
        self.app.step()

    # The link

    def exchange(self, data):
        """Bytes to the tag; the frames that it sends while it has a turn."""
        port = self.board.link
        port.incoming += data
        self.app.step()
        sent, port.outgoing = port.outgoing, b""
        return frames.Decoder().feed(sent)

    def request(self, kind, values):
        """(kind, fields) of the one answer to a request."""
        (reply,) = self.exchange(frames.encode(kind, 1, messages.encode(kind, values)))
        return reply.kind, messages.decode(reply.kind, reply.body)

    def ask(self, kind, values):
        """Fields of the reply to a request that the tag must not refuse."""
        answer, fields = self.request(kind, values)
        if answer != kind | messages.REPLY:
            raise ValueError("the tag refused %s: %r" % (messages.NAMES[kind], fields))
        return fields

    def stream(self, first):
        """(number, 256 bytes) of all pages from `first` to the open one, as the tag streams them."""
        found = []
        while True:
            values = {"first": first, "count": messages.READ_PAGES_MAX}
            for frame in self.exchange(frames.encode(messages.READ, 1, messages.encode(messages.READ, values))):
                fields = messages.decode(frame.kind, frame.body)
                if frame.kind == messages.PAGE:
                    found.append((fields["seq"], fields["page"]))
            first = max(first, fields["oldest_page"]) + messages.READ_PAGES_MAX
            if first > fields["open_page"]:
                return found

    def pages(self):
        """256 bytes of each page from the oldest to the open one, as a stream would bring them, without its cost."""
        app = self.app
        raw = bytearray(256)
        for seq in range(app.ring.oldest(), app.writer.seq):
            if app.ring.read_raw(seq, raw):
                yield bytes(raw)
        yield bytes(app.writer.snapshot())
