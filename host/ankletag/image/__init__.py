"""The file system that a tag's MicroPython mounts: built here, written once, never changed by the tag."""

from ankletag.image.board import MICROPYTHON_RELEASES, MICROPYTHON_VARIABLE, board_uf2, check_micropython
from ankletag.image.build import build_image
from ankletag.image.contents import Contents, read_image
from ankletag.image.digest import firmware_digest
from ankletag.image.errors import ImageError
from ankletag.image.firmware import PACK, firmware_image, firmware_tree, image_tree
from ankletag.image.geometry import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS
from ankletag.image.uf2 import read_uf2, write_uf2

__all__ = [
    "BLOCK_BYTES",
    "IMAGE_BLOCKS",
    "MICROPYTHON_RELEASES",
    "MICROPYTHON_VARIABLE",
    "PACK",
    "STORAGE_BLOCKS",
    "Contents",
    "ImageError",
    "board_uf2",
    "build_image",
    "check_micropython",
    "firmware_digest",
    "firmware_image",
    "firmware_tree",
    "image_tree",
    "read_image",
    "read_uf2",
    "write_uf2",
]
