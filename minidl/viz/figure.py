"""One size and one style for every figure of the course."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

WIDTH, HEIGHT = 5.2, 3.2  # inches, for one panel
BLUE, ORANGE, GREEN, GREY = "#1f5fa8", "#d9730d", "#2e8b57", "#8a8a8a"


def figure(
    title: str = "", xlabel: str = "", ylabel: str = "", panels: int = 1
) -> list[Axes]:
    """Empty axes side by side, of the course's size, labelled and with a light grid."""
    size = (WIDTH * min(panels, 2) * (1 if panels < 3 else 1.1), HEIGHT)
    _, axes = plt.subplots(1, panels, figsize=size, squeeze=False, layout="constrained")
    for ax in axes[0]:
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
    return list(axes[0])


def png(ax: Axes) -> bytes:
    """The figure that ax belongs to, as the bytes of a PNG; the figure is closed."""
    drawn = ax.get_figure(root=True)
    assert drawn is not None
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=120)
    plt.close(drawn)
    return buffer.getvalue()
