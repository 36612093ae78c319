"""A tag as an object: its requests, signed where the tag asks for that, and the nonces that this takes."""

from collections.abc import Callable, Iterable
from types import TracebackType

import tagproto
from tagproto import messages

from .errors import LinkLost, TagRefused, TagSilent
from .exchange import SILENT_S, Exchange, LinkCounts
from .introduction import Signer, introduction
from .linerate import LineRate
from .models import readable
from .readout import Readout
from .refusals import action_for
from .replies import Values, number, octets
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
# A tag that restarted, and with it a station that is to be presented again: each costs a nonce or two.
_SIGNED_TRIES = 8
# After that long a nonce is given up: before the tag does so, which would record that it refused.
_NONCE_S = messages.NONCE_LIFE_MS / 1000 * 0.8
# The FIFO of the smallest tag; a hello that says less would never be asked anything.
_INPUT_MIN_BYTES = 32
# Twenty times what a tag keeps (32 lines of 96 bytes): a tag that never ends its log must not fill this computer.
_LOG_MAX = 65536
# Done twice, these only add one more record or seal. After a tag has restarted it does not know what it did last.
_REPEATABLE = (messages.OPEN, messages.SEAL, messages.ACKNOWLEDGE, messages.ATTEST, messages.CONFIGURE)


class Client:
    """Talks to one tag over one transport. Use it as a context manager: it closes the transport.

    signer: who signs; without one only hello, status, log, present and document are of use. reply_s: seconds for a
    reply to what the tag answers at once; the other times shrink with it.
    """

    def __init__(self, transport: Transport, signer: Signer | None = None, reply_s: float = REPLY_S) -> None:
        self.transport = transport
        self._exchange = Exchange(transport, SILENT_S * reply_s / REPLY_S)
        self._rate = LineRate(self._exchange)
        self._signer = signer
        self._reply_s = reply_s
        self._signed_s = _SIGNED_TIMES * reply_s
        self._seal_s = _SEAL_TIMES * reply_s
        self._hello: Values = {}
        self._nonce = b""
        self._nonce_at = 0.0
        self._introduced = False
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
        if self._signer is None:
            raise ValueError("this client has no signer")
        return self._signer

    # What anybody may ask

    def hello(self) -> Values:
        """The tag's hello. Raises OtherVersion when its protocol is not ours."""
        values: Values = {"version": tagproto.PROTOCOL_VERSION, "entropy": self.transport.random(16)}
        reply = self._rate.ask(messages.HELLO, values, self._reply_s)
        if self._hello and octets(reply, "tag_id") != octets(self._hello, "tag_id"):
            raise TagRefused(
                f"The tag on this port was {octets(self._hello, 'tag_id').hex()} a moment ago, and is "
                f"{octets(reply, 'tag_id').hex()} now.",
                "Leave one tag on the cable until the command has ended, and run it again.",
                messages.ERROR_NONCE,
            )
        self._hello = reply
        self._exchange.input_bytes = max(number(reply, "input"), _INPUT_MIN_BYTES)
        self._keep_nonce(reply)
        return reply

    def status(self) -> Values:
        """The tag's status."""
        return self._rate.ask(messages.STATUS, {}, self._reply_s)

    def present(self, document: bytes) -> Values:
        """Show the tag a document of its authority's. Showing one again that it took is answered in the same way."""
        return self._rate.ask(messages.PRESENT, {"document": document}, self._signed_s)

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
        if not self._introduced:
            hello = self.hello()
            found = introduction(self.signer, octets(hello, "root"), number(hello, "list_number"))
            for document in found.changes + found.certificates:
                self.present(document)
            self._introduced = True
        return self._hello

    def open(self, scope: int) -> Values:
        """Ask for the right to read pages: those of the current order (1) or all (2)."""
        self._scope = scope
        return self._signed(messages.OPEN, lambda: {"scope": scope}, self._signed_s)

    def seal(self, challenge: bytes) -> Values:
        """Seal now; the 16 bytes of the challenge are in the seal."""
        return self._signed(messages.SEAL, lambda: {"challenge": challenge}, self._seal_s)

    def fit(self, order_id: bytes, cadence_s: int, seal_interval_s: int) -> Values:
        """Begin a fitting. After TagSilent the tag may have done it, which its status says."""
        values: Values = {"order_id": order_id, "cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        return self._signed(messages.FIT, lambda: values, self._seal_s)

    def remove(self, reason: int) -> Values:
        """End the fitting. After TagSilent as `fit`."""
        return self._signed(messages.REMOVE, lambda: {"reason": reason}, self._seal_s)

    def configure(self, cadence_s: int, seal_interval_s: int) -> Values:
        """Change how often the fitted tag samples and seals."""
        values: Values = {"cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        return self._signed(messages.CONFIGURE, lambda: values, self._signed_s)

    def attest(self, now_ms: Callable[[], int]) -> Values:
        """Give the tag the station's UTC in milliseconds since 1970-01-01, asked for anew at each try."""
        return self._signed(messages.ATTEST, lambda: {"utc_ms": now_ms()}, self._signed_s)

    def acknowledge(self, page: int, seal_number: int, seal_hash: bytes, epoch: int, keys: bytes) -> Values:
        """Tell the tag what is stored, and the checkpoint behind it (SPEC.md, Receipts)."""
        values: Values = {"page": page, "seal_number": seal_number, "seal_hash": seal_hash}
        values |= {"epoch": epoch, "keys": keys}
        return self._signed(messages.ACKNOWLEDGE, lambda: values, self._signed_s)

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
                if readout.refused != messages.ERROR_RIGHT or not self._scope or reopened > _SIGNED_TRIES:
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
        self._rate.up(number(self._hello, "rate"))

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

    def _signed(self, kind: int, values: Callable[[], Values], try_s: float) -> Values:
        """The reply to a signed request; signed anew for each try, over a new nonce."""
        presented = False
        for left in reversed(range(_SIGNED_TRIES)):
            if not self._nonce or self.transport.now_s() - self._nonce_at > _NONCE_S:
                self.hello()
            tag_id, nonce, self._nonce = octets(self._hello, "tag_id"), self._nonce, b""
            repeated = self.counts.repeated
            try:
                reply = self._rate.ask(kind, self.signer.key.command(kind, tag_id, nonce, values()), try_s)
            except TagRefused as error:
                if error.code == messages.ERROR_NONCE and self.counts.repeated > repeated and kind not in _REPEATABLE:
                    raise _unknown(kind) from error
                if error.code == messages.ERROR_CERTIFICATE and not presented:
                    # The tag forgets who was presented when it restarts.
                    presented, self._introduced = True, False
                elif error.code not in (messages.ERROR_NONCE, messages.ERROR_STALE) or not left:
                    raise
            else:
                self._keep_nonce(reply)
                return reply
            if not self._introduced:
                self.introduce()
        raise AssertionError("the last try ends in a reply or an exception")

    def _keep_nonce(self, reply: Values) -> None:
        self._nonce, self._nonce_at = octets(reply, "nonce"), self.transport.now_s()


def _unknown(kind: int) -> TagSilent:
    return TagSilent(
        f"The tag restarted while it was asked to '{messages.NAMES[kind]}', and cannot say whether it did.",
        "Nothing is lost: run the command again, it asks the tag how far it came.",
    )
