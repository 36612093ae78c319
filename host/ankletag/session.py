"""Who talks to the tag: the hello, the introduction, and requests that are signed over the tag's nonces."""

from collections.abc import Callable

import tagproto
from tagproto import messages

from .errors import TagRefused, TagSilent
from .exchange import Exchange
from .introduction import Signer, introduction
from .linerate import LineRate
from .replies import Values, number, octets
from .transport.contract import Transport

__all__ = ["Session", "Signer"]

# A tag that restarted, and with it a station that is to be presented again: each costs a nonce or two.
_TRIES = 8
# After that long a nonce is given up: before the tag does so, which would record that it refused.
_NONCE_S = messages.NONCE_LIFE_MS / 1000 * 0.8
# The FIFO of the smallest tag; a hello that says less would never be asked anything.
_INPUT_MIN_BYTES = 32
# Done twice, these only add one more record or seal. After a tag has restarted it does not know what it did last.
_REPEATABLE = (messages.OPEN, messages.SEAL, messages.ACKNOWLEDGE, messages.ATTEST, messages.CONFIGURE)


class Session:
    """One connection to one tag. told: the tag's last hello. reply_s: seconds for a reply to what the tag answers at
    once; signed_s: to what it checks a signature for."""

    def __init__(
        self,
        transport: Transport,
        exchange: Exchange,
        rate: LineRate,
        signer: Signer | None,
        reply_s: float,
        signed_s: float,
    ) -> None:
        self._transport = transport
        self._exchange = exchange
        self._rate = rate
        self._signer = signer
        self._reply_s = reply_s
        self._signed_s = signed_s
        self.told: Values = {}
        self._nonce = b""
        self._nonce_at = 0.0
        self._introduced = False

    @property
    def signer(self) -> Signer:
        """Who signs. Raises ValueError where nobody does."""
        if self._signer is None:
            raise ValueError("this client has no signer")
        return self._signer

    def hello(self) -> Values:
        """The tag's hello. Raises OtherVersion when its protocol is not ours."""
        values: Values = {"version": tagproto.PROTOCOL_VERSION, "entropy": self._transport.random(16)}
        reply = self._rate.ask(messages.HELLO, values, self._reply_s)
        if self.told and octets(reply, "tag_id") != octets(self.told, "tag_id"):
            raise TagRefused(
                f"The tag on this port was {octets(self.told, 'tag_id').hex()} a moment ago, and is "
                f"{octets(reply, 'tag_id').hex()} now.",
                "Leave one tag on the cable until the command has ended, and run it again.",
                messages.ERROR_NONCE,
            )
        self.told = reply
        self._exchange.input_bytes = max(number(reply, "input"), _INPUT_MIN_BYTES)
        self._keep_nonce(reply)
        return reply

    def present(self, document: bytes) -> Values:
        """Show the tag a document of its authority's."""
        return self._rate.ask(messages.PRESENT, {"document": document}, self._signed_s)

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
        return self.told

    def ask(self, kind: int, values: Callable[[], Values], try_s: float) -> Values:
        """The reply to a signed request; signed anew for each try, over a new nonce."""
        presented = False
        for left in reversed(range(_TRIES)):
            if not self._nonce or self._transport.now_s() - self._nonce_at > _NONCE_S:
                self.hello()
            tag_id, nonce, self._nonce = octets(self.told, "tag_id"), self._nonce, b""
            counts = self._exchange.counts
            repeated = counts.repeated
            try:
                reply = self._rate.ask(kind, self.signer.key.command(kind, tag_id, nonce, values()), try_s)
            except TagRefused as error:
                if error.code == messages.ERROR_NONCE and counts.repeated > repeated and kind not in _REPEATABLE:
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
        self._nonce, self._nonce_at = octets(reply, "nonce"), self._transport.now_s()


def _unknown(kind: int) -> TagSilent:
    return TagSilent(
        f"The tag restarted while it was asked to '{messages.NAMES[kind]}', and cannot say whether it did.",
        "Nothing is lost: run the command again, it asks the tag how far it came.",
    )
