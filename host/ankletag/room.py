"""A tag whose log is so full that it takes neither an attestation nor a seal: make it room with what is stored."""

from collections.abc import Callable

from tagproto import messages
from tagproto.layout import PAGES_PER_BLOCK

from .client import Client, number, octets
from .errors import TagFull, TagRefused
from .pull import Pull, some
from .receipts import checkpoint, why_not
from .store import Store
from .verify import LastSeal, Verified, last_seal


def is_full(error: TagRefused) -> bool:
    """Whether the tag refused because its log has no room, and nobody has tried to make some yet."""
    return error.code == messages.ERROR_FLASH and not isinstance(error, TagFull)


def make_room(
    client: Client,
    store: Store,
    tag_id: bytes,
    pull: Pull,
    nonce: bytes,
    judged: Callable[[], Verified],
    damaged: bool,
) -> None:
    """Store every page, then acknowledge up to the last seal among them: the tag frees the blocks in front of it.

    Where that frees nothing, the tag is asked for one more seal. Raises TagFull where nothing can be freed.
    """
    status = client.status()
    oldest = max(number(status, "oldest_page"), number(status, "order_page"))
    pull.run(oldest, number(status, "open_page"))
    found = last_seal(store.pages(tag_id), tag_id)
    if found is None or not _frees(client, pull, found, judged(), damaged):
        found = _one_more(client, nonce)
        pull.run(oldest, found.page)
        if not _frees(client, pull, found, judged(), damaged):
            raise still_full()


def _frees(client: Client, pull: Pull, seal: LastSeal, verified: Verified, damaged: bool) -> bool:
    """Acknowledge all up to a seal; whether the tag freed a block for it. Raises TagFull when pages are missing."""
    received = number(client.status(), "received_page")
    if seal.page // PAGES_PER_BLOCK <= received // PAGES_PER_BLOCK:
        return False
    if pull.absent and not damaged:
        raise _not_given(sorted(pull.absent))
    if why := why_not(verified, seal.number, seal.hash, damaged):
        raise TagFull(
            f"The tag's log is full, and it cannot be told to free what is stored: {why}.",
            "Run the command again; if it stays so, exchange the tag and keep it: what it gave is stored here.",
        )
    epoch, keys = checkpoint(verified, seal.number)
    try:
        client.acknowledge(seal.page, seal.number, seal.hash, epoch, keys)
    except TagRefused as error:
        if not is_full(error):
            raise
        return False
    return number(client.status(), "received_page") // PAGES_PER_BLOCK > received // PAGES_PER_BLOCK


def _one_more(client: Client, nonce: bytes) -> LastSeal:
    try:
        sealed = client.seal(nonce)
    except TagRefused as error:
        if not is_full(error):
            raise
        raise TagFull(
            "The tag's log is full, and stations have acknowledged every seal in it: it has nothing to free.",
            "All that it holds is stored here: exchange the tag, and keep it as evidence.",
        ) from error
    return LastSeal(number(sealed, "seal_number"), octets(sealed, "seal_hash"), number(sealed, "open_page"))


def _not_given(missing: list[int]) -> TagFull:
    return TagFull(
        f"The tag's log is full, and it did not give pages {some(missing)}, so it cannot be told to free what is "
        "stored.",
        "Run the command again; if it stays so, exchange the tag and keep it: all else that it holds is stored here.",
    )


def still_full() -> TagFull:
    """For a tag that was told what is stored and has no room all the same."""
    return TagFull(
        "The tag's log is still full, though what it holds is stored here and was acknowledged.",
        "Run `ankletag sync` once more; if it stays so, its flash is worn: exchange the tag, and keep it as evidence.",
    )
