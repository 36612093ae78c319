"""What can be wrong with an image."""

from ankletag.errors import AnkletagError


class ImageError(AnkletagError):
    """The file system cannot be built, or is not what the tag would mount."""
