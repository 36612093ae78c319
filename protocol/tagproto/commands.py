"""Requests that need a signature: what is signed, and who may ask for what.

A signed request ends in nonce, signer and signature. The record that it leaves holds the same fields, so that the
signature can be checked years later from the log alone.
"""

from . import cbor, fields, messages, records

# What an OPEN asks for: the pages of the current order, or all that the tag holds.
SCOPE_ORDER = 1
SCOPE_ALL = 2

_CONTEXT = "ankletag command"

# The authority's root may break the glass: read out all, and end a fitting.
_ROOT_MAY = (messages.OPEN, messages.SEAL, messages.REMOVE)

# The records that signed requests leave.
RECORDS = {
    records.OPENED: messages.OPEN,
    records.FIT: messages.FIT,
    records.REMOVE: messages.REMOVE,
    records.ATTESTATION: messages.ATTEST,
    records.RECEIPT: messages.ACKNOWLEDGE,
    records.CONFIGURED: messages.CONFIGURE,
    records.CALIBRATED: messages.CALIBRATE,
}


def may_root(kind: int, values: "dict[str, int | bytes]") -> bool:
    """Whether the authority's root may sign this request."""
    return kind in _ROOT_MAY and (kind != messages.OPEN or values["scope"] == SCOPE_ALL)


def may_station(kind: int, values: "dict[str, int | bytes]") -> bool:
    """Whether a station may sign this request: all, but it reads the pages of the current order only."""
    return kind != messages.OPEN or values["scope"] == SCOPE_ORDER


def payload(kind: int, tag_id: bytes, values: "dict[str, int | bytes]") -> bytes:
    """What a signed request's signature covers, as the payload of a COSE_Sign1: `cose.signed_digest` of it is signed.

    values: fields of the request, or of the record that it left. Raises ValueError naming the field that does not fit.
    """
    body = fields.pack(messages.REQUESTS[kind][: -len(records.SIGNED)], values)
    return cbor.encode([_CONTEXT, kind, tag_id, values["nonce"], body])
