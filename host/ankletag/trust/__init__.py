"""Who may be trusted: keys, the authority's documents, who issues and who holds them."""

from .issue import certify_region, certify_station, certify_tag, make_list, make_root, succeed_root
from .signing import SigningKey

__all__ = [
    "SigningKey",
    "certify_region",
    "certify_station",
    "certify_tag",
    "make_list",
    "make_root",
    "succeed_root",
]
