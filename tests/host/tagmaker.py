"""Genuine logs of any scenario: what a tag writes, without a tag, and what its authority signed."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ankletag.trust import SigningKey
from host.sealwriter import (
    CONFIG,
    PROX_ON_SKIN,
    START_UTC_MS,
    TEMP_34_C,
    SealWriter,
    cell_code,
    point,
    public_bytes,
)
from programme import Programme
from tagproto import commands, documents, records, seals
from tagproto.bad import Bad

__all__ = [
    "CONFIG",
    "PROX_ON_SKIN",
    "START_UTC_MS",
    "TEMP_34_C",
    "TagMaker",
    "cell_code",
    "fitted",
    "point",
    "public_bytes",
]


class TagMaker(SealWriter):
    """A tag of a programme. documents: what a bundle of it holds; statements are signed by `signer`."""

    def __init__(self, programme: Programme | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.programme = programme or Programme()
        self.signer = self.programme.station
        calibration_id = self.config["calibration_id"]
        assert isinstance(calibration_id, bytes)
        self.certificate = self.programme.tag_document(self.tag_id, self.public_key, calibration_id)
        self.documents = [*self.programme.chain, self.certificate]

    def signed(self, kind: int, signer: SigningKey | None = None, **values: int | bytes) -> dict[str, int | bytes]:
        """Fields of the signed request that leaves a record of this kind. values: those in front of the nonce."""
        nonce = self.random.randbytes(8)
        return (signer or self.signer).command(commands.RECORDS[kind], self.tag_id, nonce, values)

    def obey(self, change: int, document: bytes) -> int:
        """The record of a document that the tag took."""
        parsed = documents.parse(document)
        assert not isinstance(parsed, Bad)
        is_list = change == records.TRUST_LIST
        generation = parsed.number(documents.MINIMUM if is_list else documents.GENERATION)
        number = parsed.number(documents.NUMBER)
        digest = hashlib.sha256(document).digest()
        if document not in self.documents:
            self.documents.append(document)
        return self.event(records.TRUST, change=change, number=number, generation=generation, digest=digest)

    def provision(self) -> None:
        """The authority's root and its own certificate reach the tag."""
        self.obey(records.TRUST_ROOT, self.programme.root_document)
        self.obey(records.TRUST_CERTIFICATE, self.certificate)

    def boot(self, cause: int = 1, skipped: int = 0, ticks_offset: int | None = None) -> None:
        """Start: BOOT, then KEY when it is the first one, and CONFIG then and while the tag is fitted."""
        self.boot_number += 1
        if ticks_offset is not None:
            self.ticks_offset = ticks_offset - self.now_ms
        if self.boot_number:
            self._begin_item()
            self._put(self.coder.encode_boot(self.boot_number))
        if skipped:
            self._begin_item()
            self._put(self.coder.encode_number(self.coder.number + skipped))
        self.event(records.BOOT, cause=cause, skipped=skipped, firmware=b"tagmaker")
        if not self.boot_number:
            self.event(records.KEY, epoch=0, public_key=self.public_key)
        if not self.boot_number or self.fitted:
            self.event(records.CONFIG, **self.config)

    def attest(self, error_ms: int = 0, delay_ms: int = 20, signer: SigningKey | None = None) -> int:
        nonce_ticks = self.ticks
        self.now_ms += delay_ms
        signed = self.signed(records.ATTESTATION, signer, utc_ms=self.utc_ms + error_ms)
        return self.event(records.ATTESTATION, nonce_ticks=nonce_ticks, **signed)

    def fit(
        self,
        order_id: bytes = b"order-0000000001",
        signer: SigningKey | None = None,
        asked: tuple[int, int] | None = None,
    ) -> int:
        """At the present pace; what the order asks for is `asked` (cadence_s, seal_interval_s) where it is another."""
        self.event(records.CONFIG, **self.config)
        pace = {name: self.config[name] for name, _ in records.PACE}
        pace |= dict(zip(("cadence_s", "seal_interval_s"), asked or (), strict=False))
        number = self.event(records.FIT, **self.signed(records.FIT, signer, order_id=order_id, **pace))
        self.order_id = order_id
        self.fitted = True
        self.seal(seals.REASON_FIT)
        return number

    def receipt(self, signer: SigningKey | None = None, **wrong: int | bytes) -> int:
        """Behind a seal: a station says that it has it. wrong: fields that a station makes up."""
        keys = [self.key, *self.ahead][:2]
        values: dict[str, int | bytes] = {
            "page": len(self.closed),
            "seal_number": self.seal_count - 1,
            "seal_hash": self.previous,
            "epoch": self.epoch,
            "keys": b"".join(point(key) for key in keys).ljust(66, b"\0"),
        }
        return self.event(records.RECEIPT, **self.signed(records.RECEIPT, signer, **(values | wrong)))

    def live(self, readings: Iterable[int], noise: int = 0, **same: int) -> None:
        """One reading per TAC given, at the cadence, with scheduled seals."""
        cadence_ms = int(self.config["cadence_s"]) * 1000
        interval_ms = int(self.config["seal_interval_s"]) * 1000
        for tac_ug_dl in readings:
            self.now_ms += cadence_ms
            self.reading(tac_ug_dl, noise=noise, **same)
            if self.now_ms - self.last_seal_ms >= interval_ms:
                self.seal()

    def configure(self, cadence_s: int, seal_interval_s: int, signer: SigningKey | None = None) -> int:
        """A station changes the order's pace."""
        pace = {name: self.config[name] for name, _ in records.PACE}
        pace |= {"cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        number = self.event(records.CONFIGURED, **self.signed(records.CONFIGURED, signer, **pace))
        self.pace(cadence_s, seal_interval_s)
        return number

    def pace(self, cadence_s: int, seal_interval_s: int, profile: int | None = None) -> None:
        """Another CONFIG record: what `live` does follows it."""
        self.config |= {"cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        self.config["profile"] = profile or self.config["profile"]
        self.event(records.CONFIG, **self.config)

    def strap(self, is_open: bool, edges: int = 1) -> None:
        self.event(records.STRAP, open=int(is_open), edges=edges)
        self.seal(seals.REASON_STRAP)

    def case(self, is_open: bool, edges: int = 1) -> None:
        self.event(records.CASE, open=int(is_open), edges=edges)
        self.seal(seals.REASON_CASE)

    def remove(self, reason: int = 1, signer: SigningKey | None = None) -> None:
        self.event(records.REMOVE, **self.signed(records.REMOVE, signer, reason=reason))
        self.fitted = False
        self.seal(seals.REASON_REMOVE)


def fitted(readings: Iterable[int] = (), **options: Any) -> TagMaker:
    """A tag that was booted, provisioned, attested, fitted and lived through these TAC values, sealed at the end."""
    maker = TagMaker(**options)
    maker.boot()
    maker.provision()
    maker.attest()
    maker.fit()
    maker.live(readings)
    maker.seal(seals.REASON_ASKED, b"nonce")
    return maker
