"""Inclusion proofs in the tree of a window (RFC 9162 section 2.1.3)."""

from collections.abc import Sequence

from tagproto.tree import Tree, node_hash


def _root(leaves: Sequence[bytes]) -> bytes:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, leaves) of section 2.1.3.1: the hashes beside the way from a leaf to the root, the leaf's own side
    first. Raises ValueError for an index outside."""
    if not 0 <= index < len(leaves):
        raise ValueError("no leaf has this index")
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(leaves[:half], index), _root(leaves[half:])]
    return [*path(leaves[half:], index - half), _root(leaves[:half])]


def root_of(leaf: bytes, index: int, count: int, beside: Sequence[bytes]) -> bytes | None:
    """The root to which a leaf leads (section 2.1.3.2); None where the path has another length than such a tree's."""
    if not 0 <= index < count:
        return None
    at, last = index, count - 1
    for other in beside:
        if not last:
            return None
        if at & 1 or at == last:
            leaf = node_hash(other, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = node_hash(leaf, other)
        at, last = at >> 1, last >> 1
    return None if last else leaf
