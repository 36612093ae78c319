"""What must hold of a log whatever happened: read it as a host would, and say what is wrong."""

from tagproto import coding, pages, records, seals, tree
from tagproto.bad import Bad


def read_log(app):
    """(items, complaints) of everything from the oldest page to the open one, as READ would send it."""
    reader = pages.Reader()
    found = []
    wrong = []
    raw = bytearray(256)
    oldest = app.ring.oldest()
    for seq in range(oldest, app.writer.seq + 1):
        if seq == app.writer.seq:
            raw[:] = app.writer.snapshot()
        else:
            app.ring.read_raw(seq, raw)
        page = pages.parse(bytes(raw))
        if isinstance(page, Bad) or page.seq != seq:
            wrong.append("page %d: %r" % (seq, page))
            reader.gap()
            continue
        for item in reader.feed(page):
            # The oldest page may begin in the middle of an item; nothing else may be cut.
            if not isinstance(item, Bad):
                found.append(item)
            elif seq != oldest or not oldest:
                wrong.append("page %d: %r" % (seq, item))
    return found, wrong


def audit(app, known_records, known_seals):
    """Sentences about what is wrong; none when every counted record and seal is there and the chain holds."""
    items, wrong = read_log(app)
    whole = app.ring.oldest() == 0
    by_number = {}
    seal_list = []
    salts = None
    streamed = tree.Tree()
    window_first = None
    previous = None
    boots = []
    ticks = 0
    for item in items:
        if item.kind == coding.SEED:
            salts = tree.Salts(item.value)
        elif item.kind == coding.RECORD:
            record = item.value
            data = record.canonical()
            if record.number in by_number:
                wrong.append("number %d twice" % record.number)
            if by_number and record.number - 1 not in by_number:
                wrong.append("a gap before number %d" % record.number)
            by_number[record.number] = data
            if not boots or record.boot != boots[-1]:
                if record.kind != records.BOOT and (boots or whole):
                    wrong.append("boot %d begins with %r" % (record.boot, record))
                if boots and record.boot != boots[-1] + 1:
                    wrong.append("boot %d behind boot %d" % (record.boot, boots[-1]))
                boots.append(record.boot)
            elif records.ticks_after(ticks, record.ticks) < 0:
                wrong.append("the ticks run backwards at record %d" % record.number)
            ticks = record.ticks
            if salts is not None:
                if window_first is None:
                    window_first = record.number
                streamed.add(tree.leaf_hash(salts.salt(record.number), data))
            elif whole or seal_list:
                wrong.append("record %d has no seed" % record.number)
        elif item.kind == coding.SEAL:
            signed = seals.parse(item.value)
            if isinstance(signed, Bad):
                wrong.append("seal: %r" % signed)
                continue
            seal = signed.seal
            if whole or seal_list:
                first = window_first if streamed.size else None
                if seal.root != streamed.root() or seal.count != streamed.size:
                    wrong.append("seal %d covers other records" % seal.number)
                if first is not None and seal.first != first:
                    wrong.append("seal %d begins at %d, its window at %d" % (seal.number, seal.first, first))
                before = seal_list[-1] if seal_list else None
                if before is not None and seal.first != before.first + before.count:
                    wrong.append("seal %d begins at %d, not behind seal %d" % (seal.number, seal.first, before.number))
                if seal.number != (before.number + 1 if before else 0):
                    wrong.append("seal %d out of turn" % seal.number)
                if seal.previous != (previous if seal_list else seals.NO_PREVIOUS):
                    wrong.append("seal %d names another seal before it" % seal.number)
            seal_list.append(seal)
            previous = signed.hash()
            salts = None
            streamed = tree.Tree()
            window_first = None
    oldest = min(by_number) if by_number else 0
    for number, data in known_records.items():
        if by_number.get(number) != data and (whole or number >= oldest):
            wrong.append("record %d is %s" % (number, "another" if number in by_number else "missing"))
    encoded = [item.value for item in items if item.kind == coding.SEAL]
    if whole:
        wrong += ["seal %d is missing" % n for n, seal in enumerate(known_seals) if seal not in encoded]
        key = [records.parse(data).values() for data in by_number.values() if data[0] == records.KEY]
        if [values["public_key"] for values in key] != [app.settings.first_key]:
            wrong.append("%d key records" % len(key))
    elif known_seals and known_seals[-1] not in encoded:
        wrong.append("the last seal is missing")
    if seal_list and app.sealer.number != seal_list[-1].number + 1:
        wrong.append("the tag goes on with seal %d behind seal %d" % (app.sealer.number, seal_list[-1].number))
    return wrong
