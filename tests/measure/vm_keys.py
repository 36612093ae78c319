"""Runs on the MicroPython VM: what a signature and the next key cost there. One line of JSON, microseconds."""

import json
import time

from tag.crypto import p256
from tagproto.hmac import hmac_sha256

ROUNDS = 40

secret = p256.private_key(b"\x07" * 32)
digest = b"\x01" * 32

started = time.ticks_us()
for _ in range(ROUNDS):
    p256.sign(secret, digest)
sign_us = time.ticks_diff(time.ticks_us(), started) // ROUNDS

# As tag.keys makes the next key: HKDF over ratchet and fresh bytes, then the public half.
started = time.ticks_us()
for count in range(ROUNDS):
    extracted = hmac_sha256(b"\x02" * 32, bytes((count,)) * 32)
    secret = p256.private_key(hmac_sha256(extracted, b"ankletag key\x01"))
    hmac_sha256(extracted, b"ankletag ratchet\x01")
    p256.public_key(secret)
rekey_us = time.ticks_diff(time.ticks_us(), started) // ROUNDS

print(json.dumps({"sign_us": sign_us, "rekey_us": rekey_us}))
