"""`ankletag hil line`: a bad cable in the foreground, until Ctrl-C."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ankletag.errors import PortAbsent, UsageError
from taghil.line.cable import TO_HOST, TO_TAG, Cable, CableError, Insert
from taghil.line.ends import HostEnd, TagEnd
from taghil.line.joint import Joint

BANNER = (
    b"\r\nMicroPython v1.28.0 on 2026-01-01; Raspberry Pi Pico with RP2040\r\n"
    b'Type "help()" for more information.\r\n>>> '
)
"""What a board without the tag's firmware says."""


def line(
    port: Annotated[str, typer.Option(help="The tag's port.")],
    baud: Annotated[int, typer.Option(help="Rate of the cable; 0 for the rate that the host sets.")] = 115_200,
    carries: Annotated[int, typer.Option(min=0, help="Garbles all bytes at a higher rate of the host's; 0: none.")] = 0,
    ber: Annotated[float, typer.Option(help="Probability that a bit flips.")] = 0.0,
    drop: Annotated[float, typer.Option(help="Probability that a byte is lost.")] = 0.0,
    latency: Annotated[float, typer.Option(help="One way, in ms.")] = 0.0,
    cut: Annotated[
        list[str] | None,
        typer.Option(help="START:STOP in seconds from the first byte: nothing passes. May be repeated."),
    ] = None,
    single: Annotated[bool, typer.Option("--single", help="Each byte comes by itself.")] = False,
    garbage: Annotated[int, typer.Option(min=0, help="Junk behind every so many frames of the tag's; 0 for none.")] = 0,
    banner: Annotated[
        int | None, typer.Option(min=0, help="A prompt's banner in front of this byte of the tag's, from 0.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same faults for the same bytes.")] = 1,
    link: Annotated[Path | None, typer.Option(help="A name for the new port, beside the system's own.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object when the port is there, one at the end.")
    ] = False,
) -> None:
    """Put a slow and faulty cable between a tag and a new port, until Ctrl-C; then tell what passed."""
    inserts = [Insert(_JUNK, frames=garbage)] if garbage else []
    inserts += [Insert(BANNER, at=banner)] if banner is not None else []
    tag = TagEnd(port)
    if why := tag.check():
        raise PortAbsent(f"{why}.", "Name the tag's port; an emulated tag has its own in its state folder.")
    try:
        cable = Cable(baud, latency, ber, drop, _cuts(cut or []), single, tuple(inserts), seed, carries)
        host = HostEnd(link)
    except CableError as error:
        raise UsageError(f"There is no such cable: {error}.", "Look at `ankletag hil line --help`.") from error
    except OSError as error:
        raise UsageError(f"{link} cannot be made: {error.strerror}.", "Give --link another name.") from error
    joint = Joint(cable, tag, host)
    # Nobody steers it: the end is Ctrl-C.
    silent, talker = os.pipe()
    try:
        print(json.dumps({"port": host.name}) if as_json else host.name, flush=True)
        joint.run(silent, lambda: True)
    except KeyboardInterrupt:
        _tell(joint, as_json)
    finally:
        host.close()
        os.close(silent)
        os.close(talker)


_JUNK = b"\x13junk\xff\x00\x07\x01"


def _cuts(given: list[str]) -> tuple[tuple[float, float], ...]:
    """The cuts that were asked for. Raises CableError."""
    cuts = []
    for text in given:
        start, _, stop = text.partition(":")
        try:
            cuts.append((float(start), float(stop)))
        except ValueError as error:
            raise CableError(f"a cut is START:STOP in seconds, not '{text}'") from error
    return tuple(cuts)


def _tell(joint: Joint, as_json: bool) -> None:
    counts = {TO_HOST: joint.to_host.way.counts, TO_TAG: joint.to_tag.way.counts}
    if as_json:
        print(json.dumps({way: asdict(each) for way, each in counts.items()}))
        return
    for way, each in counts.items():
        print(
            f"{way.replace('_', ' the ')}: {each.bytes} bytes, {each.flips} bits flipped, {each.drops} bytes dropped, "
            f"{each.inserted} inserted, {each.cut} lost in cuts"
        )
