"""The Merkle tree of a window (RFC 9162 section 2.1), streamed, with salted leaves.

Leaf = SHA-256(0x00, salt, record), salt = HMAC-SHA-256(window seed, record number as u32 big-endian).
Without a salt a neighbour in a proof is guessed in a moment; with one, a disclosed record carries its
own salt and tells nothing of the others.
"""

import hashlib

from . import hmac

SEED_SIZE = 16


class Salts:
    """Salts of one window. Raises ValueError when the seed is not 16 bytes."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise ValueError("window seed is not 16 bytes")
        self._inner, self._outer = hmac.pads(seed)

    def salt(self, number: int) -> bytes:
        """32 bytes for a record number."""
        inner = hashlib.sha256(self._inner + number.to_bytes(4, "big")).digest()
        return hashlib.sha256(self._outer + inner).digest()


def leaf_hash(salt: bytes, record: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(b"\0" + salt + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Root of leaves that come one by one; holds one hash per level."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf hash."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """RFC 9162's MTH: SHA-256 of nothing for an empty tree."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root
