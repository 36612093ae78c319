"""The text that a third party finds in the bundle: part of format version 1, so it never changes within it."""

README = b"""\
EVIDENCE BUNDLE OF AN ANKLE TAG (format version 1)

What this is
  pages.bin      the tag's own memory, 256 bytes a page, exactly as it was read out
  manifest.json  the tag, its public key as pinned when the tag was fitted, the order, the range of pages
Nothing here was changed after it left the tag. Readings, events and seals lie in the pages.

How to check it
  Install the host tools (Python 3.10 or later):   pip install ankletag
  Then:                                            ankletag verify evidence.zip
The check needs nothing secret and no network. It rebuilds this file and compares every bit, recomputes every hash,
checks the signature of every seal (ECDSA, P-256, SHA-256; COSE_Sign1, RFC 9052) and that no record, seal or restart is
missing between the first and the last one. It says in plain words what held and what did not.

What it does not show
  * NOT CERTIFIED: no authority has certified this tag's key. The key in manifest.json is the one that the station
    pinned when it fitted the tag. Compare it with the station's own record.
  * Pages after the last one in this file. Compare the number of the last seal with the station's or the wearer's paper.
  * Who wore the tag. The tag stores no name; order_id is an opaque number.
"""
