"""One store for several that write at once: nobody is turned away, and nothing is lost or half there."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ankletag.store import Store

WRITERS = 4
PAGES = 160
WRITER = """
import sys
from pathlib import Path
from ankletag.store import Store

path, number = Path(sys.argv[1]), int(sys.argv[2])
tag_id = number.to_bytes(8, "big")
sys.stdin.readline()
with Store(path) as store:
    store.see_tag(tag_id, 1)
    session = store.begin_session(tag_id, 1, bytes(16))
    for first in range(0, int(sys.argv[3]), 16):
        received = [(seq, bytes((number, seq)) * 128, True) for seq in range(first, first + 16)]
        store.add_pages(session, tag_id, received, 2)
        assert len(store.closed_pages(tag_id)) == first + 16
    store.end_session(session, 3, "done")
"""


def test_programs_that_make_the_store_at_the_same_time(tmp_path: Path) -> None:
    """Each finds no store, makes it, and writes: the first one makes it, and the others wait for that."""
    path = tmp_path / "store.sqlite"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number), str(PAGES)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(1, WRITERS + 1)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == [""] * WRITERS
    with Store(path, create=False) as store:
        for number in range(1, WRITERS + 1):
            raws = store.pages(number.to_bytes(8, "big"))
            assert raws == [bytes((number, seq)) * 128 for seq in range(PAGES)]


def test_threads_may_make_stores_of_their_own_at_the_same_time(tmp_path: Path) -> None:
    together = threading.Barrier(6, timeout=60)

    def make(at: int) -> list[bytes]:
        together.wait()
        with Store(tmp_path / f"{at}.sqlite") as store:
            store.see_tag(bytes((at,)) * 8, 0)
            return store.tag_ids()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(make, range(6))) == [[bytes((at,)) * 8] for at in range(6)]
