"""How an attacker uses stolen keys, false words and another tag: what is handed over in place of what was held."""

import hashlib

from evidence.attacker import (
    SEAL,
    Entry,
    Forger,
    changed,
    flipped,
    newest,
    readings,
    rewritten,
    stolen_keys,
    taken_apart,
)
from evidence.lives import LASTING, Evidence, Lives
from evidence.ways import edited
from programme import Programme, key
from tagproto import messages, records, seals

# Keys


def forger(lives: Lives, until: int) -> tuple[Forger, list[Entry]]:
    """Who copied the log up to and with its seal `until`, and what the tag wrote behind that."""
    entries = taken_apart(newest(lives.noon.raws))
    at = [place for place, one in enumerate(entries) if one.kind == SEAL][until] + 1
    thief = Forger(lives.noon.tag_id, stolen_keys(lives.image))
    thief.copy(entries[:at])
    return thief, entries[at:]


def forged(lives: Lives, until: int, epoch: int | None = None) -> Evidence:
    """One window with a false reading in it behind seal `until`; then the log as it was."""
    thief, behind = forger(lives, until)
    at = next(place for place, one in enumerate(behind) if one.kind == SEAL)
    thief.copy([changed(one, body=b"\0" * 7) if place == readings(behind)[0] else one
                for place, one in enumerate(behind[:at])])  # fmt: skip
    genuine = seals.parse(behind[at].data)
    assert isinstance(genuine, seals.SignedSeal)
    thief.key = next(iter(thief.stolen.values()))
    thief.epoch = genuine.seal.epoch if epoch is None else epoch
    thief.ahead = [key(71).private, key(72).private]
    thief.seal(genuine.seal.reason, genuine.seal.nonce)
    thief.copy(behind[at + 1 :])
    return lives.noon.but(raws=thief.raw_pages())


def forged_before(lives: Lives) -> Evidence:
    return forged(lives, 2)


def forged_before_with_own_epoch(lives: Lives) -> Evidence:
    return forged(lives, 2, min(stolen_keys(lives.image)))


def forged_behind(lives: Lives) -> Evidence:
    thief, behind = forger(lives, -1)
    thief.copy(behind)
    cadence_ms = 60_000
    for _ in range(6):
        for _ in range(200):
            thief.now_ms += cadence_ms
            thief.reading(0)
        thief.seal()
    return lives.noon.but(raws=thief.raw_pages())


# Stations


def _of_kind(entries: list[Entry], kind: int) -> int:
    return next(at for at, one in enumerate(entries) if one.record is not None and one.record.kind == kind)


def _change_the_time(entries: list[Entry]) -> list[Entry]:
    at = _of_kind(entries, records.ATTESTATION)
    record = entries[at].record
    assert record is not None
    entries[at] = changed(entries[at], body=flipped(record.body, 30))
    return entries


attestation_changed = edited(_change_the_time)


def attestation_of_a_stranger(lives: Lives) -> Evidence:
    """The tag's own keys seal it: all that is wrong is who says it."""
    thief, behind = forger(lives, -1)
    thief.copy(behind)
    said = Programme(9).station.command(messages.ATTEST, thief.tag_id, bytes(8), {"utc_ms": 1_772_600_000_000})
    thief.event(records.ATTESTATION, nonce_ticks=thief.ticks, **said)
    thief.seal()
    return lives.noon.but(raws=thief.raw_pages())


def acknowledged_and_gone(lives: Lives) -> Evidence:
    """What lies in front of the page of the first day's receipt is no longer there."""
    raws = newest(lives.whole.raws)
    at = _of_kind(taken_apart(raws), records.RECEIPT)
    receipt = taken_apart(raws)[at].record
    assert receipt is not None
    return lives.whole.but(raws=raws[int.from_bytes(receipt.body[:4], "little") :])


def false_checkpoint(lives: Lives) -> Evidence:
    """The tag's own keys seal it: all that is wrong is what the station says."""
    thief, behind = forger(lives, -1)
    thief.copy(behind)
    said: dict[str, int | bytes] = {
        "page": 1,
        "seal_number": thief.seal_count - 1,
        "seal_hash": thief.previous,
        "epoch": thief.epoch,
        "keys": key(71).point + key(72).point,
    }
    thief.event(records.RECEIPT, **LASTING.station.command(messages.ACKNOWLEDGE, thief.tag_id, bytes(8), said))
    thief.seal()
    return lives.noon.but(raws=thief.raw_pages())


def revoked_station(lives: Lives) -> Evidence:
    return _with_list(lives, LASTING.station.key_id)


def revoked_tag(lives: Lives) -> Evidence:
    return _with_list(lives, lives.whole.tag_id)


def old_generation(lives: Lives) -> Evidence:
    """The tag took a list that asks for generation 2; its station goes on with its certificate of generation 1."""
    thief, behind = forger(lives, -1)
    thief.copy(behind)
    raised = LASTING.list_document(1, minimum=2)
    digest = hashlib.sha256(raised).digest()
    thief.event(records.TRUST, change=records.TRUST_LIST, number=1, generation=2, digest=digest)
    said: dict[str, int | bytes] = {"reason": 1}
    thief.event(records.REMOVE, **LASTING.station.command(messages.REMOVE, thief.tag_id, bytes(8), said))
    thief.seal()
    return lives.noon.but(raws=thief.raw_pages(), documents=[*lives.noon.documents, raised])


def _with_list(lives: Lives, revoked: bytes) -> Evidence:
    since = LASTING.times[0]
    return lives.whole.but(documents=[*lives.whole.documents, LASTING.list_document(1, 0, {revoked: since})])


# Two tags


def seals_swapped(lives: Lives) -> Evidence:
    others = [one for one in taken_apart(newest(lives.other.raws)) if one.kind == SEAL]

    def edit(entries: list[Entry]) -> list[Entry]:
        left = iter(others)
        return [next(left, one) if one.kind == SEAL else one for one in entries]

    return lives.noon.but(raws=rewritten(lives.noon.raws, edit))


def certificate_swapped(lives: Lives) -> Evidence:
    return lives.whole.but(documents=lives.other.documents)


def tag_swapped(lives: Lives) -> Evidence:
    return lives.whole.but(raws=lives.other.raws)


def false_authority(lives: Lives) -> Evidence:
    false = Programme(9)
    public_key = lives.whole.public_key
    assert public_key is not None
    return lives.whole.but(documents=[*false.chain, false.tag_document(lives.whole.tag_id, public_key)])
