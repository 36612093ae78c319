"""Whom the tag obeys: root, minimum generation and the last list in flash; stations and regions that showed
their certificates, in memory.

State, own certificate and region's certificate are three pages that count together only: a change writes all
three anew, so that a power cut leaves the old ones or the new ones.
page = magic u16, generation u32, part u8, length u8, data, zeros, CRC-32.
"""

import binascii
import hashlib
import struct

from tagproto import cose, documents, messages, records
from tagproto.bad import Bad
from tagproto.layout import TRUST_BLOCKS
from tagproto.pages import PAGE_SIZE

from .refusal import Refusal
from .turns import Turns

_MAGIC = 0x7472
_HEAD = "<HIBB"
_HEAD_SIZE = 8
_PARTS = 3
_STATE = "<33sIIIIBII32sB%ds" % (8 * documents.REVOKED_MAX)
_NO_ROOT = bytes(cose.POINT_SIZE)
_REGIONS_MAX = 2
_STATIONS_MAX = 4


class Signer:
    """A key that the tag knows: compressed point, generation, key id of who certified it."""

    def __init__(self, document):
        self.point = document.octets(documents.KEY)
        self.generation = document.number(documents.GENERATION)
        self.issuer = document.octets(documents.ISSUER)
        self.encoded = document.encoded


class Trust:
    """Fields: root (compressed point, or empty), root_generation, list_number, minimum, revoked (ids), certificate and
    region_certificate (document bytes, or empty); change: what a TRUST record is to say of the last change, and told_by
    the number of the record that says it.

    tag_id: 8 bytes; first_point(): compressed key of epoch 0.
    """

    def __init__(self, flash, first_block, tag_id, first_point):
        self._turns = Turns(flash, first_block, TRUST_BLOCKS)
        self._generation = 0
        self._tag_id = tag_id
        self._first_point = first_point
        self.root = b""
        self.root_generation = 0
        self.list_number = 0
        self.minimum = 0
        self.revoked = []
        self.certificate = b""
        self.region_certificate = b""
        self.told_by = 0
        self.change = {"change": 0, "number": 0, "generation": 0, "digest": bytes(32)}
        self._regions = {}
        self._stations = {}
        self._load()

    # Flash

    def _load(self):
        found: "dict[int, dict[int, tuple[int, int, bytes]]]" = {}
        buffer = bytearray(PAGE_SIZE)
        for page in range(self._turns.pages):
            self._turns.read(page, buffer)
            if binascii.crc32(memoryview(buffer)[:-4]) != int.from_bytes(buffer[-4:], "little"):
                continue
            magic, generation, part, length = struct.unpack_from(_HEAD, buffer, 0)
            if magic == _MAGIC:
                parts = found.setdefault(generation, {})
                parts[part] = page, length, bytes(buffer)
        whole = [generation for generation, parts in found.items() if len(parts) == _PARTS]
        if not found:
            return
        # What a cut tore may read well at the next boot and not at this one: what is written now is above all of it.
        self._generation = max(found) + 1
        if not whole:
            # Parts of a first change that a cut stopped: they must not be whole at a later boot.
            self.save()
            return
        parts = found[max(whole)]
        data = []
        for part in range(_PARTS):
            page, length, whole_page = parts[part]
            # Before anything is erased: a cut may have left it so that it reads well only for a while.
            self._turns.keep(page, whole_page)
            data.append(whole_page[_HEAD_SIZE : _HEAD_SIZE + length])
        self._unpack(data[0])
        self.certificate, self.region_certificate = data[1], data[2]
        self.save()
        region = documents.parse(self.region_certificate)
        if not isinstance(region, Bad) and region.octets(documents.ISSUER) == self.root_id():
            _keep(self._regions, region, _REGIONS_MAX)

    def _unpack(self, state):
        values = struct.unpack(_STATE, state)
        self.root = b"" if values[0] == _NO_ROOT else values[0]
        self.root_generation, self.list_number, self.minimum, self.told_by = values[1:5]
        self.change = {"change": values[5], "number": values[6], "generation": values[7], "digest": values[8]}
        self.revoked = [values[10][8 * index : 8 * index + 8] for index in range(values[9])]

    def _pack(self):
        change = self.change
        return struct.pack(
            _STATE,
            self.root or _NO_ROOT,
            self.root_generation,
            self.list_number,
            self.minimum,
            self.told_by,
            change["change"],
            change["number"],
            change["generation"],
            change["digest"],
            len(self.revoked),
            b"".join(self.revoked),
        )

    def save(self):
        """Program the present state; False when flash did not take it, and the old one counts at the next boot."""
        # What fails half way leaves parts of this number behind.
        self._generation += 1
        written = []
        for part, data in enumerate((self._pack(), self.certificate, self.region_certificate)):
            buffer = bytearray(PAGE_SIZE)
            struct.pack_into(_HEAD, buffer, 0, _MAGIC, self._generation, part, len(data))
            buffer[_HEAD_SIZE : _HEAD_SIZE + len(data)] = data
            struct.pack_into("<I", buffer, PAGE_SIZE - 4, binascii.crc32(memoryview(buffer)[:-4]))
            page = self._turns.put(buffer)
            if page < 0:
                return False
            written.append(page)
        self._turns.live = written
        return True

    # Who may ask

    def signer(self, key_id):
        """The Signer with this key id: a station that was presented. A Refusal for another one, or a revoked one."""
        station = self._stations.get(key_id)
        region = self._regions.get(station.issuer) if station is not None else None
        if region is None:
            return Refusal(messages.ERROR_CERTIFICATE, "the tag does not know this signer: present its certificates")
        if self._revoked(key_id, station.generation) or self._revoked(station.issuer, region.generation):
            return Refusal(messages.ERROR_REVOKED, "this signer's certificate is revoked")
        return station

    def root_id(self):
        """Key id of the root; zeros without one."""
        return cose.key_id(self.root) if self.root else bytes(8)

    def _revoked(self, subject, generation):
        return generation < self.minimum or subject in self.revoked

    # Documents

    def judge(self, document):
        """The point that has to have signed this document, a Refusal, or None when it is known already."""
        kind = document.type
        issuer = document.octets(documents.ISSUER)
        subject = document.octets(documents.SUBJECT)
        if self._knows(document):
            return None
        if kind == documents.ROOT:
            return self._judge_root(document, subject, issuer)
        if not self.root:
            return Refusal(messages.ERROR_STATE, "not provisioned: present the authority's root first")
        if kind == documents.LIST:
            if document.number(documents.NUMBER) <= self.list_number:
                return Refusal(messages.ERROR_REVOKED, "the tag has this list, or a newer one")
            return self._signed_by_root(issuer)
        if self._revoked(subject, document.number(documents.GENERATION)):
            return Refusal(messages.ERROR_REVOKED, "this certificate is revoked, or of too old a generation")
        if kind == documents.REGION:
            return self._signed_by_root(issuer)
        refusal = self._judge_certificate(document) if kind == documents.TAG else None
        if refusal is not None:
            return refusal
        region = self._regions.get(issuer)
        if region is None:
            return Refusal(messages.ERROR_CERTIFICATE, "present the certificate of its region first")
        if self._revoked(issuer, region.generation):
            return Refusal(messages.ERROR_REVOKED, "the region of this certificate is revoked")
        return region.point

    def _judge_certificate(self, document):
        """A Refusal where this cannot be the tag's own certificate, or is not newer than the one that it has."""
        if document.octets(documents.SUBJECT) != self._tag_id or document.octets(documents.KEY) != self._first_point():
            return Refusal(messages.ERROR_CERTIFICATE, "this certificate is another tag's")
        present = documents.parse(self.certificate)
        if not isinstance(present, Bad) and not self._fallen(present) and not _newer(document, present):
            # Two that are good must not be swapped for ever: each time costs flash and log.
            return Refusal(messages.ERROR_REVOKED, "the tag has a certificate that is as new, or newer")
        return None

    def _fallen(self, certificate):
        """Whether a certificate that was taken, or the region that issued it, has been revoked since."""
        generation = certificate.number(documents.GENERATION)
        return self._revoked(certificate.octets(documents.SUBJECT), generation) or self._revoked(
            certificate.octets(documents.ISSUER), generation
        )

    def _judge_root(self, document, subject, issuer):
        if not self.root:
            if subject != issuer:
                return Refusal(messages.ERROR_CERTIFICATE, "the first root has to have signed itself")
            return document.octets(documents.KEY)
        if document.number(documents.GENERATION) <= self.root_generation:
            return Refusal(messages.ERROR_REVOKED, "the tag has a root of this generation, or a newer one")
        return self._signed_by_root(issuer)

    def _signed_by_root(self, issuer):
        if issuer == self.root_id():
            return self.root
        return Refusal(messages.ERROR_CERTIFICATE, "another authority issued this: the tag obeys its own only")

    def _knows(self, document):
        """Whether just this document was taken before and still holds."""
        encoded = document.encoded
        kind = document.type
        if kind == documents.ROOT:
            return document.octets(documents.KEY) == self.root
        if kind == documents.TAG:
            return encoded == self.certificate
        if kind == documents.LIST:
            last = self.change
            return last["change"] == records.TRUST_LIST and last["digest"] == hashlib.sha256(document.encoded).digest()
        known = (self._regions if kind == documents.REGION else self._stations).get(document.octets(documents.SUBJECT))
        generation = document.number(documents.GENERATION)
        if known is None or known.encoded != encoded:
            return False
        return not self._revoked(document.octets(documents.SUBJECT), generation)

    def take(self, document):
        """A document whose signature holds. Gives the change that a TRUST record has to tell of, or 0."""
        kind = document.type
        if kind == documents.STATION:
            _keep(self._stations, document, _STATIONS_MAX)
            return 0
        if kind == documents.REGION:
            _keep(self._regions, document, _REGIONS_MAX)
            return 0
        if kind == documents.ROOT:
            change = records.TRUST_ROTATION if self.root else records.TRUST_ROOT
            self.root = document.octets(documents.KEY)
            self.root_generation = document.number(documents.GENERATION)
            self._regions = {}
            self._stations = {}
        elif kind == documents.TAG:
            change = records.TRUST_CERTIFICATE
            self.certificate = document.encoded
            self.region_certificate = self._regions[document.octets(documents.ISSUER)].encoded
        else:
            change = records.TRUST_LIST
            self.list_number = document.number(documents.NUMBER)
            self.minimum = max(self.minimum, document.number(documents.MINIMUM))
            self.revoked = list(document.revoked)
        return change


def _newer(document, other):
    return document.number(documents.NOT_BEFORE) > other.number(documents.NOT_BEFORE)


def _keep(known, document, most):
    """Into a table of signers; with too many of them one that was there before goes."""
    subject = document.octets(documents.SUBJECT)
    if subject not in known and len(known) >= most:
        known.pop(next(iter(known)))
    known[subject] = Signer(document)
