"""Chapter 1's interactive figure: a neuron's line, its errors and its loss."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from minidl.array import Array
from minidl.viz.figure import BLUE, GREEN, GREY, ORANGE, figure, png

Layer = Callable[[Array, Array, Array], Array]
Loss = Callable[[Array, Array], Array]

W_RANGE, B_RANGE = (-0.5, 1.5), (-1.0, 3.0)
TALLEST = 8.0
"""The loss at which the right panel ends."""


def explore(linear: Layer, mse_loss: Loss, x: Array, target: Array) -> ipywidgets.VBox:
    """Sliders for the weight, the bias and the last target redraw line and loss.

    Shapes:  x and target (N, 1), a few points, x in [0, 10] and targets in [0, 5]
    """
    w = slider("weight w", 0.2, *W_RANGE)
    b = slider("bias b", 1.0, *B_RANGE)
    last = slider("last target", float(target[-1, 0]), 0.0, 5.0)
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        moved = target.copy()
        moved[-1] = last.value
        picture.value = picture_of(linear, mse_loss, x, moved, w.value, b.value)

    for one in (w, b, last):
        one.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([w, b, last, picture])


def slider(name: str, value: float, low: float, high: float) -> ipywidgets.FloatSlider:
    """A slider in steps of 0.05."""
    return ipywidgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=0.05,
        description=name,
        readout_format=".2f",
        layout=ipywidgets.Layout(width="60%"),
    )


def picture_of(
    linear: Layer, mse_loss: Loss, x: Array, target: Array, w: float, b: float
) -> bytes:
    """The line among the points, and the loss over all weights, as a PNG."""
    left, right = figure(panels=2)

    def line(at: Array, weight: float) -> Array:
        return linear(at, np.array([[weight]]), np.array([b]))

    ends = np.array([[-2.0], [12.0]])
    left.plot(ends, line(ends, w), color=BLUE)
    squares(left, x, line(x, w), target)
    left.plot(x, target, "o", color=ORANGE, zorder=3)
    left.set(xlim=(0, 10), ylim=(-0.2, 5.4), xlabel="x", ylabel="y")
    left.set_aspect("equal", adjustable="box")
    left.set_title(f"y = {w:.2f} x {'-' if b < 0 else '+'} {abs(b):.2f}")

    weights = np.linspace(*W_RANGE, 121)
    losses = [float(mse_loss(line(x, one), target)) for one in weights]
    best, here = int(np.argmin(losses)), float(mse_loss(line(x, w), target))
    right.plot(weights, losses, color=BLUE)
    right.axvline(weights[best], color=GREEN, linestyle="--")
    right.plot([w], [min(here, TALLEST)], "o", color=ORANGE, markersize=8, zorder=3)
    right.set(xlim=W_RANGE, ylim=(0, TALLEST * 1.05), ylabel="mean squared error")
    right.set_xlabel(f"weight w (dashed: best for this b, {weights[best]:.2f})")
    right.set_title(f"mean area of the squares: {here:.2f}")
    return png(left)


def squares(ax: Axes, x: Array, y: Array, target: Array) -> None:
    """A square on each error, so that its area is the squared error."""
    for at, low, side in zip(
        x[:, 0], np.minimum(y, target)[:, 0], np.abs(y - target)[:, 0], strict=True
    ):
        ax.add_patch(Rectangle((at, low), side, side, color=GREY, alpha=0.3))
