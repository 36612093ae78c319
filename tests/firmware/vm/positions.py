"""Commands for the receiver of positions: its parser alone, and the tag that takes fixes."""

import sys

from driving import now

from tag.drivers.gnss import Nmea


def nmea(pieces):
    """What a parser has after each piece of bytes: [heard, fix]."""
    parser = Nmea()
    found = []
    for piece in pieces:
        parser.feed(bytes.fromhex(piece))
        found.append([parser.heard, parser.fix])
    return found


def tell(data):
    """What the receiver says from now on, each time that it is listened to; None takes it off the board."""
    if data is None:
        now.tag.board.gnss = None
    else:
        now.tag.board.gnss.told = bytes.fromhex(data)


def receiver():
    """Whether the receiver has power, and [on, ticks] of each change."""
    board = now.tag.board
    return {"on": board.gnss.on, "switched": board.gnss.switched}


def forget_fixes():
    """Takes the stage out of memory, as it is before anybody has asked for it."""
    sys.modules.pop("tag.fixes", None)


def knows_fixes():
    """Whether the stage was loaded."""
    return "tag.fixes" in sys.modules


def hang_bus(clocks):
    """A part holds the data line until it has had so many clocks."""
    now.tag.board.i2c.hung = clocks


def battery(mv):
    """The battery has so many millivolts; what the tag measured last."""
    now.tag.board.battery.mv = mv
    return now.tag.app.battery.mv


def spoil_receiver():
    """Every look at the receiver raises."""
    now.tag.board.gnss.read_into = None
