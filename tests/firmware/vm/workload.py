"""A tag's whole life on a small ring, recorded operation by operation."""

import nor
import quickkeys
from life import Tag
from recording import PAGE, Recording

from tagproto import messages, records

# Shortly before the ticks wrap, so that the workload meets it.
TICKS = (1 << 30) - 400000
FITTING = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 1200}
_TEXT = bytes(range(96)) + bytes(130)


def receipt(page, seal_number, seal_hash):
    """Fields of an acknowledge, in front of its nonce, without a checkpoint."""
    return {"page": page, "seal_number": seal_number, "seal_hash": seal_hash, "epoch": 0, "keys": bytes(66)}


class Workload:
    """A tag and its host, and what they do together."""

    def __init__(self, path, blocks):
        self.recording = Recording(path)
        self.flash = nor.Flash(blocks)
        self.flash.before = self.recording.before
        self.tag = Tag(self.flash, self.recording.counted)
        self.received = 0
        self.stored = 0

    # What a host does

    def fit(self):
        self.recording.state(fitted=[0, 1])
        self.tag.order(messages.FIT, FITTING)
        self.recording.state(fitted=[1])

    def remove(self):
        self.recording.state(fitted=[0, 1])
        self.tag.order(messages.REMOVE, {"reason": 1})
        self.recording.state(fitted=[0])

    def attest(self):
        self.tag.order(messages.ATTEST, {"utc_ms": 1780000000000})

    def seal(self):
        return self.tag.order(messages.SEAL, {"challenge": b"asked for by one"})

    def sync(self):
        """A seal, all pages that the host has not stored whole, and a receipt for them."""
        kind, seal = self.tag.command(messages.SEAL, {"challenge": b"before a receipt"})
        if kind == messages.ERROR:
            # A full ring takes no seal: the host acknowledges what it reads.
            status = self.tag.ask(messages.STATUS, {})
            seal = {
                "seal_number": status["seals"] - 1,
                "seal_hash": self.tag.app.sealer.last_hash,
                "open_page": status["open_page"],
            }
        for _, page in self.tag.stream(self.stored):
            self.recording.enter(PAGE, page)
        self.stored = seal["open_page"]
        self.acknowledge(seal)

    def acknowledge(self, seal):
        values = receipt(seal["open_page"], seal["seal_number"], seal["seal_hash"])
        # What is in the open window stays: a boot reads it again.
        received = max(self.received, min(seal["open_page"], self.tag.app.recorder.sealed_page))
        self.recording.state(received=[self.received, received])
        self.tag.order(messages.ACKNOWLEDGE, values)
        self.received = received
        self.recording.state(received=[self.received, self.received])

    # What befalls the tag

    def reboot(self, ticks, cause):
        self.tag.start(ticks, cause)

    def cut(self, operations, turns):
        """The power goes at an operation from now, or at a boot after so many turns."""
        self.flash.cut_in = operations
        try:
            self.tag.live(turns)
        except nor.PowerCut:
            pass
        self.flash.cut_in = 0
        self.flash.pending = None
        self.tag.start(3000, 1)

    def fill(self, free_pages):
        """Big events until no more than so many pages are free, or none is taken any more."""
        app = self.tag.app
        while app.ring.free() > free_pages:
            if app.event(records.FAULT, {"sense": 5, "code": 0, "text": _TEXT}) is None:
                return


def small_ring(work):
    """A life on 8 blocks of ring: fitted, filled to the last reserve, twice round and more, and taken off."""
    tag = work.tag
    work.recording.state(fitted=[0], received=[0, 0])
    work.reboot(TICKS, 1)
    work.attest()
    work.fit()
    tag.live(30)
    tag.toggle("strap")
    tag.live(3)
    tag.toggle("strap")
    work.seal()
    tag.live(25)
    work.reboot(700, 2)
    tag.live(21)
    tag.toggle("case")
    work.cut(5, 9)
    work.sync()
    tag.live(22)
    work.remove()
    work.fit()
    # Into the reserve of the events, then to the end.
    work.fill(60)
    tag.live(4)
    # So full that it slows down.
    work.fill(11)
    tag.live(2)
    work.reboot(0, 2)
    work.fill(0)
    tag.live(3)
    tag.toggle("strap")
    tag.toggle("strap")
    work.reboot(0, 2)
    tag.live(2)
    work.sync()
    tag.live(3)
    while tag.app.writer.seq < 2 * 128 + 40:
        work.fill(max(0, tag.app.ring.free() - 30))
        tag.live(21)
        if tag.app.writer.seq // 30 % 2:
            work.cut(3, 4)
        work.sync()
        tag.toggle("case")
    work.reboot(9, 3)
    work.remove()
    tag.live(1)


WORKLOADS = {"small ring": small_ring}


def record(path, name, blocks):
    """Live a workload, written to `path`; what it came to."""
    work = Workload(path, blocks)
    quickkeys.watchers[:] = [work.recording.key]
    WORKLOADS[name](work)
    quickkeys.watchers[:] = []
    work.recording.close()
    app = work.tag.app
    return {
        "operations": work.recording.operations,
        "pages": app.writer.seq,
        "oldest_page": app.ring.oldest(),
        "seals": app.sealer.number,
        "records": app.recorder.next_number(),
        "boot": app.recorder.boot(),
        "faults": app.faults.count,
    }
