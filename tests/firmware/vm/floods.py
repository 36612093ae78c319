"""Commands that flood a tag in virtual time: what comes too often, for hours, while it goes on sampling."""

import driving
import quickkeys

from tagproto import frames, messages


def _turns(times, every_ms, act):
    """act(i) and a turn of the tag, again and again; the clock is moved by this alone."""
    tag = driving.now.tag
    board = tag.board
    board.idles = False
    clock = board.clock
    step = tag.app.step
    for i in range(times):
        clock.ticks += every_ms
        act(i)
        step()
    board.idles = True


_TURN_MS = 5000
# When the ticks were 0: a station's clock that is right goes with them.
_UTC_MS = 1780000000000


def quiet(seconds):
    """A time in which nothing happens but what the tag does by itself."""
    _turns(seconds * 1000 // _TURN_MS, _TURN_MS, lambda i: None)
    return driving.state()


def flood_input(name, times, every_ms):
    """An input that changes again and again."""
    pin = getattr(driving.now.tag.board, name)
    _turns(times, every_ms, lambda i: pin.change(1 - pin.level))
    return driving.state()


def flood_fixes(times, every_ms):
    """A position fix again and again."""
    fix = driving.now.tag.app.fix
    turns = every_ms // _TURN_MS

    def act(i):
        if i % turns == 0:
            fix(515000000 + i, -1200000 - i, 25 + i % 50)

    _turns(times * turns, _TURN_MS, act)
    return driving.state()


def flood_link(requests, times, every_ms):
    """Requests, [kind, body in hex, copies], written to the link again and again; replies by 'kind code'.

    The tag takes what it takes in a turn; what it has not taken by then waits on the line.
    """
    port = driving.now.tag.board.link
    batch = b"".join([frames.encode(kind, 1, bytes.fromhex(body)) * copies for kind, body, copies in requests])
    answers = {}
    decoder = frames.Decoder()

    def take():
        sent, port.outgoing = port.outgoing, b""
        for frame in decoder.feed(sent):
            code = messages.decode(frame.kind, frame.body)["code"] if frame.kind == messages.ERROR else 0
            name = "%d %d" % (frame.kind, code)
            answers[name] = answers.get(name, 0) + 1

    def act(i):
        take()
        if len(port.incoming) < 4096:
            port.incoming += batch

    _turns(times, every_ms, act)
    while port.incoming or port.outgoing:
        _turns(1, every_ms, lambda i: take())
    return {"answers": answers, "state": driving.state()}


def flood_checks(requests, turns, every_ms):
    """Bytes to the link, all at once, and so many turns that take so long each: checks in their real steps. Replies by
    'kind code', and the bytes that are left.
    """
    port = driving.now.tag.board.link
    quickkeys.checks.real = True
    port.incoming += bytes.fromhex(requests)
    _turns(turns, every_ms, lambda i: None)
    quickkeys.checks.real = False
    sent, port.outgoing = port.outgoing, b""
    return {"answers": _counted(sent), "left": len(port.incoming)}


def flood_requests(requests, turns, every_ms):
    """Bytes to the link, again as soon as the tag has taken them, for so many turns. Replies by 'kind code'."""
    port = driving.now.tag.board.link
    requests = bytes.fromhex(requests)

    def act(i):
        if not port.incoming:
            port.incoming = requests

    _turns(turns, every_ms, act)
    sent, port.outgoing = port.outgoing, b""
    return {"answers": _counted(sent)}


def _counted(sent):
    """How many frames of each 'kind code'."""
    answers = {}
    for frame in frames.Decoder(frames.DATA_BODY_MAX).feed(sent):
        code = messages.decode(frame.kind, frame.body)["code"] if frame.kind == messages.ERROR else 0
        name = "%d %d" % (frame.kind, code)
        answers[name] = answers.get(name, 0) + 1
    return answers


def flood_signed(kind, values, times, every_ms):
    """A signed request again and again, each over the tag's newest nonce; replies by 'kind code'."""
    tag = driving.now.tag
    values = {key: bytes.fromhex(value) if isinstance(value, str) else value for key, value in values.items()}
    answers = {}

    def act(i):
        if kind == messages.ACKNOWLEDGE:
            sealer = tag.app.sealer
            values.update(seal_number=sealer.number - 1, seal_hash=sealer.last_hash)
        if kind == messages.ATTEST:
            values["utc_ms"] = _UTC_MS + tag.board.clock.ticks
        replied, fields = tag.command(kind, values)
        name = "%d %d" % (replied, fields["code"] if replied == messages.ERROR else 0)
        answers[name] = answers.get(name, 0) + 1

    _turns(times, every_ms, act)
    return {"answers": answers, "state": driving.state()}
