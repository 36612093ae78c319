"""What the host's own verification says of a tag's pages, given the programme that it was provisioned by."""

from collections.abc import Sequence

from ankletag.trust import certify_region, make_list, succeed_root
from ankletag.verify import Given, Verified, verify_pages
from programme import BEGIN_S, END_S, Programme, key
from tagproto import records
from tagproto.calibration import identity

TAG_ID = b"TAG00001"
PROGRAMME = Programme()
# The root behind the first one, and what the workloads of the power cuts have from both.
NEW_ROOT = key(103)
ROTATED = succeed_root(PROGRAMME.root, NEW_ROOT, "Programme 1, anew", BEGIN_S, 2)
NEW_REGION = certify_region(NEW_ROOT, PROGRAMME.region.point, "North", 1, BEGIN_S, END_S)
LISTS = [PROGRAMME.list_document(1), PROGRAMME.list_document(2, 1), make_list(NEW_ROOT, 3, 1, {}, BEGIN_S)]
# What the tags of vm/workload.py and vm/steps.py are calibrated to, all figures alike.
CALIBRATIONS = [identity({name: figure for name, _ in records.CALIBRATION[1:]}) for figure in (7, 9)]


def verify(raws: Sequence[bytes], first_key: bytes, documents: Sequence[bytes] = ()) -> Verified:
    """Pages of the tag that was first started with this key of epoch 0 (64 bytes), those stored first in front.

    documents: those of the authority beside the chain and the tag's certificate.
    """
    own = PROGRAMME.tag_document(TAG_ID, first_key)
    calibrated = [PROGRAMME.tag_document(TAG_ID, first_key, name) for name in CALIBRATIONS]
    known = [*PROGRAMME.chain, own, *calibrated, ROTATED, NEW_REGION, *LISTS, *documents]
    given = Given(authority=(PROGRAMME.root.point,), documents=known)
    return verify_pages(raws, first_key, TAG_ID, given)
