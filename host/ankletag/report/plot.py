"""The plot, for black and white: one panel for each quantity, labels on the lines, no legend of colours."""

import io
import re
from typing import Any

import matplotlib
import matplotlib.dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tagproto import tamper

from ..evaluate import KINDS, Evaluation, Reading
from ..time import Clock
from .series import day, series

_INK = "black"
_GREY = "0.45"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ankletag",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.simplify": True,
}
# Behind each label, so that lines and hatching do not cross it.
_CLEAR: Any = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
# Typed in some releases of matplotlib and not in others.
_dates: Any = matplotlib.dates


def draw(evaluation: Evaluation, clock: Clock) -> str:
    """An <svg> element, titled and described; '' when there is no reading with a known time."""
    drawn = [reading for reading in evaluation.readings if reading.utc_ms is not None]
    if not drawn:
        return ""
    behind_gaps = {gap.after.item for gap in evaluation.gaps}
    threshold = evaluation.parameters.tac_above_ug_dl / 1_000_000
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(10, 9.6), layout="constrained")
        tac, prox, temp, tampers = figure.subplots(4, 1, sharex=True, height_ratios=(5, 2.4, 2, 3))
        times, values = series(drawn, _tac, behind_gaps)
        tac.plot(times, values, color=_INK, linewidth=1.1)
        _label(tac, times, values, "alcohol (TAC)")
        _title(tac, "Alcohol through the skin (TAC), g/dL")
        highest = max((value for value in values if value == value), default=0.0)
        tac.set_ylim(min(-0.004, *(value for value in values if value == value), 0.0), max(0.04, highest * 1.22))
        tac.axhline(threshold, color=_INK, linewidth=0.9, linestyle=(0, (6, 4)))
        tac.annotate(
            f"threshold {threshold:.2f} g/dL", (1, threshold), xycoords=("axes fraction", "data"),
            xytext=(-2, 3), textcoords="offset points", ha="right", fontsize=8, bbox=_CLEAR,
        )  # fmt: skip
        _episodes(tac, evaluation)
        times, values = series(drawn, _volts, behind_gaps)
        prox.plot(times, values, color=_INK, linewidth=0.9)
        prox.set_ylim(0, max(1.5, *(value for value in values if value == value), 0.0) * 1.15)
        _label(prox, times, values, "proximity, not alcohol")
        limit = tamper.SKIN_BELOW_MV / 1000
        prox.axhline(limit, color=_INK, linewidth=0.9, linestyle=(0, (1, 2)))
        prox.annotate(
            f"below {limit:.2f} V: tag off the skin", (1, limit), xycoords=("axes fraction", "data"),
            xytext=(-2, 3), textcoords="offset points", ha="right", fontsize=8, bbox=_CLEAR,
        )  # fmt: skip
        _baseline(prox, evaluation)
        _title(prox, "Infrared skin proximity, V: shows whether the tag is on skin. Not alcohol.")
        times, values = series(drawn, _celsius, behind_gaps)
        temp.plot(times, values, color=_INK, linewidth=0.9)
        _label(temp, times, values, "temperature, not alcohol")
        _title(temp, "Temperature at the skin, degrees C. Temperature, not alcohol.")
        temp.margins(y=0.25)
        _tampers(tampers, evaluation, clock)
        _gaps([tac, prox, temp], evaluation)
        _slowdowns(tac, evaluation, clock)
        locator = _dates.AutoDateLocator()
        tampers.xaxis.set_major_locator(locator)
        tampers.xaxis.set_major_formatter(_dates.ConciseDateFormatter(locator))
        tampers.set_xlabel("time, UTC")
        figure.align_ylabels()
        out = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(out, format="svg", metadata=nothing)
    return _accessible(out.getvalue(), evaluation, threshold)


def _tac(reading: Reading) -> float | None:
    return None if reading.tac_ug_dl is None else reading.tac_ug_dl / 1_000_000


def _volts(reading: Reading) -> float | None:
    return None if reading.ir_mv is None else reading.ir_mv / 1000


def _celsius(reading: Reading) -> float | None:
    return None if reading.temp_mdeg_c is None else reading.temp_mdeg_c / 1000


def _label(axes: Axes, times: list[float], values: list[float], text: str) -> None:
    """The name of a line, on the line: nobody may take one quantity for another."""
    drawn = [index for index, value in enumerate(values) if value == value]
    if drawn:
        place = drawn[len(drawn) // 20]
        axes.annotate(
            text, (times[place], values[place]), xytext=(0, 4), textcoords="offset points", fontsize=8, bbox=_CLEAR
        )


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=9, fontweight="bold")


def _episodes(axes: Axes, evaluation: Evaluation) -> None:
    """A bar over each episode, and its peak at the peak."""
    for number, episode in enumerate(evaluation.episodes, 1):
        if episode.first.utc_ms is None or episode.last.utc_ms is None or episode.peak.utc_ms is None:
            continue
        peak = (episode.peak.tac_ug_dl or 0) / 1_000_000
        first, last = day(episode.first.utc_ms), day(episode.last.utc_ms)
        axes.axvspan(first, last, ymin=0, ymax=0.025, color=_INK)
        what = "no drinking, too fast" if episode.interferent else f"episode {number}"
        axes.annotate(
            f"{what}: peak {peak:.3f}", (day(episode.peak.utc_ms), peak),
            xytext=(0, 5), textcoords="offset points", ha="center", fontsize=8, bbox=_CLEAR,
        )  # fmt: skip


def _gaps(panels: list[Axes], evaluation: Evaluation) -> None:
    """Hatched where readings are missing: not zero, not known."""
    for gap in evaluation.gaps:
        if gap.before.utc_ms is None or gap.after.utc_ms is None:
            continue
        first, last = day(gap.before.utc_ms), day(gap.after.utc_ms)
        for axes in panels:
            axes.axvspan(first, last, facecolor="none", edgecolor=_GREY, hatch="////", linewidth=0)
    dated = [(gap.before.utc_ms, gap.after.utc_ms) for gap in evaluation.gaps if gap.before.utc_ms and gap.after.utc_ms]
    if dated:
        first_ms, last_ms = max(dated, key=lambda gap: gap[1] - gap[0])
        panels[0].annotate(
            "no readings", (day((first_ms + last_ms) // 2), 1), xycoords=("data", "axes fraction"), xytext=(0, -4),
            textcoords="offset points", ha="center", va="top", fontsize=8, bbox=_CLEAR,
        )  # fmt: skip


def _slowdowns(axes: Axes, evaluation: Evaluation, clock: Clock) -> None:
    """Where the tag sampled less often because its log was nearly full."""
    for slowdown in evaluation.slowdowns:
        first, last = clock.span(slowdown.first_item).middle_ms, clock.span(slowdown.last_item).middle_ms
        if first is None or last is None:
            continue
        axes.plot(
            [day(first), day(last)], [0.93, 0.93], transform=axes.get_xaxis_transform(), color=_INK, linewidth=1.2,
            marker="|", markersize=8,
        )  # fmt: skip
        axes.annotate(
            f"a reading in {slowdown.cadence_s // 60} min", (day((first + last) // 2), 0.93),
            xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8,
            bbox=_CLEAR,
        )  # fmt: skip


def _baseline(axes: Axes, evaluation: Evaluation) -> None:
    """Where infrared lay after the fitting, and how far from it counts as an obstruction."""
    if evaluation.baseline is None:
        return
    baseline, limit = evaluation.baseline.ir_mv / 1000, tamper.OBSTRUCTION_MV / 1000
    for volts in (baseline - limit, baseline + limit):
        axes.axhline(volts, color=_GREY, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.annotate(
        f"baseline {baseline:.2f} V; obstruction: outside for hours", (1, baseline + limit),
        xycoords=("axes fraction", "data"), xytext=(-2, 3), textcoords="offset points", ha="right", fontsize=8,
        bbox=_CLEAR,
    )  # fmt: skip


def _tampers(axes: Axes, evaluation: Evaluation, clock: Clock) -> None:
    _title(axes, "Tamper: a bar where there was some. Not alcohol.")
    rows = list(reversed(KINDS))
    axes.set_yticks(range(len(rows)), [KINDS[kind] for kind in rows], fontsize=8)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.tick_params(axis="y", length=0)
    for row, kind in enumerate(rows):
        losses = evaluation.losses_of(kind)
        axes.axhline(row, color=_GREY, linewidth=0.4)
        for loss in losses:
            first, last = clock.span(loss.first_item).middle_ms, clock.span(loss.last_item).middle_ms
            if first is None or last is None:
                continue
            # The marker shows what is too short to be seen as a bar.
            axes.plot(
                [day(first), day(last)], [row, row], color=_INK, linewidth=5, solid_capstyle="butt", marker="|",
            )  # fmt: skip
        if not losses:
            axes.annotate(
                "not judged" if kind in evaluation.unjudged else "never", (0, row), xycoords=("axes fraction", "data"),
                xytext=(4, -3), textcoords="offset points", fontsize=7, bbox=_CLEAR,
            )  # fmt: skip


def _accessible(svg: str, evaluation: Evaluation, threshold: float) -> str:
    """Only the <svg> element, with a title and a description, and without what points elsewhere."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    count = len(evaluation.episodes)
    found = f"{count} episode{'' if count == 1 else 's'} above {threshold:.2f} g/dL" if count else "no episode"
    text = (
        '<title id="plot-title">Alcohol through the skin, proximity, temperature and tamper over time</title>'
        f'<desc id="plot-desc">Four panels over the same time. The first is alcohol, with {found}; the others are '
        "infrared proximity, temperature, and tampers, none of which is alcohol. The tables below say the "
        "same in words.</desc>"
    )
    head, rest = svg.split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-labelledby="plot-title plot-desc">{text}{rest}'
