"""What the host's own verification says of a tag's pages, given the programme that it was provisioned by."""

from collections.abc import Sequence

from ankletag.verify import Given, Verified, verify_pages
from programme import Programme

TAG_ID = b"TAG00001"
PROGRAMME = Programme()


def verify(raws: Sequence[bytes], first_key: bytes, documents: Sequence[bytes] = ()) -> Verified:
    """Pages of the tag that was first started with this key of epoch 0 (64 bytes), those stored first in front.

    documents: those of the authority beside the chain and the tag's certificate.
    """
    known = [*PROGRAMME.chain, PROGRAMME.tag_document(TAG_ID, first_key), *documents]
    given = Given(authority=(PROGRAMME.root.point,), documents=known)
    return verify_pages(raws, first_key, TAG_ID, given)
