"""pyserial's URLs as ports: what comes through, which has a rate, and what is said when the other end is gone."""

import os
import pty
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import serial
from serial.rfc2217 import PortManager

from ankletag.errors import LinkLost, PortAbsent
from ankletag.transport import SerialTransport, Transport, open_port
from ankletag.transport.serial_port import SLICE_S

ALL = bytes(range(256)) * 20
# pyserial 3.5 starts its reader with a method that Python has deprecated since.
pytestmark = pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning", "ignore:setName:DeprecationWarning")
Serve = Callable[[socket.socket], None]


class Server:
    """Serves one connection in a thread. `port` is its number."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(30)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            connection.settimeout(30)
            self._serve(connection)

    def close(self) -> None:
        self._listening.close()
        self._thread.join(30)
        assert not self._thread.is_alive()


def give_all(connection: socket.socket) -> None:
    # pyserial forgets what came before the port was quite open.
    assert connection.recv(1) == b"?"
    connection.sendall(ALL)


def echo(connection: socket.socket) -> None:
    while data := connection.recv(4096):
        connection.sendall(data)


class Sender:
    """What PortManager writes to: the other end of the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.write = connection.sendall


def serial_server(device: serial.SerialBase) -> Serve:
    """A server of RFC 2217 that echoes data; `device` takes the settings."""

    def serve(connection: socket.socket) -> None:
        manager = PortManager(device, Sender(connection))
        while data := connection.recv(4096):
            back = b"".join(manager.filter(data))
            connection.sendall(b"".join(manager.escape(back)))

    return serve


@pytest.fixture
def serve() -> Iterator[Callable[[Serve], int]]:
    servers: list[Server] = []

    def start(behaviour: Serve) -> int:
        servers.append(Server(behaviour))
        return servers[-1].port

    yield start
    for server in servers:
        server.close()


def read_all(line: Transport, count: int) -> bytes:
    """So many bytes, or what came before nothing came for 10 s."""
    data = b""
    while len(data) < count and (part := line.read(10)):
        data += part
    return data


def test_a_socket(serve: Callable[[Serve], int]) -> None:
    line = open_port(f"socket://127.0.0.1:{serve(echo)}")
    assert line.read(0) == b""
    assert line.read(0.01) == b""
    line.write(ALL)
    assert read_all(line, len(ALL)) == ALL
    assert line.set_baud(921600) is False
    line.close()


def test_a_socket_gives_what_is_there_in_large_pieces(serve: Callable[[Serve], int]) -> None:
    """pyserial counts what waits on a socket as one byte: read so, a fast line would keep a core busy."""
    line = open_port(f"socket://127.0.0.1:{serve(give_all)}")
    line.write(b"?")
    reads = 0
    data = b""
    while len(data) < len(ALL):
        data += line.read(10)
        reads += 1
    assert data == ALL
    assert reads < 100
    line.close()


def test_what_came_before_a_socket_hung_up_is_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = open_port(f"socket://127.0.0.1:{listening.getsockname()[1]}")
        connection, _ = listening.accept()
        with connection:
            connection.sendall(ALL)
    assert read_all(line, len(ALL)) == ALL
    with pytest.raises(LinkLost, match="was cut"):
        line.read(10)
    line.close()


def test_a_server_that_hangs_up(serve: Callable[[Serve], int]) -> None:
    line = open_port(f"socket://127.0.0.1:{serve(lambda connection: None)}")
    with pytest.raises(LinkLost, match="was cut"):
        line.read(30)
    line.close()
    line.close()


def test_a_remote_port(serve: Callable[[Serve], int]) -> None:
    device = serial.serial_for_url("loop://")
    line = open_port(f"rfc2217://127.0.0.1:{serve(serial_server(device))}")
    assert device.baudrate == 115200
    assert line.read(0) == b""
    assert line.read(0.01) == b""
    # Every byte, 0xff included, which telnet doubles.
    line.write(ALL)
    assert read_all(line, len(ALL)) == ALL
    assert line.set_baud(921600) is True
    assert device.baudrate == 921600
    line.write(ALL)
    assert read_all(line, len(ALL)) == ALL
    line.close()


def test_a_remote_port_that_does_not_take_a_rate(serve: Callable[[Serve], int]) -> None:
    class Slow(type(serial.serial_for_url("loop://"))):  # type: ignore[misc]
        def _reconfigure_port(self) -> None:
            if self._baudrate > 115200:
                raise ValueError("too fast")

    device = Slow("loop://", baudrate=9600)
    line = open_port(f"rfc2217://127.0.0.1:{serve(serial_server(device))}?timeout=0.5")
    assert line.set_baud(921600) is False
    assert device.baudrate == 115200
    line.write(ALL)
    assert read_all(line, len(ALL)) == ALL
    line.close()


def test_a_server_of_something_else(serve: Callable[[Serve], int]) -> None:
    """One that echoes agrees to nothing."""
    with pytest.raises(PortAbsent, match=r"cannot be opened: [^\[]*$") as error:
        open_port(f"rfc2217://127.0.0.1:{serve(echo)}?timeout=0.3")
    assert "what should serve it" in error.value.action


def test_a_remote_port_that_hangs_up(serve: Callable[[Serve], int]) -> None:
    device = serial.serial_for_url("loop://")

    def once(connection: socket.socket) -> None:
        manager = PortManager(device, Sender(connection))
        while b"bye" not in b"".join(manager.filter(connection.recv(4096))):
            pass

    line = open_port(f"rfc2217://127.0.0.1:{serve(once)}")
    line.write(b"bye")
    # pyserial may give nothing once before it says that its reader has ended.
    with pytest.raises(LinkLost):
        [line.read(10) for _ in range(2)]
    line.close()


def test_a_loop() -> None:
    line = open_port("loop://")
    assert line.read(0) == b""
    line.write(ALL[:4000])
    assert read_all(line, 4000) == ALL[:4000]
    assert line.set_baud(921600) is False
    line.close()


def test_the_rate_of_a_terminal() -> None:
    master, slave = pty.openpty()
    line = open_port(os.ttyname(slave))
    assert isinstance(line, SerialTransport)
    assert line.set_baud(921600) is True
    other = serial.Serial(os.ttyname(slave), 921600)
    other.close()
    # A rate that is none, and the line works on.
    assert line.set_baud(-5) is False
    line.write(b"abc")
    assert os.read(master, 10) == b"abc"
    os.write(master, b"xyz")
    assert read_all(line, 3) == b"xyz"
    os.close(slave)
    os.close(master)
    with pytest.raises(LinkLost):
        line.set_baud(115200)
    line.close()


def test_a_terminal_that_is_read_through_pyserial() -> None:
    """In slices, as every port is on Windows."""

    class Port(serial.Serial):  # type: ignore[misc]
        """Nothing but pyserial's own is read by its descriptor."""

    master, slave = pty.openpty()
    line = SerialTransport(Port(os.ttyname(slave), 115200, timeout=SLICE_S), "port")
    assert line.read(0) == b""
    assert line.read(0.05) == b""
    os.write(master, b"xyz")
    assert read_all(line, 3) == b"xyz"
    assert line.set_baud(921600) is True
    line.write(b"abc")
    assert os.read(master, 10) == b"abc"
    os.close(slave)
    os.close(master)
    with pytest.raises(LinkLost):
        line.read(10)
    line.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("socket://127.0.0.1:{closed}", "cannot be opened: connection refused"),
        ("rfc2217://127.0.0.1:{closed}", "cannot be opened: connection refused"),
        ("socket://127.0.0.1", "cannot be opened: there is no such host and port"),
        ("socket://127.0.0.1:1?wash=1", "cannot be opened"),
        ("loop://?wash=1", "is no port"),
        ("hwgrep://no such board", "cannot be opened"),
    ],
)
def test_what_cannot_be_reached_is_said(name: str, sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = listening.getsockname()[1]
    with pytest.raises(PortAbsent, match=sentence) as error:
        open_port(name.format(closed=closed))
    assert name.format(closed=closed) in str(error.value)
    assert "Errno" not in str(error.value)
