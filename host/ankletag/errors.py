"""What can go wrong outside, as exceptions that carry a cause and the next action, and the table of exit codes."""

import enum

from tagproto import messages


class Exit(enum.IntEnum):
    """Exit codes of every command."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    PORT_ABSENT = 3
    PORT_BUSY = 4
    PORT_FORBIDDEN = 5
    NO_ANSWER = 6
    OTHER_VERSION = 7
    TAG_REFUSED = 8
    STORE = 9
    EVIDENCE_REFUSED = 10
    SELF_TEST = 11
    NOT_READ_OUT = 12
    FLASHING = 13
    INTERNAL = 70
    STOPPED = 130


EXIT_MEANINGS: dict[Exit, str] = {
    Exit.OK: "done; nothing speaks against the evidence",
    Exit.FINDINGS: "done; there are findings against the evidence",
    Exit.USAGE: "the command line or an input file is wrong",
    Exit.PORT_ABSENT: "there is no such port",
    Exit.PORT_BUSY: "another program has the port open",
    Exit.PORT_FORBIDDEN: "this account may not open the port",
    Exit.NO_ANSWER: "the tag does not answer, or the line was cut; nothing is lost",
    Exit.OTHER_VERSION: "the tag speaks another protocol version",
    Exit.TAG_REFUSED: "the tag refused the command",
    Exit.STORE: "the store cannot be opened, read or written",
    Exit.EVIDENCE_REFUSED: "the evidence is damaged, does not belong to the pinned key, or gives no calibration",
    Exit.SELF_TEST: "the tag's self-test failed",
    Exit.NOT_READ_OUT: "the board holds, or may hold, records that were not read out; it was left as it is",
    Exit.FLASHING: "the board does not run what was to be written; flash it again",
    Exit.INTERNAL: "a fault of this program; the message names the file with the details",
    Exit.STOPPED: "stopped from the keyboard; nothing is lost, and what a board needs then is said",
}


class AnkletagError(Exception):
    """A sentence for the user: what happened, to what, and what to do next."""

    exit_code = Exit.USAGE

    def __init__(self, cause: str, action: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.action = action

    def __str__(self) -> str:
        return f"{self.cause} {self.action}"


class UsageError(AnkletagError):
    """The command line or an input file does not say what is needed."""


class PortAbsent(AnkletagError):
    """There is no such port."""

    exit_code = Exit.PORT_ABSENT


class PortBusy(AnkletagError):
    """Another program has the port open."""

    exit_code = Exit.PORT_BUSY


class PortForbidden(AnkletagError):
    """The operating system does not let this account open the port."""

    exit_code = Exit.PORT_FORBIDDEN


class RecordingDiffers(AnkletagError):
    """A session that is played back does something else than was recorded. line: where in the file, from 1."""

    def __init__(self, path: str, line: int, recorded: str, asked: str) -> None:
        super().__init__(
            f"This session is not the recorded one: line {line} of {path} has {recorded}, and now it is {asked}.",
            "Play it back with the same command, the same station's key, a store as it was then and the same version.",
        )
        self.line = line


class LinkError(AnkletagError):
    """The exchange with the tag did not come to its end."""

    exit_code = Exit.NO_ANSWER


class LinkLost(LinkError):
    """The port went away while it was in use."""


class TagSilent(LinkError):
    """No good reply within the deadline."""


class OtherVersion(AnkletagError):
    """The tag speaks another version of the protocol."""

    exit_code = Exit.OTHER_VERSION

    def __init__(self, tag_version: int, own_version: int) -> None:
        newer = "these host tools" if tag_version > own_version else "the tag's firmware"
        super().__init__(
            f"The tag speaks protocol version {tag_version}, these host tools version {own_version}.",
            f"Update {newer}; nothing on the tag was changed.",
        )
        self.tag_version = tag_version
        self.own_version = own_version


class TagRefused(AnkletagError):
    """The tag answered with an error. code: one of tagproto.messages.ERROR_*."""

    exit_code = Exit.TAG_REFUSED

    def __init__(self, cause: str, action: str, code: int) -> None:
        super().__init__(cause, action)
        self.code = code


class TagFull(TagRefused):
    """The tag's log is full, and nothing that this station can tell it makes room."""

    def __init__(self, cause: str, action: str) -> None:
        super().__init__(cause, action, messages.ERROR_FLASH)


class Stopped(AnkletagError):
    """The user stopped it."""

    exit_code = Exit.STOPPED

    def __init__(self) -> None:
        super().__init__("Stopped, nothing lost.", "Run it again to go on.")


class StoreError(AnkletagError):
    """The store cannot be opened, read or written."""

    exit_code = Exit.STORE


class EvidenceRefused(AnkletagError):
    """Evidence that is not what was written, or not from the tag that it claims to be from."""

    exit_code = Exit.EVIDENCE_REFUSED


class NotCalibrated(AnkletagError):
    """Readings of known gases from which no calibration follows."""

    exit_code = Exit.EVIDENCE_REFUSED
