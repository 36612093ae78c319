"""The emulated chip's USB at a pseudo-terminal, with a small device of the test's own in the controller's registers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rp2040py.usb.cdc import USBCDC

from rig.bare_chip import BareChip
from support import read_exactly, wait_until
from taghil.mcu.hostend import UNREAD_MOST
from taghil.mcu.repairs import quiet_host
from taghil.mcu.usb import UsbCable

# RP2040 datasheet 4.1.2.5 (buffers in its memory), 4.1.4.
DPRAM, ENDPOINT_CONTROL, BUFFER_CONTROL = 0x50100000, 0x00, 0x80
OUT = 4
AVAILABLE, FULL, LENGTH = 1 << 10, 1 << 15, 0x3FF
ENABLED = 1 << 31
USB, MAIN_CTRL, BUFF_STATUS = 0x50110000, 0x40, 0x58
EP0_BUFFER, BULK_IN, BULK_IN_BUFFER, BULK_OUT, BULK_OUT_BUFFER = 0x100, 3, 0x180, 2, 0x1C0
PACKET = 64
RESET_US, TRANSFER_US = 11_000, 20
DEADLINE_S = 10.0
# USB 2.0 9.6 and CDC PSTN 1.2: configuration, control interface, data interface, its two bulk endpoints.
DESCRIPTORS = bytes.fromhex(
    "09 02 29 00 02 01 00 80 32  09 04 00 00 00 02 02 00 00  09 04 01 00 02 0a 00 00 00  07 05 83 02 40 00 00"
    " 07 05 02 02 40 00 00"
)


class Device(BareChip):
    """A chip that enumerates as a serial port. cable: what it is plugged into."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        cdc = USBCDC(self.mcu.usb_ctrl)
        bytes_there = quiet_host(self.mcu, cdc)
        self.cable = UsbCable(folder / "port")
        self.cable.connect(cdc, bytes_there)
        self.host = -1

    def _give(self, endpoint: int, buffer: int, data: bytes) -> None:
        for at in range(0, len(data), 4):
            self.write(DPRAM + buffer + at, int.from_bytes(data[at : at + 4].ljust(4, b"\0"), "little"))
        self.write(DPRAM + BUFFER_CONTROL + 8 * endpoint, FULL | AVAILABLE | len(data))
        self.run_us(TRANSFER_US)

    def enumerate(self) -> None:
        self.write(USB + MAIN_CTRL, 1)
        self.run_us(RESET_US)
        # The address, the length of the descriptors, the descriptors, the configuration.
        for answer in (b"", DESCRIPTORS[:9], DESCRIPTORS, b""):
            self._give(0, EP0_BUFFER, answer)
        for endpoint, buffer, way in ((BULK_IN, BULK_IN_BUFFER, 0), (BULK_OUT, BULK_OUT_BUFFER, OUT)):
            self.write(DPRAM + ENDPOINT_CONTROL + 8 * endpoint + way, ENABLED | buffer)

    def sees_host(self) -> bool:
        """Whether the newest control request said that DTR and RTS are on; there must have been one."""
        request = self.read(DPRAM)
        # Class, interface, SET_CONTROL_LINE_STATE.
        assert request & 0xFFFF == 0x2221
        assert request >> 16 in (0, 3)
        return request >> 16 == 3

    def say(self, data: bytes) -> None:
        """Sends one packet."""
        self._give(BULK_IN, BULK_IN_BUFFER, data)

    def ready(self) -> None:
        """Has room for a packet of the host's."""
        self.write(USB + BUFF_STATUS, 0xFFFFFFFF)
        self.write(DPRAM + BUFFER_CONTROL + 8 * BULK_OUT + OUT, AVAILABLE | PACKET)

    def packet(self) -> bytes | None:
        """What came since it was ready; None for no packet."""
        if not self.read(USB + BUFF_STATUS) >> (2 * BULK_OUT + 1) & 1:
            return None
        n = self.read(DPRAM + BUFFER_CONTROL + 8 * BULK_OUT + OUT) & LENGTH
        return bytes(self.mcu.usb_dpram[BULK_OUT_BUFFER : BULK_OUT_BUFFER + n])

    def open(self) -> None:
        self.host = os.open(self.cable.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        assert self.cable.sees_open()
        self.cable.set_open(True)

    def close(self) -> None:
        os.close(self.host)
        self.host = -1
        wait_until(lambda: not self.cable.sees_open(), DEADLINE_S, "the cable saw that nobody has it open")
        self.cable.set_open(False)

    def host_says(self, data: bytes) -> None:
        """The host writes; what there is room for has gone to the chip's host side when this ends."""
        os.write(self.host, data)
        wait_until(self.cable.pass_bytes, DEADLINE_S, "the cable took something of what the host wrote")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path)
    yield device
    if device.host >= 0:
        os.close(device.host)
    device.cable.close()
    assert not os.path.lexists(device.cable.link)


def test_a_host_with_the_port_open_asserts_its_lines(device: Device) -> None:
    device.enumerate()
    assert not device.sees_host()
    device.open()
    assert device.sees_host()
    device.close()
    assert not device.sees_host()


def test_a_port_that_is_open_before_the_device_is_there_is_told(device: Device) -> None:
    device.open()
    device.enumerate()
    assert device.sees_host()


def test_what_the_tag_says_arrives(device: Device) -> None:
    device.enumerate()
    device.open()
    for packet in (b"hello", bytes(range(PACKET))):
        device.say(packet)
        device.cable.pass_bytes()
        assert read_exactly(device.host, len(packet)) == packet
    assert device.cable.tx_bytes == 5 + PACKET


def test_a_host_with_nothing_to_say_leaves_the_endpoint_waiting(device: Device) -> None:
    device.enumerate()
    device.open()
    device.ready()
    device.run_us(100_000)
    assert device.packet() is None
    device.host_says(b"are you there")
    assert device.packet() is None
    device.run_us(100)
    assert device.packet() == b"are you there"
    device.ready()
    device.run_us(100_000)
    assert device.packet() is None
    assert device.cable.rx_bytes == 13


def test_a_long_request_comes_in_packets_as_the_tag_takes_them(device: Device) -> None:
    device.enumerate()
    device.open()
    data = bytes(i * 7 & 0xFF for i in range(700))
    came = b""
    device.host_says(data)
    while len(came) < len(data):
        device.ready()
        device.run_us(100)
        packet = device.packet()
        if packet is None:
            wait_until(device.cable.pass_bytes, DEADLINE_S, "the rest of the request passed")
            device.run_us(100)
            packet = device.packet()
        assert packet
        came += packet
        device.cable.pass_bytes()
    assert came == data


def test_nobody_hears_behind_a_closed_port(device: Device) -> None:
    device.enumerate()
    device.say(b"lost")
    assert (device.cable.dropped_bytes, device.cable.tx_bytes) == (4, 0)
    device.open()
    device.say(b"1")
    # Not passed on yet when the host goes: nobody is to meet it later.
    device.close()
    device.open()
    device.say(b"2")
    device.cable.pass_bytes()
    assert read_exactly(device.host, 1) == b"2"


def test_a_driver_keeps_so_much_for_a_program_that_does_not_read(device: Device) -> None:
    device.enumerate()
    device.open()
    for _ in range(UNREAD_MOST // PACKET + 2):
        device.say(bytes(PACKET))
    assert device.cable.dropped_bytes == 2 * PACKET


def test_without_power_the_chip_hears_nothing_and_the_cable_stays(device: Device) -> None:
    device.enumerate()
    device.open()
    device.cable.unplug()
    os.write(device.host, b"anybody")
    assert not device.cable.pass_bytes()
    assert device.cable.rx_bytes == 0
    assert device.cable.sees_open()
