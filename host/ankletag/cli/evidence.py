"""Evidence out of the store or a bundle, verified: what verify, events and report start from."""

import bisect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..bundle import make_bundle, needed, read_bundle, signers
from ..errors import UsageError
from ..evaluate import Fitting, fittings
from ..models import AGAINST, Finding, UtcSpan, order_id_of
from ..store import Fitted
from ..time import Clock
from ..trust.chains import trust
from ..trust.identity import ROOT, default_folder, load_identity
from ..verify import Given, Verified, Witness, verify_pages
from .link import choose_tag, open_store
from .output import working


@dataclass(frozen=True, slots=True)
class Evidence:
    """source: for messages; raws: every copy of every page; documents: the authority's; fitted: what the store knows of
    fittings; nonce: of the last sync, which a seal must carry."""

    source: str
    tag_id: bytes
    public_key: bytes | None
    raws: list[bytes]
    documents: list[bytes]
    fitted: list[Fitted]
    nonce: bytes | None
    verified: Verified

    @property
    def clock(self) -> Clock:
        """The time of each record."""
        return self.verified.clock

    @property
    def findings(self) -> list[Finding]:
        """Those against the evidence first."""
        found = list(self.verified.findings)
        if self.nonce is not None and not self.verified.nonce_sealed(self.nonce):
            sentence = "No seal that holds carries the nonce of the last sync: the tag may have been answered for."
            found.append(Finding("seal-not-fresh", AGAINST, None, None, sentence))
        return sorted(found, key=lambda finding: finding.severity != AGAINST)

    @property
    def against(self) -> list[Finding]:
        """The findings that speak against the evidence."""
        return [finding for finding in self.findings if finding.severity == AGAINST]

    def times(self, finding: Finding) -> UtcSpan | None:
        """Between which times the records of a finding lie; None for one about no record."""
        first, last = finding.first_record, finding.last_record
        if first is None or not self.verified.items:
            return None
        numbers = [record.number for record in self.verified.records()]
        # Of a record that is not there the bounds are those of the ones beside it.
        begin = bisect.bisect_right(numbers, first) - 1
        end = len(numbers) if last is None else bisect.bisect_left(numbers, last)
        earliest = self.clock.span(begin).earliest_ms if begin >= 0 else None
        latest = self.clock.span(end).latest_ms if end < len(numbers) else None
        return UtcSpan(earliest, latest, False)

    def fitting(self, order: str | None) -> Fitting | None:
        """The last fitting, of one order if it is named. Raises UsageError when that order is not in the log."""
        known = fittings(self.verified)
        if order is not None:
            order_id = order_id_of(order) if order.strip() else b""
            known = [fitting for fitting in known if fitting.order_id == order_id]
            if not known:
                raise UsageError(f"The log holds no fitting for order {order}.", "Leave --order out for the last one.")
        return known[-1] if known else None

    def order_text(self, order_id: bytes) -> str | None:
        """The order as it was typed, where this station fitted the tag."""
        return next((fitted.order_text for fitted in reversed(self.fitted) if fitted.order_id == order_id), None)

    def bundle(self, fitting: Fitting | None) -> bytes:
        """The bytes of an evidence bundle."""
        order_id = fitting.order_id if fitting else None
        documents = needed(self.documents, self.tag_id, signers(self.verified.records()))
        return make_bundle(self.tag_id, self.public_key, order_id, documents, self.raws)


def load(
    bundle: Path | None,
    store: Path | None,
    tag: str | None,
    authority: tuple[bytes, ...] = (),
    witnesses: Callable[[bytes], tuple[Witness, ...]] = lambda tag_id: (),
) -> Evidence:
    """A bundle when one is named, else what the store holds of a tag. authority: points (33 bytes) that are believed;
    from the store this station's own root, where it is enrolled and none is given. witnesses: of a tag."""
    if bundle is not None:
        if store is not None or tag is not None:
            raise UsageError("Both a bundle and a tag of the store were named.", "Name one of them.")
        return _of_bundle(bundle, authority, witnesses)
    with open_store(store) as opened:
        tag_id = choose_tag(opened, tag)
        key, raws = opened.pinned_key(tag_id), opened.pages(tag_id)
        fitted, nonce = opened.fittings(tag_id), opened.last_nonce(tag_id)
        seen = tuple(Witness(number, digest) for number, digest in opened.witnesses(tag_id))
        heap, path = opened.documents(), opened.path
    points = authority or own_authority()
    trusted = trust(heap, points)
    if not authority and tag_id not in trusted.tags and tag_id in trust(heap).tags:
        # The tag belongs to another programme than this computer: its own root says nothing of it.
        points, trusted = (), trust(heap)
    # Another programme's documents lead nowhere for who trusts this one, and say nothing of this tag.
    given = Given(points, trusted.encoded(), None, (*seen, *witnesses(tag_id)))
    with working("verifying"):
        verified = verify_pages(raws, key, tag_id, given)
    source = f"tag {tag_id.hex()} in {path}"
    return Evidence(source, tag_id, key, raws, heap, fitted, nonce, verified)


def _of_bundle(path: Path, authority: tuple[bytes, ...], witnesses: Callable[[bytes], tuple[Witness, ...]]) -> Evidence:
    read = read_bundle(path)
    manifest = read.manifest
    given = Given(authority, read.documents, manifest.order_id, witnesses(manifest.tag_id))
    with working("verifying"):
        verified = verify_pages(read.pages, manifest.public_key, manifest.tag_id, given)
    key = manifest.public_key
    return Evidence(str(path), manifest.tag_id, key, read.pages, read.documents, [], None, verified)


def own_authority() -> tuple[bytes, ...]:
    """The newest root that this computer obeys as a station; none where it is not enrolled."""
    folder = default_folder()
    return (load_identity(folder).root_point,) if (folder / ROOT).exists() else ()
