"""Building the tag's file system: what goes in comes out, in the first blocks, and the same every time."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankletag import firmware_files
from ankletag.image import (
    BLOCK_BYTES,
    IMAGE_BLOCKS,
    PACK,
    STORAGE_BLOCKS,
    ImageError,
    build_image,
    firmware,
    firmware_digest,
    firmware_image,
    firmware_tree,
    image_tree,
    read_image,
)
from ankletag.image.packing import packed

names = st.text("abc_.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
# Around the sizes where littlefs changes its way: inline up to 512 bytes, then whole blocks, then lists of blocks.
sizes = st.one_of(st.integers(0, 600), st.integers(BLOCK_BYTES - 3, BLOCK_BYTES + 3), st.integers(0, 3 * BLOCK_BYTES))
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=3).map("/".join),
    st.tuples(sizes, st.integers(0, 255)).map(lambda drawn: bytes([drawn[1]]) * drawn[0]),
    max_size=5,
).filter(lambda tree: not any(other.startswith(path + "/") for path in tree for other in tree))


@settings(max_examples=50, deadline=None)
@given(trees)
def test_what_goes_in_comes_out_of_the_first_blocks(files: dict[str, bytes]) -> None:
    image = build_image(files)
    assert len(image) == IMAGE_BLOCKS * BLOCK_BYTES
    contents = read_image(image)
    assert contents.files == files
    assert contents.blocks <= set(range(IMAGE_BLOCKS))
    assert contents.declared_blocks == STORAGE_BLOCKS == 352
    assert contents.disk_version == (2, 0)


@settings(max_examples=20, deadline=None)
@given(trees, st.randoms())
def test_the_same_files_give_the_same_bytes(files: dict[str, bytes], random: Random) -> None:
    shuffled = list(files.items())
    random.shuffle(shuffled)
    assert build_image(dict(shuffled)) == build_image(files)


def test_the_last_file_that_fits_and_the_first_that_does_not() -> None:
    files = {f"{number:02}": bytes(BLOCK_BYTES) for number in range(IMAGE_BLOCKS - 2)}
    assert read_image(build_image(files)).blocks == set(range(IMAGE_BLOCKS))
    for more in (1, 3):
        with pytest.raises(ImageError) as caught:
            build_image(files | {f"more{number}": bytes(BLOCK_BYTES) for number in range(more)})
        assert f"the image has {IMAGE_BLOCKS} blocks of 4096 bytes, and that is {more} too few" in str(caught.value)
        assert "Leave files out" in str(caught.value)


def test_more_than_the_whole_flash() -> None:
    with pytest.raises(ImageError, match="would not even fit into 352"):
        build_image({"big": bytes(STORAGE_BLOCKS * BLOCK_BYTES)})


@pytest.mark.parametrize("path", ["", "/main.py", "a//b", "a/", "../a", "a/./b", "x" * 256, "ä" * 128, "a\0b"])
def test_paths_that_cannot_be(path: str) -> None:
    with pytest.raises(ImageError, match="is no path of a file on a tag"):
        build_image({path: b""})


def test_a_file_in_a_file() -> None:
    with pytest.raises(ImageError, match="'a/b/c' lies in 'a', which is a file"):
        build_image({"a": b"", "a/b/c": b""})


def test_no_file_system_is_named_in_a_sentence() -> None:
    with pytest.raises(ImageError, match="no file system that a tag would mount: littlefs says LFS_ERR_CORRUPT"):
        read_image(bytes(IMAGE_BLOCKS * BLOCK_BYTES))


def test_the_firmware_is_whole_and_fits() -> None:
    tree = firmware_tree()
    assert {
        "boot.py",
        "main.mpy",
        "pack.mpy",
        "boards/pico.mpy",
        "tag/app.mpy",
        "tag/log/ring.mpy",
        "tagproto/pages.mpy",
    } <= set(tree)
    assert not [path for path in tree if "emulated" in path or "__pycache__" in path]
    assert [path for path in tree if path.endswith(".py")] == ["boot.py"]
    sources = firmware_tree(compiled=False)
    assert {path.rsplit(".", 1)[0] for path in sources} == {path.rsplit(".", 1)[0] for path in tree}
    contents = read_image(firmware_image())
    assert contents.files == image_tree(tree)
    assert len(contents.blocks) <= IMAGE_BLOCKS
    # All that is not there by itself is in the pack, whole.
    index, _, data = contents.files[PACK].partition(b"\n\n")
    found = {}
    for line in index.decode().splitlines():
        path, offset, size = line.split()
        found[path] = data[int(offset) : int(offset) + int(size)]
    assert found == {path: data for path, data in tree.items() if path not in contents.files}
    assert sum(map(len, found.values())) == len(data)


def test_only_the_boards_of_a_release_touch_the_chip() -> None:
    tree = firmware_tree()
    # Imported names stand in the bytecode as they are.
    touching = {path for path, data in tree.items() if b"machine" in data}
    # The pack may name MicroPython's own modules, so that they are not looked for in it.
    assert touching - {"pack.mpy"} == {"boards/pico.mpy", "boards/pico_links.mpy"}


def test_a_developers_image_has_the_prompt_and_is_a_release_otherwise() -> None:
    release, developer = firmware_tree(), firmware_tree(developer=True)
    assert not [path for path in release if "prompt" in path]
    assert {path: data for path, data in developer.items() if path != "prompt.mpy"} == release
    files = image_tree(developer)
    assert set(files) == {"boot.py", "pack.mpy", "prompt.mpy", PACK}
    assert files[PACK] == image_tree(release)[PACK]
    assert read_image(firmware_image(developer=True)).files == files
    assert firmware_digest(files) != firmware_digest(image_tree(release))


@pytest.mark.parametrize("files", [{}, {"a b": b""}, {"a\nb": b""}, {"a": bytes(1 << 14)}])
def test_what_cannot_be_packed_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="pack"):
        packed(files)


def test_the_firmwares_image_is_the_same_every_time() -> None:
    assert firmware_image() == firmware_image()


def test_a_file_that_does_not_compile_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("firmware/tag/app.py", "firmware/boards/pico.py", "protocol/tagproto/__init__.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("def f(:\n")
    found = firmware_files.FirmwareFiles(tmp_path / "firmware", tmp_path / "protocol")
    monkeypatch.setattr(firmware, "firmware_files", lambda: found)
    with pytest.raises(ImageError, match=r"boards/pico\.py does not compile: .*SyntaxError"):
        firmware_tree()
