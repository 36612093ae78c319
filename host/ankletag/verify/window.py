"""The window that is open: its records and its seed, and whether a seal names the root of their tree."""

from tagproto.records import Record, canonical
from tagproto.seals import SignedSeal
from tagproto.tree import Salts, Tree, leaf_hash

from . import _say as say


class OpenWindow:
    """records: those since the last seal, in the order of the log."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._seed: bytes | None = None
        # By the position of the record behind the seed.
        self._seeds: dict[int, bytes] = {}

    def seed(self, seed: bytes) -> None:
        """A seed item: it belongs to the record that comes next."""
        self._seed = seed

    def gap(self) -> None:
        """Something is missing here: the next record is not the one behind the seed."""
        self._seed = None

    def add(self, record: Record) -> None:
        """The next record."""
        if self._seed is not None:
            self._seeds[len(self.records)] = self._seed
            self._seed = None
        self.records.append(record)

    def close(self) -> None:
        """A seal has come: what follows belongs to the next window."""
        self.records = []
        self._seeds = {}

    def seed_of(self, signed: SignedSeal) -> bytes | None:
        """The seed of the window that a seal closes; None where it is missing."""
        return self._seeds.get(len(self.records) - signed.seal.count)

    def fault(self, signed: SignedSeal) -> str | None:
        """Why the seal does not cover these records (RFC 9162 section 2.1 over salted leaves), or None when it does.

        Records before its first one belong to a seal that is lost.
        """
        seal = signed.seal
        found = [record for record in self.records if record.number >= seal.first]
        begin = len(self.records) - seal.count
        if (
            len(found) != seal.count
            or found != self.records[max(0, begin) :]
            or (found and found[0].number != seal.first)
        ):
            return say.window_count(signed, len(found))
        tree = Tree()
        if found:
            seed = self._seeds.get(begin)
            if seed is None:
                return say.window_seed(signed)
            salt = Salts(seed).salt
            add = tree.add
            for record in found:
                number = record.number
                add(leaf_hash(salt(number), canonical(record.kind, number, record.boot, record.ticks, record.body)))
        return None if tree.root() == seal.root else say.window_root(signed)
