"""Who may open a port, and who has it open."""

from .computer import Computer


def group_name(computer: Computer, number: int) -> str:
    """Of the group with this number; the number itself where it has no name."""
    return next((name for name, own, _ in _groups(computer) if own == number), str(number))


def is_member(computer: Computer, number: int) -> bool:
    """Whether the account is entered in this group, known to this login or not."""
    return any(own == number and computer.user in members for _, own, members in _groups(computer))


def holders(computer: Computer, port: str) -> list[str]:
    """The programs that have a port open, as `name (pid)`, as far as this account may see them."""
    found = []
    real = computer.path(port).resolve()
    for process in _processes(computer):
        for descriptor in computer.inside(f"proc/{process}/fd"):
            try:
                target = descriptor.readlink()
            except OSError:
                continue
            if computer.path(str(target)) == real:
                found.append(f"{computer.text(f'proc/{process}/comm') or 'a program'} ({process})")
                break
    return found


def runs(computer: Computer, name: str) -> bool:
    """Whether a program of this name runs. Linux keeps 15 letters of a name."""
    return any(computer.text(f"proc/{process}/comm") == name[:15] for process in _processes(computer))


def _processes(computer: Computer) -> list[str]:
    return [path.name for path in computer.inside("proc") if path.name.isdigit()]


def _groups(computer: Computer) -> list[tuple[str, int, list[str]]]:
    found = []
    for line in (computer.text("etc/group") or "").splitlines():
        fields = line.split(":")
        if len(fields) == 4 and fields[2].isdigit():
            found.append((fields[0], int(fields[2]), fields[3].split(",")))
    return found
