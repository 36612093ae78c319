"""A programme in the VM: authority, region and station with the keys of tests/programme.py, byte for byte the same."""

import quickkeys

from tag.crypto import p256
from tagproto import cbor, commands, cose, documents

BEGIN_S = 1767225600
END_S = 1893456000
CALIBRATION = b"nominal1"
_FIRST_KEY = 0x5EED0000


class Key:
    """A private key that is the same for the same number, and what it signs."""

    def __init__(self, number):
        self._secret = (_FIRST_KEY + number).to_bytes(32, "big")
        self.point = cose.compressed(p256.public_key(self._secret))
        self.key_id = cose.key_id(self.point)

    def sign(self, payload):
        """64 bytes over the Sig_structure of a payload."""
        digest = cose.signed_digest(payload)
        signature = p256.sign(self._secret, digest)
        quickkeys.checks.signed(self.point, digest, signature)
        return signature

    def issue(self, pairs):
        """A document with this key as its issuer."""
        payload = cbor.encode(_with(pairs, documents.ISSUER, self.key_id))
        return cose.assemble(payload, self.sign(payload))

    def command(self, kind, tag_id, nonce, values):
        """All fields of a signed request. values: those in front of the nonce."""
        whole = dict(values)
        whole["nonce"] = nonce
        whole["station"] = self.key_id
        whole["signature"] = self.sign(commands.payload(kind, tag_id, whole))
        return whole


class Programme:
    """Root, one region and one station. number: programmes with other numbers are strangers."""

    def __init__(self, number=1):
        self.root = Key(100 * number)
        self.region = Key(100 * number + 1)
        self.station = Key(100 * number + 2)
        self.root_document = self.succeed(self.root, self.root, "Programme %d" % number, 1)
        self.region_document = self.root.issue(certificate(documents.REGION, self.region, "North"))
        self.station_document = self.region.issue(certificate(documents.STATION, self.station, "Court 1"))

    def rotated(self):
        """The same programme with the root behind this one; its root document is signed by this one."""
        after = Programme()
        after.root = Key(103)
        after.root_document = self.succeed(self.root, after.root, "Programme 1, anew", 2)
        after.region_document = after.root.issue(certificate(documents.REGION, self.region, "North"))
        return after

    def succeed(self, before, root, name, generation):
        """A root's document, signed by the one before it."""
        pairs = _subject(documents.ROOT, root.point, root.key_id, generation)
        return before.issue(_with(pairs, documents.NAME, name))

    def tag_document(self, tag_id, public_key):
        """A tag's certificate. public_key: 64 bytes, of epoch 0."""
        pairs = _subject(documents.TAG, cose.compressed(public_key), tag_id, 1)
        pairs[documents.NOT_AFTER] = END_S
        pairs[documents.CALIBRATION] = CALIBRATION
        return self.region.issue(pairs)

    def list_document(self, number, minimum):
        """The authority's list of this number, which revokes nobody."""
        return self.root.issue(
            {
                documents.TYPE: documents.LIST,
                documents.NOT_BEFORE: BEGIN_S,
                documents.NUMBER: number,
                documents.MINIMUM: minimum,
                documents.REVOKED: [],
            }
        )


def _subject(kind, point, subject, generation):
    return {
        documents.TYPE: kind,
        documents.SUBJECT: subject,
        documents.KEY: point,
        documents.GENERATION: generation,
        documents.NOT_BEFORE: BEGIN_S,
    }


def certificate(kind, key, name):
    """What is certified of a region's or a station's key."""
    pairs = _subject(kind, key.point, key.key_id, 1)
    pairs[documents.NOT_AFTER] = END_S
    pairs[documents.NAME] = name
    return pairs


def _with(pairs, key, value):
    pairs = dict(pairs)
    pairs[key] = value
    return pairs


def programme_documents(tag_id, public_key):
    """For the test that compares them with the host's: all documents of the first programme, in hex."""
    made = Programme()
    return [
        document.hex()
        for document in (
            made.root_document,
            made.region_document,
            made.station_document,
            made.tag_document(bytes.fromhex(tag_id), bytes.fromhex(public_key)),
            made.list_document(3, 2),
            made.rotated().root_document,
            made.rotated().region_document,
            made.rotated().list_document(4, 1),
        )
    ]
