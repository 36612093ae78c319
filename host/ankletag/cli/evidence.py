"""Evidence out of the store or a bundle, verified: what verify, events and report start from."""

from dataclasses import dataclass
from pathlib import Path

from ..bundle import make_bundle, read_bundle
from ..errors import UsageError
from ..evaluate import Fitting, fittings
from ..models import AGAINST, Finding, order_id_of
from ..store import Fitted
from ..time import Clock
from ..verify import Verified, verify_pages
from .link import choose_tag, open_store
from .output import working


@dataclass(frozen=True, slots=True)
class Evidence:
    """source: for messages; raws: every copy of every page; fitted: what the store knows of fittings."""

    source: str
    tag_id: bytes
    public_key: bytes | None
    raws: list[bytes]
    fitted: list[Fitted]
    nonce: bytes | None
    verified: Verified
    clock: Clock

    @property
    def findings(self) -> list[Finding]:
        """Of the pages and of the clock; those against the evidence first."""
        found = [*self.verified.findings, *self.clock.findings]
        if self.nonce is not None and not self.verified.nonce_sealed(self.nonce):
            sentence = "No seal that holds carries the nonce of the last sync: the tag may have been answered for."
            found.append(Finding("seal-not-fresh", AGAINST, None, None, sentence))
        return sorted(found, key=lambda finding: finding.severity != AGAINST)

    @property
    def against(self) -> list[Finding]:
        """The findings that speak against the evidence."""
        return [finding for finding in self.findings if finding.severity == AGAINST]

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
        return make_bundle(self.tag_id, self.public_key, fitting.order_id if fitting else None, [], self.raws)


def load(bundle: Path | None, store: Path | None, tag: str | None) -> Evidence:
    """A bundle when one is named, else what the store holds of a tag."""
    if bundle is not None:
        if store is not None or tag is not None:
            raise UsageError("Both a bundle and a tag of the store were named.", "Name one of them.")
        read = read_bundle(bundle)
        manifest = read.manifest
        return _verified(str(bundle), manifest.tag_id, manifest.public_key, read.pages, [], None)
    with open_store(store) as opened:
        tag_id = choose_tag(opened, tag)
        key, raws = opened.pinned_key(tag_id), opened.pages(tag_id)
        fitted, nonce = opened.fittings(tag_id), opened.last_nonce(tag_id)
        path = opened.path
    return _verified(f"tag {tag_id.hex()} in {path}", tag_id, key, raws, fitted, nonce)


def _verified(
    source: str, tag_id: bytes, key: bytes | None, raws: list[bytes], fitted: list[Fitted], nonce: bytes | None
) -> Evidence:
    with working("verifying"):
        verified = verify_pages(raws, key, tag_id)
        clock = Clock(verified)
    return Evidence(source, tag_id, key, raws, fitted, nonce, verified, clock)
