"""The limit of the coding, from a run's own values: bits of each stream, entropies, what other ways would save."""

from typing import Any

from measure.log_account import STREAMS, Account
from measure.log_entropy import (
    PART_NOISE_LSB,
    PREDICTORS,
    adaptive_arithmetic,
    given_the_last,
    least_squares,
    noise_alone,
    order_0,
    predicted,
    rice,
)
from tagproto.pages import PAGE_SIZE, PAYLOAD_SIZE

FRAME = PAGE_SIZE / PAYLOAD_SIZE
"""Bytes of flash for a byte of payload."""
SENSES = ("cell", "temp", "prox")


def streams(account: Account, noise: float) -> dict[str, dict[str, float]]:
    """Bits a reading of each stream: as coded, by the three entropies, and what the parts' noise alone comes to."""
    found: dict[str, dict[str, float]] = {}
    for name in STREAMS:
        values = account.coded[name]
        found[name] = {
            "coded": account.bits_per_reading(name),
            "entropy_order_0": order_0(values),
            "entropy_given_the_last": given_the_last(values),
            "adaptive_arithmetic_coder": adaptive_arithmetic(values),
        }
        if name in PART_NOISE_LSB:
            sigma = PART_NOISE_LSB[name] * noise
            found[name]["noise_of_the_part"] = noise_alone(sigma)
            found[name]["noise_of_a_difference"] = noise_alone(sigma * 2**0.5)
    found["all"] = {what: sum(found[name].get(what, 0.0) for name in STREAMS) for what in found["cell"]}
    return found


def predictors(account: Account) -> dict[str, dict[str, dict[str, Any]]]:
    """For each sense and predictor: bits a reading in the coder's Rice code, and order-0 entropy of the residuals."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in SENSES:
        values = account.values[name]
        found[name] = {
            way: {"rice": rice(residuals), "entropy_order_0": order_0(residuals)}
            for way, residuals in ((way, predicted(values, predict)) for way, predict in PREDICTORS.items())
        }
        weights, residuals = least_squares(values, 2)
        found[name]["least squares over the last two differences"] = {
            "rice": rice(residuals),
            "entropy_order_0": order_0(residuals),
            "weights": [round(weight, 3) for weight in weights],
        }
    return found


def savings(account: Account, by_stream: dict[str, dict[str, float]], by_way: dict[str, Any]) -> dict[str, float]:
    """Bytes of flash a reading, the pages' frame included, that a change of the coding would save, each by itself."""
    best = {name: min(by_way[name].values(), key=lambda way: float(way["rice"])) for name in SENSES}
    bits = {
        "bits of readings run on, no filling": account.bits_per_reading("filling to whole bytes"),
        "flags in one bit": 1.0,
        "the best of the predictors for each sense": sum(
            by_way[name]["the last"]["rice"] - float(best[name]["rice"]) for name in SENSES
        ),
        "adaptive arithmetic coder for Rice": sum(
            by_stream[name]["coded"] - by_stream[name]["adaptive_arithmetic_coder"] for name in STREAMS
        ),
    }
    return {what: saved / 8 * FRAME for what, saved in bits.items()}
