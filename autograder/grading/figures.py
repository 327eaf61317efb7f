"""The pictures of the report, as SVG inside an address of an image."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograder.grading.items import Item
from minidl.viz.figure import BLUE, GREEN, GREY, ORANGE, WIDTH, figure

LOW = 0.2  # a discrimination below tells little about who knows the chapter


def points(scores: Sequence[float], full: float) -> str:
    """How many students have how many points."""
    (ax,) = figure(xlabel=f"points of {full:g}", ylabel="students")
    edges = [low - 0.5 for low in range(math.ceil(full) + 2)]
    ax.set_axisbelow(True)
    ax.hist(scores, bins=edges, color=BLUE, rwidth=0.85)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return svg(ax)


def facility(items: Sequence[Item]) -> str:
    """The share of students who got each brick right."""
    ax = of_bricks(items, "share of students, %")
    ax.barh(names(items), [100 * item.facility for item in items], color=GREEN)
    ax.set_xlim(0, 100)
    return svg(ax)


def discrimination(items: Sequence[Item]) -> str:
    """How well each brick tells apart; those that tell little in orange."""
    ax = of_bricks(items, "correlation with the other points")
    values = [item.discrimination or 0.0 for item in items]
    colors = [BLUE if value >= LOW else ORANGE for value in values]
    ax.barh(names(items), values, color=colors)
    ax.axvline(LOW, color=GREY, linewidth=1, linestyle="--")
    ax.set_xlim(min(-0.1, *values), 1)
    return svg(ax)


def of_bricks(items: Sequence[Item], xlabel: str) -> Axes:
    """Axes with a line for each brick, the first on top."""
    (ax,) = figure(xlabel=xlabel)
    ax.set_axisbelow(True)
    ax.invert_yaxis()
    whole(ax).set_size_inches(WIDTH, 1.0 + 0.27 * len(items))
    return ax


def names(items: Sequence[Item]) -> list[str]:
    """The names of the bricks."""
    return [item.brick for item in items]


def svg(ax: Axes) -> str:
    """The figure that ax belongs to as a data: address; the figure is closed.

    As an image of its own, because names inside of two SVGs on a page would clash.
    """
    drawn, buffer = whole(ax), io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "minidl"}):  # the same picture, the same bytes
        drawn.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(drawn)
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def whole(ax: Axes) -> Figure:
    """The figure that ax belongs to."""
    found = ax.get_figure(root=True)
    assert found is not None
    return found
