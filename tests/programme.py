"""A programme for tests: an authority with a region and stations, whose keys are the same each time."""

from cryptography.hazmat.primitives.asymmetric import ec

from ankletag.trust import SigningKey, certify_region, certify_station, certify_tag, make_list, make_root
from tagproto import cose

# 2026-01-01 and 2030-01-01 UTC.
BEGIN_S = 1_767_225_600
END_S = 1_893_456_000
CALIBRATION = b"nominal1"


def key(number: int) -> SigningKey:
    """The same key for the same number, from 1 on."""
    return SigningKey(ec.derive_private_key(0x5EED_0000 + number, ec.SECP256R1()))


def point_of(public_key: bytes) -> bytes:
    """64 bytes, x then y, as a compressed point."""
    return bytes((2 | public_key[63] & 1,)) + public_key[:32]


class Programme:
    """Root, one region and one station; every document's bytes. number: programmes with other numbers are strangers."""

    def __init__(self, number: int = 1, generation: int = 1, begin_s: int = BEGIN_S, end_s: int = END_S) -> None:
        self.times = begin_s, end_s
        self.root = key(100 * number)
        self.region = key(100 * number + 1)
        self.station = key(100 * number + 2)
        self.generation = generation
        self.root_document = make_root(self.root, f"Programme {number}", begin_s)
        self.region_document = certify_region(self.root, self.region.point, "North", generation, *self.times)
        self.station_document = self.certify(self.station, "Court 1")

    def certify(self, station: SigningKey, name: str, generation: int | None = None) -> bytes:
        """A station's certificate of this region's."""
        level = self.generation if generation is None else generation
        return certify_station(self.region, station.point, name, level, *self.times)

    def tag_document(self, tag_id: bytes, public_key: bytes, calibration_id: bytes = CALIBRATION) -> bytes:
        """A tag's certificate. public_key: 64 bytes, of epoch 0."""
        point = point_of(public_key)
        return certify_tag(self.region, tag_id, point, calibration_id, self.generation, *self.times)

    def list_document(self, number: int, minimum: int = 0, revoked: dict[bytes, int] | None = None) -> bytes:
        """The authority's list of this number."""
        return make_list(self.root, number, minimum, revoked or {}, self.times[0])

    @property
    def chain(self) -> list[bytes]:
        """What a tag is presented with so that it knows the station: root, region, station."""
        return [self.root_document, self.region_document, self.station_document]


def nobody() -> bytes:
    """A key id that nobody has."""
    return cose.key_id(key(9999).point)
