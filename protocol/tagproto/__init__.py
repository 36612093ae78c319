"""The wire and the record, once, for both interpreters.

Runs verbatim on CPython and MicroPython; imports struct, binascii, hashlib and itself only.
protocol/SPEC.md is the text of what these modules do, protocol/vectors/ the examples that both
interpreters must meet.
"""

# Version of the link, the record and the log format together: one number, compared in `hello`.
PROTOCOL_VERSION = 1
