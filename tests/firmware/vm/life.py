"""A tag's life on a board in RAM: boots, turns, and a host on its link."""

import struct

import ramboard
import signing

from tag import app as tag_app
from tagproto import frames, messages, pages

FIRMWARE = b"testtest"
HELLO = {"version": 1, "entropy": b"host's own bytes"}
# A request whose signature is checked in steps takes some fifty turns; a stream that is not taken, any number.
_TURNS_MAX = 400
_NOBODY = bytes(8)
# The programme by its root: a tag that was cut may obey the one or the other.
PROGRAMME = signing.Programme()
_PROGRAMMES = {made.root.key_id: made for made in (PROGRAMME, PROGRAMME.rotated())}


class Tag:
    """One tag, rebooted as asked. trace(kind, data): records (1) and seals (2) as they count."""

    def __init__(self, flash, trace, seed=0):
        self.flash = flash
        self._trace = trace
        self._seed = seed
        # Registers of the parts that stay as they are, see ramboard.Parts; the MCU may restart meanwhile.
        self.held = {}
        self.board = None
        self.app = None
        self.programme = PROGRAMME
        # Whether the tag that is up knows the station.
        self._introduced = False

    def start(self, ticks, cause):
        """Power on."""
        self._seed += 1
        self._introduced = False
        self.board = ramboard.Board(self.flash, ticks, cause, self._trace, self._seed)
        self.board.i2c.held = self.held
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
        """Bytes to the tag, which are no more than it can answer; all that it sends. No time passes."""
        board = self.board
        port = board.link
        port.incoming += data
        idles, board.idles = board.idles, False
        for _ in range(_TURNS_MAX):
            self.app.step()
            if not (port.incoming or self.app.link.wants_turn() or self.app.link.wants_write()):
                break
        board.idles = idles
        sent, port.outgoing = port.outgoing, b""
        return sent

    def request(self, kind, values):
        """(kind, fields) of the one answer to a request."""
        sent = self.exchange(frames.encode(kind, 1, messages.encode(kind, values)))
        (reply,) = frames.Decoder(frames.DATA_BODY_MAX).feed(sent)
        return reply.kind, messages.decode(reply.kind, reply.body)

    def ask(self, kind, values):
        """Fields of the reply to a request that the tag must not refuse."""
        return _not_refused(kind, self.request(kind, values))

    def introduce(self):
        """Hello; a tag that has no root is provisioned, and the station is presented. The reply to hello."""
        hello = self.ask(messages.HELLO, HELLO)
        if not self._introduced:
            made = self.programme = _PROGRAMMES.get(hello["root"], PROGRAMME)
            chain = [made.region_document, made.station_document]
            if hello["root"] == _NOBODY:
                chain.insert(0, made.root_document)
            if not self.ask(messages.DOCUMENT, {"index": 0})["document"]:
                chain.append(made.tag_document(hello["tag_id"], hello["public_key"]))
            for document in chain:
                self.ask(messages.PRESENT, {"document": document})
            self._introduced = True
        return hello

    def present(self, document):
        """The tag takes a document; stations that a new root does not know are presented again."""
        self.ask(messages.PRESENT, {"document": document})
        self.forgotten()

    def forgotten(self):
        """The tag may not know the station any more: it is presented again before the next command."""
        self._introduced = False

    def command(self, kind, values, signer=None):
        """(kind, fields) of the answer to a request that is signed, by the station unless another signer is given."""
        hello = self.introduce()
        key = signer or self.programme.station
        return self.request(kind, key.command(kind, hello["tag_id"], hello["nonce"], values))

    def order(self, kind, values, signer=None):
        """Fields of the reply to a signed request that the tag must not refuse."""
        return _not_refused(kind, self.command(kind, values, signer))

    def stream(self, first):
        """(number, 256 bytes) of all pages from `first` to the open one, as the tag streams them to the station."""
        self.order(messages.OPEN, {"scope": 1})
        size, per_page = pages.PAGE_SIZE, messages.UNITS_PER_PAGE
        open_page = self.ask(messages.STATUS, {})["open_page"]
        packed = struct.pack(messages.RANGE, first * per_page, (open_page + 1 - first) * per_page)
        values = {"units": messages.DATA_UNITS[-1], "ranges": packed}
        sent = self.exchange(frames.encode(messages.READ, 1, messages.encode(messages.READ, values)))
        found = []
        *stream, end = frames.Decoder(frames.DATA_BODY_MAX).feed(sent)
        for frame in stream:
            fields = messages.decode(frame.kind, frame.body)
            data = fields["data"]
            first = fields["address"] // per_page
            found += [(first + at // size, data[at : at + size]) for at in range(0, len(data), size)]
        if end.kind != messages.READ | messages.REPLY:
            raise ValueError("the stream did not end")
        return found

    def pages(self):
        """256 bytes of each page from the oldest to the open one, as a stream would bring them, without its cost."""
        app = self.app
        raw = bytearray(256)
        for seq in range(app.ring.oldest(), app.writer.seq):
            if app.ring.read_raw(seq, raw):
                yield bytes(raw)
        yield bytes(app.writer.snapshot())


def _not_refused(kind, answer):
    replied, fields = answer
    if replied != kind | messages.REPLY:
        raise ValueError("the tag refused %s: %r" % (messages.NAMES[kind], fields))
    return fields
