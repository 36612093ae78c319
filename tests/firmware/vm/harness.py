"""Drives the real firmware on the MicroPython VM: answers JSON lines [command, arguments...] with JSON lines."""

import gc
import json
import sys

import cuts
import ramboard
from audit import audit, read_log

from tag import app as tag_app
from tag.bucket import Bucket
from tag.crypto import p256, p256_table
from tag.log.flash import Flash
from tag.settings import Settings
from tagproto import coding

unhex = bytes.fromhex
FIRMWARE = b"testtest"


class Tag:
    """One tag on a RAM board, rebooted as asked."""

    def __init__(self, blocks, ticks):
        self.flash = ramboard.Flash(blocks)
        self.records = {}
        self.seals = []
        self.start(ticks, 1)

    def start(self, ticks, cause):
        self.board = ramboard.Board(self.flash, ticks, cause, self.trace)
        self.app = tag_app.App(self.board, FIRMWARE)

    def trace(self, kind, data):
        if kind == 1:
            number = int.from_bytes(data[1:5], "little")
            self.records[number] = bytes(data)
        elif kind == 2:
            self.seals.append(bytes(data))

    def log(self):
        """Records and seals as a host reads them, in hex."""
        items, wrong = read_log(self.app)
        return {
            "records": [item.value.canonical().hex() for item in items if item.kind == coding.RECORD],
            "seals": [item.value.hex() for item in items if item.kind == coding.SEAL],
            "wrong": wrong,
        }


tags = {}


def start(blocks, ticks):
    """A new tag that has never been switched on."""
    tags[0] = Tag(blocks, ticks)
    return state()


def state():
    app = tags[0].app
    return {
        "public_key": app.signer.public_key.hex(),
        "fitted": app.settings.fitted,
        "seals": app.sealer.number,
        "boot": app.recorder.boot(),
        "next_number": app.recorder.next_number(),
        "open_page": app.writer.seq,
        "open_fill": app.writer.fill,
        "oldest_page": app.ring.oldest(),
        "free_pages": app.ring.free(),
        "readings_lost": app.recorder.readings_lost,
        "faults": app.faults.count,
        "ticks": app.board.clock.ticks_ms(),
        "bad_writes": app.writer.bad_writes,
        "programs": tags[0].flash.programs,
        "erases": tags[0].flash.erases,
    }


def reboot(cause):
    tags[0].start(0, cause)
    return state()


def steps(count):
    for _ in range(count):
        tags[0].app.step()
    return state()


def link(data, turns):
    """Bytes to the tag; after `turns` steps, what it sent."""
    port = tags[0].board.link
    port.incoming += unhex(data)
    for _ in range(turns):
        tags[0].app.step()
    sent, port.outgoing = port.outgoing, b""
    return {"sent": sent.hex(), "left": len(port.incoming)}


def room(count):
    """Bytes that the port takes a turn."""
    port = tags[0].board.link
    port.room = port.left = count


def advance(ms):
    tags[0].board.clock.ticks += ms


def toggle_often(name, times, every_ms):
    """An input that changes again and again, with a turn of the tag each time; the clock is moved by this alone."""
    board = tags[0].board
    board.idles = False
    for _ in range(times):
        board.clock.ticks += every_ms
        pin = getattr(board, name)
        pin.change(1 - pin.level)
        tags[0].app.step()
    board.idles = True
    return state()


def toggle(name, level):
    getattr(tags[0].board, name).change(level)


def absent(addresses):
    tags[0].board.i2c.absent = set(addresses)


def fill(pages):
    """Events until the ring has no more than `pages` pages free; how many were taken."""
    taken = 0
    app = tags[0].app
    while app.ring.free() > pages:
        if app.event(0x16, {"sense": 5, "code": 0, "text": bytes(96)}) is None:
            break
        taken += 1
    return taken


def event():
    return tags[0].app.event(0x16, {"sense": 5, "code": 0, "text": b"one more"})


def seal():
    return tags[0].app.seal(1)


def received(pages):
    tags[0].app.set_received(pages)
    return state()


def page(seq):
    """A page as the tag would send it."""
    raw = bytearray(256)
    tags[0].app._read_page(seq, raw)
    return raw.hex()


def log():
    return tags[0].log()


def counted():
    """Numbers of all records that were ever counted."""
    return list(tags[0].records)


def check():
    """The audit of the running tag."""
    return audit(tags[0].app, tags[0].records, tags[0].seals)


def stick(seq):
    """A cell of a page's place in the ring that stays 0xFF from now on."""
    flash = tags[0].flash
    flash.stuck[(8 * 16 + seq) * 256 + 100] = 0xFF


def stick_journal():
    """Every cell of the journal's blocks stays as it is from now on."""
    flash = tags[0].flash
    for at in range(4 * 4096, 8 * 4096):
        flash.stuck[at] = 0xFF


def stick_settings():
    """Every cell of the settings' blocks stays as it is from now on."""
    flash = tags[0].flash
    for at in range(2 * 4096):
        flash.stuck[at] = 0xFF


def bucket(capacity, refill_ms, calls):
    """[what, ticks] calls of a Bucket; results with what is held."""
    made = Bucket(capacity, refill_ms)
    return [[getattr(made, what)(ticks), made.held, made.first_ticks, made.last_ticks] for what, ticks in calls]


def keys(cases):
    """[secret, digest] pairs: public key and signature of each."""
    return [
        [p256.public_key(unhex(secret)).hex(), p256.sign(unhex(secret), unhex(digest)).hex()]
        for secret, digest in cases
    ]


def private_keys(seeds):
    return [p256.private_key(unhex(seed)).hex() for seed in seeds]


def comb():
    return p256_table.COMB.hex()


def run_cuts(name, part, parts):
    """Every power cut of a workload of cuts.py, its operations shared out over `parts` runs."""
    return cuts.run(name, part, parts)


def failures(every, steps):
    """Exceptions out of every n-th flash operation of a fitting; a tag that resets comes up on the same flash."""
    tag = tags[0]
    wrong = []
    counts = {"failures": 0, "resets": 0, "boots": 1}
    left = [every]

    def fail(flash, erase, at, data):
        left[0] -= 1
        if not left[0]:
            left[0] = every
            counts["failures"] += 1
            raise MemoryError() if counts["failures"] & 1 else OSError(5)

    for step in range(steps):
        tag.flash.before = fail
        try:
            if step % 10 == 5:
                tag.board.strap.change(step & 1)
            tag.app.step()
        except ramboard.Reset:
            counts["resets"] += 1
            tag.flash.before = None
            tag.start(tag.board.clock.ticks, 3)
            counts["boots"] = tag.app.recorder.boot()
        tag.flash.before = None
        wrong = ["step %d: %s" % (step, sentence) for sentence in audit(tag.app, tag.records, tag.seals)]
        if wrong:
            break
    return {"wrong": wrong, "counts": counts, "records": len(tag.records)}


def settings_cuts(saves):
    """Snapshots of settings with a cut in every flash operation: what a boot finds is the old or the new."""
    wrong = []
    tried = [0]
    device = ramboard.Flash(8)
    kept = Settings(Flash(device), 0)
    before = None
    now = None

    def values(settings):
        return (settings.secret, settings.epoch, settings.fitted, settings.order_id, settings.received)

    def cut(flash, erase, at, data):
        for how in ramboard.TORN:
            found = Settings(Flash(flash.torn(erase, at, data, how)), 0)
            tried[0] += 1
            if values(found) not in (before, now):
                wrong.append("save %d, %s: neither the old nor the new" % (number, how))
            # What a cut left behind must not be in the way of the next save.
            found.received = 77
            if not found.save() or Settings(found._flash, 0).received != 77:
                wrong.append("save %d, %s: the next save is lost" % (number, how))

    for number in range(saves):
        before = values(kept)
        kept.secret = bytes((number % 255 + 1,)) * 32
        kept.fitted = bool(number & 1)
        kept.received = number * 16
        now = values(kept)
        device.before = cut
        if not kept.save():
            wrong.append("save %d failed" % number)
        device.before = None
    return {"wrong": wrong[:20], "cuts": tried[0], "erases": device.erases}


def serve():
    for line in sys.stdin:
        request = json.loads(line)
        gc.collect()
        print(json.dumps(globals()[request[0]](*request[1:])))


if __name__ == "__main__":
    serve()
