"""Charts: bars with direct labels. Each comes with a text alternative that is written from the same figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dhr_analytics.reporting import text
from dhr_analytics.schema import CLOSED
from dhr_analytics.statistics import NOT_CODED, NOT_STATED, Estimate
from dhr_analytics.statistics.estimate import Withheld

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Analysis Function palette of the Government Statistical Service, without those a reader could mix up.
BLUE, TURQUOISE, GREY = "#12436D", "#28A197", "#3D3D3D"
SPOKEN = 8


def bars(estimates: Sequence[Estimate], *, limit: int = 12) -> tuple[Figure | None, str]:
    """Draw shares as horizontal bars with their 95 % intervals and labels such as "12 of 48 (25%)".

    Parameters
    ----------
    estimates : sequence of Estimate
        Of one measure and dimension, in the order of the bars from the top; those without a denominator are left out.
    limit : int, optional
        Bars drawn at most.

    Returns
    -------
    tuple of (matplotlib.figure.Figure or None, str)
        The chart, None where there is nothing to draw; and its text alternative.
    """
    kept = [each for each in estimates if each.value is not None]
    shown = kept[:limit]
    if not shown:
        return None, "No chart: there are no figures."
    unit = shown[0].denominator
    fig, axes = _canvas([text.name(each.dimension, each.group) for each in shown])
    from matplotlib import patheffects

    halo = [patheffects.withStroke(linewidth=4, foreground="white")]
    for row, each in enumerate(shown):
        axes.barh(row, each.value or 0, height=0.62, **_fill(each.group))
        axes.plot([each.low or 0, each.high or 0], [row, row], color=GREY, linewidth=1.6, path_effects=halo)
        label = f"{text.number(each.n)} of {text.number(each.N)} ({text.percent(each.value)})"
        _write(axes, (each.high or 0) + 0.012, row, label)
    top = min(1.0, max(each.high or 0 for each in shown))
    step = next(step for step in (0.05, 0.1, 0.2, 0.25) if top / step <= 6)
    axes.set_xticks(ticks := [step * k for k in range(int(top / step + 0.999) + 1) if step * k < 1.001])
    axes.set_xticklabels([text.percent(tick) for tick in ticks])
    axes.set_xlim(0, top * 1.32)
    axes.set_xlabel(f"Share of {unit}. The line across the end of a bar is its 95% interval.", loc="left", color=GREY)
    spoken = [f"{text.name(each.dimension, each.group)}: {text.full(each)}" for each in shown]
    return fig, _alt(f"share of {unit}", spoken, len(kept))


def _fill(group: str) -> dict[str, Any]:
    """Return how the bar of a group is filled: hatched where actions were closed without being carried out."""
    if group in CLOSED:
        return {"color": "white", "edgecolor": GREY, "hatch": "///", "linewidth": 1.2}
    return {"color": GREY if group in (NOT_STATED, NOT_CODED) else BLUE}


def parts(
    estimates: Sequence[Estimate], *, part: str, whole: str, gap: str = "no action", limit: int = 15
) -> tuple[Figure | None, str]:
    """Draw numbers as horizontal bars, the part that is counted filled, with labels such as "3 of 12 completed".

    Parameters
    ----------
    estimates : sequence of Estimate
        In the order of the bars from the top; one without a denominator is drawn as a gap.
    part, whole : str
        What the filled part and the whole bar stand for: "completed", "Actions due in the quarter".
    gap : str, optional
        What to write where there is no bar.
    limit : int, optional
        Bars drawn at most.

    Returns
    -------
    tuple of (matplotlib.figure.Figure or None, str)
        As ``bars``.
    """
    shown = list(estimates[:limit])
    longest = max((each.N for each in shown), default=0)
    if not longest:
        return None, "No chart: there are no figures."
    from matplotlib.ticker import MaxNLocator

    fig, axes = _canvas([text.name(each.dimension, each.group) for each in shown])
    spoken = []
    for row, each in enumerate(shown):
        axes.barh(row, _drawn(each.N), height=0.62, color="white", edgecolor=GREY, linewidth=1.2)
        axes.barh(row, _drawn(each.n), height=0.62, color=BLUE)
        label = f"{text.number(each.n)} of {text.number(each.N)} {part}" if each.N else gap
        _write(axes, _drawn(each.N) + longest * 0.015, row, label)
        spoken.append(f"{text.name(each.dimension, each.group)}: {label}")
    axes.set_xlim(0, longest * 1.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_xlabel(f"{whole}. The filled part is {part}.", loc="left", color=GREY)
    return fig, _alt(f"{whole}, and how many are {part}", spoken, len(estimates))


def _drawn(count: int) -> int:
    return 0 if isinstance(count, Withheld) else count


def _canvas(labels: Sequence[str]) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    wrapped = [textwrap.wrap(_drawable(label), 34) or [""] for label in labels]
    height = 0.7 + sum(0.24 + 0.2 * min(len(rows), 3) for rows in wrapped)
    fig = Figure(figsize=(10, height), layout=ConstrainedLayoutEngine(w_pad=0.1))
    axes = fig.subplots()
    # Rows of three lines at most: a name is never cut, but shortened with a sign where it is very long.
    rest = [textwrap.shorten(" ".join(rows[2:]), 34, placeholder=" …") for rows in wrapped]
    names = ["\n".join([*rows[:2], third]).strip() for rows, third in zip(wrapped, rest, strict=True)]
    axes.set_yticks(range(len(names)), names)
    for tick in axes.get_yticklabels():
        tick.set_parse_math(False)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0, labelsize=11)
    axes.tick_params(axis="x", labelsize=11, colors=GREY)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.xaxis.label.set_fontsize(11)
    return fig, axes


def _write(axes: Axes, x: float, y: float, label: str) -> None:
    axes.text(x, y, label, va="center", fontsize=11, parse_math=False)


def _drawable(label: str) -> str:
    """Leave out what the chart's font has no sign for; the table below shows it."""
    from matplotlib import font_manager, ft2font

    known: Any = ft2font.FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return "".join(sign if ord(sign) in known else " " for sign in label if sign.isprintable() or sign == " ")


def _alt(what: str, spoken: Sequence[str], count: int) -> str:
    more = f" The table below holds all {count}." if count > len(spoken[:SPOKEN]) else ""
    return f"Bar chart: {what[:1].lower()}{what[1:]}. {'; '.join(spoken[:SPOKEN])}.{more}"
