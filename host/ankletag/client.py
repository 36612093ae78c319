"""A tag as an object: its requests, each as a method, and its pages."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from types import TracebackType

from tagproto import messages

from .errors import LinkLost, TagRefused, TagSilent
from .exchange import SILENT_S, Exchange, LinkCounts
from .linerate import LineRate
from .models import Pace, readable
from .readout import Readout
from .refusals import action_for
from .replies import Values, number, octets
from .session import Session, Signer
from .transport.contract import Transport

__all__ = ["Client", "LinkCounts", "Signer", "Values", "number", "octets"]

# After so long without a reply the same frame goes out again, which does nothing twice.
REPLY_S = 0.8
# A tag's chip takes about a second for a signature that it checks, and takes its readings in between.
_SIGNED_TIMES = 2.5
# A seal besides: a signature of its own, a key pair and flash.
_SEAL_TIMES = 4.0
# A stream that rests for so long has been lost on the way.
_QUIET_TIMES = 0.6
# So often the right to read is asked for anew in one read-out.
_REOPEN_TRIES = 8
# Twenty times what a tag keeps (32 lines of 96 bytes): a tag that never ends its log must not fill this computer.
_LOG_MAX = 65536


class Client:
    """Talks to one tag over one transport. Use it as a context manager: it closes the transport.

    signer: who signs; without one only hello, status, log, present and document are of use. reply_s: seconds for a
    reply to what the tag answers at once; the other times shrink with it.
    """

    def __init__(self, transport: Transport, signer: Signer | None = None, reply_s: float = REPLY_S) -> None:
        self.transport = transport
        self._exchange = Exchange(transport, SILENT_S * reply_s / REPLY_S)
        self._rate = LineRate(self._exchange)
        self._reply_s = reply_s
        self._signed_s = _SIGNED_TIMES * reply_s
        self._seal_s = _SEAL_TIMES * reply_s
        self._session = Session(transport, self._exchange, self._rate, signer, reply_s, self._signed_s)
        self._scope = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.end_readout()
        except LinkLost:
            # Then the tag has nobody to send to.
            return
        finally:
            self._exchange.close()

    @property
    def counts(self) -> LinkCounts:
        """What went wrong on the line."""
        return self._exchange.counts

    @property
    def signer(self) -> Signer:
        """Who signs. Raises ValueError where nobody does."""
        return self._session.signer

    # What anybody may ask

    def hello(self) -> Values:
        """The tag's hello. Raises OtherVersion when its protocol is not ours."""
        return self._session.hello()

    def status(self) -> Values:
        """The tag's status."""
        return self._rate.ask(messages.STATUS, {}, self._reply_s)

    def present(self, document: bytes) -> Values:
        """Show the tag a document of its authority's. Showing one again that it took is answered in the same way."""
        return self._session.present(document)

    def document(self, index: int) -> bytes:
        """A document that the tag keeps: 0 its own certificate, 1 its region's. Empty where it has none."""
        return octets(self._rate.ask(messages.DOCUMENT, {"index": index}, self._reply_s), "document")

    def log(self) -> str:
        """The tag's own log text, all of it up to 64 KiB, with what is not printable replaced."""
        text = b""
        while True:
            reply = self._rate.ask(messages.LOG, {"offset": len(text)}, self._reply_s)
            part = octets(reply, "text")
            text += part
            if not part or len(text) >= min(number(reply, "size"), _LOG_MAX):
                return readable(text)

    # What the signer asks

    def introduce(self) -> Values:
        """Say hello, and present the signer's certificates and what its authority has changed; once a connection.

        The tag's hello. Raises TagRefused where the tag does not belong to the signer's authority.
        """
        return self._session.introduce()

    def open(self, scope: int) -> Values:
        """Ask for the right to read pages: those of the current order (1) or all (2)."""
        self._scope = scope
        return self._session.ask(messages.OPEN, lambda: {"scope": scope}, self._signed_s)

    def seal(self, challenge: bytes) -> Values:
        """Seal now; the 16 bytes of the challenge are in the seal."""
        return self._session.ask(messages.SEAL, lambda: {"challenge": challenge}, self._seal_s)

    def fit(self, order_id: bytes, pace: Pace) -> Values:
        """Begin a fitting. After TagSilent the tag may have done it, which its status says."""
        values: Values = {"order_id": order_id, **asdict(pace)}
        return self._session.ask(messages.FIT, lambda: values, self._seal_s)

    def remove(self, reason: int) -> Values:
        """End the fitting. After TagSilent as `fit`."""
        return self._session.ask(messages.REMOVE, lambda: {"reason": reason}, self._seal_s)

    def configure(self, pace: Pace) -> Values:
        """Change how the fitted tag samples, seals and takes fixes."""
        return self._session.ask(messages.CONFIGURE, lambda: asdict(pace), self._signed_s)

    def calibrate(self, values: Values) -> Values:
        """Give a tag that is not fitted another calibration: the fields of tagproto.records.CALIBRATION."""
        return self._session.ask(messages.CALIBRATE, lambda: values, self._signed_s)

    def self_test(self) -> Values:
        """Have the tag test itself, record that and seal it."""
        # Beside the seal, a signature is made and checked twice.
        return self._session.ask(messages.SELF_TEST, dict, 2 * self._seal_s)

    def attest(self, now_ms: Callable[[], int]) -> Values:
        """Give the tag the station's UTC in milliseconds since 1970-01-01, asked for anew at each try."""
        return self._session.ask(messages.ATTEST, lambda: {"utc_ms": now_ms()}, self._signed_s)

    def acknowledge(self, page: int, seal_number: int, seal_hash: bytes, epoch: int, keys: bytes) -> Values:
        """Tell the tag what is stored, and the checkpoint behind it (SPEC.md, Receipts)."""
        values: Values = {"page": page, "seal_number": seal_number, "seal_hash": seal_hash}
        values |= {"epoch": epoch, "keys": keys}
        return self._session.ask(messages.ACKNOWLEDGE, lambda: values, self._signed_s)

    # Pages

    def begin_readout(self, take: Callable[[int, bytes], None], absent: Callable[[int], None]) -> Readout:
        """From now on pages that the read-out wants come in during every other request, too: take(number, 256 bytes).

        The right to read them has to be opened before.
        """
        self.end_readout()
        counts = self.counts
        exchange = self._exchange
        noisy = counts.bad + counts.repeated > 0
        quiet_s = _QUIET_TIMES * self._reply_s
        exchange.readout = Readout(take, absent, exchange.input_bytes, exchange.rtt_s, noisy, quiet_s)
        return exchange.readout

    def go_on_reading(self) -> None:
        """Until all has come that the read-out under way wants. Where the right to read has run out, or the tag
        restarted, it is asked for once more. Raises TagSilent, TagRefused or LinkLost."""
        readout = self._exchange.readout
        assert readout is not None
        reopened = 0
        while not readout.done:
            try:
                self._exchange.read_out(lambda: readout.done)
            except TagSilent:
                if not self._rate.fall_back():
                    raise
                readout.begin_anew()
            if readout.refused:
                reopened += 1
                if readout.refused != messages.ERROR_RIGHT or not self._scope or reopened > _REOPEN_TRIES:
                    raise TagRefused(
                        f"The tag refused 'read pages' with error {readout.refused}.",
                        action_for(readout.refused),
                        readout.refused,
                    )
                self.open(self._scope)
                readout.begin_anew()

    def end_readout(self) -> None:
        """Nothing more is wanted. Raises LinkLost."""
        self._exchange.end_readout()

    def speed_up(self) -> None:
        """Where the line has a higher rate than the one that it began with, change to it."""
        self._rate.up(number(self._session.told, "rate"))

    def slow_down(self) -> None:
        """Change back to the first rate."""
        self._rate.down()

    def read_pages(self, seqs: Iterable[int], open_page: int | None = None) -> dict[int, bytes]:
        """These pages, in ascending order, as far as the tag has them. open_page: the one of them that may change."""
        found: dict[int, bytes] = {}
        self.begin_readout(found.__setitem__, lambda seq: None).want(seqs, open_page)
        self.go_on_reading()
        self.end_readout()
        return found
