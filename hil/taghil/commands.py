"""`ankletag hil` and `ankletag world`: what stands around a tag in a test and has a command of its own."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ankletag.errors import UsageError
from taghil.line.command import line
from taghil.world.errors import WorldError
from taghil.world.scenario import Scenario, built_in, load, parse, text_of

hil = typer.Typer(help="Cables and what else stands around a tag in a test.", no_args_is_help=True)
hil.command("line")(line)

world = typer.Typer(help="Scenarios: what happens to an emulated tag and its wearer.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@world.command("list")
def list_scenarios(as_json: JsonOption = False) -> None:
    """List the scenarios that come with the package."""
    scenarios = [load(name) for name in built_in()]
    if as_json:
        print(json.dumps([_told(scenario) for scenario in scenarios], indent=1))
        return
    width = max(len(scenario.name) for scenario in scenarios)
    for scenario in scenarios:
        print(f"{scenario.name:{width}}  {scenario.days:4g} days  {scenario.about}")


@world.command("show")
def show_scenario(
    scenario: Annotated[str, typer.Argument(help="A built-in scenario, or a file of your own to check.")],
    as_json: JsonOption = False,
) -> None:
    """Print a scenario's file, once all of it is right: a start for one of your own."""
    try:
        text, name = text_of(scenario)
        read = parse(text, name)
    except WorldError as error:
        raise UsageError(f"{error}.", "docs/commands.md, Scenarios, says what a file may hold.") from error
    print(json.dumps({**_told(read), "text": text}, indent=1) if as_json else text.rstrip("\n"))


def _told(scenario: Scenario) -> dict[str, str | float]:
    return {"name": scenario.name, "days": scenario.days, "about": scenario.about}
