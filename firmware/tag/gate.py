"""Signed requests: is the nonce the tag's, does it know the signer, may they ask for this, does the signature fit?

One check at a time, in steps between which the tag samples, and not many: who has no key can ask for ever.
"""

from tagproto import commands, cose, messages
from tagproto.records import ticks_after

from .bucket import Bucket
from .crypto.checking import Check
from .refusal import Refusal

_NONCE_SIZE = 8
_CHECKS_CAPACITY = 24
_CHECKS_REFILL_MS = 60000
# A nonce is said to be too old for so long; then it is one that the tag does not know.
_FORGOTTEN_MS = 3600000


class Pending:
    """A request that waits for the check of its signature. carry_out(): gives reply values or a Refusal; on_failed():
    called when that raises."""

    def __init__(self, point, digest, signature, carry_out, on_failed):
        self._arguments = point, digest, signature
        self._check = None
        self._carry_out = carry_out
        self._on_failed = on_failed

    def step(self):
        """A part of the check; None while there is more to do, then reply values or a Refusal."""
        if self._check is None:
            self._check = Check(*self._arguments)
            return None
        if not self._check.step():
            return None
        if self._check.good:
            try:
                return self._carry_out()
            except Exception:
                self._on_failed()
                raise
        return Refusal(messages.ERROR_SIGNATURE, "the signature does not fit")


class Gate:
    """Nonces, and what an OPEN allows until when. nonce_ticks: when the nonce in use was given.

    on_failed(): called when what a signature allowed ended in an exception, and may be half done.
    """

    def __init__(self, trust, pool, clock, tag_id, on_failed):
        self._trust = trust
        self._pool = pool
        self._clock = clock
        self._tag_id = tag_id
        self._on_failed = on_failed
        self._checks = Bucket(_CHECKS_CAPACITY, _CHECKS_REFILL_MS)
        self._nonce = b""
        self._given_ticks = 0
        self.nonce_ticks = 0
        # The last signed request, [kind, fields, answer]: who asks the same again gets the same answer.
        self._last = None
        # Pages that may be read: a scope of tagproto.commands, or 0.
        self._scope = 0
        self._opened_ticks = 0

    def new_nonce(self):
        """A nonce for the next signed request; the one before it is dead."""
        self._nonce = self._pool.take(_NONCE_SIZE)
        self._given_ticks = self._clock.ticks_ms()
        return self._nonce

    def open(self, scope):
        """Allow read pages for a while; scope 0: no longer."""
        self._scope = scope
        self._opened_ticks = self._clock.ticks_ms()

    def scope(self):
        """What may be read now: SCOPE_ORDER, SCOPE_ALL, or 0 for nothing."""
        if self._scope and self._old(self._opened_ticks, messages.OPEN_LIFE_MS):
            self._scope = 0
        return self._scope

    def expire(self):
        """Call more often than the ticks go round: what is too old must not look young again."""
        self.scope()
        if self._nonce and self._old(self._given_ticks, _FORGOTTEN_MS):
            self._nonce = b""

    def _old(self, since, life_ms):
        age_ms = ticks_after(since, self._clock.ticks_ms())
        return age_ms < 0 or age_ms > life_ms

    def command(self, kind, values, carry_out):
        """A signed request: a Pending or a Refusal. carry_out(values) gives reply values, to which a nonce is added."""
        if not self._trust.root:
            return Refusal(messages.ERROR_STATE, "not provisioned: no authority has certified this tag")
        if self._last is not None and self._last[:2] == [kind, values]:
            return self._last[2]
        if not self._nonce or values["nonce"] != self._nonce:
            return Refusal(messages.ERROR_NONCE, "this is not the tag's last nonce: say hello for a new one")
        self._nonce = b""
        answer = self._judge(kind, values, carry_out)
        if isinstance(answer, Refusal):
            self._last = [kind, values, answer]
        return answer

    def _judge(self, kind, values, carry_out):
        if self._old(self._given_ticks, messages.NONCE_LIFE_MS):
            return Refusal(messages.ERROR_STALE, "the nonce is too old: say hello for a new one")
        self.nonce_ticks = self._given_ticks
        key_id = values["station"]
        if key_id == self._trust.root_id():
            point = self._trust.root
            allowed = commands.may_root(kind, values)
        else:
            signer = self._trust.signer(key_id)
            if isinstance(signer, Refusal):
                return signer
            point = signer.point
            allowed = commands.may_station(kind, values)
        if not allowed:
            return Refusal(messages.ERROR_RIGHT, "this signer may not ask for that")

        def carried_out():
            reply = carry_out(values)
            if not isinstance(reply, Refusal):
                reply["nonce"] = self.new_nonce()
            self._last = [kind, values, reply]
            return reply

        digest = cose.signed_digest(commands.payload(kind, self._tag_id, values))
        return self.check(point, digest, values["signature"], carried_out)

    def check(self, point, digest, signature, carry_out):
        """A Pending for any signature, or a Refusal when too many were asked for."""
        if not self._checks.spend(self._clock.ticks_ms()):
            return Refusal(messages.ERROR_BUSY, "too many signatures to check")
        return Pending(point, digest, signature, carry_out, self._on_failed)
