"""Logs of tags, stations and thieves who do anything, with pages that anything happened to: both have to agree."""

import random
from collections.abc import Callable

from ankletag.trust import SigningKey, certify_station, certify_tag
from ankletag.verify import Witness
from evidence.attacker import flipped, repaired
from evidence.lives import Evidence
from host.tagmaker import TagMaker
from programme import BEGIN_S, END_S, Programme, key
from tagproto import records
from tagproto.calibration import identity

OTHER, STRANGER = key(103), key(777)
ANOTHER_TAG = b"another!"


class Chaos:
    """One log out of a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        pace = {"cadence_s": self.draw.choice([60, 300]), "seal_interval_s": self.draw.choice([3600, 21600])}
        self.maker = TagMaker(Programme(), seed=seed % 1000, **pace)
        self.programme = self.maker.programme
        self.maker.documents.append(self.programme.certify(OTHER, "Court 3"))
        self.snapshots: list[bytes] = []
        self.stolen: list[tuple[object, int]] = []
        self.maker.boot()
        if self.draw.random() < 0.9:
            self.maker.provision()
        deeds = [*self.honest() * 2, *self.odd()]
        for _ in range(self.draw.randrange(3, 22)):
            self.draw.choice(deeds)()
        if self.draw.random() < 0.7:
            self.maker.seal(7, b"nonce")

    def signer(self) -> SigningKey | None:
        return self.draw.choice([None, None, None, OTHER, STRANGER, self.programme.root])

    def honest(self) -> list[Callable[[], object]]:
        """What tags and stations do all day."""
        maker, draw = self.maker, self.draw
        return [
            lambda: maker.live([0] * draw.randrange(1, 120), noise=draw.choice([0, 5, 50])),
            lambda: maker.live([0] * draw.randrange(1, 60)),
            lambda: maker.seal(draw.choice([1, 5, 7]), draw.choice([b"", b"nonce"])),
            lambda: maker.attest(),
            lambda: maker.fit(draw.choice([b"order-0000000001", b"order-0000000002"])),
            lambda: maker.boot(cause=2, skipped=draw.choice([0, 0, 40])),
            lambda: maker.pace(draw.choice([60, 1800]), draw.choice([600, 21600, 86400])),
            lambda: maker.receipt() if maker.seal_count else None,
            lambda: maker.strap(True),
            lambda: self.snapshots.append(maker.open_page()),
            lambda: maker.end_page(),
        ]

    def odd(self) -> list[Callable[[], object]]:
        """What faults, thieves and liars do."""
        return [getattr(self, name) for name in dir(self) if name.startswith("_odd_")]

    def _odd_attestation(self) -> None:
        self.maker.attest(error_ms=self.draw.choice([0, 10**6, -(10**6), 10**11]), signer=self.signer())

    def _odd_statements(self) -> None:
        maker, signer = self.maker, self.signer()
        pace = {**{name: maker.config[name] for name, _ in records.PACE}, "cadence_s": 60, "seal_interval_s": 600}
        calibration = {name: maker.config[name] for name, _ in records.CALIBRATION}
        self.draw.choice([
            lambda: maker.fit(signer=signer),
            lambda: maker.remove(signer=signer),
            lambda: maker.event(records.OPENED, **maker.signed(records.OPENED, signer, scope=2)),
            lambda: maker.event(records.CONFIGURED, **maker.signed(records.CONFIGURED, signer, **pace)),
            lambda: maker.event(records.CALIBRATED, **maker.signed(records.CALIBRATED, signer, **calibration)),
        ])()  # fmt: skip

    def _odd_receipt(self) -> None:
        maker = self.maker
        if maker.seal_count:
            maker.receipt(self.signer(), **self.draw.choice([
                {"seal_hash": bytes(32)}, {"seal_number": maker.seal_count}, {"epoch": maker.epoch + 1},
                {"keys": bytes(66)}, {"seal_number": 0}, {"epoch": maker.epoch + 5},
            ]))  # fmt: skip

    def _odd_times(self) -> None:
        self.maker.now_ms += self.draw.choice([10**5, 10**7, 10**8, -5 * 10**5])

    def _odd_lost(self) -> None:
        ticks = self.maker.ticks
        first = (ticks - self.draw.choice([0, 10**6, 10**8])) % records.TICKS_PERIOD_MS
        self.maker.event(records.LOST, count=5, first_ticks=first, last_ticks=ticks)

    def _odd_keys(self) -> None:
        maker = self.maker
        if self.stolen and self.draw.random() < 0.5:
            maker.key, maker.epoch = self.stolen[0]  # type: ignore[assignment]
        elif self.draw.random() < 0.5:
            self.stolen.append((maker.key, maker.epoch))
        else:
            maker.key = STRANGER.private

    def _odd_epochs(self) -> None:
        if self.draw.random() < 0.5:
            self.maker.rekeys = not self.maker.rekeys
        else:
            self.maker.epoch += self.draw.choice([1, 3])

    def _odd_seals(self) -> None:
        maker = self.maker
        if self.draw.random() < 0.5:
            maker._previous = bytes(31) + b"\1"
        else:
            maker._seal_number = max(0, maker._seal_number + self.draw.choice([-1, -2, 1, 3]))

    def _odd_items(self) -> None:
        maker = self.maker
        maker._begin_item()
        maker._put(self.draw.choice([
            lambda: maker.coder.encode_number(max(0, maker.coder.number + self.draw.choice([-3, 7, 2]))),
            lambda: maker.coder.encode_seal(self.draw.choice([b"\xd2\x84nothing", b"x"])),
        ])())  # fmt: skip

    def _odd_bodies(self) -> None:
        kinds = [records.STRAP, records.CONFIG, records.FIT, records.FAULT, 0x3A, records.ATTESTATION]
        self.maker.event_body(self.draw.choice(kinds), bytes(self.draw.randrange(0, 60)))

    def _odd_records(self) -> None:
        maker = self.maker
        public_key = self.draw.choice([maker.public_key, TagMaker(seed=9).public_key])
        maker.event(records.KEY, epoch=self.draw.choice([0, 1, maker.epoch]), public_key=public_key)
        calibration = self.draw.choice([maker.config["calibration_id"], b"otheronx"])
        figures = {"cell_span_pa_per_mg_dl": self.draw.choice([15_000, 12_000])}
        calibration = self.draw.choice([calibration, identity(maker.config | figures)])
        odd = {**figures, "calibration_id": calibration, "tia_ohm": self.draw.choice([0, 120_000])}
        maker.event(records.CONFIG, **(maker.config | odd))
        maker.event(records.TRUST, change=3, number=1, generation=1, digest=bytes(32))

    def _odd_lists(self) -> None:
        revoked = self.draw.choice([
            {}, {self.programme.station.key_id: BEGIN_S + 10**7}, {OTHER.key_id: self.draw.choice([0, 2 * 10**9])},
            {self.programme.region.key_id: BEGIN_S}, {self.maker.tag_id: 5},
        ])  # fmt: skip
        number, minimum = self.draw.randrange(1, 4), self.draw.choice([0, 1, 2])
        self.maker.obey(records.TRUST_LIST, self.programme.list_document(number, minimum, revoked))

    def _odd_boots(self) -> None:
        self.maker.boot_number += 1
        if self.draw.random() < 0.5:
            self.maker.boot()

    def _odd_tag(self) -> None:
        self.maker.tag_id = self.draw.choice([self.maker.tag_id, ANOTHER_TAG])

    # What happens to it on the way

    def evidence(self) -> Evidence:
        """Pages and documents as they reach who verifies, and what that one knows."""
        draw, maker = self.draw, self.maker
        raws = maker.raw_pages()
        for _ in range(draw.choice([0, 0, 1, 1, 2, 3])):
            if raws:
                draw.choice([self._damage, self._damage, self._drop, self._move])(raws)
        for snapshot in self.snapshots:
            if draw.random() < 0.5:
                raws.insert(draw.randrange(len(raws) + 1), snapshot)
        witnesses = [Witness(draw.randrange(12), draw.choice([maker.previous[:8], bytes(8)]))]
        return Evidence(
            maker.tag_id,
            draw.choice([maker.public_key, maker.public_key, maker.public_key, None, TagMaker(seed=3).public_key]),
            self._papers(),
            raws,
            draw.choice([None, None, b"order-0000000001"]),
            draw.choice([self.programme.root.point] * 3 + [None, Programme(2).root.point]),
            witnesses if draw.random() < 0.3 else [],
        )

    def _papers(self) -> list[bytes]:
        """The authority's documents; now and then one less, a strange one more, or others in place of some."""
        papers, kind = list(self.maker.documents), self.draw.randrange(12)
        region = self.programme.region
        point = key(42).point
        if kind == 0:
            del papers[self.draw.randrange(len(papers))]
        elif kind == 1:
            papers.append(self.draw.choice([b"junk" * 5, Programme(2).root_document, Programme(2).region_document]))
        elif kind == 2:
            papers.append(certify_tag(region, ANOTHER_TAG, point, b"otheronx", 1, BEGIN_S, END_S))
        elif kind == 3:
            short = certify_tag(
                region, self.maker.tag_id, self._first_point(), b"nominal1", 1, BEGIN_S, BEGIN_S + 86_400
            )
            papers = [one for one in papers if one != self.maker.certificate] + [short]
        elif kind == 4:
            short = certify_station(region, self.programme.station.point, "Court 1", 1, BEGIN_S, BEGIN_S + 86_400)
            papers = [one for one in papers if one != self.programme.station_document] + [short]
        return papers

    def _first_point(self) -> bytes:
        public_key = self.maker.public_key
        return bytes((2 | public_key[63] & 1,)) + public_key[:32]

    def _damage(self, raws: list[bytes]) -> None:
        at, draw = draw_index(self.draw, raws), self.draw
        page, kind = raws[at], draw.randrange(6)
        end = draw.randrange(29, 252)
        if kind == 0:
            raws[at] = flipped(page, draw.randrange(2048))
        elif kind == 1:
            raws[at] = flipped(flipped(page, draw.randrange(2048)), draw.randrange(2048))
        elif kind == 2:
            raws[at] = repaired(flipped(page, draw.randrange(6 * 8, 252 * 8)))
        elif kind == 3:
            raws.insert(draw.choice([at, len(raws)]), repaired(page[:end] + b"\xff" * (256 - end)))
        elif kind == 4:
            raws[at] = repaired(page[:end] + b"\xff" * (256 - end))
        else:
            raws[at] = repaired(page[:1] + bytes((draw.choice([255, 0, 5, 230]),)) + page[2:])

    def _drop(self, raws: list[bytes]) -> None:
        at = draw_index(self.draw, raws)
        del raws[self.draw.choice([slice(at, at + 1), slice(0, self.draw.randrange(1, 3)), slice(at, None)])]

    def _move(self, raws: list[bytes]) -> None:
        one, other = draw_index(self.draw, raws), draw_index(self.draw, raws)
        if self.draw.random() < 0.5:
            raws.append(numbered(raws[one], self.draw.choice([len(raws), len(raws) + 3, one + 1])))
        else:
            raws[one], raws[other] = numbered(raws[other], number(raws[one])), numbered(raws[one], number(raws[other]))
        if self.draw.random() < 0.2:
            raws.append(self.draw.choice([b"\xff" * 256, bytes(256), self.draw.randbytes(256)]))


def draw_index(draw: random.Random, raws: list[bytes]) -> int:
    return draw.randrange(len(raws))


def number(page: bytes) -> int:
    """Of a page, as it lies there."""
    return int.from_bytes(page[2:6], "little")


def numbered(page: bytes, seq: int) -> bytes:
    """The page under another number, its checksum right."""
    return repaired(page[:2] + seq.to_bytes(4, "little") + page[6:])
