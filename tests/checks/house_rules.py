"""What the files of the repository may say: no machine is named, every link leads somewhere, and every command in
README is one that CI runs."""

import platform
import re
import subprocess
from pathlib import Path

# Spelled with a class of one letter, so that these lines do not find themselves.
HOME_OF_SOMEBODY = re.compile(
    r"(?<![\w.])/(?:(?:roo[t]|wor[k])(?![\w-])|(?:User[s]|hom[e])/\w|opt/(?:pyp[i]|wheel[s]))|[A-Z]:\\User[s]\\"
)
# The folder of shared material lies beside the checkout: it is named from there or not at all.
SHARED = re.compile(r"(?<!\.\./)(?<![\w/])share[d]/(?:data|hooks|line|mcu|prototypes|\w+\.md)")
# A host name that is an ordinary word cannot be told from text.
TELLING_HOST = re.compile(r"(?=.*[\d.-]).{6,}")


def text_files(checkout: Path) -> list[Path]:
    """The files that belong to the repository, as git sees them; in an exported tree, all but what was built."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0:
        names = [checkout / name for name in listing.stdout.split("\0") if name]
    else:
        ignored = set((checkout / ".gitignore").read_text(encoding="utf-8").replace("/\n", "\n").split())
        names = [path for path in checkout.rglob("*") if not ignored & set(path.relative_to(checkout).parts)]
    return [path for path in names if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def machine_names(checkout: Path) -> list[str]:
    """This machine's own names: its host name and where the checkout and the home folder lie."""
    names = [platform.node()] if TELLING_HOST.fullmatch(platform.node()) else []
    return [*names, *(str(folder) for folder in (checkout, Path.home()) if len(folder.parts) > 2)]


def named_machines(name: str, text: str, machine: list[str]) -> list[str]:
    """Violations in one file, each as 'file:line: what'."""
    violations = []
    for number, line in enumerate(text.splitlines(), 1):
        found = [match[0] for match in (HOME_OF_SOMEBODY.search(line), SHARED.search(line)) if match]
        found += [word for word in machine if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line)]
        violations += [f"{name}:{number}: names {word}" for word in found]
    return violations


CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def conflicts(text: str) -> int:
    """How many marks of a merge that nobody finished stand in a file."""
    return len(CONFLICT.findall(text))


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def broken_links(page: Path) -> list[str]:
    """What a Markdown page links to beside it and is not there."""
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    return [f"{page.name}: {target} is not there" for target in targets if not (page.parent / target).exists()]


FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What a reader does before there is a checkout for CI to run in.
BEFORE_CI = re.compile(r"git clone |cd |apt-get install |\. \.venv/|source ")


def commands(markdown: str) -> list[str]:
    """The commands in blocks fenced as sh or console, without prompts, comments and output."""
    found = []
    for language, block in FENCE.findall(markdown):
        for line in block.replace("\\\n", " ").splitlines():
            if language == "console" and not line.startswith("$ "):
                continue
            if language in ("sh", "bash", "console"):
                command = " ".join(line.removeprefix("$ ").split(" #")[0].split())
                if command and not command.startswith("#") and not BEFORE_CI.match(command):
                    found.append(command)
    return found


def run_by(script: str) -> set[str]:
    """The commands of a CI script: its lines, and what is behind `step "title"`."""
    lines = (" ".join(line.split()) for line in script.replace("\\\n", " ").splitlines())
    return {re.sub(r'^step "[^"]*" ', "", line) for line in lines}
