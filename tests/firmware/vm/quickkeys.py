"""The tag's own keys and signatures, each worked out once, and every key that it had in its hands.

What the VM itself has signed needs no check that takes long: who wants the real one sets `checks.real`. What is worked
out goes by a table that a chip has no room for; who wants the chip's own way has `sign` and `public_key`, or `forget`.
"""

import windows

from tag import gate, keys
from tag.crypto import p256
from tag.crypto.checking import Check

_KEPT = 400


_memos = []
# The firmware's own.
sign, public_key = p256.sign, p256.public_key


def forget():
    """What was worked out before is worked out again, and for once in the chip's way."""
    for known in _memos:
        known.clear()
    p256.base_multiple = windows.comb


def hurry():
    """By the table again."""
    p256.base_multiple = windows.base_multiple


def _memo(function):
    known = {}
    _memos.append(known)

    def remembered(*arguments):
        # Beside the values there may be what is called between the steps.
        values = tuple([argument for argument in arguments if not callable(argument)])
        if values not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[values] = function(*arguments)
        return known[values]

    return remembered


class _Checks:
    """Signatures that were made here, by digest: (compressed point, signature)."""

    def __init__(self):
        self.real = False
        self._signed = {}

    def signed(self, point, digest, signature):
        """This signature is good."""
        if len(self._signed) >= _KEPT:
            self._signed.clear()
        self._signed[digest] = point, signature

    def begin(self, point, digest, signature):
        """In the place of tag.crypto.checking.Check."""
        if not self.real and self._signed.get(digest) == (point, signature):
            return _Good()
        return Check(point, digest, signature)


class _Good:
    """A check that ends well, in one step."""

    good = None

    def step(self):
        self.good = True
        return True


checks = _Checks()
gate.Check = checks.begin
p256.sign = _memo(sign)
p256.public_key = _memo(public_key)
hurry()

# Called with (epoch, secret, ratchet, public_key) of every key that is made or read from flash.
watchers = []


class _WatchedKey(keys.Key):
    def __init__(self, page, epoch, secret, ratchet, public_key, parent):
        super().__init__(page, epoch, secret, ratchet, public_key, parent)
        for watcher in watchers:
            watcher(epoch, secret, ratchet, public_key)


keys.Key = _WatchedKey
