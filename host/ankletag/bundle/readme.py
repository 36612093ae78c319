"""The text that a third party finds in the bundle: part of format version 2, so it never changes within it."""

README = b"""\
EVIDENCE BUNDLE OF AN ANKLE TAG (format version 2)

What this is
  pages.bin      the tag's own memory, 256 bytes a page, exactly as it was read out
  documents.bin  certificates and lists that the programme's authority signed: who the tag is, and which stations may
                 read it, fit it and tell it the time
  manifest.json  the tag, its public key as the station that read it knows it, the order, what the other files hold
Nothing here was changed after it left the tag. Readings, events and seals lie in the pages.

How to check it
  You need the public key of the programme's authority, from the authority and not from who gave you this file.
  With the host tools (Python 3.10 or later):  pip install ankletag
                                               ankletag verify evidence.zip --authority KEY
  With one file that you can read yourself:    python3 verify_evidence.py evidence.zip --authority KEY
The two share no code and must agree. Neither needs anything secret, nor a network. They rebuild this file and compare
every byte, check who certified the tag and the stations, recompute every hash, check the signature of every seal
(ECDSA, P-256, SHA-256; COSE_Sign1, RFC 9052) and that no record, seal or restart is missing between the first and the
last one, and say in plain words what held and what did not.

What it does not show
  * Who the authority is. Without its key a check says only that everything here fits together.
  * Pages after the last one in this file. Compare the last seal's number and hash with what is written on the wearer's
    sheet:  --witness NUMBER:HASH
  * Who wore the tag. The tag stores no name; order_id is an opaque number.
"""
