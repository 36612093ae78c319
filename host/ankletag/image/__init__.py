"""The file system that a tag's MicroPython mounts: built here, written once, never changed by the tag."""

from ankletag.image.build import build_image
from ankletag.image.contents import Contents, read_image
from ankletag.image.errors import ImageError
from ankletag.image.firmware import PACK, firmware_image, firmware_tree, image_tree
from ankletag.image.geometry import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS

__all__ = [
    "BLOCK_BYTES",
    "IMAGE_BLOCKS",
    "PACK",
    "STORAGE_BLOCKS",
    "Contents",
    "ImageError",
    "build_image",
    "firmware_image",
    "firmware_tree",
    "image_tree",
    "read_image",
]
