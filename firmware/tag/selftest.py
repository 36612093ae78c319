"""What the tag finds of itself: at each boot, and more of it when a station asks. Bits as in SPEC.md, Self-test."""

import gc
import hashlib

from tagproto import cose, records
from tagproto.battery import low
from tagproto.hmac import hmac_sha256
from tagproto.records import ticks_after

from .crypto.checking import Check

# Of a reading: the flags that a failed sense leaves, and its bit.
_SENSES = (
    (records.FLAG_NO_CELL, records.TEST_CELL),
    (records.FLAG_NO_TEMP, records.TEST_TEMP),
    (records.FLAG_NO_PROX, records.TEST_PROX),
)

_SLEEP_MS = 5
_SLEEP_MAX_MS = 1000
_HEAP_BYTES = 16384
_PIECE_BYTES = 1024
# RFC 4231 case 2.
_MAC = b"[\xdc\xc1F\xbf`uNj\x04$&\x08\x95u\xc7Z\x00?\x08\x9d'9\x83\x9d\xecX\xb9d\xec8C"


class SelfTest:
    """Of `app`. ran, failed: bits of the last one. between(): called now and then meanwhile."""

    def __init__(self, app, between):
        self._app = app
        self._between = between
        self.ran = 0
        self.failed = 0

    def run(self, asked, reserve_pages):
        """Try everything; with `asked`, signatures, too, which take a chip two seconds. Number of the record, or None
        where the log is full but for the reserve."""
        app = self._app
        board = app.board
        self.ran = self.failed = 0
        self._try(records.TEST_HASH, _hashes)
        self._try(records.TEST_FLASH, app.settings.holds)
        self._try(records.TEST_ENTROPY, lambda: _differ(board.entropy(16), board.entropy(16)))
        self._try(records.TEST_CLOCK, lambda: _goes_on(board.clock))
        self._try(records.TEST_HEAP, _has_room)
        app.sampler.sample_anew()
        for flags, bit in _SENSES:
            self._found(bit, not app.sampler.flags & flags)
        self._between()
        settings = app.settings
        if app.battery.mv:
            is_low = low(app.battery.mv, settings.cadence_s, settings.seal_interval_s, settings.fix_interval_s)
            self._found(records.TEST_BATTERY, not is_low)
        if asked:
            if app.fixes is not None:
                self._found(records.TEST_GNSS, not app.fixes.failed)
            self._try(records.TEST_SIGNATURE, self._signs)
        return app.event(records.SELF_TEST, {"asked": asked, "ran": self.ran, "failed": self.failed}, reserve_pages)

    def _try(self, bit, test):
        try:
            good = test()
        except Exception as error:  # noqa: BLE001 - what raises has failed, and the other tests go on
            self._app.diary.write("self-test %d: %r" % (bit, error))
            good = False
        self._found(bit, good)
        self._between()

    def _found(self, bit, good):
        self.ran |= bit
        if not good:
            self.failed |= bit

    def _signs(self):
        """Whether the key that signs is that which seals announced."""
        keys = self._app.keys
        digest = hashlib.sha256(b"ankletag self-test").digest()
        signature = keys.sign(digest)
        point = cose.compressed(keys.public_key)
        return self._fits(point, digest, signature) and not self._fits(point, bytes(32), signature)

    def _fits(self, point, digest, signature):
        check = Check(point, digest, signature)
        while not check.step():
            self._between()
        return check.good


def _hashes():
    return hmac_sha256(b"Jefe", b"what do ya want for nothing?") == _MAC


def _differ(one, other):
    return one != other and one != bytes(len(one))


def _goes_on(clock):
    before = clock.ticks_ms()
    clock.sleep_ms(_SLEEP_MS)
    return _SLEEP_MS <= ticks_after(before, clock.ticks_ms()) + 1 <= _SLEEP_MAX_MS


def _has_room():
    gc.collect()
    return gc.mem_free() >= _HEAP_BYTES and len(bytearray(_PIECE_BYTES)) == _PIECE_BYTES
