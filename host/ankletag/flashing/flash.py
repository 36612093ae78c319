"""One board, from whatever state it is in to this installation's firmware: asked first, written whole, verified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..client import Values, number
from ..errors import LinkError, LinkLost, OtherVersion, UsageError
from ..find import find
from ..image import IMAGE_BLOCKS, board_uf2
from ..transport import where_to_look
from . import onchip
from .boards import AtPrompt, Found, Running, Unknown, one_board
from .drives import Drive, copy_to, drives
from .errors import NotFlashed
from .evidence import check_read_out, log_at_prompt, not_known, other_version
from .firmware import NAME_ONE, Firmware
from .prompt import Prompt, prompt_at
from .stage import Stage
from .waiting import Comeback, Patience, wait_back, wait_for, wait_sent, wait_taken, wait_writable
from .writing import Progress, about, write_image

# What is wrong with a port at which there is a board that says nothing of use.
_UNANSWERED = (LinkError, OtherVersion, NotFlashed)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done. micropython: from `load_micropython`, None where there is none at hand; replace: write it to
    a board whose own would do, too; discard: give up what the board holds, log, settings and keys; port, tag, drive:
    which board, as the user named it."""

    firmware: Firmware
    micropython: Mapping[int, bytes] | None = None
    replace: bool = False
    discard: bool = False
    port: str | None = None
    tag: str | None = None
    drive: Path | None = None
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Flashed:
    """A board that says that it runs what was written. way: bootsel or prompt; blocks_written: of the image, at the
    prompt only those that differed; log_pages, log_pages_used: room of the log, and how much of it is taken."""

    tag_id: bytes
    port: str
    firmware: Firmware
    way: str
    blocks_written: int
    micropython_written: bool
    discarded: bool
    log_pages: int
    log_pages_used: int


class Flashing:
    """One run. say: told what somebody has to do by hand, and what is being done; progress: of blocks at the prompt."""

    def __init__(self, wanted: Wanted, say: Callable[[str], None], progress: Progress) -> None:
        self._wanted = wanted
        self._say = say
        self._progress = progress
        self._comeback = Comeback(wanted.port)
        self.stage = Stage()

    def run(self) -> Flashed:
        """Find the board, ask it, write, restart it, and hear from it what it runs.

        Raises PortAbsent, UsageError, NotReadOut, NotFlashed, or what a port raises. Of Ctrl-C `stage` has the words.
        """
        wanted = self._wanted
        found = one_board(wanted.port, wanted.tag, wanted.drive)
        self._say(f"found {found}")
        if isinstance(found, Unknown) and not isinstance(found.error, _UNANSWERED):
            # It could not be opened: that says nothing of the board.
            raise found.error
        if not wanted.discard:
            self._check_evidence(found)
        before = () if isinstance(found, (Running, AtPrompt)) else self._tags()
        board = self._writable(found)
        tag_id = _tag_id(found)
        if isinstance(board, Drive):
            # What ran a tag has a MicroPython that does.
            micropython = wanted.micropython if wanted.replace or not isinstance(found, Running) else None
            way, written = "bootsel", self._to_drive(board, micropython)
            port = wanted.port
        else:
            micropython = None
            way, written, tag_id = "prompt", self._to_prompt(board), board.board.tag_id
            port = board.port if wanted.port is not None else None
        self.stage.written()
        self._say("written; waiting for the tag to start")
        digest, limit_s = wanted.firmware.digest, wanted.patience.back_s
        tag = wait_back(port, tag_id, before, digest, self.stage, limit_s)
        status = tag.status
        return Flashed(
            tag_id=tag.tag_id,
            port=tag.port,
            firmware=wanted.firmware,
            way=way,
            blocks_written=written,
            micropython_written=micropython is not None,
            discarded=wanted.discard,
            log_pages=number(status, "pages_capacity"),
            log_pages_used=_used(status),
        )

    def _check_evidence(self, board: Found) -> None:
        if isinstance(board, Running):
            check_read_out(board.hello, board.status)
        elif isinstance(board, AtPrompt):
            # Where a flashing was broken off there is a log and no file: firmware is what it can be read out with.
            if board.board.has_log and board.board.has_files:
                raise log_at_prompt(board.board.tag_id)
        elif isinstance(board, Drive):
            raise not_known(str(board), "its boot ROM answers no question")
        elif isinstance(board.error, OtherVersion):
            raise other_version(str(board), board.error)
        else:
            raise not_known(str(board), board.error.cause.rstrip("."))

    def _tags(self) -> tuple[bytes, ...]:
        """The tags that answer now, so that a new one is told from them."""
        ports = [port for port in where_to_look() if port.name != self._wanted.port]
        return tuple(tag.tag_id for tag in find(ports).tags)

    def _writable(self, found: Found) -> Drive | AtPrompt:
        """The board in a state in which it takes something."""
        wanted = self._wanted
        if isinstance(found, Drive):
            self._need_micropython()
            return found
        known = drives(wanted.drive)
        if isinstance(found, AtPrompt):
            if not (found.board.unfit or wanted.replace):
                return found
            if wanted.micropython is None:
                raise NotFlashed(f"The MicroPython on {found} does not fit: {found.board.unfit}.", NAME_ONE)
            self._say("sending the board into BOOTSEL")
            with _prompt(found) as prompt:
                prompt.leave(onchip.BOOTSEL)
            self.stage.bootsel()
            return wait_sent(known, wanted.drive, self.stage, wanted.patience.taken_s)
        if isinstance(found, Unknown):
            self._need_micropython()
        self._say(
            "Now unplug the board, hold its BOOTSEL button while you plug it in again, and let go. A developer's board "
            f"may be restarted with GP3 held to ground instead. Waiting {wanted.patience.by_hand_s:g} s."
        )
        tag = found if isinstance(found, Running) else None
        board = wait_writable(tag, self._comeback, known, wanted.drive, wanted.patience)
        self._say(f"found {board}")
        return board

    def _need_micropython(self) -> None:
        if self._wanted.micropython is None:
            raise UsageError("A board that answers no question may have no MicroPython.", NAME_ONE)

    def _to_drive(self, drive: Drive, micropython: Mapping[int, bytes] | None) -> int:
        """Write one file with all that the board gets. Blocks of the image."""
        wanted = self._wanted
        uf2 = board_uf2(wanted.firmware.image, micropython, wanted.discard)
        self._say(f"writing {len(uf2)} bytes to {drive.path}")
        self.stage.drive(wanted.discard, micropython is not None)
        try:
            copy_to(drive, uf2)
        except OSError as error:
            # The board goes as soon as it has the last block, often before the system has said that all is written.
            if not wait_for(lambda: not drive.there, wanted.patience.taken_s):
                raise self.stage.failed(f"{drive.path} took no file: {error.strerror}") from error
        wait_taken(drive, self.stage, wanted.patience.taken_s)
        return IMAGE_BLOCKS

    def _to_prompt(self, found: AtPrompt) -> int:
        """Write what differs, and restart the board. Blocks that were written."""
        wanted = self._wanted
        with _prompt(found) as prompt:
            about(prompt)
            written = write_image(prompt, wanted.firmware.image, wanted.discard, self.stage, self._progress)
            prompt.leave(onchip.RESET)
        return written


def _prompt(found: AtPrompt) -> Prompt:
    """The board at its prompt, once more. Raises LinkLost where it is not there any longer."""
    prompt = prompt_at(found.port)
    if prompt is None:
        raise LinkLost(f"{found} is not at its prompt any longer.", "Nothing was written: run the command again.")
    return prompt


def _used(status: Values) -> int:
    return number(status, "open_page") - number(status, "oldest_page") + 1


def _tag_id(found: Found) -> bytes | None:
    if isinstance(found, Running):
        return found.tag_id
    return found.board.tag_id if isinstance(found, AtPrompt) else None
