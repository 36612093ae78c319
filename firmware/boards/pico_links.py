"""The lines of a Pico: to the host its USB, or a UART with the same members (docs/developers.md); one to a receiver."""

import select
import sys
import time

from machine import UART, Pin, USBDevice

_UART = 0
_TX = 0
_RX = 1
# What a tag's boot begins with, and the highest that the host's common adapters reach.
_FIRST_BAUD = 115200
_BAUD_MOST = 921600
# MicroPython's driver empties the FIFO of 32 B into its buffer by interrupt, except while flash is being written.
_FIFO_BYTES = 32
_BUFFER_BYTES = 1024
# MicroPython's input ring behind USB (MICROPY_HW_STDIN_BUFFER_LEN); what does not fit waits with the host.
_RING_BYTES = 512
# MicroPython puts so much at a time behind USB, and waits up to 0.5 s for room when that is not free
# (shared/tinyusb/mp_usbd_cdc.c).
_PIECE_BYTES = 64

_GNSS_UART = 1
_GNSS_TX = 8
_GNSS_RX = 9
# High: a receiver that is there has power.
_GNSS_POWER = 10
_GNSS_BAUD = 9600
# A second of sentences at that rate, and some.
_GNSS_BYTES = 1024


class UsbLink:
    """Bytes over USB-CDC; boot.py has switched the keyboard interrupt off."""

    input_bytes = _RING_BYTES
    room_bytes = _RING_BYTES
    rate = 0

    def __init__(self):
        # MicroPython starts USB by itself only when boot.py has ended, and the tag runs inside it (ports/rp2/main.c).
        device = USBDevice()
        device.builtin_driver = device.BUILTIN_DEFAULT  # type: ignore[attr-defined]
        device.active(True)
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._room = select.poll()
        self._room.register(sys.stdout, select.POLLOUT)

    def ready(self, timeout_ms):
        """Whether bytes wait, at the latest after so many milliseconds."""
        return bool(self._poll.poll(timeout_ms))

    def read_into(self, buf):
        """How many bytes were there, at most as many as `buf` holds. Never waits."""
        count = 0
        # One byte at a time: a longer read would wait until all of them are there.
        while count < len(buf) and self._poll.poll(0):
            buf[count] = self._in.read(1)[0]
            count += 1
        return count

    def write(self, buf):
        """How many bytes were taken. Waits once, and briefly, for a host that has the port open and does not read."""
        if not self._room.poll(0):
            return 0
        return self._out.write(buf[:_PIECE_BYTES]) or 0

    def set_baud(self, baud):
        """USB has no rate, and `rate` says so: nobody asks for one."""


class UartLink:
    """Bytes over UART0, at a rate that both sides agree upon."""

    input_bytes = _FIFO_BYTES
    room_bytes = _BUFFER_BYTES
    rate = _BAUD_MOST

    def __init__(self):
        self._uart = UART(
            _UART, _FIRST_BAUD, tx=Pin(_TX), rx=Pin(_RX), txbuf=_BUFFER_BYTES, rxbuf=_BUFFER_BYTES, timeout=0
        )
        self._poll = select.poll()
        self._poll.register(self._uart, select.POLLIN)

    def ready(self, timeout_ms):
        """Whether bytes wait, at the latest after so many milliseconds."""
        return bool(self._poll.poll(timeout_ms))

    def read_into(self, buf):
        """How many bytes were there, at most as many as `buf` holds. Never waits for more."""
        count = min(len(buf), self._uart.any())
        return self._uart.readinto(buf, count) or 0 if count else 0

    def write(self, buf):
        """How many bytes were taken."""
        return self._uart.write(buf) or 0

    def set_baud(self, baud):
        """Change the rate, once all that was written is out."""
        self._uart.flush()
        # The last byte may still be in the shift register: a tenth of a millisecond at the first rate.
        time.sleep_ms(1)
        # What `init` is not told goes back to what it is by default, the buffers too.
        self._uart.init(baudrate=baud, txbuf=_BUFFER_BYTES, rxbuf=_BUFFER_BYTES, timeout=0)


class GnssPort:
    """A GNSS receiver on UART1 and the switch of its power. The UART is there only while the power is on."""

    def __init__(self):
        self._power = Pin(_GNSS_POWER, Pin.OUT, value=0)
        self._uart = None

    def power(self, on):
        """Switch the receiver."""
        self._power(on)
        if on:
            self._uart = UART(_GNSS_UART, _GNSS_BAUD, tx=Pin(_GNSS_TX), rx=Pin(_GNSS_RX), rxbuf=_GNSS_BYTES, timeout=0)
        elif self._uart is not None:
            self._uart.deinit()
            self._uart = None
            # Or it would be fed through its input while it has no power.
            Pin(_GNSS_TX, Pin.IN)

    def listens(self):
        """Whether a receiver has power, and sentences may come."""
        return self._uart is not None

    def read_into(self, buf):
        """How many bytes were there, at most as many as `buf` holds. Never waits for more."""
        count = min(len(buf), self._uart.any()) if self._uart is not None else 0
        return self._uart.readinto(buf, count) or 0 if count else 0
