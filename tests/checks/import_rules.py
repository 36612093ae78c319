"""Who may import what (the rules are in docs/decisions/0002-checks.md), as functions from modules to violations."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOTS = ("protocol", "firmware", "host", "hil")


@dataclass(frozen=True)
class Module:
    """One source file under its import name, with every name it imports made absolute."""

    name: str
    root: str
    tree: ast.Module
    package: bool

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, imported name); `from a import b` gives `a.b`, which may name a module or something in it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = self.name.split(".")
                    parts = parts[: len(parts) - node.level + self.package]
                    base = ".".join([*parts, base] if base else parts)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Call):
                yield from ((node.lineno, name) for name in _imported_by_call(node))


def _imported_by_call(call: ast.Call) -> Iterator[str]:
    """What importlib.import_module("a.b") or __import__("a.b") names; a name that is computed is not seen."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if function in ("import_module", "__import__") and call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)


def module(root: str, name: str, source: str, package: bool = False) -> Module:
    return Module(name, root, ast.parse(source, name), package)


def load(checkout: Path) -> list[Module]:
    """All modules of the four rooms. The rig board's own firmware in hil/ is not taghil, so it is not among them."""
    found = []
    for root in ROOTS:
        top = checkout / root
        for path in sorted(top.rglob("*.py")):
            parts = path.relative_to(top).with_suffix("").parts
            package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if package else parts)
            if root != "hil" or name.split(".")[0] == "taghil":
                found.append(module(root, name, path.read_text(encoding="utf-8"), package))
    return found


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def _forbidden(modules: list[Module], of: Callable[[Module], bool], bad: Callable[[str], bool], why: str) -> list[str]:
    return [
        f"{m.root}: {m.name}, line {line}: imports {name}: {why}"
        for m in modules
        if of(m)
        for line, name in m.imports()
        if bad(name)
    ]


PROTOCOL_MAY = ("struct", "binascii", "hashlib", "tagproto")
STAGES_MAY = (*PROTOCOL_MAY, "tag", "array", "errno", "gc", "io", "micropython", "sys")
# Reads the files that the tag runs, once, for main.py; no stage of the flow of data.
NOT_A_STAGE = "tag.digest"
HARDWARE = ("machine", "umachine", "rp2", "_rp2")
# In a developer's image only; it looks at a pin before there is a board.
DEVELOPERS = "prompt"


def protocol_runs_on_both_interpreters(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: within(m.name, "tagproto"),
        lambda name: not within(name, *PROTOCOL_MAY),
        f"tagproto may import {', '.join(PROTOCOL_MAY)} only",
    )


def stages_use_what_is_passed_in(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: m.root == "firmware" and within(m.name, "tag") and m.name != NOT_A_STAGE,
        lambda name: not within(name, *STAGES_MAY),
        f"a stage may import {', '.join(STAGES_MAY)} and is handed the rest",
    )


def only_boards_touch_hardware(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: m.root == "firmware" and not within(m.name, "boards", DEVELOPERS),
        lambda name: within(name, *HARDWARE),
        "only firmware/boards may",
    )


def only_main_picks_a_board(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: m.root == "firmware" and m.name != "main" and not within(m.name, "boards"),
        lambda name: within(name, "boards"),
        "only main.py picks a board",
    )


def host_knows_no_rig(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: within(m.name, "ankletag"),
        lambda name: within(name, "taghil"),
        "the rig registers its commands under the entry-point group ankletag.commands",
    )


def rig_runs_the_firmware_as_a_process(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: within(m.name, "taghil"),
        lambda name: within(name, "tag", "boards", "main", "boot"),
        "taghil starts the firmware, it never imports it",
    )


def rig_uses_the_public_host(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: within(m.name, "taghil"),
        lambda name: within(name, "ankletag") and any(part.startswith("_") for part in name.split(".")),
        "taghil uses ankletag's public names only",
    )


def the_world_serves_any_emulator(modules: list[Module]) -> list[str]:
    return _forbidden(
        modules,
        lambda m: within(m.name, "taghil.world"),
        lambda name: within(name, "taghil") and not within(name, "taghil.world"),
        "the world knows neither of the emulators that use it",
    )


LAYERS = ("errors", "models", "transport", "client", "sync")


def reached(modules: list[Module]) -> dict[str, set[str]]:
    """For each module of ankletag, every name it imports, directly or through other modules of ankletag."""
    names = {m.name for m in modules if within(m.name, "ankletag")}
    direct = {m.name: {name for _, name in m.imports()} for m in modules if m.name in names}

    def owner(name: str) -> str | None:
        # The package's own __init__ does not count as a step: importing ankletag.errors is not importing ankletag.
        parents = (".".join(name.split(".")[:length]) for length in range(name.count(".") + 1, 1, -1))
        return next((parent for parent in parents if parent in names), None)

    closed: dict[str, set[str]] = {}
    for start in names:
        seen: set[str] = set()
        todo = set(direct[start])
        while todo:
            name = todo.pop()
            seen.add(name)
            inner = owner(name)
            if inner and inner != start:
                todo |= direct[inner] - seen
        closed[start] = seen
    return closed


def layers_point_down(modules: list[Module]) -> list[str]:
    violations = []
    for name, names in sorted(reached(modules).items()):
        for height, layer in enumerate(LAYERS):
            if within(name, f"ankletag.{layer}"):
                above = [f"ankletag.{higher}" for higher in LAYERS[height + 1 :]]
                violations += [
                    f"host: {name} reaches {other}: layers are {' <- '.join(LAYERS)}"
                    for other in sorted(names)
                    if within(other, *above)
                ]
    return violations


PURE = ("ankletag.verify", "ankletag.evaluate")
EFFECTS = (
    *("asyncio", "http", "io", "os", "pathlib", "random", "secrets", "serial", "shutil", "socket", "sqlalchemy"),
    *("sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib"),
    *(f"ankletag.{name}" for name in ("cli", "client", "station", "store", "sync", "transport")),
)


def judgement_is_pure(modules: list[Module]) -> list[str]:
    return [
        f"host: {name} reaches {other}: verify and evaluate work on values alone"
        for name, names in sorted(reached(modules).items())
        if within(name, *PURE)
        for other in sorted(names)
        if within(other, *EFFECTS)
    ]


MAY_PRINT = ("ankletag.cli", "ankletag.station", "ankletag.__main__")
PRINTERS = ("rich", "typer", "click")


def only_the_surface_prints(modules: list[Module]) -> list[str]:
    violations = _forbidden(
        modules,
        lambda m: within(m.name, "ankletag") and not within(m.name, *MAY_PRINT),
        lambda name: within(name, *PRINTERS),
        "only cli and station speak to the user",
    )
    for m in modules:
        if within(m.name, "ankletag") and not within(m.name, *MAY_PRINT):
            for node in ast.walk(m.tree):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in ("print", "input")
                ):
                    violations.append(f"host: {m.name}, line {node.lineno}: calls {node.func.id}()")
                if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr"):
                    violations.append(f"host: {m.name}, line {node.lineno}: writes to {ast.unparse(node)}")
    return violations
