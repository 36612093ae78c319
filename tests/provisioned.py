"""Stations of a test programme, and tags that belong to it: made ones, and emulated ones that live for years."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ankletag.client import REPLY_S, Client, number, octets
from ankletag.models import Pace
from ankletag.stationclock import StationClock, read_clock
from ankletag.store import Store
from ankletag.transport import open_port
from ankletag.trust import SigningKey
from ankletag.trust.keyfile import write_key
from ankletag.verify import Given, Verified, verify_pages
from programme import Programme
from taghil.vm.process import Emulator
from tagproto.commands import SCOPE_ORDER

# Certificates from 2000 to 2100: replayed wearers lived in 2017, and some emulated ones live for ten years.
LASTING = Programme(begin_s=946_684_800, end_s=4_102_444_800)


@dataclass(frozen=True)
class Carrier:
    """Somebody who signs requests, as a client needs them."""

    key: SigningKey
    root_point: bytes
    documents: Sequence[bytes] = field(default_factory=list)


def station(programme: Programme | None = None, *more: bytes) -> Carrier:
    """The programme's station. more: further documents that it carries."""
    chosen = programme or Programme()
    return Carrier(chosen.station, chosen.root.point, [*chosen.chain, *more])


def authority(programme: Programme | None = None) -> Carrier:
    """The programme's root itself."""
    chosen = programme or Programme()
    return Carrier(chosen.root, chosen.root.point, [chosen.root_document])


def provision(client: Client, programme: Programme | None = None) -> bytes:
    """Make the tag one of the programme's, as `ankletag provision` does; its certificate."""
    chosen = programme or Programme()
    hello = client.hello()
    certificate = chosen.tag_document(octets(hello, "tag_id"), octets(hello, "public_key"))
    for document in (chosen.root_document, chosen.region_document, certificate):
        client.present(document)
    return certificate


# Emulated tags belong to LASTING.


@dataclass(frozen=True)
class TagClock(StationClock):
    """A station's clock that goes right in the time of an emulated tag."""

    path: Path = Path()

    def now_ms(self) -> int:
        return read_clock(self.path).now_ms()


def clock_of(tag: Emulator) -> TagClock:
    """Read behind the tag's first answer: the emulator has written it by then."""
    return TagClock(path=tag.clock_file)


def connect(tag: Emulator, reply_s: float = REPLY_S) -> Client:
    """A station's client at the tag's port."""
    return Client(open_port(str(tag.port)), station(LASTING), reply_s)


def provisioned(tag: Emulator) -> bytes:
    """Make an emulated tag one of LASTING's; its certificate."""
    with connect(tag) as client:
        return provision(client, LASTING)


def begin_fitting(client: Client, cadence_s: int, seal_interval_s: int) -> bytes:
    """Provision the tag and fit it, and no more than that; its certificate."""
    certificate = provision(client, LASTING)
    client.introduce()
    client.fit(bytes(16), Pace(cadence_s, seal_interval_s))
    return certificate


@dataclass(frozen=True)
class Lived:
    """What a tag's life came to. status: the numbers of its last one."""

    verified: Verified
    status: dict[str, int]


def whole_life(tag: Emulator, pace: Pace, limit_s: float = 60.0, attests: bool = False) -> Lived:
    """Provision, fit, live the scenario, read out, verify: what nobody did anything wrong in. attests: at both ends."""
    with connect(tag) as client:
        certificate = provision(client, LASTING)
        client.introduce()
        client.fit(bytes(16), pace)
        if attests:
            client.attest(clock_of(tag).now_ms)
    tag.wait_lived(limit_s)
    with connect(tag) as client:
        hello = client.introduce()
        if attests:
            client.attest(clock_of(tag).now_ms)
        client.seal(bytes(16))
        status = {name: value for name, value in client.status().items() if isinstance(value, int)}
        raws = read_all(client)
    verified = verify_pages(raws, octets(hello, "public_key"), octets(hello, "tag_id"), given(certificate))
    return Lived(verified, status)


def read_all(client: Client) -> list[bytes]:
    """Every page of the order that the tag has, the open one included, in order."""
    client.introduce()
    client.open(SCOPE_ORDER)
    status = client.status()
    open_page = number(status, "open_page")
    found = client.read_pages(range(number(status, "oldest_page"), open_page + 1), open_page)
    return [found[seq] for seq in sorted(found)]


def given(*more: bytes) -> Given:
    """For who verifies LASTING's tags. more: their certificates."""
    return Given((LASTING.root.point,), [*LASTING.chain, *more])


def judged(store: Store) -> Verified:
    """What verification says of the one tag in a store."""
    (tag_id,) = store.tag_ids()
    return verify_pages(store.pages(tag_id), store.pinned_key(tag_id), tag_id, given(*store.documents()))


def station_folder(folder: Path) -> Path:
    """LASTING's station as commands find it on a disk."""
    if not folder.exists():
        write_key(folder / "key.pem", LASTING.station)
        (folder / "documents").mkdir()
        (folder / "root.cose").write_bytes(LASTING.root_document)
        for name, document in zip(("root", "region", "station"), LASTING.chain, strict=True):
            (folder / "documents" / f"{name}.cose").write_bytes(document)
    return folder
