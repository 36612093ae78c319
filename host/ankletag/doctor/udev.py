"""The rules that give a tag to who sits at the computer, and keep ModemManager off it: udev(7), and ModemManager's
documentation of ID_MM_DEVICE_IGNORE."""

from ..transport import BOOTSEL_USB, PICO_USB
from .computer import Computer

# In front of systemd's 73-seat-late.rules, which acts on the tag uaccess.
RULES_FILE = "60-ankletag.rules"
_INSTALLED_IN = ("etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d")


def _lines(vendor: int, product: int) -> str:
    usb = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}"'
    behind = f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}"'
    given = 'TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"'
    return f'{usb}, {given}\nSUBSYSTEM=="tty|block", {behind}, {given}\n'


RULES = (
    "# ankletag: whoever sits at this computer may use a tag, and ModemManager leaves it alone.\n"
    'ACTION=="remove", GOTO="ankletag_end"\n'
    f"# A tag, or another board that runs MicroPython.\n{_lines(*PICO_USB)}"
    f"# A board in BOOTSEL.\n{_lines(*BOOTSEL_USB)}"
    'LABEL="ankletag_end"\n'
)


def how_to_install() -> str:
    """The commands."""
    return (
        f"ankletag doctor --udev | sudo tee /etc/udev/rules.d/{RULES_FILE} && "
        "sudo udevadm control --reload && sudo udevadm trigger"
    )


def installed(computer: Computer) -> bool | None:
    """Whether the rules are installed as they are here; None where a file of their name says something else."""
    found = [text for folder in _INSTALLED_IN if (text := computer.text(f"{folder}/{RULES_FILE}")) is not None]
    if not found:
        return False
    # udev takes the first of several with one name.
    return True if found[0] == RULES.strip() else None
