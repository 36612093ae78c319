"""One person's body: from a drink to blood to the skin over the ankle.

Small but not arbitrary: Widmark's volume of distribution, first-order absorption, Michaelis-Menten elimination, and one
first-order compartment from blood to the ankle's skin, whose lag puts the peak about two hours after that of breath
(Fairbairn 2019).  The usual body is what a scenario has if it says nothing; `spread = true` draws one from what people
are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

STEP_US = 60_000_000
"""The wearer's state moves in steps of a minute of scenario time."""
STEP_H = 60.0 / 3600.0
UNIT_G = 8.0
"""A UK unit of alcohol in grams."""
WIDMARK_L_KG = {"male": 0.68, "female": 0.55}
ELIMINATION_KM_G_DL = 0.005

WIDMARK_SD_L_KG = {"male": 0.085, "female": 0.055}
"""Standard deviations of Widmark 1932, whose means are those above; drawn within two of them."""
ABSORPTIONS_PER_H = (1.5, 8.0)
"""Blood then peaks between 20 minutes and an hour and a half after a drink, food in the stomach or none; Jones,
Joensson and Neri 1991 (J Forensic Sci 36:376) saw minutes to two hours."""
ELIMINATIONS_G_DL_H = (0.010, 0.025)
"""Jones 2010 (Forensic Sci Int 200:1): 10 to 25 mg/100 mL/h take in most people."""
BLOOD_TO_SKIN_HS = (1.0, 2.8)
"""TAC at the ankle then peaks one to three and a half hours after breath: Fairbairn 2019 has two on average, and
Karns-Wright 2017 (Alcohol Alcohol 52:35) less after one beer than after five."""
ON_SKIN_VS = (0.88, 1.22)
LEAST_V = 0.60
SKINS_MDEG_C = (31_100.0, 34_100.0)
"""Of the nine wearers of UCI data set 515: medians of proximity 0.89 to 1.21 V, the lowest of all 0.67 V; the lowest
twentieth of their temperatures begins between 20.1 and 27.3 degC."""


@dataclass(frozen=True)
class Person:
    """Who wears the tag."""

    sex: str = "male"
    weight_kg: float = 80.0
    life: str = "still"
    """'still': at rest all day; 'daily': days and nights, movement, damp (taghil.world.life)."""
    spread: bool = False
    """Whether body and habits are drawn by the seed from what people are, or the usual ones."""


@dataclass(frozen=True)
class Body:
    """The constants of one body; as they stand those of the usual one, but for the sex."""

    widmark_l_kg: float
    absorption_per_h: float = 4.0
    elimination_g_dl_h: float = 0.018
    blood_to_skin_h: float = 2.2
    on_skin_v: float = 1.05
    least_v: float = 0.30
    """No posture puts the tag farther from the skin."""
    skin_mdeg_c: float = 32_600.0


def body_of(person: Person, seed: int) -> Body:
    """The person's body; the same seed draws the same."""
    usual_l_kg = WIDMARK_L_KG[person.sex]
    if not person.spread:
        return Body(usual_l_kg)
    draw = random.Random(f"body {seed}")
    deviation = 3.0
    while abs(deviation) > 2.0:
        deviation = draw.gauss(0.0, 1.0)
    low, high = ABSORPTIONS_PER_H
    return Body(
        widmark_l_kg=usual_l_kg + deviation * WIDMARK_SD_L_KG[person.sex],
        # A rate: half and double are equally far from the usual one.
        absorption_per_h=low * (high / low) ** draw.random(),
        elimination_g_dl_h=draw.uniform(*ELIMINATIONS_G_DL_H),
        blood_to_skin_h=draw.uniform(*BLOOD_TO_SKIN_HS),
        on_skin_v=draw.uniform(*ON_SKIN_VS),
        least_v=LEAST_V,
        skin_mdeg_c=draw.uniform(*SKINS_MDEG_C),
    )


class Alcohol:
    """What is in gut, blood and skin; `drinks` are (time in us, grams) in order of time."""

    def __init__(self, body: Body, weight_kg: float, drinks: list[tuple[int, float]]) -> None:
        self.blood_g_dl = 0.0
        self.skin_g_dl = 0.0
        self._drinks = drinks
        self._next = 0
        self._volume_dl = body.widmark_l_kg * weight_kg * 10.0
        self._absorbed = body.absorption_per_h * STEP_H
        self._burnt_g_dl_h = body.elimination_g_dl_h
        self._to_skin = STEP_H / body.blood_to_skin_h
        self._gut_g = 0.0
        self._body_g = 0.0

    def step(self, t_us: int) -> None:
        """The minute that ends at t_us."""
        self._drink(t_us)
        self.skin_g_dl += (self.blood_g_dl - self.skin_g_dl) * self._to_skin

    def _drink(self, t_us: int) -> None:
        while self._next < len(self._drinks) and self._drinks[self._next][0] < t_us:
            self._gut_g += self._drinks[self._next][1]
            self._next += 1
        if not self._gut_g and not self._body_g:
            return
        moved = self._gut_g * self._absorbed
        self._gut_g -= moved
        if self._gut_g < 1e-6:
            self._gut_g = 0.0
        blood = self._body_g / self._volume_dl
        burnt = self._burnt_g_dl_h * blood / (ELIMINATION_KM_G_DL + blood) * STEP_H * self._volume_dl
        self._body_g = max(0.0, self._body_g + moved - burnt)
        if self._body_g < 1e-6:
            self._body_g = 0.0
        self.blood_g_dl = self._body_g / self._volume_dl
