"""Records and seals as a tag writes them, with tagproto and P-256 keys that follow from a seed."""

import random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from host.pagewriter import PageWriter
from programme import CALIBRATION
from tagproto import coding, cose, records, seals, tree

CONFIG: dict[str, int | bytes] = {
    "cadence_s": 60,
    "seal_interval_s": 21600,
    "profile": 1,
    "fix_interval_s": 0,
    "calibration_id": CALIBRATION,
    "cell_zero_uv": 500_000,
    "cell_span_pa_per_mg_dl": 15_000,
    "calibrated_day": 0,
    "reference_mdeg_c": 0,
    "zero_nv_per_deg_c": 0,
    "span_ppm_per_deg_c": 0,
    "tia_ohm": 120_000,
    "adc_nv_per_code": 62_500,
    "temp_ndeg_c_per_code": 7_812_500,
    "prox_uv_per_count": 100,
}
START_UTC_MS = 1_781_536_000_000
PROX_ON_SKIN = 11_000
TEMP_34_C = 4_352


def cell_code(tac_ug_dl: int) -> int:
    """The ADC code that TAC gives with CONFIG's constants."""
    nv = 500_000_000 + tac_ug_dl * 15_000 * 120_000 // 1_000_000
    return round(nv / 62_500)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as the log names it: x then y."""
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as seals announce it: 33 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


class SealWriter(PageWriter):
    """A log as it grows. `now_ms` is true time since power on; ticks and UTC follow from it.

    Every seal rekeys, as the tag's do, unless `rekeys` is False. `key` signs in `epoch`; `public_key`: of epoch 0.
    """

    def __init__(self, seed: int = 1, cadence_s: int = 60, seal_interval_s: int = 21600, rekeys: bool = True) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.tag_id = self.random.randbytes(8)
        self.rekeys = rekeys
        self.epoch = 0
        # Keys of the two epochs behind the present one; a seal announces the second of them, the first seal both.
        self.ahead: list[ec.EllipticCurvePrivateKey] = []
        self.key = self._new_key()
        self.public_key = public_bytes(self.key)
        self.config = {**CONFIG, "cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        self.now_ms = 0
        self.ticks_offset = records.TICKS_PERIOD_MS - 90_000
        self._tree = tree.Tree()
        self._salts: tree.Salts | None = None
        self._window_first = 0
        self._seal_number = 0
        self._previous = seals.NO_PREVIOUS
        self.fitted = False
        self.order_id = bytes(16)
        self.boot_number = -1
        self.last_seal_ms = 0

    def _new_key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.random.getrandbits(250) + 1, ec.SECP256R1())

    @property
    def ticks(self) -> int:
        return (self.now_ms + self.ticks_offset) & (records.TICKS_PERIOD_MS - 1)

    @property
    def utc_ms(self) -> int:
        return START_UTC_MS + self.now_ms

    @property
    def seal_count(self) -> int:
        return self._seal_number

    @property
    def previous(self) -> bytes:
        return self._previous

    # Records

    def _seed(self) -> None:
        if self._salts is None:
            seed = self.random.randbytes(16)
            self._begin_item()
            self._put(coding.encode_seed(seed))
            self._salts = tree.Salts(seed)
            self._window_first = self.coder.number

    def _leaf(self, kind: int, number: int, ticks: int, body: bytes) -> None:
        assert self._salts is not None
        record = records.canonical(kind, number, self.boot_number, ticks, body)
        self._tree.add(tree.leaf_hash(self._salts.salt(number), record))

    def event(self, kind: int, /, **values: int | bytes) -> int:
        """One event record; its number."""
        return self.event_body(kind, records.body(kind, values))

    def event_body(self, kind: int, body: bytes) -> int:
        self._seed()
        self._begin_item()
        number = self.coder.number
        ticks = self.ticks
        self._put(self.coder.encode_event(kind, ticks, body))
        self._leaf(kind, number, ticks, body)
        return number

    def reading(
        self,
        tac_ug_dl: int = 0,
        flags: int = 0,
        prox: int = PROX_ON_SKIN,
        temp: int = TEMP_34_C,
        noise: int = 0,
        cell: int | None = None,
    ) -> int:
        """One reading at the present time; its number. cell: the code, instead of that of the TAC."""
        self._seed()
        self._begin_item()
        number = self.coder.number
        ticks = self.ticks
        cell = cell_code(tac_ug_dl) if cell is None else cell
        if noise:
            cell += round(self.random.gauss(0, noise))
            temp += round(self.random.gauss(0, noise))
            prox += round(self.random.gauss(0, noise))
        self._put(self.coder.encode_reading(ticks, flags, cell, temp, prox))
        self._leaf(records.READING, number, ticks, records.body(records.READING, {
            "flags": flags, "cell_code": cell, "temp_code": temp, "prox_count": prox,
        }))  # fmt: skip
        return number

    def seal(self, reason: int = seals.REASON_SCHEDULE, nonce: bytes = b"") -> seals.SignedSeal:
        """Close the window."""
        first = self._window_first if self._salts is not None else self.coder.number
        while self.rekeys and len(self.ahead) < 2:
            self.ahead.append(self._new_key())
        announced = (self.ahead if not self.epoch else self.ahead[1:]) if self.rekeys else []
        next_keys = b"".join(point(key) for key in announced)
        seal = seals.Seal(
            self.tag_id, self.epoch, self._seal_number, self.boot_number, first, self._tree.size, self._tree.root(),
            self._previous, self.ticks, reason, nonce, next_keys,
        )  # fmt: skip
        payload = seal.payload()
        algorithm = ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)
        der = self.key.sign(cose.signed_digest(payload), algorithm)
        r, s = decode_dss_signature(der)
        encoded = cose.assemble(payload, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        self._begin_item()
        self._put(self.coder.encode_seal(encoded))
        signed = seals.parse(encoded)
        assert isinstance(signed, seals.SignedSeal)
        self._previous = signed.hash()
        self._seal_number += 1
        if self.rekeys:
            self.key, self.epoch = self.ahead.pop(0), self.epoch + 1
        self._tree = tree.Tree()
        self._salts = None
        self.last_seal_ms = self.now_ms
        return signed
