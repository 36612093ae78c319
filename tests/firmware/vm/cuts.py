"""Power cuts at every flash operation of a workload: each is torn in several ways, and a tag comes up on what is left.

The workload runs once. Ahead of each flash operation the flash is copied, the copy gets the torn operation, and a new
App starts on it: as if the power had gone at that moment, for every moment.
"""

import gc
import hashlib
import time

import ramboard
from audit import audit

from tag import app as tag_app
from tag import sealing
from tag.crypto import p256
from tag.faults import describe
from tagproto import frames, messages, records

FIRMWARE = b"testtest"
# 4 blocks of settings, 4 of journal, 8 of ring.
BLOCKS = 16
# Shortly before the ticks wrap, so that every workload meets it.
TICKS = (1 << 30) - 400000
_TWICE_EVERY = 31


class QuickSigner(sealing.SoftwareSigner):
    """Signs as the tag does while the workload runs; of the thousands of tags that come up after cuts, each key and
    digest is worked out once, and a digest that is new is signed with a hash of it: nobody checks these signatures."""

    public_keys = {}
    exploring = False

    def __init__(self, secret):
        self._secret = secret
        if secret not in self.public_keys:
            self.public_keys[secret] = p256.public_key(secret)
        self.public_key = self.public_keys[secret]

    def sign(self, digest):
        if self.exploring:
            return hashlib.sha256(digest).digest() * 2
        return p256.sign(self._secret, digest)


tag_app.SoftwareSigner = QuickSigner


class Workload:
    """Runs the firmware and tries every cut; `part` of `parts` of the operations, so that runs can share them."""

    def __init__(self, part, parts):
        self.part = part
        self.parts = parts
        self.operations = 0
        self.cuts = 0
        self.double_cuts = 0
        self.wrong = []
        self.records = {}
        self.seals = []
        self.fitted = False
        self.recovery_us = []
        self.flash = ramboard.Flash(BLOCKS)
        self.flash.before = self.before
        self.exploring = True

    # The run itself

    def start(self, ticks, cause):
        self.board = ramboard.Board(self.flash, ticks, cause, self.trace)
        self.app = tag_app.App(self.board, FIRMWARE)

    def trace(self, kind, data):
        if kind == 1:
            self.records[int.from_bytes(data[1:5], "little")] = bytes(data)
        elif kind == 2:
            self.seals.append(bytes(data))

    def ask(self, kind, values):
        """A request over the link; its reply is a promise that a cut may not break."""
        port = self.board.link
        port.incoming = frames.encode(kind, 1, messages.encode(kind, values))
        self.app.step()
        (reply,) = frames.Decoder().feed(port.outgoing)
        port.outgoing = b""
        if reply.kind != kind | messages.REPLY:
            raise ValueError("the tag refused: %r %r" % (reply, reply.body))
        return messages.decode(reply.kind, reply.body)

    def live(self, steps):
        for _ in range(steps):
            self.app.step()

    def toggle(self, pin, level):
        pin.change(level)
        self.app.step()

    # The cuts

    def before(self, flash, erase, at, data):
        if not self.exploring:
            return
        self.operations += 1
        if self.operations % self.parts != self.part:
            return
        QuickSigner.exploring = True
        for how in ramboard.TORN:
            place = "operation %d (%s at 0x%x), %s" % (self.operations, "erase" if erase else "program", at, how)
            # Now and then a second cut follows, at each operation of the recovery.
            twice = self.operations % _TWICE_EVERY == 0
            self.recover(flash.torn(erase, at, data, how), place, twice)
        QuickSigner.exploring = False

    def recover(self, flash, place, twice):
        self.cuts += 1
        if twice:
            flash.before = lambda again, erase, at, data: self.second(again, erase, at, data, place)
        counted = dict(self.records)
        sealed = list(self.seals)

        def trace(kind, data):
            if kind == 1:
                number = int.from_bytes(data[1:5], "little")
                if number in counted:
                    self.complain(place, "number %d is given again" % number)
                counted[number] = bytes(data)
            elif kind == 2:
                sealed.append(bytes(data))

        board = ramboard.Board(flash, 5000, 1, trace)
        gc.collect()
        begun = time.ticks_us()
        try:
            app = tag_app.App(board, FIRMWARE)
        except Exception as error:  # noqa: BLE001 - whatever a boot raises is a finding of this test
            self.complain(place, "the boot failed: " + describe(error))
            return
        self.recovery_us.append(time.ticks_diff(time.ticks_us(), begun))
        flash.before = None
        if self.fitted and not app.settings.fitted:
            self.complain(place, "the tag has forgotten that it is fitted")
        readings = sum([1 for data in counted.values() if data[0] == records.READING])
        for _ in range(3):
            app.step()
        now = sum([1 for data in counted.values() if data[0] == records.READING])
        if app.settings.fitted and now < readings + 3 and app.ring.free() > 64:
            self.complain(place, "sampling stopped")
        if app.faults.count or app.writer.bad_writes:
            self.complain(place, "faults %d, bad writes %d" % (app.faults.count, app.writer.bad_writes))
        for sentence in audit(app, counted, sealed):
            self.complain(place, sentence)

    def second(self, flash, erase, at, data, place):
        for how in ramboard.TORN:
            self.double_cuts += 1
            self.recover(flash.torn(erase, at, data, how), place + ", then in the boot, " + how, False)

    def complain(self, place, sentence):
        if len(self.wrong) < 20:
            self.wrong.append(place + ": " + sentence)

    def result(self):
        times = sorted(self.recovery_us) or [0]
        return {
            "wrong": self.wrong,
            "operations": self.operations,
            "cuts": self.cuts,
            "double_cuts": self.double_cuts,
            "recovery_us_median": times[len(times) // 2],
            "recovery_us_max": times[-1],
            "records": len(self.records),
            "readings": sum([1 for data in self.records.values() if data[0] == records.READING]),
            "seals": len(self.seals),
            "pages": self.app.writer.seq,
            "oldest_page": self.app.ring.oldest(),
            "audit": audit(self.app, self.records, self.seals),
        }


_FITTING = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 1200}


def fitting(work):
    """A short fitting from the first boot to the removal, with a reboot in the middle."""
    work.start(TICKS, 1)
    work.ask(messages.FIT, _FITTING)
    work.fitted = True
    work.live(30)
    work.toggle(work.board.strap, 1)
    work.live(3)
    work.toggle(work.board.strap, 0)
    work.ask(messages.SEAL, {"nonce": b"12345678"})
    work.live(45)
    work.start(700, 2)
    work.live(25)
    work.toggle(work.board.case, 1)
    seal = work.ask(messages.SEAL, {"nonce": b"87654321"})
    work.ask(
        messages.ACKNOWLEDGE,
        {
            "page": seal["open_page"],
            "seal_number": seal["seal_number"],
            "seal_hash": seal["seal_hash"],
            "station": b"station1",
            "statement": b"",
        },
    )
    work.live(40)
    work.fitted = False
    work.ask(messages.REMOVE, {"reason": 1})


def items_over_three_pages(work):
    """Long items that begin near a page's end, so that they cover a whole page in which no item starts."""
    work.exploring = False
    work.start(TICKS, 1)
    app = work.app
    receipt = {"page": 0, "seal_number": 0, "seal_hash": bytes(32), "station": b"station1", "statement": bytes(205)}
    for left in (1, 2, 9, 27, 28):
        app.event(records.FAULT, {"sense": 1, "code": 1, "text": b""})
        while (225 - app.writer.fill - left) % 225:
            # An event of 11 bytes and as much text as brings the page's end nearer.
            text = min((225 - app.writer.fill - left) % 225 - 11, 100)
            app.event(records.FAULT, {"sense": 1, "code": 1, "text": bytes(max(text, 0))})
        work.exploring = True
        seq = app.writer.seq
        app.event(records.RECEIPT, receipt)
        if app.writer.seq != seq + 2:
            raise ValueError("the item covers no whole page")
        app.seal(1, bytes(32))
        app.event(records.FAULT, {"sense": 1, "code": 1, "text": b""})
        work.exploring = False


def wrapped(work):
    """A ring that has been round: what is receipted makes room for what comes."""
    work.exploring = False
    work.start(TICKS, 1)
    app = work.app
    work.ask(messages.FIT, _FITTING)
    work.fitted = True
    while app.writer.seq < 126:
        app.event(records.FAULT, {"sense": 5, "code": 0, "text": bytes(96)})
        if app.writer.seq % 32 == 0:
            app.seal(1)
            app.set_received(app.writer.seq)
    app.seal(1)
    app.set_received(app.writer.seq)
    work.exploring = True
    while app.writer.seq < 129:
        work.live(2)
        app.event(records.FAULT, {"sense": 5, "code": 0, "text": bytes(96)})
    work.live(40)


WORKLOADS = {"fitting": fitting, "items over three pages": items_over_three_pages, "wrapped": wrapped}


def run(name, part, parts):
    """The result of one workload."""
    work = Workload(part, parts)
    WORKLOADS[name](work)
    work.exploring = False
    return work.result()
