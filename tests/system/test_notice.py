"""What a tag tells at once, from the emulated wearer to the command line: alcohol under each profile, a self-test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ankletag.errors import Exit
from provisioned import provisioned
from system.commandline import Cli
from taghil.vm.process import Emulator
from tagproto import profiles

pytestmark = pytest.mark.slow

DAY_S = 60


@pytest.mark.parametrize("name", [profile[0] for profile in profiles.PROFILES.values()])
def test_drinking_is_told_at_once_and_sampled_more_densely(
    start_tag: Callable[..., Emulator], kept: Path, name: str
) -> None:
    tag = start_tag(scenario="demo", days=2, seed=1)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    assert "good" in cli.run("selftest")
    assert f"profile {name}" in cli.run("fit", "--order", "A", "--profile", name)
    tag.wait_lived(DAY_S)
    cli.run("sync")
    document = cli.json("events", line=False)
    assert [one for one in document["findings"] if one["severity"] == "against"] == []
    assert (document["remarks"], document["gaps"], document["self_tests_failed"]) == ([], [], [])
    assert {one["threshold"] for one in document["thresholds"]} == {"alcohol"}
    tests = [event["sentence"] for event in document["events"] if event["kind"] == "self-test"]
    assert tests == ["all is well", "for a station: all is well"]
    # Each begins with a reading above the limit, and the cadence goes down with it.
    cadences = [event["values"]["cadence_s"] for event in document["events"] if event["kind"] == "config"]
    code = next(code for code, profile in profiles.PROFILES.items() if profile[0] == name)
    own = profiles.PROFILES[code][1]
    assert set(cadences) == {60, own, profiles.rising_cadence_s(code, own)}


SCENARIO = """
about = "Infrared is unplugged from the beginning to the end."
start = 2026-03-02T09:00:00Z
days = 1

[wearer]
sex = "male"
weight_kg = 80

[[unplugged]]
part = "prox"
from = "1 09:00"
to = "3 09:00"
"""


def test_a_broken_part_is_named(start_tag: Callable[..., Emulator], kept: Path) -> None:
    (kept / "unplugged.toml").write_text(SCENARIO)
    tag = start_tag(scenario=kept / "unplugged.toml")
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    # A wearer's day begins with the fitting.
    cli.run("fit", "--order", "A")
    tag.wait_lived(DAY_S)
    said = cli.run("selftest", status=Exit.SELF_TEST)
    assert "the tag's self-test FAILED: infrared proximity. Do not fit this tag" in said
    assert "infrared proximity" in cli.run("status")
