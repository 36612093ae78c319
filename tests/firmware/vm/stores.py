"""Commands that cut what lies beside the log, by itself: the settings' snapshots and the signing keys."""

import binascii
import hashlib
import struct

import nor
import quickkeys
from recording import Recording

from tag.keys import Keys
from tag.log.flash import Flash
from tag.settings import Settings
from tagproto import seals
from tagproto.layout import KEY_BLOCKS, SETTINGS_BLOCKS


def _random(number):
    """take_random(count) for Keys, other bytes for each number."""
    return lambda count: hashlib.sha256(b"random %d" % number).digest()[:count]


def _not_kept():
    raise ValueError("flash does not keep a key")


def record_settings(path, saves):
    """Snapshots of settings, one after the other, recorded."""
    recording = Recording(path)
    flash = nor.Flash(SETTINGS_BLOCKS)
    flash.before = recording.before
    kept = Settings(Flash(flash), 0)
    recording.state(received=[0])
    for number in range(1, saves + 1):
        recording.state(received=[number - 1, number])
        kept.received = number
        kept.fitted = bool(number & 1)
        kept.order_id = number.to_bytes(16, "big")
        kept.baseline_by, kept.baseline = number, number + 1
        kept.profile, kept.fix_interval_s = 1 + number % 3, 3 * number
        kept.calibration = (number.to_bytes(8, "big"), -number, 5 * number, 6, -7, -8, -9)
        if not kept.save():
            raise ValueError("save %d failed" % number)
        recording.state(received=[number])
    recording.close()
    return {"operations": recording.operations, "erases": flash.erases}


def settings_come_back(path, seed, mode):
    """What five boots find, and what two later ones find of a change."""
    with open(path, "rb") as file:
        flash = nor.Flash(SETTINGS_BLOCKS, file, seed, mode)
    seen = []
    for received in (None, None, None, None, 1000, 1001):
        found = Settings(Flash(flash), 0)
        seen.append(_seen(found))
        if not found.received:
            # A tag that has no settings makes them.
            found.save()
        if received is not None:
            found.received = received
            found.save()
    seen.append(_seen(Settings(Flash(flash), 0)))
    return seen


def _seen(found):
    seen = [found.received, found.fitted, found.order_id.hex(), found.baseline_by, found.baseline]
    seen += [found.profile, found.fix_interval_s]
    if found.calibration:
        seen.append(found.calibration[0].hex())
        seen.extend(found.calibration[1:])
    return seen


def settings_of_older_firmware():
    """What is read of a snapshot that was written before there were baselines."""
    flash = nor.Flash(SETTINGS_BLOCKS)
    page = bytearray(256)
    values = 0x7A6C, 7, bytes(range(64)), 1, 5, bytes(16), 60, 3600, 11, 12, 13, 1, 9
    struct.pack_into("<HI64sBI16sIIIIIBH", page, 0, *values)
    struct.pack_into("<I", page, 252, binascii.crc32(page[:252]))
    flash.writeblocks(0, page, 0)
    found = Settings(Flash(flash), 0)
    return {"seen": _seen(found), "retired": found.retired, "ended_page": found.ended_page}


def settings_after_two_cuts(path, seed, mode, cut_in):
    """What a boot finds behind one that took what it found, and was cut at an operation of its own."""
    with open(path, "rb") as file:
        flash = nor.Flash(SETTINGS_BLOCKS, file, seed, mode)
    cut_again(flash, cut_in, lambda: Settings(Flash(flash), 0))
    found = Settings(Flash(flash), 0)
    return found.received, found.fitted, found.order_id.hex()


def cut_again(flash, cut_in, boot):
    """A boot that is cut at an operation, if it has so many."""
    flash.cut_in = cut_in
    try:
        boot()
    except nor.PowerCut:
        pass
    flash.cut_off()


def record_keys(path, rekeyings):
    """One rekeying after the other, recorded, each as a seal that is in the log as soon as it is named."""
    recording = Recording(path)
    quickkeys.watchers[:] = [recording.key]
    flash = nor.Flash(KEY_BLOCKS)
    flash.before = recording.before
    recording.state(epoch=0, announced="", logged=False)
    kept = Keys(Flash(flash), 0, _not_kept)
    kept.settle(0, {}, 0, _random(0))
    # From now on the log names the first key.
    recording.state(logged=True)
    for number in range(1, rekeyings + 1):
        announced = kept.announce(_random(number))
        recording.state(epoch=number, announced=announced.hex())
        kept.retire()
    quickkeys.watchers[:] = []
    recording.close()
    return {"operations": recording.operations, "erases": flash.erases}


def keys_come_back(path, seed, mode, epoch, announced):
    """The key that a boot takes up, and that of a later boot when it was rekeyed once more.

    Leaves the flash in `path`, as it was when the key was taken up, and behind it as it is at last.
    """
    with open(path, "rb") as file:
        flash = nor.Flash(KEY_BLOCKS, file, seed, mode)
    held = []
    again = []
    quickkeys.watchers[:] = [lambda *key: held.append(key)]
    kept = Keys(Flash(flash), 0, _not_kept)
    made = kept.settle(epoch, _named(epoch - 1, bytes.fromhex(announced)), 0, _random(9000 + seed))
    first = {"epoch": kept.epoch, "public_key": kept.public_key.hex(), "made": made}
    # What unstable bits hide from one boot they may show to the next.
    for _ in range(2):
        kept = Keys(Flash(flash), 0, _not_kept)
        made = kept.settle(epoch, _named(epoch - 1, bytes.fromhex(announced)), 0, _random(9003 + seed))
        again.append({"epoch": kept.epoch, "public_key": kept.public_key.hex(), "made": made})
    with open(path, "wb") as file:
        flash.save(file)
        following = kept.announce(_random(9001 + seed))
        kept.retire()
        expected = kept.public_key
        later = Keys(Flash(flash), 0, _not_kept)
        made = later.settle(kept.epoch, _named(epoch, following), 0, _random(9002 + seed))
        flash.save(file)
    quickkeys.watchers[:] = []
    return {
        "first": first,
        "again": again,
        "later": {"epoch": later.epoch, "same": later.public_key == expected, "made": made},
        "keys": [(key[0], key[1].hex(), key[2].hex(), key[3].hex()) for key in held],
    }


def _named(epoch, points):
    """What a seal of an epoch announces, as the log gives it to a boot; nothing before the first seal."""
    if not points:
        return {}
    return seals.announced(seals.Seal(b"", epoch, 0, 0, 0, 0, b"", b"", 0, 0, b"", points))
