"""Statements: records that signed requests left. Who signed, whether they may, and whether the signature fits."""

import hashlib

from tagproto import calibration, commands, documents, records
from tagproto.records import Record

from ..models import AGAINST, INFORMATION
from ..trust.chains import Trusted
from ..trust.checking import fits
from . import _say_trust as say
from .given import Given
from .result import Add, Held

Values = dict[str, int | bytes]


# What the authority's root leaves when it breaks the glass; stations leave all but the first.
_OF_A_ROOT = (records.OPENED, records.REMOVE)


class Statements:
    """Judges each statement as it comes. held: those that hold."""

    def __init__(self, trusted: Trusted, given: Given, tag_id: bytes, add: Add) -> None:
        certificates = trusted.tags.get(tag_id, [])
        self._calibrations = {each.octets(documents.CALIBRATION) for each in certificates}
        self.held: list[Held] = []
        self._trusted = trusted
        self._tag_id = tag_id
        self._add = add
        self._digests = {hashlib.sha256(raw).digest() for raw in given.documents}
        self._minimums = {
            hashlib.sha256(each.encoded).digest(): each.number(documents.MINIMUM) for each in trusted.lists
        }
        self._minimum = 0

    def trust(self, record: Record, values: Values) -> None:
        """A TRUST record: from here on the tag obeys a document."""
        digest = values["digest"]
        assert isinstance(digest, bytes)
        if digest not in self._digests:
            self._add("trust-unknown", INFORMATION, record.number, record.number, say.trust_unknown(record.number))
        self._minimum = max(self._minimum, self._minimums.get(digest, 0))

    def calibrated_otherwise(self, values: Values) -> bool:
        """Whether the configuration names a calibration that no certificate of the tag does, or with other figures."""
        name = values["calibration_id"]
        return name != calibration.identity(values) or (bool(self._calibrations) and name not in self._calibrations)

    def holds(self, index: int, record: Record, values: Values) -> bool:
        """Whether a statement holds; what does not goes to `add`."""
        station, signature = values["station"], values["signature"]
        assert isinstance(station, bytes)
        assert isinstance(signature, bytes)
        fault = self._fault(record, values, station, signature)
        if fault is not None:
            self._add(fault[0], AGAINST, record.number, record.number, fault[1])
            return False
        known = None if station in self._trusted.roots else self._trusted.stations[station]
        self.held.append(Held(index, record, known))
        if known is not None and known.generation < self._minimum:
            sentence = say.station_generation(record, known, self._minimum)
            self._add("station-generation", AGAINST, record.number, record.number, sentence)
        return True

    def _fault(self, record: Record, values: Values, station: bytes, signature: bytes) -> tuple[str, str] | None:
        point = self._trusted.signer(station)
        if point is None:
            return "station-unknown", say.station_unknown(record, station)
        kind = commands.RECORDS[record.kind]
        is_root = station in self._trusted.roots
        if (record.kind not in _OF_A_ROOT) if is_root else (record.kind == records.OPENED):
            return "statement-right", say.statement_right(record)
        if not fits(point, commands.payload(kind, self._tag_id, values), signature):
            return "statement-signature", say.statement_signature(record)
        return None
