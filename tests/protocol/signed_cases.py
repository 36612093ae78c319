"""What is signed, as cases.py answers for it: COSE_Sign1, the authority's documents, the payloads of commands.

A document comes as {"type", "name", "revoked", "numbers", "octets", "digest", "signature"}: what its methods give for
each key of the payload.
"""

from tagproto import commands, cose, documents
from tagproto.bad import Bad

unhex = bytes.fromhex
_KEYS = range(1, 13)


def _signed(sign1):
    return {
        "payload": sign1.payload,
        "signature": sign1.signature,
        "digest": sign1.digest(),
        "whole": sign1.encoded,
    }


def _cose_parse(encoded, reason):
    result = cose.parse(unhex(encoded), reason)
    if isinstance(result, Bad):
        return result
    sign1, pairs = result
    return dict(_signed(sign1), keys=sorted(pairs))


def _document(encoded):
    result = documents.parse(unhex(encoded))
    if isinstance(result, Bad):
        return result
    return {
        "type": result.type,
        "name": result.name.encode(),
        "revoked": [[subject, since] for subject, since in sorted(result.revoked.items())],
        "numbers": [result.number(key) for key in _KEYS],
        "octets": [result.octets(key) for key in _KEYS],
        "digest": result.sign1.digest(),
        "signature": result.sign1.signature,
    }


def _payload(kind, tag_id, values):
    values = {key: unhex(value) if isinstance(value, str) else value for key, value in values.items()}
    return commands.payload(kind, unhex(tag_id), values)


OPS = {
    "cose.signed_bytes": lambda payload: cose.signed_bytes(unhex(payload)),
    "cose.signed_digest": lambda payload: cose.signed_digest(unhex(payload)),
    "cose.assemble": lambda payload, signature: cose.assemble(unhex(payload), unhex(signature)),
    "cose.parse": _cose_parse,
    "cose.compressed": lambda key: cose.compressed(unhex(key)),
    "cose.key_id": lambda point: cose.key_id(unhex(point)),
    "documents.parse": _document,
    "commands.payload": _payload,
}
