"""From files to the image of a file system."""

from collections.abc import Mapping

from littlefs import LittleFS, LittleFSError, UserContext

from ankletag.image.contents import read_image
from ankletag.image.errors import ImageError
from ankletag.image.geometry import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS, file_system

_ERASED = b"\xff"
_NAME_MAX_BYTES = 255


def build_image(files: Mapping[str, bytes]) -> bytes:
    """The first IMAGE_BLOCKS blocks of 4096 bytes of a littlefs that declares 352 blocks and holds `files`.

    files: content by path, relative to the root, as in "tag/app.mpy"; folders are made as needed. The same files give
    the same bytes, in whatever order they come: nothing but names and contents is stored.

    Raises ImageError when the files do not fit (it says how many blocks are missing), when a path cannot be one, and
    when what was built does not read back as it should.
    """
    _check_paths(files)
    flash = UserContext(STORAGE_BLOCKS * BLOCK_BYTES)
    fs = file_system(flash, IMAGE_BLOCKS)
    try:
        _write(fs, files)
        # Only now may the file system know of the rest: before, it would spread its blocks over all of it.
        fs.fs_grow(STORAGE_BLOCKS)
        fs.unmount()
    except LittleFSError as error:
        if error.code != LittleFSError.Error.LFS_ERR_NOSPC:
            raise
        raise _too_large(files) from None
    end = IMAGE_BLOCKS * BLOCK_BYTES
    image = bytes(flash.buffer[:end])
    _check(image, bytes(flash.buffer[end:]), files)
    return image


def _write(fs: LittleFS, files: Mapping[str, bytes]) -> None:
    fs.format()
    fs.mount()
    for path in sorted(files):
        folder, _, _ = path.rpartition("/")
        if folder:
            fs.makedirs(folder, exist_ok=True)
        with fs.open(path, "wb") as file:
            file.write(files[path])


def _too_large(files: Mapping[str, bytes]) -> ImageError:
    fs = file_system(UserContext(STORAGE_BLOCKS * BLOCK_BYTES), STORAGE_BLOCKS)
    total = f"{len(files)} files of {sum(map(len, files.values()))} bytes in all"
    has = f"the image has {IMAGE_BLOCKS} blocks of {BLOCK_BYTES} bytes"
    action = "Leave files out or make them smaller; a file takes whole blocks, a folder takes two."
    try:
        _write(fs, files)
    except LittleFSError as error:
        if error.code != LittleFSError.Error.LFS_ERR_NOSPC:
            raise
        return ImageError(f"{total} do not fit: {has}, and they would not even fit into {STORAGE_BLOCKS}.", action)
    # While it writes, littlefs may need a block more than it uses in the end.
    over = max(fs.used_block_count - IMAGE_BLOCKS, 1)
    return ImageError(f"{total} do not fit: {has}, and that is {over} too few.", action)


def _check_paths(files: Mapping[str, bytes]) -> None:
    for path in files:
        parts = path.split("/")
        if any(part in ("", ".", "..") or len(part.encode()) > _NAME_MAX_BYTES or "\0" in part for part in parts):
            raise ImageError(f"{path!r} is no path of a file on a tag.", "Name it from the root, as in 'tag/app.mpy'.")
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        if blocking := next((folder for folder in folders if folder in files), None):
            raise ImageError(f"{path!r} lies in {blocking!r}, which is a file.", "Give one of the two another name.")


def _check(image: bytes, behind: bytes, files: Mapping[str, bytes]) -> None:
    """Read back what was built, as the tag would: the log's blocks depend on it."""
    contents = read_image(image)
    faults = []
    if behind.strip(_ERASED):
        faults.append(f"something was written behind block {IMAGE_BLOCKS}")
    if contents.blocks - set(range(IMAGE_BLOCKS)):
        faults.append(f"it uses blocks behind {IMAGE_BLOCKS}: {sorted(contents.blocks)[-1]}")
    if contents.declared_blocks != STORAGE_BLOCKS:
        faults.append(f"it declares {contents.declared_blocks} blocks, not {STORAGE_BLOCKS}")
    if contents.files != files:
        faults.append("its files are not those that went in")
    if faults:
        raise ImageError(
            f"The file system that was built would not do: {'; '.join(faults)}.",
            "Nothing was written. Install the version of littlefs-python that constraints.txt names.",
        )
