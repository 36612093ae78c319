"""Whom a made tag obeys: SPEC.md, Signed requests and Whom a tag obeys, a second time and on CPython."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from host.tagmaker import TagMaker
from tagproto import cbor, documents, fields, messages, records
from tagproto.bad import Bad
from tagproto.documents import Document

NONCE_LIFE_MS = 300_000
OPEN_LIFE_MS = 1_800_000
_ROOT_MAY = {messages.SEAL, messages.REMOVE}
_CHANGES = {documents.LIST: records.TRUST_LIST, documents.TAG: records.TRUST_CERTIFICATE}


class Refused(Exception):
    """An error code of the protocol."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Known:
    """A key that was presented."""

    point: bytes
    generation: int
    issuer: bytes


def key_id(point: bytes) -> bytes:
    return hashlib.sha256(point).digest()[:8]


def need_signature(point: bytes, payload: bytes, signature: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    signed = cbor.encode(["Signature1", b"\xa1\x01\x26", b"", payload])
    try:
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused(messages.ERROR_SIGNATURE, "the signature does not fit") from None


class Gate:
    """Root, list and certificates as in flash; regions, stations, nonce and read-out as in memory."""

    def __init__(self, maker: TagMaker, provisioned: bool) -> None:
        self._maker = maker
        self.root = b""
        self._generation = 0
        self.list_number = 0
        self.minimum = 0
        self._revoked: set[bytes] = set()
        self.certificates = [b"", b""]
        self._list = b""
        self.restart()
        if provisioned:
            programme = maker.programme
            for raw in (programme.root_document, programme.region_document, maker.certificate):
                self.present(raw, recorded=False)
            self.restart()

    def restart(self) -> None:
        """What a tag forgets when it loses power."""
        self._regions: dict[bytes, Known] = {}
        self._stations: dict[bytes, Known] = {}
        self.nonce = b""
        self.nonce_ms = 0
        self.scope = 0
        self._opened_ms = 0

    @property
    def root_id(self) -> bytes:
        return key_id(self.root) if self.root else bytes(8)

    # Nonces and the right to read

    def new_nonce(self) -> bytes:
        self.nonce = self._maker.random.randbytes(8)
        self.nonce_ms = self._maker.now_ms
        return self.nonce

    def open(self, scope: int) -> None:
        self.scope = scope
        self._opened_ms = self._maker.now_ms

    def need_open(self) -> None:
        if not self.scope or self._maker.now_ms - self._opened_ms > OPEN_LIFE_MS:
            raise Refused(messages.ERROR_RIGHT, "open the read-out first")

    # Requests

    def need_right(self, kind: int, values: dict) -> None:
        """Refuses a signed request, or uses up the nonce and lets it through."""
        if not self.root:
            raise Refused(messages.ERROR_STATE, "not provisioned")
        nonce, given_ms = self.nonce, self.nonce_ms
        if not nonce or values["nonce"] != nonce:
            raise Refused(messages.ERROR_NONCE, "not the last nonce")
        self.nonce = b""
        if self._maker.now_ms - given_ms > NONCE_LIFE_MS:
            raise Refused(messages.ERROR_STALE, "the nonce is too old")
        signer, scope = values["station"], values.get("scope")
        if signer == self.root_id:
            point, may = self.root, kind in _ROOT_MAY or scope == 2
        else:
            point, may = self._station(signer).point, scope != 2
        if not may:
            raise Refused(messages.ERROR_RIGHT, "this signer may not ask for that")
        body = fields.pack(messages.REQUESTS[kind][:-3], values)
        payload = cbor.encode(["ankletag command", kind, self._maker.tag_id, nonce, body])
        need_signature(point, payload, values["signature"])

    def _station(self, signer: bytes) -> Known:
        station = self._stations.get(signer)
        region = self._regions.get(station.issuer) if station else None
        if station is None or region is None:
            raise Refused(messages.ERROR_CERTIFICATE, "the tag does not know this signer")
        for subject, known in ((signer, station), (station.issuer, region)):
            self._need_valid(subject, known.generation)
        return station

    def _need_valid(self, subject: bytes, generation: int) -> None:
        if generation < self.minimum or subject in self._revoked:
            raise Refused(messages.ERROR_REVOKED, "this certificate is revoked")

    # Documents

    def present(self, raw: bytes, recorded: bool = True) -> dict[str, int | bytes]:
        """The reply to a document; what changes for good is recorded."""
        document = documents.parse(raw)
        if isinstance(document, Bad):
            raise Refused(messages.ERROR_BODY, document.detail)
        subject, issuer = document.octets(documents.SUBJECT), document.octets(documents.ISSUER)
        point = document.octets(documents.KEY)
        generation = document.number(documents.GENERATION)
        if raw not in (self.certificates[0], self._list) and point != self.root:
            self._judge(document, subject, issuer, generation)
            self._take(document, recorded)
        return {"type": document.type, "subject": subject or bytes(8)}

    def _judge(self, document: Document, subject: bytes, issuer: bytes, generation: int) -> None:
        kind, sign1 = document.type, document.sign1
        if not self.root and kind != documents.ROOT:
            raise Refused(messages.ERROR_STATE, "not provisioned")
        if kind in (documents.STATION, documents.TAG):
            region = self._regions.get(issuer)
            if region is None:
                raise Refused(messages.ERROR_CERTIFICATE, "present its region first")
            self._need_valid(issuer, region.generation)
            by = region.point
        else:
            by = self.root or document.octets(documents.KEY)
            if issuer != key_id(by):
                raise Refused(messages.ERROR_CERTIFICATE, "another authority issued this")
        need_signature(by, sign1.payload, sign1.signature)
        if kind == documents.ROOT:
            if generation <= self._generation:
                raise Refused(messages.ERROR_REVOKED, "a root of this generation is known")
        elif kind == documents.LIST:
            if document.number(documents.NUMBER) <= self.list_number:
                raise Refused(messages.ERROR_REVOKED, "the tag has this list")
        else:
            self._need_valid(subject, generation)
            first = self._maker.public_key
            own = (self._maker.tag_id, bytes((2 | first[63] & 1,)) + first[:32])
            if kind == documents.TAG and (subject, document.octets(documents.KEY)) != own:
                raise Refused(messages.ERROR_CERTIFICATE, "this certificate is another tag's")

    def _take(self, document: Document, recorded: bool) -> None:
        kind, subject = document.type, document.octets(documents.SUBJECT)
        known = Known(
            document.octets(documents.KEY), document.number(documents.GENERATION), document.octets(documents.ISSUER)
        )
        change = _CHANGES.get(kind, 0)
        if kind == documents.ROOT:
            change = records.TRUST_ROTATION if self.root else records.TRUST_ROOT
            self.root, self._generation = known.point, known.generation
            self._regions, self._stations = {}, {}
        elif kind == documents.REGION:
            self._regions[subject] = known
            self._last_region = document.encoded
        elif kind == documents.STATION:
            self._stations[subject] = known
        elif kind == documents.TAG:
            self.certificates = [document.encoded, self._last_region]
        else:
            self._list = document.encoded
            self.list_number = document.number(documents.NUMBER)
            self.minimum = max(self.minimum, document.number(documents.MINIMUM))
            self._revoked = set(document.revoked)
        if change and recorded:
            self._maker.obey(change, document.encoded)
