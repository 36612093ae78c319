"""The attacks: what is done, what both verifiers find, who can find it. Drives tests and docs/evidence.md."""

from collections.abc import Callable
from dataclasses import dataclass

from evidence import frauds, ways
from evidence.lives import Evidence, Lives

ANYBODY = "anybody with the bundle"
AUTHORITY = "anybody with the bundle and the authority's key"
LIST = "anybody with the bundle, the authority's key and its list"
WITNESS = "who wrote a later seal down: the store of the station, the paper that the wearer was given"
NOBODY = "nobody, from the bundle alone"
STATION = "the station, or who gets both read-outs"
REPLAY = "nobody has to: the bundle holds each page once"
RECEIPT = "anybody with the bundle; the receipt says which station has to produce the rest"


@dataclass(frozen=True)
class Attack:
    """name: of the test. what: the attacker does. against, told: codes of all that both verifiers find. who: can find
    it, with what. way: what the attacker hands over."""

    name: str
    what: str
    against: tuple[str, ...]
    told: tuple[str, ...]
    who: str
    way: Callable[[Lives], Evidence]


# fmt: off
ATTACKS = (
    Attack("page-bit", "turns over one bit in a page, and mends manifest and container",
           ("page-bad", "record-gap", "window-root"), (), ANYBODY, ways.page_bit),
    Attack("seal-bit", "turns over one bit in a seal, and mends every checksum",
           ("seal-chain", "seal-signature"), ("seal-by-hash",), ANYBODY, ways.seal_bit),
    Attack("record-changed", "writes another value into a reading, and the log anew",
           ("window-root",), (), ANYBODY, ways.record_changed),
    Attack("records-dropped-front", "leaves out the first records, and writes the log anew",
           ("record-gap", "window-root"), (), ANYBODY, ways.dropped_front),
    Attack("records-dropped-middle", "leaves out an hour of readings, and writes the log anew",
           ("record-gap", "window-root"), (), ANYBODY, ways.dropped_middle),
    Attack("records-dropped-renumbered", "leaves out an hour of readings, and numbers those behind it anew",
           ("window-root",), (), ANYBODY, ways.dropped_and_renumbered),
    Attack("records-dropped-tail", "leaves out the last readings in front of the last seal",
           ("record-gap", "window-root"), (), ANYBODY, ways.dropped_tail),
    Attack("window-dropped", "leaves out a window with its seal",
           ("record-gap", "seal-gap", "seal-late"), ("anchored", "seal-by-hash"), ANYBODY, ways.window_dropped),
    Attack("seal-dropped", "leaves out a seal, so that two windows become one",
           ("seal-gap", "seal-late"), ("seal-by-hash",), ANYBODY, ways.seal_dropped),
    Attack("page-dropped", "leaves out a page",
           ("page-missing", "record-gap", "window-root"), (), ANYBODY, ways.page_dropped),
    Attack("pages-dropped-front", "leaves out pages from the first one to behind the fitting",
           ("fitting-missing",), ("anchored", "seal-by-hash"), AUTHORITY, ways.order_without_its_beginning),
    Attack("tail-cut-behind-seal", "cuts the log off behind a seal",
           (), (), NOBODY, ways.cut_behind_seal),
    Attack("tail-cut-behind-seal-witness", "cuts the log off behind a seal; a later one was written down",
           ("tail-missing",), (), WITNESS, ways.with_witness(ways.cut_behind_seal)),
    Attack("tail-cut-before-seal", "cuts the log off in front of a seal",
           (), ("record-unsealed",), NOBODY, ways.cut_before_seal),
    Attack("tail-cut-before-seal-witness", "cuts the log off in front of a seal; a later one was written down",
           ("tail-missing",), ("record-unsealed",), WITNESS, ways.with_witness(ways.cut_before_seal)),
    Attack("records-swapped", "swaps two readings",
           ("record-gap", "record-repeat", "ticks-backwards", "window-root"), (), ANYBODY, ways.swapped),
    Attack("record-repeated", "writes a reading twice",
           ("record-repeat", "window-root"), (), ANYBODY, ways.repeated),
    Attack("record-invented", "puts a reading of their own between two, and numbers those behind it anew",
           ("window-root",), (), ANYBODY, ways.invented),
    Attack("record-invented-tail", "puts a reading of their own behind the last seal",
           (), ("record-unsealed",), ANYBODY, ways.invented_tail),
    Attack("blocks-swapped", "swaps forty readings with the forty behind them",
           ("record-gap", "record-repeat", "ticks-backwards", "window-root"), (), ANYBODY, ways.blocks_swapped),
    Attack("window-repeated", "appends a window and its seal a second time",
           ("boot-gap", "record-repeat", "seal-repeat"), (), ANYBODY, ways.appended_again),
    Attack("session-replayed", "feeds the station an earlier read-out once more",
           (), (), REPLAY, ways.replayed),
    Attack("rolled-back", "puts an earlier image of the flash back",
           (), (), NOBODY, ways.rolled_back),
    Attack("rolled-back-witness", "puts an earlier image of the flash back; a later seal was written down",
           ("tail-missing",), (), WITNESS, ways.with_witness(ways.rolled_back)),
    Attack("cloned", "copies the flash to a second tag, and hands that one's second day over",
           (), (), NOBODY, ways.cloned),
    Attack("cloned-witness", "copies the flash to a second tag; a seal of the first one's second day was written down",
           ("witness-differs",), (), WITNESS, ways.with_witness(ways.cloned)),
    Attack("cloned-both", "copies the flash to a second tag, and one station reads both",
           ("page-differs",), (), STATION, ways.cloned_both),
    Attack("time-late", "as a certified station, tells a time three days ahead, behind a true one",
           ("clock-conflict",), (), AUTHORITY, ways.told_late),
    Attack("time-far", "as a certified station, tells a time eighty years ahead",
           ("clock-conflict", "station-expired"), (), AUTHORITY, ways.told_far),
    Attack("time-changed", "changes the time in an attestation, and writes the log anew",
           ("statement-signature", "window-root"), (), AUTHORITY, frauds.attestation_changed),
    Attack("time-of-a-stranger", "as a station that nobody certified, tells a time to a tag whose firmware takes it",
           ("station-unknown",), (), AUTHORITY, frauds.attestation_of_a_stranger),
    Attack("key-stolen-before", "takes the keys out of the tag, and seals an earlier window anew",
           ("seal-chain", "seal-signature"), ("seal-by-hash",), ANYBODY, frauds.forged_before),
    Attack("key-stolen-before-epoch", "the same, under the epoch of the stolen key",
           ("epoch-gap", "epoch-repeat", "key-unknown", "seal-chain"), ("seal-by-hash",),
           ANYBODY, frauds.forged_before_with_own_epoch),
    Attack("key-stolen-behind", "takes the keys out of the tag, and goes on from there in its place",
           (), (), NOBODY, frauds.forged_behind),
    Attack("key-stolen-behind-witness", "the same; a seal that the tag made later was written down",
           ("witness-differs",), (), WITNESS, ways.with_witness(frauds.forged_behind)),
    Attack("station-drops", "as the station, leaves pages out that it does not like",
           ("key-unknown", "page-missing", "record-gap", "seal-gap", "seal-late", "window-root"), (), ANYBODY,
           ways.pages_dropped),
    Attack("station-did-not-store", "as the station, acknowledges what it did not store, and the tag takes the room",
           ("fitting-missing",), ("anchored", "seal-by-hash"), RECEIPT, frauds.acknowledged_and_gone),
    Attack("checkpoint-false", "as a certified station, signs a receipt with false keys, and the firmware takes it",
           ("receipt-differs",), (), AUTHORITY, frauds.false_checkpoint),
    Attack("station-revoked", "with the lost laptop of a station goes on reading tags out",
           ("station-revoked",), (), LIST, frauds.revoked_station),
    Attack("generation-low", "goes on with a station's certificate of an earlier generation",
           ("station-generation",), (), LIST, frauds.old_generation),
    Attack("tag-revoked", "uses a tag that the authority has revoked",
           ("tag-revoked",), (), LIST, frauds.revoked_tag),
    Attack("seals-swapped", "puts the seals of another tag in the place of this one's",
           ("key-unknown", "receipt-differs", "seal-signature", "window-root"), (), ANYBODY, frauds.seals_swapped),
    Attack("certificate-swapped", "puts another tag's certificate in the place of this one's",
           ("certificate-other-tag",), ("trust-unknown",), AUTHORITY, frauds.certificate_swapped),
    Attack("tag-swapped", "hands over another tag's log under this tag's certificate",
           ("key-differs", "key-unknown", "seal-signature", "statement-signature"), ("trust-unknown",),
           AUTHORITY, frauds.tag_swapped),
    Attack("authority-false", "makes an authority of their own, which certifies the tag and a station",
           ("document-bad", "not-certified", "station-unknown"), ("trust-unknown",),
           AUTHORITY, frauds.false_authority),
)
# fmt: on


@dataclass(frozen=True)
class Elsewhere:
    """An attack that leaves no bundle of its own behind. what: the attacker does. found: what comes of it. who:
    notices. where: the file and the test that try it."""

    what: str
    found: str
    who: str
    where: tuple[str, str]


ELSEWHERE = (
    Elsewhere("flips a bit of any byte of the bundle", "`bundle-damaged`: nothing else is looked at",
              ANYBODY, ("tests/evidence/test_bytes.py", "test_any_byte_flipped_is_found_by_both")),
    Elsewhere("leaves out all in front of a receipt, and with it readings that no station had verified",
              "`window-root`; told: `anchored`",
              ANYBODY,
              ("tests/evidence/test_front.py", "test_readings_that_no_station_has_verified_cannot_be_left_out")),
    Elsewhere("on the cable, changes what the tag says", "the session stops, or what was changed is found",
              STATION, ("tests/host/test_middle.py", "test_a_reply_that_was_changed_harms_no_read_out")),
    Elsewhere("on the cable, changes what the station asks for", "the tag refuses it; nothing was done",
              "the tag, which records it",
              ("tests/host/test_middle.py", "test_a_request_that_was_changed_does_nothing_else")),
    Elsewhere("on the cable, hides pages and relays a receipt for them", "nothing is acknowledged or freed",
              STATION,
              ("tests/host/test_middle.py", "test_pages_that_are_hidden_and_said_to_be_receipted_are_not_freed")),
    Elsewhere("plays the tag's last signed request again", "the tag answers as it did, and does nothing",
              "nobody has to", ("tests/firmware/test_gate.py", "test_one_that_is_asked_for_again")),
    Elsewhere("plays an earlier signed request again", "the tag refuses it (`nonce`), and records that",
              "the tag", ("tests/firmware/test_gate.py", "test_one_that_is_asked_for_again")),
    Elsewhere("plays a signed request again after a boot", "the tag refuses it (`nonce`), and records that",
              "the tag", ("tests/firmware/test_gate.py", "test_one_that_is_replayed_after_a_boot")),
    Elsewhere("plays a request that was signed for another tag", "the tag refuses it, and records that",
              "the tag", ("tests/firmware/test_gate.py", "test_one_for_another_tag")),
    Elsewhere("plays a request too late", "the tag refuses it (`stale`), and records that",
              "the tag", ("tests/firmware/test_nonces.py", "test_a_stale_one")),
    Elsewhere("guesses at the neighbours of a record that was disclosed alone", "nothing: each has a salt of its own",
              "nobody has to", ("tests/host/test_disclose.py", "test_nothing_is_learned_of_the_records_beside_it")),
)  # fmt: skip
