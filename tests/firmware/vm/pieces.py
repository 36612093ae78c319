"""Commands that try one part of the firmware by itself."""

from tag.bucket import Bucket
from tag.crypto import p256, p256_table

unhex = bytes.fromhex


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
