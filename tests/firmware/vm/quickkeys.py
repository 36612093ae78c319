"""The tag's own keys and signatures, each worked out once, and every key that it had in its hands."""

from tag import keys
from tag.crypto import p256

_KEPT = 400


def _memo(function):
    known = {}

    def remembered(*arguments):
        if arguments not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[arguments] = function(*arguments)
        return known[arguments]

    return remembered


p256.sign = _memo(p256.sign)
p256.public_key = _memo(p256.public_key)

# Called with (epoch, secret, ratchet, public_key) of every key that is made or read from flash.
watchers = []


class _WatchedKey(keys.Key):
    def __init__(self, page, epoch, secret, ratchet, public_key, parent):
        super().__init__(page, epoch, secret, ratchet, public_key, parent)
        for watcher in watchers:
            watcher(epoch, secret, ratchet, public_key)


keys.Key = _WatchedKey
