"""A tag's whole life on a small ring, recorded operation by operation."""

import life
import nor
import quickkeys
from life import Tag
from recording import PAGE, Recording

from tagproto import messages, records
from tagproto.calibration import identity

# Shortly before the ticks wrap, so that the workload meets it.
TICKS = (1 << 30) - 400000
_NO_ID = "00" * 8
FITTING = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 1200, "profile": 1, "fix_interval_s": 0}
OTHER = {"order_id": b"another order id", "cadence_s": 60, "seal_interval_s": 1200, "profile": 1, "fix_interval_s": 0}
_TEXT = bytes(range(96)) + bytes(130)


def receipt(page, seal_number, seal_hash):
    """Fields of an acknowledge, in front of its nonce, without a checkpoint."""
    return {"page": page, "seal_number": seal_number, "seal_hash": seal_hash, "epoch": 0, "keys": bytes(66)}


_CALIBRATION = {field[0]: 7 for field in records.CALIBRATION}
_CALIBRATION["calibration_id"] = identity(_CALIBRATION)
_NOMINAL = b"nominal1".hex()
_PACE = [field[0] for field in records.PACE]


def pace_of(settings):
    """What settings hold of a pace, in the order of records.PACE."""
    return [getattr(settings, name) for name in _PACE]


def _pace(values):
    return [values[name] for name in _PACE]


class Workload:
    """A tag and its host, and what they do together."""

    def __init__(self, path, blocks):
        self.recording = Recording(path)
        self.flash = nor.Flash(blocks)
        self.flash.before = self.recording.before
        self.tag = Tag(self.flash, self.recording.counted)
        self.received = 0
        self.stored = 0
        self.minimum = 0

    def begin(self):
        """The tag is switched on for the first time."""
        self.recording.state(fitted=[0], received=[0, 0], order_page=[0])
        self.recording.state(root=[_NO_ID], certificate=[""], list_number=[0], minimum=[0])
        self.recording.state(settings=[[60, 21600, 1, 0]], calibration=[_NOMINAL])
        self.reboot(TICKS, 1)

    # What a host does

    def provision(self):
        """What the tag obeys afterwards, and all that it may obey if the power goes meanwhile."""
        made = life.PROGRAMME
        own = made.tag_document(self.tag.board.unique_id, self.tag.app.settings.first_key)
        self.recording.state(root=[_NO_ID, made.root.key_id.hex()], certificate=["", own.hex()])
        self.tag.introduce()
        self.recording.state(root=[made.root.key_id.hex()], certificate=[own.hex()])

    def take_list(self, number, minimum):
        self.recording.state(list_number=[number - 1, number], minimum=[self.minimum, minimum])
        self.tag.present(self.tag.programme.list_document(number, minimum))
        self.recording.state(list_number=[number], minimum=[minimum])
        self.minimum = minimum

    def rotate(self):
        before = self.tag.programme
        after = before.rotated()
        self.recording.state(root=[before.root.key_id.hex(), after.root.key_id.hex()])
        self.tag.present(after.root_document)
        self.recording.state(root=[after.root.key_id.hex()])

    def fit(self, order=FITTING):
        settings = self.tag.app.settings
        before = settings.order_page
        after = before if order["order_id"] == settings.order_id else settings.ended_page
        self.recording.state(fitted=[0, 1], order_page=[before, after])
        self.change_pace(order)
        self.tag.order(messages.FIT, order)
        self.recording.state(fitted=[1], order_page=[after], settings=[_pace(order)])

    def configure(self, cadence_s):
        with_these = {"cadence_s": cadence_s, "seal_interval_s": 1500, "profile": 2, "fix_interval_s": 0}
        self.change_pace(with_these)
        self.tag.order(messages.CONFIGURE, with_these)
        self.recording.state(settings=[_pace(with_these)])

    def change_pace(self, values):
        """The settings may be the old ones or the new ones."""
        settings = self.tag.app.settings
        self.recording.state(settings=[pace_of(settings), _pace(values)])

    def calibrate(self):
        self.recording.state(calibration=[_NOMINAL, _CALIBRATION["calibration_id"].hex()])
        self.tag.order(messages.CALIBRATE, _CALIBRATION)
        self.recording.state(calibration=[_CALIBRATION["calibration_id"].hex()])

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
    work.begin()
    work.provision()
    work.take_list(1, 0)
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
    work.configure(90)
    tag.live(22)
    work.remove()
    work.fit()
    tag.live(2)
    work.take_list(2, 1)
    work.rotate()
    work.remove()
    work.sync()
    work.fit(OTHER)
    work.take_list(3, 1)
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


def authority(work):
    """All that is signed, in a short life: provisioning, lists, a new root, two orders, another pace."""
    work.begin()
    work.provision()
    work.take_list(1, 0)
    work.attest()
    work.fit()
    work.tag.live(3)
    work.configure(90)
    work.tag.live(2)
    work.take_list(2, 1)
    work.reboot(700, 2)
    work.rotate()
    work.remove()
    work.sync()
    work.take_list(3, 1)
    work.calibrate()
    work.tag.order(messages.SELF_TEST, {})
    work.fit(OTHER)
    work.tag.live(2)
    work.remove()


WORKLOADS = {"small ring": small_ring, "authority": authority}


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
