"""Chapter 2's interactive figure: an activation and its slope side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from minidl.array import Array
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

Function = Callable[[Array], Array]

REACH = 8.0
FLAT = 0.05
"""Below this slope the picture calls an activation saturated."""


def explore(
    curves: Mapping[str, tuple[Function, Function]], x: float = 3.0
) -> ipywidgets.VBox:
    """Buttons and a slider that redraw an activation, its slope and one point.

    curves:  for each name the activation and its slope, both functions of x
    """
    names = list(curves)
    choice = ipywidgets.ToggleButtons(options=names, value=names[0])
    slider = ipywidgets.FloatSlider(
        value=x,
        min=-REACH,
        max=REACH,
        step=0.1,
        description="x",
        readout_format=".1f",
        layout=ipywidgets.Layout(width="60%"),
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        activation, slope = curves[choice.value]
        picture.value = picture_of(choice.value, activation, slope, slider.value)

    choice.observe(redraw, names="value")
    slider.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([choice, slider, picture])


def picture_of(name: str, activation: Function, slope: Function, x: float) -> bytes:
    """The two panels as a PNG, with the point x and the tangent through it."""
    left, right = figure(xlabel="x", panels=2)
    grid, point = np.linspace(-REACH, REACH, 321), np.array([x])
    curve, slopes = activation(grid), slope(grid)
    y, dy = float(activation(point)[0]), float(slope(point)[0])
    margin = 0.08 * (curve.max() - curve.min())
    near = np.array([-2.5, 2.5])
    left.plot(grid, curve, color=BLUE)
    left.plot(x + near, y + dy * near, "--", color=ORANGE)
    left.set(xlim=(-REACH, REACH), ylim=(curve.min() - margin, curve.max() + margin))
    left.set(ylabel="y", title=f"{name}({x:.1f}) = {y:.3f}")
    right.plot(grid, slopes, color=BLUE)
    right.set(xlim=(-REACH, REACH), ylim=(-0.08, 1.3), ylabel="dy/dx")
    right.set_title(f"slope {dy:.3g}; through ten layers {dy**10:.1g}")
    note = f"grey: slope below {FLAT}"
    right.text(0.98, 0.97, note, transform=right.transAxes, ha="right", va="top")
    for ax, height in ((left, y), (right, dy)):
        ax.plot([x], [height], "o", color=ORANGE, markersize=8, zorder=3)
        shade(ax, grid, slopes < FLAT)
    return png(left)


def shade(ax: Axes, x: Array, flat: npt.NDArray[np.bool_]) -> None:
    """A grey background where flat is true."""
    ax.fill_between(
        x,
        0,
        1,
        where=flat,
        transform=ax.get_xaxis_transform(),
        color=GREY,
        alpha=0.2,
        linewidth=0,
    )
