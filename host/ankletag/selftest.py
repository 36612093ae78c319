"""What a tag's self-test tries, in words."""

from tagproto import records

# Bit of a SELF_TEST record -> what it is of (SPEC.md, Self-test).
TESTS: dict[int, str] = {
    records.TEST_HASH: "hashing",
    records.TEST_FLASH: "flash memory",
    records.TEST_ENTROPY: "random numbers",
    records.TEST_CLOCK: "clock",
    records.TEST_HEAP: "working memory",
    records.TEST_CELL: "alcohol sensor",
    records.TEST_TEMP: "skin temperature",
    records.TEST_PROX: "infrared proximity",
    records.TEST_BATTERY: "battery, 10 days and more",
    records.TEST_GNSS: "position receiver",
    records.TEST_SIGNATURE: "signatures",
}


def names(bits: int) -> list[str]:
    """In words, what these bits stand for; bits that this version does not know by their numbers."""
    known = [name for bit, name in TESTS.items() if bits & bit]
    return known + [f"test 0x{1 << at:04x}" for at in range(16) if bits >> at & 1 and 1 << at not in TESTS]
