"""Everything that the tag holds into the store: resumable, raw before parsed, acknowledged only when stored."""

from collections.abc import Callable
from dataclasses import dataclass

from tagproto import messages, tamper
from tagproto.commands import SCOPE_ORDER

from .battery import Battery, battery_of
from .client import Client, LinkCounts, Values, number, octets
from .errors import AnkletagError, TagRefused
from .inforce import InForce, in_force
from .papers import keep_papers
from .pull import Progress, Pull, no_progress
from .receipts import checkpoint, why_not, window_of
from .room import is_full, make_room, still_full
from .stationclock import StationClock
from .store import Store
from .verify import Given, Verified, Witness, verify_pages

_CHALLENGE_SIZE = 16
# A strap that is opened between seal and receipt makes another last seal; rationed on the tag.
_SEAL_TRIES = 3


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did. new_pages: contents fetched; pages: what the tag has; absent: pages that it did not give.

    read_s: seconds from the first page asked for to the last one stored; nonce: the challenge in the seal; key_differs:
    from the pinned one; certified: by this station's authority; behind: the tag's last seal is not newer than one that
    this store has seen of it; in_force: by the sealed log; unacknowledged: why the tag was not told, as a clause, empty
    where it was; battery: as the tag says;
    sense_lost: it says that one of its senses gives no value now.
    """

    tag_id: bytes
    new_pages: int
    pages: int
    read_s: float
    absent: tuple[int, ...]
    seal_number: int
    seal_hash: bytes
    nonce: bytes
    key_differs: bool
    certified: bool
    behind: bool
    in_force: InForce | None
    unacknowledged: str
    counts: LinkCounts
    battery: Battery | None
    sense_lost: bool

    @property
    def fitted(self) -> bool:
        """Whether a fitting is in force, by the sealed log."""
        return self.in_force is not None


def sync(
    client: Client, store: Store, clock: StationClock, progress: Progress = no_progress, damaged: bool = False
) -> Synced:
    """Attest, seal, pull what the store lacks, acknowledge. After any error the next sync goes on from the store.

    damaged: acknowledge also where something in front of the last seal is damaged or missing.

    A tag that is too full for an attestation or a seal is first told what the store has of it, once.
    Raises OtherVersion, TagRefused, TagFull, TagSilent, LinkLost or StoreError.
    """
    return in_session(client, store, clock, progress, lambda session: session.run(damaged))


def in_session(
    client: Client, store: Store, clock: StationClock, progress: Progress, job: Callable[["Session"], Synced]
) -> Synced:
    """Do a job with a tag; the store knows how it ended."""
    hello = client.introduce()
    tag_id = octets(hello, "tag_id")
    store.see_tag(tag_id, clock.now_ms())
    certified = keep_papers(client, store, hello)
    nonce = client.transport.random(_CHALLENGE_SIZE)
    begun = store.begin_session(tag_id, clock.now_ms(), nonce)
    pull = Pull(client, store, clock, tag_id, begun, progress)
    outcome = "stopped"
    try:
        result = job(Session(client, store, clock, hello, nonce, certified, pull))
        outcome = "done"
    except AnkletagError as error:
        outcome = error.cause
        raise
    finally:
        pull.keep()
        store.end_session(begun, clock.now_ms(), outcome)
    return result


def judge(store: Store, tag_id: bytes, root_point: bytes) -> Verified:
    """What verification says of all that the store holds of a tag."""
    witnesses = [Witness(number, seal_hash) for number, seal_hash in store.witnesses(tag_id)]
    given = Given(authority=(root_point,), documents=store.documents(), witnesses=witnesses)
    return verify_pages(store.pages(tag_id), store.pinned_key(tag_id), tag_id, given)


def _first_page(status: Values) -> int:
    return max(number(status, "oldest_page"), number(status, "order_page"))


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with one tag. nonce: the challenge of its seals."""

    client: Client
    store: Store
    clock: StationClock
    hello: Values
    nonce: bytes
    certified: bool
    pull: Pull

    @property
    def tag_id(self) -> bytes:
        """The tag's id, 8 bytes."""
        return octets(self.hello, "tag_id")

    def judged(self) -> Verified:
        """What verification says of all that the store holds now."""
        return judge(self.store, self.tag_id, self.client.signer.root_point)

    def run(self, damaged: bool) -> Synced:
        """A station's session from open to acknowledge."""
        self.client.open(SCOPE_ORDER)
        status = self.client.status()
        # The pages that are closed already come in while the tag checks signatures and makes its seal.
        self.pull.begin(_first_page(status), number(status, "open_page"))
        try:
            sealed = self._attest_and_seal()
        except TagRefused as error:
            if not is_full(error):
                raise
            return self._run_full(damaged)
        return self._pull_and_acknowledge(sealed, damaged)

    def _run_full(self, damaged: bool) -> Synced:
        try:
            make_room(self.client, self.store, self.tag_id, self.pull, self.nonce, self.judged, damaged)
            # A new nonce: what lies between it and the attestation's record is how exactly the time is known.
            self.client.hello()
            return self._pull_and_acknowledge(self._attest_and_seal(), damaged)
        except TagRefused as error:
            # Once only: what was acknowledged now, another try could not free again.
            if not is_full(error):
                raise
            raise still_full() from error

    def _attest_and_seal(self) -> Values:
        self.client.attest(self.clock.now_ms)
        return self.client.seal(self.nonce)

    def _pull_and_acknowledge(self, sealed: Values, damaged: bool) -> Synced:
        for left in reversed(range(_SEAL_TRIES)):
            status = self.client.status()
            behind = self.pull_up_to(sealed, _first_page(status))
            verified = self.judged()
            why = self._why_not(sealed, verified, behind, damaged)
            if why:
                break
            seal_number, seal_hash = number(sealed, "seal_number"), octets(sealed, "seal_hash")
            epoch, keys = checkpoint(verified, seal_number)
            try:
                self.client.acknowledge(number(sealed, "open_page"), seal_number, seal_hash, epoch, keys)
                break
            except TagRefused as error:
                if error.code != messages.ERROR_STATE or not left:
                    raise
            sealed = self.client.seal(self.nonce)
        return self.result(status, sealed, verified, behind, why)

    def pull_up_to(self, sealed: Values, first: int) -> bool:
        """Fetch pages `first` to the one in which a seal ends; whether the tag is behind what the store has seen.

        A tag that is behind was put back, or is another one with its number: all that it has is fetched again, so that
        the store keeps both.
        """
        seen = max((known for known, _ in self.store.witnesses(self.tag_id)), default=-1)
        behind = number(sealed, "seal_number") <= seen
        self.pull.run(first, number(sealed, "open_page"), again=behind)
        return behind

    def _why_not(self, sealed: Values, verified: Verified, behind: bool, damaged: bool) -> str:
        if self.pull.absent and not damaged:
            return "it did not give all its pages"
        if behind:
            return "its last seal is not newer than one that this store has of it"
        return why_not(verified, number(sealed, "seal_number"), octets(sealed, "seal_hash"), damaged)

    def result(self, status: Values, sealed: Values, verified: Verified, behind: bool, why: str) -> Synced:
        """What was done; the seal, where it holds and nothing speaks against the log up to it, is remembered as a
        witness."""
        seal_number, seal_hash = number(sealed, "seal_number"), octets(sealed, "seal_hash")
        window = window_of(verified, seal_number)
        if not why and window is not None and window.held and window.seal.hash() == seal_hash:
            self.store.add_witness(self.tag_id, seal_number, seal_hash, self.clock.now_ms())
        pinned = self.store.pinned_key(self.tag_id)
        return Synced(
            tag_id=self.tag_id,
            new_pages=self.pull.new_pages,
            pages=number(sealed, "open_page") + 1,
            read_s=self.pull.read_s,
            absent=tuple(sorted(self.pull.absent)),
            seal_number=seal_number,
            seal_hash=seal_hash,
            nonce=self.nonce,
            key_differs=pinned is not None and octets(self.hello, "public_key") != pinned,
            certified=self.certified,
            behind=behind,
            in_force=in_force(verified),
            unacknowledged=why,
            counts=self.client.counts,
            battery=battery_of(status),
            sense_lost=bool(number(status, "tampers") >> tamper.SENSE & 1),
        )
