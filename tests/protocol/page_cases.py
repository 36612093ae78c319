"""Items and pages, as cases.py answers for them: steps of a coder, pages as a tag fills them, what a Reader finds."""

from tagproto import coding, cose, pages, seals
from tagproto.bad import Bad

unhex = bytes.fromhex


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


def _begins_seal(raws):
    reader = pages.Reader()
    for raw in raws:
        reader.feed(pages.parse(unhex(raw)))
    return reader.begins_seal()


OPS = {
    "coding.encode": encode_steps,
    "coding.decode": lambda data: decode_items(unhex(data)),
    "pages.build": build_pages,
    "pages.parse": lambda raw: _page_fields(unhex(raw)),
    "pages.read": read_pages,
    "pages.begins_seal": _begins_seal,
    "pages.carried": _carried,
}
