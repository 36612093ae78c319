"""Commands that try one part of the firmware by itself."""

import quickkeys
import windows

from tag.bucket import Bucket
from tag.crypto import p256, p256_table
from tag.crypto.checking import Check

unhex = bytes.fromhex


def bucket(capacity, refill_ms, calls):
    """[what, ticks] calls of a Bucket; results with what is held."""
    made = Bucket(capacity, refill_ms)
    return [[getattr(made, what)(ticks), made.held, made.first_ticks, made.last_ticks] for what, ticks in calls]


def keys(cases):
    """[secret, digest] pairs: public key and signature of each, in the chip's own way."""
    quickkeys.forget()
    try:
        return _keys(cases)
    finally:
        quickkeys.hurry()


def _keys(cases):
    return [
        [quickkeys.public_key(unhex(secret)).hex(), quickkeys.sign(unhex(secret), unhex(digest)).hex()]
        for secret, digest in cases
    ]


def multiples(scalars):
    """x of each times the base point: by the firmware, and by the table in its place."""
    numbers = [int(scalar, 16) for scalar in scalars]
    for _ in range(windows.AFTER):
        windows.base_multiple(1)
    return [[_hex(windows.comb(number)), _hex(windows.base_multiple(number))] for number in numbers]


def _hex(point):
    return (point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")).hex()


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
