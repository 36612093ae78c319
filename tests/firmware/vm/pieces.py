"""Commands that try one part of the firmware by itself."""

from tag.bucket import Bucket
from tag.crypto import p256, p256_table
from tag.crypto.checking import Check

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


def _check(case):
    """The check of [point, digest, signature], and how many steps it took."""
    check = Check(*[unhex(part) for part in case])
    steps = 0
    while check.good is None:
        check.step()
        steps += 1
    return check.good, steps


def check_signatures(cases):
    """Whether each of [point, digest, signature] holds."""
    return [_check(case)[0] for case in cases]


def steps_of_a_check(case):
    return _check(case)[1]


def private_keys(seeds):
    return [p256.private_key(unhex(seed)).hex() for seed in seeds]


def comb():
    return p256_table.COMB.hex()
