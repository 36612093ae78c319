"""Years of a programme in any order: stations come, are lost and renewed, lists and roots change, tags hear of it late.

After each step every folder must still hold, and a tag must obey exactly the stations that it should.
"""

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from ankletag.client import Client
from ankletag.errors import TagRefused
from ankletag.provisioning import Wish, provision
from ankletag.trust import SigningKey
from ankletag.trust.certifying import add_region, add_station
from ankletag.trust.enrolment import Answer, Request
from ankletag.trust.heap import read_root
from ankletag.trust.holder import YEAR_S, Authority, found_authority
from ankletag.trust.identity import KEY, load_identity
from ankletag.trust.joining import add, install
from ankletag.trust.keyfile import write_key
from ankletag.trust.listing import add_list
from ankletag.trust.rotation import rotate
from host.fakeline import Pipe
from host.faketag import FakeTag
from host.tagmaker import TagMaker
from tagproto import documents, messages
from tagproto.commands import SCOPE_ORDER

BEGIN_S = 1_800_000_000
REGION = "North"
QUICK_S = 0.05


class ProgrammeLife(RuleBasedStateMachine):
    """Stations are numbers; what the model knows of each: the generation it was certified with, and what it carries."""

    stations = Bundle("stations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ankletag-life-"))
        self.now_s = BEGIN_S
        self.minimum = 1
        self.root = 1
        self.lists: list[tuple[int, set[int]]] = []
        self.revoked: set[int] = set()
        self.ids: dict[int, bytes] = {}
        # Of each station: the generation that its newest certificate has, and how far it has heard of roots and lists.
        self.generation: dict[int, int] = {}
        self.heard: dict[int, tuple[int, int]] = {}
        self.tag_root = 0
        self.tag_list = 0
        found_authority(self.home, "Programme", self.now_s)
        self.tag = self._new_tag()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @property
    def home(self) -> Path:
        return self.folder / "authority"

    def _new_tag(self) -> FakeTag:
        maker = TagMaker()
        maker.boot()
        return FakeTag(maker, provisioned=False)

    def _of(self, station: int) -> Path:
        return self.folder / f"station{station}"

    def _certify(self, station: int) -> None:
        authority = Authority(self.home)
        identity_key = load_key(self._of(station))
        add_station(authority, REGION, Request(f"Court {station}", identity_key.point), self.now_s, 3 * YEAR_S)
        install(self._of(station), Answer(authority.root, authority.for_stations()))
        self.generation[station] = self.minimum
        self.heard[station] = (self.root, len(self.lists))

    @initialize()
    def begin(self) -> None:
        add_region(Authority(self.home), REGION, self.now_s, 10 * YEAR_S)

    @rule(target=stations)
    def enrol(self) -> int:
        station = len(self.ids)
        key = SigningKey.generate()
        write_key(self._of(station) / KEY, key)
        self.ids[station] = key.key_id
        self._certify(station)
        return station

    @rule(station=stations)
    def certify_again(self, station: int) -> None:
        if station not in self.revoked:
            self._certify(station)

    @precondition(lambda self: len(self.lists) < 6)
    @rule(station=consumes(stations))
    def lose(self, station: int) -> None:
        self.revoked.add(station)
        _, made = add_list(Authority(self.home), None, {self.ids[station]: self.now_s}, self.now_s)
        # One of a generation that is over needs no list any more.
        assert made == (self._certified(station) >= self.minimum)
        if made:
            self.lists.append((self.minimum, set(self.revoked)))

    def _certified(self, station: int) -> int:
        return self.generation[station]

    @precondition(lambda self: len(self.lists) < 6)
    @rule()
    def raise_generation(self) -> None:
        self.minimum += 1
        add_list(Authority(self.home), self.minimum, {}, self.now_s)
        self.lists.append((self.minimum, set(self.revoked)))

    @precondition(lambda self: self.root < 4)
    @rule()
    def new_root(self) -> None:
        rotate(Authority(self.home), self.now_s)
        self.root += 1
        if self.lists:
            self.lists.append(self.lists[-1])

    @rule(station=stations)
    def hand_out(self, station: int) -> None:
        add(self._of(station), [self.home / "issued"])
        self.heard[station] = (self.root, len(self.lists))

    @rule()
    def provision(self) -> None:
        wish = Wish(REGION, self.now_s, 3 * YEAR_S)
        with Client(Pipe(self.tag), reply_s=QUICK_S) as client:
            provision(client, Authority(self.home), wish)
        self.tag_root, self.tag_list = self.root, len(self.lists)

    @rule(station=st.integers(0, 5), restart=st.booleans())
    def visit(self, station: int, restart: bool) -> None:
        """Any station, lost ones too, comes to the tag."""
        if station not in self.ids:
            return
        if restart:
            self.tag.restart()
        root, heard = self.heard[station]
        expected = 0
        if not self.tag_root or root < self.tag_root:
            expected = messages.ERROR_CERTIFICATE
        else:
            self.tag_root, self.tag_list = root, max(self.tag_list, heard)
            minimum, revoked = self.lists[self.tag_list - 1] if self.tag_list else (1, set())
            if self._carries(station, heard) < minimum or station in revoked:
                expected = messages.ERROR_REVOKED
        with Client(Pipe(self.tag), load_identity(self._of(station)), QUICK_S) as client:
            try:
                client.introduce()
                client.open(SCOPE_ORDER)
                code = 0
            except TagRefused as error:
                code = error.code
        assert code == expected
        if self.tag_root:
            assert self.tag.gate.list_number == self.tag_list
            assert self.tag.gate.root_id == self._root_id(self.tag_root)

    def _carries(self, station: int, heard: int) -> int:
        """The lower generation of its certificate and of its region's, as far as the station has heard."""
        return min(self.generation[station], self.lists[heard - 1][0] if heard else 1)

    def _root_id(self, generation: int) -> bytes:
        for each in Authority(self.home).trusted.root_documents:
            if each.number(documents.GENERATION) == generation:
                return each.octets(documents.SUBJECT)
        raise AssertionError(f"no root of generation {generation}")

    @invariant()
    def everything_holds(self) -> None:
        authority = Authority(self.home)
        assert authority.root_generation == self.root
        assert not authority.trusted.bad
        assert len(authority.trusted.lists) == len(self.lists)
        assert read_root(self.home / "root.cose").octets(documents.SUBJECT) == self._root_id(self.root)
        for station in self.ids:
            assert load_identity(self._of(station)).key.key_id == self.ids[station]
        for key in self.home.rglob("*.pem"):
            assert key.stat().st_mode & 0o077 == 0


def load_key(folder: Path) -> SigningKey:
    from ankletag.trust.keyfile import read_key

    return read_key(folder / KEY)


TestProgrammeLife = ProgrammeLife.TestCase
TestProgrammeLife.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
