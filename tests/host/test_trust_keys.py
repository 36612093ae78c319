"""Private keys on disk: who may read them, and what damaged ones lead to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ankletag.errors import UsageError
from ankletag.trust.keyfile import read_key, read_or_make_key, write_key
from programme import key

PEM = "-----BEGIN"
NOBODY = 65534


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as error:
        read_key(path)
    assert str(path) in error.value.cause
    return str(error.value)


def test_a_key_comes_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "key.pem"
    was = os.umask(0)
    try:
        write_key(path, key(1))
    finally:
        os.umask(was)
    assert read_key(path).point == key(1).point
    assert mode(path) == 0o600
    assert (mode(path.parent), mode(path.parent.parent)) == (0o700, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["key.pem"]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    write_key(path, key(1))
    with pytest.raises(UsageError, match="There is a key in"):
        write_key(path, key(2))
    assert read_key(path).point == key(1).point
    assert read_or_make_key(path).point == key(1).point
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]


def test_what_a_cut_left_is_no_key_and_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f".key.pem.{os.getpid()}.new").write_bytes(b"half a k")
    made = read_or_make_key(tmp_path / "key.pem")
    assert read_key(tmp_path / "key.pem").point == made.point
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "key.pem"
    write_key(path, key(1))
    path.chmod(bits)
    said = refused(path)
    assert f"{bits:03o}" in said
    assert "chmod 600" in said


def test_no_message_holds_anything_of_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    write_key(path, key(1))
    whole = path.read_bytes()
    for content in (whole[:-40], whole[40:], whole.replace(b"PRIVATE", b"PUBLIC"), b"", whole[::-1]):
        path.write_bytes(content)
        said = refused(path)
        assert "not a key file" in said
        assert PEM not in said
        assert not any(line in said.encode() for line in whole.splitlines())


def test_a_key_of_another_kind(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = tmp_path / "key.pem"
    for other in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        assert "another kind than P-256" in refused(path)


def test_a_key_that_is_absent_or_a_folder(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "absent.pem")
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    refused(folder)


def test_a_folder_that_this_account_may_not_enter(tmp_path: Path) -> None:
    """As an unprivileged account, because the administrator may enter any."""
    folder = tmp_path / "station"
    write_key(folder / "key.pem", key(1))
    folder.chmod(0 if os.getuid() else 0o700)
    as_nobody = ["import os", f"os.setgid({NOBODY})", f"os.setuid({NOBODY})"] if os.getuid() == 0 else []
    program = [
        "import pathlib, sys",
        "from ankletag.errors import UsageError",
        "from ankletag.trust.holder import Authority",
        "from ankletag.trust.identity import load_identity",
        *as_nobody,
        "for opened in (load_identity, Authority):",
        "    try:",
        "        opened(pathlib.Path(sys.argv[1]))",
        "    except UsageError as error:",
        "        print(error)",
    ]
    run = [sys.executable, "-c", "\n".join(program), str(folder)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert [line.partition(" cannot be ")[2] for line in done.stdout.splitlines()] == [
        "looked for: Permission denied. Look at the folder and your rights to it, then try again."
    ] * 2
    folder.chmod(0o700)
