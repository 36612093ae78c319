"""Whether a board may be written to: not while it holds, or may hold, records that nobody has read out."""

from ..client import Values, number, octets
from ..errors import OtherVersion
from .errors import NotReadOut

DISCARD = "--discard-evidence"
_HOW = f"To give up whatever it holds, its keys included, type {DISCARD} in full."
_NEW = f"A new board holds none: for that, too, type {DISCARD} in full."
# A receipt covers what lies in front of the page in which its seal begins. Seal and receipt take some 500 bytes, so
# that the open page is at most so many further on when nothing else was recorded.
_RECEIPT_PAGES = 3


def unread_pages(hello: Values, status: Values) -> int:
    """Pages of a tag that no receipt covers, those apart that the last seal and its receipt may take themselves.

    0 for a tag of no programme: no station may read it, and its records are nobody's evidence.
    """
    if not any(octets(hello, "root")):
        return 0
    behind = number(status, "open_page") - number(status, "received_page")
    if number(status, "unreceipted"):
        return max(behind, 1)
    return max(0, behind - _RECEIPT_PAGES)


def check_read_out(hello: Values, status: Values) -> None:
    """Raises NotReadOut where a tag that answered has pages that no receipt covers."""
    unread = unread_pages(hello, status)
    if unread:
        pages = "1 page" if unread == 1 else f"{unread} pages"
        raise NotReadOut(
            f"Tag {octets(hello, 'tag_id').hex()} has {pages} of records that are not read out and acknowledged; "
            "nothing was written.",
            f"Run `ankletag sync` first, then flash at once. {_HOW}",
        )


def not_known(what: str, why: str) -> NotReadOut:
    """For a board that cannot be asked. what: the board; why: a clause."""
    return NotReadOut(
        f"Nobody can say whether {what} holds records that are not read out: {why}. Nothing was written.",
        f"Start the tag as usual and run this command while it runs: it asks first, then waits for BOOTSEL. {_NEW}",
    )


def other_version(what: str, error: OtherVersion) -> NotReadOut:
    """For a tag that cannot be asked by this version of the tools. what: the board."""
    return NotReadOut(
        f"Nobody can say here whether {what} holds records that are not read out: {error.cause} Nothing was written.",
        f"Read it out with an ankletag that speaks version {error.tag_version}. {_HOW}",
    )


def log_at_prompt(tag_id: bytes) -> NotReadOut:
    """For a board at MicroPython's prompt that has a log."""
    return not_known(f"board {tag_id.hex()}", "it has a log, and at MicroPython's prompt no tag runs that could say")
