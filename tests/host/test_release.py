"""`ankletag firmware`: the files to be flashed, what their manifest says, and that nobody gets half of them."""

import hashlib
import json
from pathlib import Path

import pytest

from ankletag import __version__
from ankletag.errors import Exit, UsageError
from ankletag.image import board_uf2, firmware_digest, firmware_image, firmware_tree, image_tree, read_uf2, write_uf2
from ankletag.image.board import IMAGE_ADDRESS, MICROPYTHON_BANNER
from ankletag.image.geometry import FLASH_ADDRESS
from ankletag.image.handing import hand_over
from ankletag.image.release import NAMES
from host.programmes import contents, run

# Stands for MicroPython: what a chip would run from the beginning of its flash on.
MICROPYTHON = (MICROPYTHON_BANNER + b" ") * 1024


@pytest.fixture(autouse=True)
def _no_micropython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANKLETAG_UF2", raising=False)


@pytest.fixture
def micropython(tmp_path: Path) -> Path:
    path = tmp_path / "micropython.uf2"
    path.write_bytes(write_uf2({FLASH_ADDRESS: MICROPYTHON}))
    return path


@pytest.mark.parametrize(("options", "kind"), [((), "release"), (("--developer",), "developer")])
def test_the_files_and_what_the_manifest_says_of_them(options: tuple[str, ...], kind: str, tmp_path: Path) -> None:
    told = run("firmware", "--out", tmp_path / "out", *options, "--json").json
    found = contents(tmp_path / "out")
    assert set(found) == {f"ankletag-{kind}.bin", f"ankletag-{kind}.uf2", "manifest.json"}
    manifest = json.loads(found["manifest.json"])
    assert told == {**manifest, "folder": str(tmp_path / "out")}

    developer = kind == "developer"
    tree = firmware_tree(developer=developer)
    image = firmware_image(developer)
    assert found[f"ankletag-{kind}.bin"] == image
    assert read_uf2(found[f"ankletag-{kind}.uf2"], "it") == {IMAGE_ADDRESS: image}
    for described, files in ((manifest["outputs"], found), (manifest["modules"], tree)):
        for name, one in described.items():
            assert one == {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    assert set(manifest["outputs"]) == set(found) - {"manifest.json"}
    assert set(manifest["modules"]) == set(tree)
    assert manifest["modules_bytes"] == sum(map(len, tree.values()))
    assert (manifest["ankletag"], manifest["kind"], manifest["micropython"]) == (__version__, kind, None)
    assert manifest["firmware"] == firmware_digest(image_tree(tree)).hex()
    assert "mpy-cross emitting mpy v6" in manifest["compiler"]
    assert 0 < manifest["image_blocks"] <= manifest["image_blocks_most"] == 40
    assert manifest["log_pages"] == 301 * 16


def test_with_micropython_there_is_a_uf2_of_the_whole_board(micropython: Path, tmp_path: Path) -> None:
    out = run("firmware", "--out", tmp_path / "out", "--micropython", micropython).out
    board = tmp_path / "out" / "ankletag-release-board.uf2"
    assert f"written   {board}, " in out
    pieces = read_uf2(board.read_bytes(), "it")
    assert pieces[FLASH_ADDRESS].startswith(MICROPYTHON)
    assert pieces[IMAGE_ADDRESS] == firmware_image()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["micropython"]["sha256"] == hashlib.sha256(micropython.read_bytes()).hexdigest()


def test_the_same_installation_gives_the_same_bytes(micropython: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        run("firmware", "--out", tmp_path / name, "--micropython", micropython)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_what_an_earlier_build_left_goes_and_other_files_stay(micropython: Path, tmp_path: Path) -> None:
    run("firmware", "--out", tmp_path / "out", "--micropython", micropython)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    run("firmware", "--out", tmp_path / "out", "--developer")
    assert set(contents(tmp_path / "out")) == {
        *("ankletag-developer.bin", "ankletag-developer.uf2", "manifest.json", "notes.txt"),
    }


@pytest.mark.parametrize("data", [b"", b"x" * 512, board_uf2(bytes(4096))], ids=["empty", "junk", "no MicroPython"])
def test_another_file_than_micropythons_is_a_sentence_and_nothing_is_written(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "wrong.uf2").write_bytes(data)
    told = run(
        "firmware", "--out", tmp_path / "out", "--micropython", tmp_path / "wrong.uf2", code=Exit.USAGE
    ).err  # fmt: skip
    assert "wrong.uf2" in told
    assert "next: " in told
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("firmware", "--out", tmp_path / "file", code=Exit.USAGE).err
    assert f"{tmp_path / 'file'} cannot be written" in told
    assert "--out" in told


def test_what_breaks_off_leaves_no_manifest(tmp_path: Path) -> None:
    hand_over(tmp_path, {"ankletag-release.bin": b"old", "manifest.json": b"{}"}, NAMES)
    # In the way of the second file.
    (tmp_path / "ankletag-release.uf2").mkdir()
    (tmp_path / "ankletag-release.uf2" / "x").touch()
    files = {"ankletag-release.bin": b"new", "ankletag-release.uf2": b"", "manifest.json": b"{}"}
    with pytest.raises(UsageError, match="cannot be written"):
        hand_over(tmp_path, files, NAMES)
    assert {path.name for path in tmp_path.iterdir()} == {"ankletag-release.bin", "ankletag-release.uf2"}
