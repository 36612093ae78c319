"""Firmware to be handed on: the image, its UF2, and a manifest that says what is in them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ankletag import __version__
from ankletag.image.board import board_uf2, check_micropython
from ankletag.image.build import build_image
from ankletag.image.contents import read_image
from ankletag.image.digest import firmware_digest
from ankletag.image.firmware import compiler_version, firmware_tree, image_tree
from ankletag.image.geometry import IMAGE_BLOCKS, STORAGE_BLOCKS
from tagproto.layout import PAGES_PER_BLOCK, Layout

MANIFEST = "manifest.json"
RELEASE = "release"
DEVELOPER = "developer"
_KINDS = (RELEASE, DEVELOPER)
_ENDINGS = (".bin", ".uf2", "-board.uf2")

NAMES = frozenset({MANIFEST, *(f"ankletag-{kind}{ending}" for kind in _KINDS for ending in _ENDINGS)})
"""Every name that a file of a release can have."""


@dataclass(frozen=True, slots=True)
class MicroPython:
    """A UF2 of MicroPython for RPI_PICO, and the name of its file."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Release:
    """What belongs together. files: content by name, the manifest last; manifest: what it says."""

    files: dict[str, bytes]
    manifest: dict[str, object]


def make_release(*, developer: bool = False, micropython: MicroPython | None = None) -> Release:
    """This installation's firmware. The same installation gives the same bytes: there are no times in them.

    micropython: with it there is a UF2 of the whole board, too. Raises ImageError for files that do not compile or
    fit, and for a UF2 that cannot be joined with them.
    """
    kind = DEVELOPER if developer else RELEASE
    tree = firmware_tree(developer=developer)
    files = image_tree(tree)
    image = build_image(files)
    made = [image, board_uf2(image)]
    if micropython is not None:
        made.append(board_uf2(image, check_micropython(micropython.data, micropython.name)))
    outputs = {f"ankletag-{kind}{ending}": data for ending, data in zip(_ENDINGS, made, strict=False)}
    manifest: dict[str, object] = {
        "ankletag": __version__,
        "compiler": compiler_version(),
        "kind": kind,
        "firmware": firmware_digest(files).hex(),
        "outputs": _described(outputs),
        "micropython": None if micropython is None else _one(micropython.data),
        "modules": _described(tree),
        "modules_bytes": sum(map(len, tree.values())),
        "image_blocks": len(read_image(image).blocks),
        "image_blocks_most": IMAGE_BLOCKS,
        "log_pages": Layout(STORAGE_BLOCKS - IMAGE_BLOCKS).ring_blocks * PAGES_PER_BLOCK,
    }
    outputs[MANIFEST] = (json.dumps(manifest, indent=1) + "\n").encode()
    return Release(outputs, manifest)


def _described(files: Mapping[str, bytes]) -> dict[str, dict[str, object]]:
    return {name: _one(data) for name, data in sorted(files.items())}


def _one(data: bytes) -> dict[str, object]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
