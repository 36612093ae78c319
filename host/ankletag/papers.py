"""The documents of a session, into the store: what the station carries, and the certificates that the tag shows."""

from tagproto import cose, documents, messages

from .client import Client, Values, octets
from .errors import EvidenceRefused, TagRefused
from .store import Store
from .trust.chains import trust

# Indices of a DOCUMENT request.
_TAG_CERTIFICATE = 0
_REGION_CERTIFICATE = 1


def keep_papers(client: Client, store: Store, hello: Values) -> bool:
    """Store the signer's documents, and of the tag's those that its authority has signed.

    True where a certificate that holds names this tag and the key that it shows.
    """
    signer = client.signer
    shown = [client.document(index) for index in (_TAG_CERTIFICATE, _REGION_CERTIFICATE)]
    trusted = trust([*store.documents(), *signer.documents, *filter(None, shown)], [signer.root_point])
    held = trusted.tags.get(octets(hello, "tag_id"), [])
    regions = trusted.regions
    store.add_documents([*signer.documents, *(found.encoded for found in [*held, *regions])])
    point = cose.compressed(octets(hello, "public_key"))
    return any(found.octets(documents.KEY) == point for found in held)


def need_certificate(client: Client, hello: Values) -> None:
    """For a tag that is not certified, or not with the key that it shows: say which, as an exception."""
    tag_id = octets(hello, "tag_id").hex()
    if not client.document(_TAG_CERTIFICATE):
        raise TagRefused(
            f"The tag {tag_id} has no certificate yet.",
            "Provision it first, with `ankletag provision`, where the authority's keys are.",
            messages.ERROR_CERTIFICATE,
        )
    raise EvidenceRefused(
        f"The certificate of tag {tag_id} is not for the key that it shows, or not from this station's programme.",
        "Do not fit this tag: keep it, tell the authority, and fit another one.",
    )
