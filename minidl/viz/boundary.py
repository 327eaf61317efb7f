"""Chapter 4's pictures of a decision boundary that moves while a network learns."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from matplotlib.axes import Axes

from minidl.array import Array
from minidl.viz.figure import BLUE, ORANGE, figure, png

SIDE = 60
MARGIN = 0.5
Frame = tuple[int, float, Array]
"""A step, the loss there, and the scores at all points of the lattice."""


def lattice(x: Array) -> Array:
    """SIDE x SIDE points all around the samples x (N, 2), row by row."""
    low, high = x.min(axis=0) - MARGIN, x.max(axis=0) + MARGIN
    across, up = np.linspace(low, high, SIDE, dtype=x.dtype).T
    return np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)


def moments(x: Array, target: Array, frames: Sequence[Frame]) -> None:
    """The boundary at a few moments, side by side."""
    for ax, frame in zip(figure(panels=len(frames)), frames, strict=True):
        plane(ax, x, target, frame)


def film(x: Array, target: Array, frames: Sequence[Frame]) -> ipywidgets.VBox:
    """A slider, and a button that moves it, through all frames of the training."""
    last = len(frames) - 1
    play = ipywidgets.Play(value=last, max=last, interval=250)
    slider = ipywidgets.IntSlider(
        value=last,
        max=last,
        description="frame",
        layout=ipywidgets.Layout(width="60%"),
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        (ax,) = figure()
        plane(ax, x, target, frames[slider.value])
        picture.value = png(ax)

    slider.observe(redraw, names="value")
    ipywidgets.link((play, "value"), (slider, "value"))
    redraw()
    return ipywidgets.VBox([ipywidgets.HBox([play, slider]), picture])


def plane(ax: Axes, x: Array, target: Array, frame: Frame) -> None:
    """The two classes, what is decided everywhere, and the boundary at score 0."""
    step, loss, scores = frame
    across, up = lattice(x).reshape(SIDE, SIDE, 2).transpose(2, 0, 1)
    p = 1 / (1 + np.exp(-np.clip(scores.reshape(SIDE, SIDE), -30, 30)))
    ax.contourf(across, up, p, np.linspace(0, 1, 11), cmap="PuOr_r", alpha=0.45)
    if p.min() < 0.5 < p.max():
        ax.contour(across, up, p, [0.5], colors="black", linewidths=1.2)
    for label, colour in ((0, BLUE), (1, ORANGE)):
        mine = x[target.ravel() == label]
        size = 16 if len(x) > 20 else 80
        ax.scatter(mine[:, 0], mine[:, 1], size, colour, edgecolors="white", zorder=3)
    ax.set(title=f"step {step}, loss {loss:.3f}", xlabel="$x_1$", ylabel="$x_2$")
    ax.grid(False)
