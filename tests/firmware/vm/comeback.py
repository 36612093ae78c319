"""A tag that comes up on the flash that a power cut left: what it is, what it still has, what it goes on with."""

import nor
import quickkeys
from driving import now
from life import HELLO, PROGRAMME, Tag
from recording import Recording
from workload import pace_of

from tag.faults import describe
from tagproto import messages

CHALLENGE = b"after the cut..."


def come_back(path, blocks, seed, mode, story):
    """Boot on the cells and the unstable bits in `path`, and leave there what is in the flash afterwards, and the
    pages. story: a file for the recording of it, or empty.
    """
    with open(path, "rb") as file:
        flash = nor.Flash(blocks, file, seed, mode)
    counted = []
    held = []
    recording = Recording(story) if story else None

    def trace(kind, data):
        if kind == 1 or kind == 2:
            counted.append((kind, bytes(data).hex()))
            if recording:
                recording.counted(kind, data)

    def watch(epoch, secret, ratchet, public_key):
        held.append((epoch, secret.hex(), ratchet.hex(), public_key.hex()))
        if recording:
            recording.key(epoch, secret, ratchet, public_key)

    if recording:
        flash.before = recording.before
    quickkeys.watchers[:] = [watch]
    tag = Tag(flash, trace, seed)
    try:
        found = _live(tag, counted, recording)
    except Exception as error:  # noqa: BLE001 - whatever a boot raises is a finding of the test
        found = {"failed": describe(error)}
    quickkeys.watchers[:] = []
    if recording:
        recording.close()
    found["counted"] = counted
    found["keys"] = held
    found["unstable"] = len(flash.unstable)
    with open(path, "wb") as file:
        flash.save(file)
        if "failed" not in found:
            for page in tag.pages():
                file.write(page)
    return found


def _live(tag, counted, recording):
    tag.start(5000, 1)
    booted = len(counted)
    # Whom it obeys before anybody tells it anything.
    before = says_of(tag)
    tag.live(3)
    lived = len(counted)
    if recording and not before["certificate"]:
        # What the cut kept from being provisioned is so now.
        made = PROGRAMME.tag_document(tag.board.unique_id, bytes.fromhex(before["public_key"]))
        recording.state(root=[before["root"], PROGRAMME.root.key_id.hex()], certificate=["", made.hex()])
    kind, seal = tag.command(messages.SEAL, {"challenge": CHALLENGE})
    found = says_of(tag)
    for name in ("root", "list_number", "certificate"):
        found[name] = before[name]
    found["sealed"] = seal["seal_hash"].hex() if kind == messages.SEAL | messages.REPLY else ""
    found["booted"] = booted
    found["lived"] = lived
    return found


def says():
    """What the tag that is driven says of itself."""
    return says_of(now.tag)


def says_of(tag):
    """What a tag says of itself, and what of its settings it does not say."""
    hello = tag.ask(messages.HELLO, HELLO)
    status = tag.ask(messages.STATUS, {})
    settings = tag.app.settings
    return {
        "public_key": hello["public_key"].hex(),
        "epoch": hello["epoch"],
        "fitted": status["fitted"],
        "order_id": status["order_id"].hex(),
        "order_page": status["order_page"],
        "unreceipted": status["unreceipted"],
        "pace": [status["cadence_s"], status["seal_interval_s"]],
        "settings": pace_of(settings),
        "calibration": status["calibration_id"].hex(),
        "test_failed": status["test_failed"],
        "baseline_by": settings.baseline_by,
        "root": hello["root"].hex(),
        "list_number": hello["list_number"],
        "minimum": status["minimum"],
        "certificate": tag.ask(messages.DOCUMENT, {"index": 0})["document"].hex(),
        "received": status["received_page"],
        "oldest": status["oldest_page"],
        "faults": status["faults"],
        "free": tag.app.ring.free(),
    }
