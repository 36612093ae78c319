"""What is between computer and tag: each link has its line, and each problem its next action and code."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ankletag.doctor import RULES, RULES_FILE, Check, Computer, State, examine, worst
from ankletag.errors import Exit, TagSilent
from host.commandline import run
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted

DIALOUT = 20
USB = "sys/bus/usb/devices"


class Desk:
    """A computer made of files, with a tag at /dev/ttyACM0 that this account may use."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.computer = Computer(root, "anna", frozenset({1000, DIALOUT}), lambda path: True, lambda path: DIALOUT)
        self.write("etc/group", f"root:x:0:\ndialout:x:{DIALOUT}:anna,bert\nbroken\n")
        self.write("proc/1/comm", "systemd\n")
        self.write("dev/ttyACM0", "")
        self.write(f"etc/udev/rules.d/{RULES_FILE}", RULES)
        self.usb("1-1", "2e8a", "0005")
        self.write(f"{USB}/1-1:1.0/bInterfaceClass", "02\n")
        self.write(f"{USB}/1-1:1.0/tty/ttyACM0/dev", "166:0\n")
        (root / "sys/bus/usb/drivers/cdc_acm").mkdir(parents=True)
        (root / f"{USB}/1-1:1.0/driver").symlink_to(root / "sys/bus/usb/drivers/cdc_acm")
        self.usb("usb1", "1d6b", "0002")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def usb(self, name: str, vendor: str, product: str) -> None:
        self.write(f"{USB}/{name}/idVendor", vendor + "\n")
        self.write(f"{USB}/{name}/idProduct", product + "\n")

    def unplug(self) -> None:
        shutil.rmtree(self.root / f"{USB}/1-1")
        shutil.rmtree(self.root / f"{USB}/1-1:1.0")
        (self.root / "dev/ttyACM0").unlink()

    def examined(self, named: str | None = None) -> dict[str, Check]:
        return {check.name: check for check in examine(self.computer, named, [], answers)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def answers(port: str) -> str:
    return f"tag 0011 answers on {port}"


def silent(port: str) -> str:
    raise TagSilent(f"The tag on {port} does not answer 'hello'.", "Wake it.")


def the_problem(checks: dict[str, Check]) -> Check:
    problems = [check for check in checks.values() if check.state is State.PROBLEM]
    assert len(problems) == 1, problems
    assert problems[0].action
    return problems[0]


def test_all_is_well(desk: Desk) -> None:
    checks = desk.examined()
    assert {check.state for check in checks.values()} == {State.OK}
    assert worst(list(checks.values())) == Exit.OK
    assert "cdc_acm: /dev/ttyACM0" in checks["driver"].words
    assert "as a member of dialout" in checks["permission"].words


def test_no_cable(desk: Desk) -> None:
    desk.unplug()
    checks = desk.examined()
    problem = the_problem(checks)
    assert (problem.name, problem.code) == ("cable", Exit.PORT_ABSENT)
    assert "data cable" in problem.action
    assert {checks[name].state for name in ("driver", "permission", "in use", "tag")} == {State.NOT_CHECKED}


def test_a_board_in_bootsel(desk: Desk) -> None:
    desk.unplug()
    desk.usb("1-2", "2e8a", "0003")
    problem = the_problem(desk.examined())
    assert (problem.name, problem.code) == ("cable", Exit.PORT_ABSENT)
    assert "BOOTSEL" in problem.words


def test_a_board_in_bootsel_beside_a_tag_is_no_problem(desk: Desk) -> None:
    desk.usb("1-2", "2e8a", "0003")
    assert desk.examined()["cable"].words == "2 boards are seen on USB"
    assert worst(list(desk.examined().values())) == Exit.OK


def test_no_driver(desk: Desk) -> None:
    (desk.root / f"{USB}/1-1:1.0/driver").unlink()
    shutil.rmtree(desk.root / f"{USB}/1-1:1.0/tty")
    problem = the_problem(desk.examined())
    assert (problem.name, problem.code) == ("driver", Exit.PORT_ABSENT)
    assert "cdc_acm" in problem.action


def test_a_driver_without_a_port(desk: Desk) -> None:
    shutil.rmtree(desk.root / f"{USB}/1-1:1.0/tty")
    problem = the_problem(desk.examined())
    assert (problem.name, problem.code) == ("driver", Exit.PORT_ABSENT)
    assert "no port came of it" in problem.words


def test_not_in_the_group(desk: Desk) -> None:
    desk.computer = replace(desk.computer, user="carl", groups=frozenset({1001}), may_open=lambda path: False)
    problem = the_problem(desk.examined())
    assert (problem.name, problem.code) == ("permission", Exit.PORT_FORBIDDEN)
    assert "dialout" in problem.words
    assert "usermod -aG dialout carl" in problem.action
    assert "doctor --udev" in problem.action


def test_in_the_group_but_not_in_this_login(desk: Desk) -> None:
    desk.computer = replace(desk.computer, groups=frozenset({1000}), may_open=lambda path: False)
    problem = the_problem(desk.examined())
    assert (problem.code, problem.action) == (Exit.PORT_FORBIDDEN, "Log out and in again.")


def test_given_by_the_rules_without_a_group(desk: Desk) -> None:
    desk.computer = replace(desk.computer, user="carl", groups=frozenset({1001}))
    check = desk.examined()["permission"]
    assert check.state is State.OK
    assert "member" not in check.words


def test_open_in_another_program(desk: Desk) -> None:
    desk.write("proc/77/comm", "minicom\n")
    (desk.root / "proc/77/fd").mkdir()
    (desk.root / "proc/77/fd/3").symlink_to("/dev/ttyACM0")
    problem = the_problem(desk.examined())
    assert (problem.name, problem.code) == ("in use", Exit.PORT_BUSY)
    assert "minicom (77)" in problem.words


def test_modem_manager_without_the_rules(desk: Desk) -> None:
    desk.write("proc/88/comm", "ModemManager\n")
    assert desk.examined()["ModemManager"].state is State.OK
    (desk.root / f"etc/udev/rules.d/{RULES_FILE}").unlink()
    checks = desk.examined()
    problem = the_problem(checks)
    assert (problem.name, problem.code) == ("ModemManager", Exit.PORT_BUSY)
    assert "doctor --udev" in problem.action
    assert checks["udev rules"].state is State.HINT


def test_rules_of_another_version(desk: Desk) -> None:
    desk.write(f"etc/udev/rules.d/{RULES_FILE}", "# old\n")
    check = desk.examined()["udev rules"]
    assert (check.state, check.words) == (State.HINT, f"{RULES_FILE} is another version")


def test_rules_of_a_package_count(desk: Desk) -> None:
    (desk.root / f"etc/udev/rules.d/{RULES_FILE}").unlink()
    desk.write(f"usr/lib/udev/rules.d/{RULES_FILE}", RULES)
    assert desk.examined()["udev rules"].state is State.OK


def test_a_silent_tag(desk: Desk) -> None:
    checks = examine(desk.computer, None, [], silent)
    assert worst(checks) == Exit.NO_ANSWER
    assert checks[-1].action == "Wake it."


def test_a_named_port_that_is_not_there(desk: Desk) -> None:
    checks = desk.examined("/dev/ttyACM7")
    assert checks["cable"].state is State.PROBLEM
    assert checks["cable"].code == Exit.PORT_ABSENT


def test_a_named_port_that_is_not_of_usb(desk: Desk) -> None:
    desk.write("dev/pts/3", "")
    checks = desk.examined("/dev/pts/3")
    assert worst(list(checks.values())) == Exit.OK
    assert "not a Pico's USB" in checks["cable"].words


def test_a_link_to_a_port_is_that_port(desk: Desk) -> None:
    (desk.root / "dev/serial/by-id").mkdir(parents=True)
    (desk.root / "dev/serial/by-id/usb-tag").symlink_to("../../ttyACM0")
    checks = desk.examined("/dev/serial/by-id/usb-tag")
    assert worst(list(checks.values())) == Exit.OK
    assert checks["cable"].words == "a board is seen on USB"


def test_elsewhere_than_on_linux_ports_and_tag_are_what_there_is(desk: Desk) -> None:
    computer = replace(desk.computer, linux=False)
    checks = examine(computer, None, ["COM3"], answers)
    assert [(check.name, check.state) for check in checks] == [("cable", State.OK), ("tag", State.OK)]
    assert worst(examine(computer, None, [], answers)) == Exit.PORT_ABSENT


def test_the_rules_name_both_identities() -> None:
    for product in ("0005", "0003"):
        lines = [line for line in RULES.splitlines() if f'=="{product}"' in line]
        assert len(lines) == 2
        assert all('TAG+="uaccess"' in line and 'ENV{ID_MM_DEVICE_IGNORE}="1"' in line for line in lines)
        assert all('=="2e8a"' in line for line in lines)


def test_the_command_prints_the_rules_and_nothing_else_on_stdout() -> None:
    outcome = run("doctor", "--udev")
    assert (outcome.code, outcome.out) == (Exit.OK, RULES)
    assert f"/etc/udev/rules.d/{RULES_FILE}" in outcome.err


def test_the_command_has_a_line_for_each_check_and_the_code_of_the_first_problem(tmp_path: Path) -> None:
    outcome = run("doctor", "--port", str(tmp_path / "gone"))
    assert outcome.code == Exit.PORT_ABSENT
    assert outcome.out.startswith("PROBLEM      cable")
    assert "next: " in outcome.out


def test_the_command_asks_the_tag() -> None:
    tag = FakeTag(fitted([0]))
    with TerminalTag(tag) as terminal:
        outcome = run("doctor", "--port", terminal.port, "--json")
    document = json.loads(outcome.out)
    last = document["checks"][-1]
    assert (last["check"], last["state"]) == ("tag", "ok")
    assert tag.maker.tag_id.hex() in last["words"]
    in_use = next(check for check in document["checks"] if check["check"] == "in use")
    assert in_use["state"] == "problem", "this process has the terminal open"
    assert outcome.code == in_use["code"] == Exit.PORT_BUSY
