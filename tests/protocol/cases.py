"""Every public function of tagproto as `run(op, arguments)`, on CPython and on MicroPython alike.

Arguments and results are what JSON can carry: bytes are hex strings, a Bad is {"bad": reason}, a
ValueError {"error": "ValueError"}. As a script it answers lines of JSON, [op, arguments] or a list of these.
"""

import json
import sys

import tagproto
from protocol import page_cases, sense_cases, signed_cases
from tagproto import (
    cbor,
    cobs,
    fields,
    frames,
    hmac,
    messages,
    pages,
    records,
    rice,
    seals,
    tree,
    varint,
)
from tagproto.bad import Bad

unhex = bytes.fromhex


def _values_in(values):
    return {key: unhex(value) if isinstance(value, str) else value for key, value in values.items()}


def _spec_in(spec):
    return tuple((name, code) for name, code in spec)


def plain(value):
    """A result as JSON carries it."""
    if isinstance(value, Bad):
        return {"bad": value.reason}
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, frames.Frame):
        return {"kind": value.kind, "request_id": value.request_id, "body": value.body.hex()}
    if isinstance(value, records.Record):
        return [value.kind, value.number, value.boot, value.ticks, value.body.hex()]
    if isinstance(value, seals.SignedSeal):
        seal = value.seal
        return {
            "seal": [
                plain(part)
                for part in (
                    seal.tag_id,
                    seal.epoch,
                    seal.number,
                    seal.boot,
                    seal.first,
                    seal.count,
                    seal.root,
                    seal.previous,
                    seal.ticks,
                    seal.reason,
                    seal.nonce,
                    seal.next_keys,
                )
            ],
            "signature": value.signature.hex(),
            "digest": value.digest().hex(),
            "hash": value.hash().hex(),
        }
    if isinstance(value, pages.Item):
        return [value.kind, plain(value.value), value.seq, value.start, value.end_seq, value.end]
    return value


# CBOR: numbers as they are, other items marked with what they are.


def cbor_in(item):
    """A CBOR item out of its JSON form."""
    if isinstance(item, list):
        return [cbor_in(part) for part in item]
    if isinstance(item, dict):
        if "b" in item:
            return unhex(item["b"])
        if "t" in item:
            return unhex(item["t"]).decode()
        if "m" in item:
            return {key: cbor_in(value) for key, value in item["m"]}
        return cbor.Tag(item["tag"], cbor_in(item["of"]))
    return item


def cbor_out(item):
    """The JSON form of a decoded CBOR item."""
    if isinstance(item, Bad):
        return plain(item)
    if isinstance(item, bytes):
        return {"b": item.hex()}
    if isinstance(item, str):
        return {"t": item.encode().hex()}
    if isinstance(item, list):
        return [cbor_out(part) for part in item]
    if isinstance(item, dict):
        return {"m": [[key, cbor_out(item[key])] for key in sorted(item)]}
    if isinstance(item, cbor.Tag):
        return {"tag": item.number, "of": cbor_out(item.value)}
    return item


def _feed_frames(slices, body_max=frames.BODY_MAX):
    decoder = frames.Decoder(body_max)
    found = []
    for part in slices:
        found += decoder.feed(unhex(part))
    return found


def _encode_into(kind, request_id, body):
    """A frame by way of buffers that are longer than it."""
    plain = bytearray(bytes((kind, request_id)) + unhex(body) + bytes(9))
    out = bytearray(b"\xee" * (frames.encoded_max(len(body) // 2) + 3))
    end = frames.encode_into(plain, 2 + len(body) // 2, out)
    # Nothing behind what it takes at most is touched.
    return [out[:end], out[-3:]]


def _held(unit, times):
    """Most bytes that a Decoder holds while it is fed `unit` again and again, a byte at a time."""
    decoder = frames.Decoder()
    most = 0
    for _ in range(times):
        for byte in unhex(unit):
            decoder.feed(bytes((byte,)))
            most = max(most, len(decoder._pending))
    return most


def _rice(k, values):
    """Values coded one after the other under one model; the bytes, and k and mean after each."""
    writer = rice.BitWriter(6 * len(values) + 8)
    writer.start()
    model = rice.Model()
    model.restart(k)
    states = []
    for value in values:
        writer.put_rice(model, value)
        states.append([model.k, model.mean16])
    return [writer.finish(), states]


def _unrice(k, data, count):
    reader = rice.BitReader(data, 0, len(data) + 6 * count)
    model = rice.Model()
    model.restart(k)
    zigs = []
    for _ in range(count):
        zig = reader.get_rice(model.k)
        model.learn(zig)
        zigs.append(varint.unzigzag(zig))
    return [zigs, reader.used()]


def _root(leaves):
    streamed = tree.Tree()
    for leaf in leaves:
        streamed.add(unhex(leaf))
    return streamed.root()


def _seal(parts):
    parts = [unhex(part) if isinstance(part, str) else part for part in parts]
    return seals.Seal(*parts)


def _parse_values(data):
    record = records.parse(data)
    return record if isinstance(record, Bad) else [record, record.values()]


_OPS = {
    "version": lambda: tagproto.PROTOCOL_VERSION,
    "fields.pack": lambda spec, values: fields.pack(_spec_in(spec), _values_in(values)),
    "fields.unpack": lambda spec, data, offset=0: fields.unpack(_spec_in(spec), unhex(data), offset),
    "varint.zigzag": varint.zigzag,
    "varint.unzigzag": varint.unzigzag,
    "varint.encode": varint.encode,
    "varint.decode": lambda data, offset=0: varint.decode(unhex(data), offset),
    "cobs.encode": lambda data: cobs.encode(unhex(data)),
    "cobs.decode": lambda data: cobs.decode(unhex(data)),
    "frames.encode": lambda kind, request_id, body: frames.encode(kind, request_id, unhex(body)),
    "frames.encode_into": _encode_into,
    "frames.encoded_max": frames.encoded_max,
    "frames.decode": lambda data: frames.decode(unhex(data)),
    "frames.feed": _feed_frames,
    "frames.held": _held,
    "records.canonical": lambda kind, number, boot, ticks, body: records.canonical(
        kind, number, boot, ticks, unhex(body)
    ),
    "records.parse": lambda data: _parse_values(unhex(data)),
    "records.body": lambda kind, values: records.body(kind, _values_in(values)),
    "records.name": records.name,
    "records.ticks_after": records.ticks_after,
    "rice.encode": _rice,
    "rice.decode": lambda k, data, count: _unrice(k, unhex(data), count),
    "tree.root": _root,
    "tree.leaf": lambda salt, record: tree.leaf_hash(unhex(salt), unhex(record)),
    "tree.node": lambda left, right: tree.node_hash(unhex(left), unhex(right)),
    "tree.salts": lambda seed, numbers: [tree.Salts(unhex(seed)).salt(number) for number in numbers],
    "cbor.encode": lambda item: cbor.encode(cbor_in(item)),
    "cbor.decode": lambda data: cbor_out(cbor.decode(unhex(data))),
    "seals.payload": lambda *parts: _seal(parts).payload(),
    "seals.announced": lambda *parts: sorted(seals.announced(_seal(parts)).items()),
    "seals.hash_of": lambda encoded: seals.hash_of(unhex(encoded)),
    "seals.parse": lambda encoded: seals.parse(unhex(encoded)),
    "messages.encode": lambda kind, values: messages.encode(kind, _values_in(values)),
    "messages.decode": lambda kind, body: messages.decode(kind, unhex(body)),
    "hmac.sha256": lambda key, message: hmac.hmac_sha256(unhex(key), unhex(message)),
    "hmac.pads": lambda key: hmac.pads(unhex(key)),
}
_OPS.update(page_cases.OPS)
_OPS.update(sense_cases.OPS)
_OPS.update(signed_cases.OPS)

OPS = sorted(_OPS)


def run(op, arguments):
    """The result of one case."""
    try:
        return plain(_OPS[op](*arguments))
    except ValueError:
        return {"error": "ValueError"}


def _serve():
    out = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        if request and isinstance(request[0], list):
            answer = [run(op, arguments) for op, arguments in request]
        else:
            answer = run(request[0], request[1])
        out.write(json.dumps(answer))
        out.write("\n")
        if hasattr(out, "flush"):
            out.flush()


if __name__ == "__main__":
    _serve()
