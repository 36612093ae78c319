"""What Hypothesis makes: arguments of tagproto's functions, in the form that cases.py takes."""

from typing import Any

from hypothesis import strategies as st

from tagproto import seals

PERIOD = 1 << 30

blobs = st.binary(max_size=300).map(bytes.hex)
u8 = st.integers(0, 255)
u16 = st.integers(0, 65535)
u32 = st.integers(0, 2**32 - 1)
i16 = st.integers(-32768, 32767)
ticks = st.integers(0, PERIOD - 1)
kinds = st.integers(2, 63)
# Long runs without a zero, and many zeros: where COBS changes its groups.
stuffing = st.lists(
    st.one_of(st.binary(max_size=8), st.just(b"\0"), st.integers(250, 258).map(lambda n: b"\x5a" * n)), max_size=8
).map(lambda parts: b"".join(parts).hex())

_RANGES = {"B": (0, 8), "H": (0, 16), "I": (0, 32), "Q": (0, 64), "b": (1, 8), "h": (1, 16), "i": (1, 32), "q": (1, 64)}


@st.composite
def fields(draw: st.DrawFn, within: bool) -> tuple[list[list[Any]], dict[str, Any]]:
    """A spec and its values; now and then outside their ranges unless `within`."""
    spec: list[list[Any]] = []
    values: dict[str, Any] = {}
    for index in range(draw(st.integers(0, 6))):
        name = f"f{index}"
        code = draw(st.sampled_from([*_RANGES, "v", 0, 1, 8, 64]))
        spec.append([name, code])
        if isinstance(code, int):
            values[name] = draw(st.binary(min_size=code, max_size=code + (not within))).hex()
        elif code == "v":
            values[name] = draw(st.binary(max_size=255 + (not within) * 10)).hex()
        else:
            signed, bits = _RANGES[code]
            low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
            values[name] = draw(st.integers(low, high) if within else st.integers(low - 3, high + 3))
    if draw(st.booleans()):
        # All that follows, last only.
        spec.append(["rest", "*"])
        values["rest"] = draw(blobs)
    return spec, values


_numbers = st.one_of(
    st.integers(-(2**64), 2**64 - 1), st.sampled_from([0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32])
)
_texts = st.text(max_size=20).map(lambda text: {"t": text.encode().hex()})
cbor_items = st.recursive(
    st.one_of(_numbers, blobs.map(lambda data: {"b": data}), _texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_numbers, inner, max_size=5).map(lambda pairs: {"m": [list(p) for p in sorted(pairs.items())]}),
        st.tuples(st.integers(0, 2**64 - 1), inner).map(lambda pair: {"tag": pair[0], "of": pair[1]}),
    ),
    max_leaves=8,
)

_readings = st.one_of(
    st.tuples(st.just("reading"), ticks, u8, i16, i16, u16),
    st.tuples(st.just("reading"), ticks, st.just(0), st.integers(7990, 8010), st.integers(4350, 4354), u8),
)
_events = st.tuples(st.just("event"), kinds, ticks, st.binary(max_size=255).map(bytes.hex))
_short_events = st.tuples(st.just("event"), kinds, ticks, st.binary(max_size=8).map(bytes.hex))
_seeds = st.tuples(st.just("seed"), st.binary(min_size=16, max_size=16).map(bytes.hex))
_seals = st.tuples(st.just("seal"), st.binary(min_size=200, max_size=300).map(bytes.hex))
next_keys = st.sampled_from([0, 33, 66]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(bytes.hex)
_seals_of = st.tuples(
    st.just("seal of"),
    u32,
    u32,
    st.integers(0, 3),
    u32,
    st.sampled_from(sorted(seals.REASONS)),
    st.binary(max_size=32).map(bytes.hex),
    next_keys,
    st.binary(min_size=64, max_size=64).map(bytes.hex),
)
_boots = st.tuples(st.just("boot"), u32)
_jumps = st.tuples(st.just("number"), st.integers(0, 2**31))
_steps = st.one_of(_readings, _readings, _readings, _events, _short_events, _seeds, _seals, _seals_of, _boots, _jumps)
steps = st.lists(_steps.map(list), max_size=60)


@st.composite
def logs(draw: st.DrawFn) -> list[list[Any]]:
    """Steps in which no record number comes twice, as a tag writes them."""
    number = 0
    found = []
    for step in draw(st.lists(_steps.map(list), min_size=1, max_size=60)):
        if step[0] == "number":
            step = ["number", number + step[1] % 1000]
            number = step[1]
        elif step[0] in ("reading", "event"):
            number += 1
        found.append(step)
    return found


@st.composite
def slices(draw: st.DrawFn, data: bytes) -> list[str]:
    """Data cut at arbitrary places, empty slices among them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[a:b].hex() for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


seal_parts = st.tuples(
    st.binary(min_size=8, max_size=8).map(bytes.hex),
    u32,
    u32,
    u32,
    u32,
    u32,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    u32,
    st.sampled_from(sorted(seals.REASONS)),
    st.binary(max_size=32).map(bytes.hex),
    next_keys,
)
