"""The import rules hold, and each of them can fail."""

from collections.abc import Callable

import pytest

from checks import import_rules as rules
from checks.import_rules import Module, module
from support import ROOT

# Each rule with modules that break it, one violation per list.
BREAKS: list[tuple[Callable[[list[Module]], list[str]], list[Module]]] = [
    (rules.protocol_runs_on_both_interpreters, [module("protocol", "tagproto.cobs", "import os")]),
    (rules.protocol_runs_on_both_interpreters, [module("protocol", "tagproto.cobs", "def f():\n    import typing")]),
    (rules.protocol_runs_on_both_interpreters, [module("protocol", "tagproto.cobs", "from structural import x")]),
    (rules.stages_use_what_is_passed_in, [module("firmware", "tag.sampling", "from time import ticks_ms")]),
    (rules.stages_use_what_is_passed_in, [module("firmware", "tag.drivers.tmp117", "import os")]),
    (rules.only_boards_touch_hardware, [module("firmware", "main", "from machine import Pin")]),
    (rules.only_boards_touch_hardware, [module("firmware", "tag.log", "import rp2")]),
    (rules.only_main_picks_a_board, [module("firmware", "tag.app", "from boards import pico")]),
    (rules.only_main_picks_a_board, [module("firmware", "boot", "import boards.emulated")]),
    (rules.host_knows_no_rig, [module("host", "ankletag.cli", "def f():\n    from taghil.vm import process")]),
    (rules.rig_runs_the_firmware_as_a_process, [module("hil", "taghil.demo", "from tag.log import Log")]),
    (rules.rig_runs_the_firmware_as_a_process, [module("hil", "taghil.demo", "import boards.emulated")]),
    (
        rules.rig_runs_the_firmware_as_a_process,
        [module("hil", "taghil.demo", "import importlib\nimportlib.import_module('tag.settings')")],
    ),
    (rules.rig_runs_the_firmware_as_a_process, [module("hil", "taghil.demo", "__import__('boards.emulated')")]),
    (rules.rig_uses_the_public_host, [module("hil", "taghil.demo", "from ankletag.store import _open")]),
    (rules.the_world_serves_any_emulator, [module("hil", "taghil.world.world", "from taghil.vm.bus import HEAD")]),
    (rules.layers_point_down, [module("host", "ankletag.models", "from . import client")]),
    (rules.layers_point_down, [module("host", "ankletag.transport.serial", "from ..sync import plan")]),
    (
        rules.layers_point_down,  # through a module that is in no layer
        [
            module("host", "ankletag.errors", "import ankletag.help"),
            module("host", "ankletag.help", "import ankletag.models"),
        ],
    ),
    (rules.judgement_is_pure, [module("host", "ankletag.verify", "import os")]),
    (rules.judgement_is_pure, [module("host", "ankletag.evaluate.episodes", "from ankletag.store import Store")]),
    (
        rules.judgement_is_pure,
        [module("host", "ankletag.verify", "from .keys import k"), module("host", "ankletag.keys", "import pathlib")],
    ),
    (rules.only_the_surface_prints, [module("host", "ankletag.sync", "print(1)")]),
    (rules.only_the_surface_prints, [module("host", "ankletag.sync", "from rich.progress import Progress")]),
    (rules.only_the_surface_prints, [module("host", "ankletag.report", "import sys\nsys.stderr.write('x')")]),
]
RULES = sorted({rule for rule, _ in BREAKS}, key=lambda rule: rule.__name__)


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return rules.load(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Callable[[list[Module]], list[str]], modules: list[Module]) -> None:
    assert rule(modules) == []


@pytest.mark.parametrize(("rule", "broken"), BREAKS)
def test_rule_can_fail(rule: Callable[[list[Module]], list[str]], broken: list[Module]) -> None:
    assert len(rule(broken)) == 1


def test_every_rule_is_tried() -> None:
    public = (value for name, value in vars(rules).items() if not name.startswith("_"))
    assert {value for value in public if getattr(value, "__annotations__", {}).get("return") == list[str]} == set(RULES)


@pytest.mark.parametrize("name", ["tagproto", "main", "boot", "tag", "boards", "ankletag", "taghil"])
def test_the_rules_see_every_room(name: str, modules: list[Module]) -> None:
    assert any(rules.within(m.name, name) for m in modules)


@pytest.mark.parametrize(
    ("name", "package", "source", "imported"),
    [
        ("a.b.c", False, "from . import d", "a.b.d"),
        ("a.b.c", False, "from ..d import e", "a.d.e"),
        ("a.b", True, "from .d import e", "a.b.d.e"),
        ("a.b", True, "from .. import e", "a.e"),
    ],
)
def test_relative_imports_are_made_absolute(name: str, package: bool, source: str, imported: str) -> None:
    assert [found for _, found in module("host", name, source, package).imports()] == [imported]
