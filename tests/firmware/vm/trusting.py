"""Commands that cut what a tag knows of its authority, by itself."""

import hashlib

import nor
import signing
from recording import Recording
from stores import cut_again

from tag.log.flash import Flash
from tag.trust import Trust
from tagproto import cose, documents
from tagproto.layout import TRUST_BLOCKS

_TAG_ID = b"TAG00001"
_PUBLIC_KEY = bytes(range(32)) + bytes(32)


def _trust(flash):
    return Trust(Flash(flash), 0, _TAG_ID, lambda: cose.compressed(_PUBLIC_KEY))


def _state(trust):
    """All that lasts, as a few hex digits."""
    numbers = (trust.root_generation, trust.list_number, trust.minimum, trust.told_by, sorted(trust.change.items()))
    parts = (trust.root, trust.certificate, trust.region_certificate, repr(trust.revoked), repr(numbers))
    return hashlib.sha256(repr(parts).encode()).digest()[:8].hex()


def _documents(lists):
    """Provisioning, so many lists, a new root and what it issues, and lists again."""
    made = signing.Programme()
    yield made.root_document
    yield made.region_document
    yield made.tag_document(_TAG_ID, _PUBLIC_KEY)
    for number in range(1, lists + 1):
        yield made.list_document(number, number // 3)
    after = made.rotated()
    yield after.root_document
    yield after.region_document
    for number in range(lists + 1, 2 * lists):
        yield after.list_document(number, number // 3)


def record_trust(path, lists):
    """Changes of whom a tag obeys, one after the other, recorded."""
    recording = Recording(path)
    flash = nor.Flash(TRUST_BLOCKS)
    flash.before = recording.before
    trust = _trust(flash)
    states = [_state(trust)]
    recording.state(trust=states)
    for number, encoded in enumerate(_documents(lists)):
        if trust.take(documents.parse(encoded)):
            trust.told_by = number
            states = [states[-1], _state(trust)]
            recording.state(trust=states)
            if not trust.save():
                raise ValueError("save %d failed" % number)
            recording.state(trust=states[1:])
    recording.close()
    return {"operations": recording.operations, "erases": flash.erases}


def trust_comes_back(path, seed, mode):
    """Whom the tag obeys by four boots, and by two more after a change each; of these what was saved, too."""
    with open(path, "rb") as file:
        flash = nor.Flash(TRUST_BLOCKS, file, seed, mode)
    seen = [_state(_trust(flash)) for _ in range(4)]
    later = []
    for number in (1, 2):
        trust = _trust(flash)
        trust.list_number += number
        kept = trust.save()
        later.append((kept, _state(trust), _state(_trust(flash))))
    return {"seen": seen, "later": later}


def trust_after_two_cuts(path, seed, mode, cut_in):
    """Whom the tag obeys by a boot behind one that was cut at an operation of its own."""
    with open(path, "rb") as file:
        flash = nor.Flash(TRUST_BLOCKS, file, seed, mode)
    cut_again(flash, cut_in, lambda: _trust(flash))
    return _state(_trust(flash))
