"""Nonces of signed requests, from SPEC.md: each serves once, for a while, for the tag that gave it."""

from collections.abc import Callable
from typing import Any

import pytest

import programme
from firmware import talk
from firmware.refusing import assert_refused
from firmware.talk import PROGRAMME, Values
from tagproto import messages


def test_a_stale_one(known: Any) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    known.advance(messages.NONCE_LIFE_MS)
    talk.ask(known, messages.SEAL, values)
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    known.advance(messages.NONCE_LIFE_MS + 1)
    assert_refused(known, messages.SEAL, values, messages.ERROR_STALE)
    # The same request gets the same answer, another one learns that the nonce is used up.
    assert_refused(known, messages.SEAL, values, messages.ERROR_STALE)
    assert_refused(known, messages.SEAL, other(values), messages.ERROR_NONCE)


@pytest.mark.parametrize("days", [1, 5, 6.3, 12.43, 25])
def test_a_nonce_never_comes_to_life_again(known: Any, days: float) -> None:
    """The ticks go round after 12.4 days."""
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    for _ in range(int(days * 24)):
        known.steps(1)
    left = int(days * 86_400_000) - int(days * 24) * 3_600_000
    known.advance(max(0, left))
    assert talk.refused(known, messages.SEAL, values) in (messages.ERROR_NONCE, messages.ERROR_STALE)


def test_the_nonce_of_an_earlier_hello_and_of_an_earlier_boot(known: Any) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    talk.hello(known)
    assert_refused(known, messages.SEAL, values, messages.ERROR_NONCE)
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    known.reboot(2)
    talk.introduce(known)
    assert_refused(known, messages.SEAL, values, messages.ERROR_NONCE)


def _spent(change: Callable[[Values], Values]) -> Callable[[Any, Values], None]:
    return lambda tag, values: assert_not_taken(tag, messages.SEAL, change(values))


def assert_not_taken(tag: Any, kind: int, values: Values) -> None:
    assert talk.refused(tag, kind, values) != messages.ERROR_NONCE


USES: dict[str, Callable[[Any, Values], None]] = {
    "taken": lambda tag, values: assert_taken(tag, values),
    "a wrong signature": _spent(lambda values: {**values, "signature": bytes(64)}),
    "an unknown signer": _spent(lambda values: {**values, "station": programme.nobody()}),
    "no right": lambda tag, values: assert_not_taken(
        tag,
        messages.FIT,
        PROGRAMME.root.command(messages.FIT, talk.TAG_ID, _nonce(values), talk.FITTING),
    ),
    "not now": lambda tag, values: assert_not_taken(
        tag, messages.REMOVE, PROGRAMME.station.command(messages.REMOVE, talk.TAG_ID, _nonce(values), {"reason": 1})
    ),
    "out of range": lambda tag, values: assert_not_taken(
        tag,
        messages.FIT,
        PROGRAMME.station.command(messages.FIT, talk.TAG_ID, _nonce(values), {**talk.FITTING, "cadence_s": 0}),
    ),
}


def _nonce(values: Values) -> bytes:
    nonce = values["nonce"]
    assert isinstance(nonce, bytes)
    return nonce


def assert_taken(tag: Any, values: Values) -> None:
    talk.ask(tag, messages.SEAL, values)


def other(values: Values) -> Values:
    """Another request over the same nonce."""
    return PROGRAMME.station.command(messages.SEAL, talk.TAG_ID, _nonce(values), {"challenge": b"another one here"})


@pytest.mark.parametrize("use", USES)
def test_a_nonce_is_used_up_whatever_comes_of_it(known: Any, use: str) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    USES[use](known, values)
    assert_refused(known, messages.SEAL, other(values), messages.ERROR_NONCE)
    if use != "taken":
        # What used it up was another request.
        assert_refused(known, messages.SEAL, values, messages.ERROR_NONCE)


def test_a_request_with_another_nonce_does_not_use_it_up(known: Any) -> None:
    values = talk.signed(known, messages.SEAL, talk.SEAL)
    assert_refused(known, messages.SEAL, {**values, "nonce": bytes(8)}, messages.ERROR_NONCE)
    talk.ask(known, messages.SEAL, values)
