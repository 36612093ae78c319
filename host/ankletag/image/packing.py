"""The tag's modules in one file: see firmware/pack.py, which imports from it."""

from collections.abc import Mapping

FILE_BYTES_MOST = (1 << 14) - 1
"""What firmware/pack.py can say of a file's size."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """`path offset size` in a line for each file, an empty line, then the contents. The same files give the same bytes.

    Raises ValueError for a path with a space or a line end in it, a file of 16 KiB or more, and for no files at all.
    """
    lines, offset = [], 0
    for path, data in sorted(files.items()):
        if path.split() != [path]:
            raise ValueError(f"{path!r} cannot be packed: there is a space in it")
        if len(data) > FILE_BYTES_MOST:
            raise ValueError(f"{path!r} cannot be packed: it has {len(data)} bytes, and {FILE_BYTES_MOST} is the most")
        lines.append(f"{path} {offset} {len(data)}\n")
        offset += len(data)
    if not lines:
        raise ValueError("there is nothing to pack")
    return "".join([*lines, "\n"]).encode() + b"".join(data for _, data in sorted(files.items()))
