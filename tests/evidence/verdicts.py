"""What the two verifiers say of the same evidence: the host's, and the one file that shares no code with it."""

from dataclasses import dataclass
from pathlib import Path

import verify_evidence
from ankletag.bundle import make_bundle, read_bundle
from ankletag.errors import EvidenceRefused
from ankletag.models import AGAINST
from ankletag.verify import Given, verify_pages
from evidence.lives import Evidence

Found = frozenset[tuple[str, str, int | None, int | None]]


@dataclass(frozen=True)
class Verdict:
    """found: (code, severity, first record, last record) of every finding; proven: records under a tied seal."""

    found: Found
    proven: int

    @property
    def against(self) -> list[str]:
        return sorted({code for code, severity, _, _ in self.found if severity == AGAINST})

    @property
    def told(self) -> list[str]:
        """Codes of what is information only."""
        return sorted({code for code, severity, _, _ in self.found if severity != AGAINST})


def bundle_of(evidence: Evidence) -> bytes:
    """evidence.zip."""
    return make_bundle(evidence.tag_id, evidence.public_key, evidence.order_id, evidence.documents, evidence.raws)


def verdict_of_the_host(bundle: bytes, evidence: Evidence, folder: Path) -> Verdict:
    """As `ankletag verify` comes to it."""
    path = folder / "evidence.zip"
    path.write_bytes(bundle)
    try:
        read = read_bundle(path)
    except EvidenceRefused:
        return Verdict(frozenset({("bundle-damaged", AGAINST, None, None)}), 0)
    authority = () if evidence.authority is None else (evidence.authority,)
    given = Given(authority, read.documents, read.manifest.order_id, evidence.witnesses)
    verified = verify_pages(read.pages, read.manifest.public_key, read.manifest.tag_id, given)
    found = ((one.code, one.severity, one.first_record, one.last_record) for one in verified.findings)
    return Verdict(frozenset(found), sum(verified.proven))


def verdict_of_the_file(bundle: bytes, evidence: Evidence) -> Verdict:
    """As protocol/verify_evidence.py comes to it."""
    witnesses = [(witness.number, witness.hash.hex()) for witness in evidence.witnesses]
    result = verify_evidence.verify(bundle, evidence.authority, witnesses)
    found = ((one["code"], one["severity"], *one["records"]) for one in result["findings"])
    return Verdict(frozenset(found), result["checked"].get("records under a seal that leads to the first key", 0))


def verdict(evidence: Evidence, folder: Path, bundle: bytes | None = None) -> Verdict:
    """What both say, which has to be the same."""
    data = bundle_of(evidence) if bundle is None else bundle
    host, file = verdict_of_the_host(data, evidence, folder), verdict_of_the_file(data, evidence)
    assert sorted(host.found, key=str) == sorted(file.found, key=str)
    assert host.proven == file.proven
    return host
