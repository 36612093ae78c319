"""Every public function of tagproto as `run(op, arguments)`, on CPython and on MicroPython alike.

Arguments and results are what JSON can carry: bytes are hex strings, a Bad is {"bad": reason}, a
ValueError {"error": "ValueError"}. As a script it answers lines of JSON, [op, arguments] or a list of these.
"""

import json
import sys

import tagproto
from protocol import signed_cases
from tagproto import (
    cbor,
    cobs,
    coding,
    cose,
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


# Items and pages


def _encode_step(coder, step):
    what, args = step[0], step[1:]
    if what == "reading":
        return coder.encode_reading(*args)
    if what == "event":
        return coder.encode_event(args[0], args[1], unhex(args[2]))
    if what == "boot":
        return coder.encode_boot(args[0])
    if what == "number":
        return coder.encode_number(args[0])
    if what == "seed":
        return coding.encode_seed(unhex(args[0]))
    if what == "seal of":
        # A seal of the coder's own boot that ends with its last record.
        epoch, number, count, ticks, reason, nonce, next_keys, signature = args
        seal = seals.Seal(
            b"TAG00001",
            epoch,
            number,
            coder.boot,
            coder.number - count,
            count,
            b"\xa1" * 32,
            b"\xb2" * 32,
            ticks,
            reason,
            unhex(nonce),
            unhex(next_keys),
        )
        return coder.encode_seal(cose.assemble(seal.payload(), unhex(signature)))
    return coder.encode_seal(unhex(args[0]))


def encode_steps(steps):
    """Items of a fresh coder, one for each step."""
    coder = coding.Coder()
    return [_encode_step(coder, step) for step in steps]


def decode_items(data, at=0):
    """[kind, value, end] for each item of a fresh coder, then the Bad that stopped it, if any."""
    coder = coding.Coder()
    found = []
    while at < len(data):
        result = coder.decode(data, at)
        if isinstance(result, Bad):
            found.append(result)
            break
        found.append(result)
        at = result[2]
        if result[0] == coding.END:
            break
    return found


def build_pages(seq, steps):
    """Pages as a tag fills them, the last one padded with 0xFF; "flush" begins a new page."""
    coder = coding.Coder()
    done = []
    page = bytearray(b"\xff" * pages.PAGE_SIZE)
    fill = 0
    first = pages.NO_ITEM
    pages.write_header(page, seq, first, coder)

    def finish():
        pages.close(page)
        done.append(bytes(page))
        for at in range(pages.PAGE_SIZE):
            page[at] = 0xFF
        pages.write_header(page, seq + len(done), pages.NO_ITEM, coder)

    for step in steps:
        if step[0] == "flush":
            finish()
            fill, first = 0, pages.NO_ITEM
            continue
        if first == pages.NO_ITEM:
            first = fill
            coder.restart_here()
            pages.write_header(page, seq + len(done), first, coder)
        item = _encode_step(coder, step)
        while item:
            count = min(pages.PAYLOAD_SIZE - fill, len(item))
            at = pages.HEADER_SIZE + fill
            page[at : at + count] = item[:count]
            item = item[count:]
            fill += count
            if fill == pages.PAYLOAD_SIZE:
                finish()
                fill, first = 0, pages.NO_ITEM
    if fill:
        finish()
    return done


def read_pages(raws):
    """What a Reader finds in pages given one after the other; None stands for a gap that is told."""
    reader = pages.Reader()
    found = []
    for raw in raws:
        page = None if raw is None else pages.parse(unhex(raw))
        if page is None or isinstance(page, Bad):
            reader.gap()
            if page is not None:
                found.append(page)
        else:
            found += reader.feed(page)
    return found


def _page_fields(raw):
    page = pages.parse(raw)
    if isinstance(page, Bad):
        return page
    return {
        "first": page.first,
        "seq": page.seq,
        "number": page.number,
        "boot": page.boot,
        "ticks": page.ticks,
        "cell_code": page.cell_code,
        "temp_code": page.temp_code,
        "prox_count": page.prox_count,
        "flags": page.flags,
        "parameters": page.parameters,
        "payload": page.payload,
    }


def _feed_frames(slices):
    decoder = frames.Decoder()
    found = []
    for part in slices:
        found += decoder.feed(unhex(part))
    return found


def _held(unit, times):
    """Most bytes that a Decoder holds while it is fed `unit` again and again, a byte at a time."""
    decoder = frames.Decoder()
    most = 0
    for _ in range(times):
        for byte in unhex(unit):
            decoder.feed(bytes((byte,)))
            most = max(most, len(decoder._pending))
    return most


def _carried(raws):
    """Most bytes that a Reader carries from page to page."""
    reader = pages.Reader()
    most = 0
    for raw in raws:
        page = pages.parse(unhex(raw))
        if not isinstance(page, Bad):
            reader.feed(page)
            most = max(most, len(reader._carry))
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


def _begins_seal(raws):
    reader = pages.Reader()
    for raw in raws:
        reader.feed(pages.parse(unhex(raw)))
    return reader.begins_seal()


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
    "frames.decode": lambda data: frames.decode(unhex(data)),
    "frames.feed": _feed_frames,
    "frames.held": _held,
    "pages.carried": _carried,
    "records.canonical": lambda kind, number, boot, ticks, body: records.canonical(
        kind, number, boot, ticks, unhex(body)
    ),
    "records.parse": lambda data: _parse_values(unhex(data)),
    "records.body": lambda kind, values: records.body(kind, _values_in(values)),
    "records.name": records.name,
    "records.ticks_after": records.ticks_after,
    "rice.encode": _rice,
    "rice.decode": lambda k, data, count: _unrice(k, unhex(data), count),
    "coding.encode": encode_steps,
    "coding.decode": lambda data: decode_items(unhex(data)),
    "pages.build": build_pages,
    "pages.parse": lambda raw: _page_fields(unhex(raw)),
    "pages.read": read_pages,
    "pages.begins_seal": _begins_seal,
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
