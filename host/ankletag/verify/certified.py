"""By whom a tag is certified, in words."""

from tagproto import documents

from .result import Verified


def certified_by(verified: Verified) -> str | None:
    """'North, of Programme 1': the regions that certified the tag, and their authority; None where nobody has, or where
    a list revokes the tag."""
    trusted = verified.trusted
    own = trusted.tags.get(verified.tag_id, [])
    if not own or trusted.revoked_s(verified.tag_id) is not None:
        return None
    issuers = {each.octets(documents.ISSUER) for each in own}
    regions = [each for each in trusted.regions if each.octets(documents.SUBJECT) in issuers]
    signers = {each.octets(documents.ISSUER) for each in regions}
    roots = [each for each in trusted.root_documents if each.octets(documents.SUBJECT) in signers]
    # A root that is only known by its key has no name.
    names = sorted({each.name for each in roots}) or sorted(each.hex() for each in signers)
    return f"{' and '.join(sorted({each.name for each in regions}))}, of {' and '.join(names)}"
