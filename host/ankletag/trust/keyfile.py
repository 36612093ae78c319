"""Private keys on this computer: PEM files (PKCS #8, RFC 5208) that only their owner can read.

Nothing of a key is ever part of a message: errors name the file.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from ..errors import UsageError
from .files import is_there, make_folder, read_file, telling, write_new
from .signing import SigningKey

# A P-256 key takes 241 bytes.
_SIZE_MAX = 4096
_OTHERS = 0o077


def write_key(path: Path, key: SigningKey) -> None:
    """Write a new key file, its folder too. Raises UsageError, also when the file is there: no key is overwritten."""
    make_folder(path.parent)
    data = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_new(path, data)
    except FileExistsError:
        raise UsageError(f"There is a key in {path} already.", "It was left as it is. Name another folder.") from None


def read_key(path: Path) -> SigningKey:
    """Read a key file. Raises UsageError: absent, not a P-256 key, or one that other accounts can read."""
    if os.name != "nt":
        with telling(path, "read"):
            mode = path.stat().st_mode
        if mode & _OTHERS:
            raise UsageError(
                f"The key file {path} can be read by other accounts of this computer (mode {mode & 0o777:03o}).",
                f"If nobody else can have read it: chmod 600 {path}. Otherwise count the key as lost (docs/trust.md).",
            )
    data = read_file(path, _SIZE_MAX)
    action = "Put the file back from its safe copy; a key that is lost cannot be made again (docs/trust.md)."
    try:
        private = load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(f"{path} is not a key file, or damaged.", action) from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise UsageError(f"{path} holds a key of another kind than P-256.", action)
    return SigningKey(private)


def read_or_make_key(path: Path) -> SigningKey:
    """The key in a file; a new one where there is no file yet. Raises UsageError."""
    if not is_there(path):
        write_key(path, SigningKey.generate())
    return read_key(path)
