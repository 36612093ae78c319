"""Frames that nobody should send, many thousand of them, to the host: it finds what is good, keeps its memory, raises
nothing but its own errors, and the next session is as ever. tests/soak sends a million.
"""

import random
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import AnkletagError, TagSilent
from ankletag.readout import RepairingDecoder, is_repaired
from ankletag.store import Store
from ankletag.sync import sync
from host.fakeline import Pipe
from host.faketag import FakeTag, TrueClock
from host.fuzzing import FuzzedPipe, Noise
from host.tagmaker import fitted
from provisioned import station
from tagproto import frames, messages
from tagproto.bad import Bad

pytestmark = pytest.mark.slow

COUNT = 20_000
# A session's own pages and frames beside what was there before it.
MEMORY = 3 << 20
BATCH = 100
MINUTES = 2000
ROUNDS = 4
# Frames that nobody should send, in front of each of the tag's.
EACH = (1, 5, 20, 100)


@contextmanager
def bounded(memory: int = MEMORY) -> Generator[None, None, None]:
    """Nothing in here takes more than so many bytes at any moment."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    try:
        yield
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most - before < memory


def decode_noise(seed: int, count: int) -> None:
    """Both decoders, in any slices: every good frame is found, in its place, and nothing else."""
    noise = Noise(seed, hostile=False)
    draw = noise.draw
    noise.heard += [frames.encode(messages.STATUS | messages.REPLY, 3, draw.randbytes(97))]
    plain, repairing = frames.Decoder(frames.DATA_BODY_MAX), RepairingDecoder()
    for number in range(count // BATCH):
        good = frames.encode(messages.DATA, number % 256, number.to_bytes(4, "little") + draw.randbytes(64))
        data = noise.make(BATCH) + b"\0" + good
        cut = draw.randrange(len(data))
        for decoder in (plain, repairing):
            found = decoder.feed(data[:cut]) + decoder.feed(data[cut:])
            assert all(isinstance(frame, frames.Frame | Bad) for frame in found)
            mine = [frame for frame in found if isinstance(frame, frames.Frame) and frame.kind == messages.DATA]
            assert [frame.body[:4] for frame in mine if not is_repaired(frame)] == [number.to_bytes(4, "little")]


def fuzzed_sessions(seed: int, count: int) -> None:
    """Sessions on a line that brings such frames between the tag's own: each reads the tag's pages as they are."""
    noise = Noise(seed, hostile=False)
    tag = FakeTag(fitted(range(MINUTES)))
    while noise.made < count:
        with Client(FuzzedPipe(tag, noise, noise.draw.choice(EACH)), station()) as client:
            client.introduce()
            for _ in range(ROUNDS):
                client.open(1)
                open_page = int(str(client.status()["open_page"]))
                found = client.read_pages(range(open_page + 1), open_page)
                client.seal(b"fuzzed challenge")
                assert client.log().startswith("boot 0")
                raws = tag.maker.raw_pages()
                assert {seq: raw for seq, raw in found.items() if seq < open_page} == dict(enumerate(raws[:open_page]))


def hostile_sessions(seed: int, count: int) -> None:
    """Sessions on a line on which somebody forges frames of the tag's: they may fail, with a sentence."""
    noise = Noise(seed, hostile=True)
    tag = FakeTag(fitted(range(MINUTES)))
    said = []
    while noise.made < count:
        said.append(_attempt(FuzzedPipe(tag, noise, 5)))
    assert all(sentence.endswith(".") for sentence in said if sentence)


def _attempt(line: FuzzedPipe) -> str:
    """What a session failed with; nothing where it came to its end."""
    try:
        with Client(line, station()) as client:
            client.introduce()
            client.open(1)
            client.status()
            client.read_pages(range(len(line.tag.maker.closed)))
            client.seal(b"fuzzed challenge")
            client.log()
    except AnkletagError as error:
        return str(error)
    return ""


def assert_session_works(folder: Path) -> None:
    """In the same process, on a line without noise."""
    tag = FakeTag(fitted(range(MINUTES)))
    store = Store(folder / "store.sqlite")
    closed = len(tag.maker.closed)
    with Client(Pipe(tag), station()) as client:
        synced = sync(client, store, TrueClock(maker=tag.maker))
    assert (synced.absent, synced.unacknowledged) == ((), "")
    assert synced.new_pages == synced.pages
    assert store.pages(tag.maker.tag_id)[:closed] == tag.maker.raw_pages()[:closed]


def test_decoders() -> None:
    with bounded():
        decode_noise(random.getrandbits(30), COUNT)


def test_sessions_on_a_noisy_line(tmp_path: Path) -> None:
    with bounded():
        fuzzed_sessions(random.getrandbits(30), COUNT)
    assert_session_works(tmp_path)


def test_noise_is_no_sign_of_life() -> None:
    """A tag that says nothing is given up, however much comes in beside."""
    tag = FakeTag(fitted([0]))
    tag.garble = lambda kind, data: b""
    line = FuzzedPipe(tag, Noise(random.getrandbits(30), hostile=False), 20)
    with Client(line, station()) as client, pytest.raises(TagSilent, match="does not answer 'hello'"):
        client.hello()
    assert line.now_s() < 60


def test_sessions_with_somebody_who_forges_frames(tmp_path: Path) -> None:
    with bounded():
        hostile_sessions(random.getrandbits(30), COUNT)
    assert_session_works(tmp_path)
