"""Signing keys in flash: one page each, so that a key that is done with is zeroed where it lies.

page = magic u16, epoch u32, secret (32 bytes), ratchet (32), public key (64), point of the key that it was
made of (33), zeros, CRC-32. Two keys are kept ahead of the one that signs. Rekeying: `announce` writes what
is missing of them and reads it back, the caller logs the seal that names them, and only then `retire` zeroes
the old key; a boot repeats the zeroing. So there is a usable key at every moment, and nothing that could
sign for an epoch that is over.
"""

import binascii
import hashlib
import struct

from tagproto import cose
from tagproto.hmac import hmac_sha256
from tagproto.layout import KEY_BLOCKS
from tagproto.pages import PAGE_SIZE

from .crypto import p256
from .log.flash import BLANK, ZEROS
from .turns import Turns

_MAGIC = 0x6B79
_FORMAT = "<HI32s32s64s33s"
_NO_PARENT = bytes(33)
_AHEAD = 2


class Key:
    """One epoch's key and the ratchet that the next one comes from. page: where it lies in the key blocks; parent: the
    point of the key that it was made of."""

    def __init__(self, page, epoch, secret, ratchet, public_key, parent):
        self.page = page
        self.epoch = epoch
        self.secret = secret
        self.ratchet = ratchet
        self.public_key = public_key
        self.parent = parent
        # Whether a seal in the log has announced it.
        self.told = False

    def point(self):
        """The public key as 33 bytes (SEC 1 section 2.3.3)."""
        return cose.compressed(self.public_key)

    def encode(self):
        """The page that holds it."""
        buffer = bytearray(PAGE_SIZE)
        struct.pack_into(
            _FORMAT, buffer, 0, _MAGIC, self.epoch, self.secret, self.ratchet, self.public_key, self.parent
        )
        struct.pack_into("<I", buffer, PAGE_SIZE - 4, binascii.crc32(memoryview(buffer)[:-4]))
        return buffer


class Keys:
    """Signs with the present epoch's key. A secure element takes its place with the same members:
    epoch, public_key, sign, announce, retire.

    on_bad(): called when flash does not hold, or does not give up, what it should. between(): called now and then
    while a signature or a key is made.
    """

    def __init__(self, flash, first_block, on_bad, between=p256.no_pause):
        self._turns = Turns(flash, first_block, KEY_BLOCKS)
        self._on_bad = on_bad
        self._between = between
        # The key that signs, then those of the epochs behind it.
        self._chain = []
        self._found = []
        # Pages that something was programmed into, also those that only seem to be zeroed: what a power cut left of a
        # key must go, too.
        self._used = []
        buffer = bytearray(PAGE_SIZE)
        for page in range(self._turns.pages):
            self._turns.read(page, buffer)
            if buffer == BLANK:
                continue
            self._used.append(page)
            if binascii.crc32(memoryview(buffer)[:-4]) == int.from_bytes(buffer[-4:], "little"):
                values = struct.unpack_from(_FORMAT, buffer, 0)
                if values[0] == _MAGIC:
                    self._found.append(Key(page, *values[1:]))

    # Coming up

    def stored(self):
        """Bytes that only this tag knows, to begin its pool of random numbers with; empty at the first boot."""
        return b"".join([key.ratchet for key in self._found])

    def settle(self, epoch, announced, unread, take_random):
        """Take up the key of `epoch` and those ahead of it, zero all others. announced: the last seal's points.

        unread: pages that cannot be read, in which the last seal may lie. Then, or without that key, the one before the
        newest signs: it was announced, whether that seal was made or not. With no key at all a new one is made from
        take_random(count): then this gives True. Raises OSError when flash takes no key.
        """
        newest = max([key.epoch for key in self._found]) if self._found else 0
        if (unread or not self._follow(epoch, announced)) and not self._follow(newest - 1, {}):
            self._follow(newest, {})
        for page in self._used:
            if page not in self._turns.live:
                self._zero(page)
        self._found = []
        self._used = []
        made = not self._chain
        ratchet = hashlib.sha256(take_random(32)).digest() if made else b""
        if made and not self._make(epoch + unread, ratchet, _NO_PARENT, take_random(32)):
            raise OSError("flash takes no key")
        return made

    def _follow(self, epoch, announced):
        """Into the chain: the keys from `epoch` on that were announced and made of one another; whether there is one.

        A power cut may have left another key of the same epoch, which nobody announced.
        """
        ahead = self._pick(epoch + 1, announced.get(epoch + 1))
        key = self._pick(epoch, announced.get(epoch) or (ahead and ahead.parent))
        while key is not None:
            self._turns.keep(key.page, key.encode())
            # The seal of an epoch announces the key after the next one; that of epoch 0 the next one, too.
            key.told = epoch > 0 and len(self._chain) <= 1
            self._chain.append(key)
            if len(self._chain) > _AHEAD:
                break
            later = ahead if len(self._chain) == 1 else self._pick(key.epoch + 1, None)
            key = later if later is not None and later.parent == key.point() else None
        return bool(self._chain)

    def _pick(self, epoch, point):
        """The key of an epoch, with this point where one is given, or None."""
        for key in self._found:
            if key.epoch == epoch and (not point or key.point() == point):
                return key
        return None

    # Signing

    @property
    def epoch(self):
        """Number of the present key."""
        return self._chain[0].epoch

    @property
    def public_key(self):
        """64 bytes, x then y."""
        return self._chain[0].public_key

    def sign(self, digest):
        """64 bytes over a SHA-256 digest."""
        return p256.sign(self._chain[0].secret, digest, self._between)

    # Rekeying

    def announce(self, take_random):
        """Write the keys ahead that are missing; the points to announce, none when flash takes no key.

        The key of the epoch after next, and before it that of the next one where no seal has announced that: at epoch
        0, and where a key was lost.
        """
        chain = self._chain
        while len(chain) <= _AHEAD:
            newest = chain[-1]
            if not self._make(newest.epoch + 1, newest.ratchet, newest.point(), take_random(32)):
                self._on_bad()
                return b""
        return b"".join([key.point() for key in chain[1:] if not key.told or key is chain[_AHEAD]])

    def retire(self):
        """A seal is in flash: where it announces keys, the old key goes and the next one signs."""
        if len(self._chain) > _AHEAD:
            for key in self._chain:
                key.told = True
            self._turns.live.pop(0)
            self._zero(self._chain.pop(0).page)

    def _make(self, epoch, ratchet, parent, random):
        """A key out of the one before it and fresh random bytes: HKDF (RFC 5869) with the ratchet as salt."""
        extracted = hmac_sha256(ratchet, random)
        secret = p256.private_key(hmac_sha256(extracted, b"ankletag key\x01"))
        after = hmac_sha256(extracted, b"ankletag ratchet\x01")
        key = Key(-1, epoch, secret, after, p256.public_key(secret, self._between), parent)
        key.page = self._turns.put(key.encode(), True)
        if key.page < 0:
            return False
        self._turns.live.append(key.page)
        self._chain.append(key)
        return True

    def _zero(self, page):
        if not self._turns.program(page, ZEROS):
            self._on_bad()
