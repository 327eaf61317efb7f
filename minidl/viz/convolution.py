"""Chapter 7's pictures: kernels, what they make of a digit, and who reads it better."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize

from minidl.array import Array, IntArray
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

Slide = Callable[[Array, Array], Array]
"""From an image and a kernel to the feature map."""

PRESETS: dict[str, list[list[float]]] = {
    "edge, left to right": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "edge, top to bottom": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "edge, any": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[1 / 9] * 3] * 3,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "as it is": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}
OWN = "your own"
SIGNED = LinearSegmentedColormap.from_list("signed", [ORANGE, "white", BLUE])


def explore(slide: Slide, images: Array) -> ipywidgets.VBox:
    """Nine numbers to edit, presets, and what the kernel makes of a chosen digit.

    images (N, 8, 8) are digits with ink from 0 to 1.
    """
    grid = entry_grid()
    entries = grid.children
    named = {"style": {"description_width": "60px"}}
    preset = ipywidgets.Dropdown(options=[*PRESETS, OWN], description="kernel", **named)
    digit = ipywidgets.IntSlider(
        max=len(images) - 1, description="image", continuous_update=False, **named
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    setting = [False]

    def redraw(_: object = None) -> None:
        kernel = np.array([entry.value for entry in entries]).reshape(3, 3)
        picture.value = stages(slide, images[digit.value], kernel)

    def typed(_: object) -> None:
        if not setting[0]:
            preset.value = OWN
            redraw()

    def chosen(_: object = None) -> None:
        if preset.value == OWN:
            return
        setting[0] = True
        for entry, value in zip(entries, np.ravel(PRESETS[preset.value]), strict=True):
            entry.value = round(float(value), 3)
        setting[0] = False
        redraw()

    for entry in entries:
        entry.observe(typed, names="value")
    preset.observe(chosen, names="value")
    digit.observe(redraw, names="value")
    chosen()
    controls = ipywidgets.HBox([grid, ipywidgets.VBox([preset, digit])])
    return ipywidgets.VBox([controls, picture])


def entry_grid() -> ipywidgets.GridBox:
    """Three by three numbers to edit."""
    narrow = ipywidgets.Layout(width="72px")
    entries = [ipywidgets.FloatText(step=0.5, layout=narrow) for _ in range(9)]
    columns = ipywidgets.Layout(grid_template_columns="repeat(3, 80px)")
    return ipywidgets.GridBox(entries, layout=columns)


def stages(slide: Slide, image: Array, kernel: Array) -> bytes:
    """Digit, kernel, feature map and what relu leaves of it, as a PNG."""
    y = slide(image, kernel)
    panels = figure(panels=4)
    heat(panels[0], image, "digit", paper=True)
    heat(panels[1], kernel, "kernel", numbers=True)
    heat(panels[2], y, f"feature map, {y.min():.1f} to {y.max():.1f}")
    heat(panels[3], np.maximum(y, 0), "after relu")
    return png(panels[0])


def heat(
    ax: Axes,
    values: Array,
    title: str = "",
    *,
    paper: bool = False,
    numbers: bool = False,
    limit: float | None = None,
) -> ScalarMappable:
    """A small matrix as colours: blue above 0, orange below; paper: ink on white."""
    high = limit or max(float(np.abs(values).max(initial=0)), 1e-12)
    colours, low = ("Greys", 0.0) if paper else (SIGNED, -high)
    shown = ax.imshow(values, cmap=colours, norm=Normalize(low, high))
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set(visible=True, color=GREY)
    if numbers:
        for (row, column), value in np.ndenumerate(values):
            ink = "white" if abs(value) > 0.6 * high else "black"
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            ax.text(column, row, f"{value:.2g}", **style)
    return shown


def row(pictures: Mapping[str, Array], *, numbers: bool = False) -> None:
    """Matrices side by side under their names; those named "digit" as ink on paper."""
    panels = figure(panels=len(pictures))
    for ax, (name, values) in zip(panels, pictures.items(), strict=True):
        heat(ax, values, name, paper="digit" in name, numbers=numbers)


def sheet(title: str, pictures: Sequence[Array], columns: int = 8) -> None:
    """Many small matrices, in one scale of colours, as on a contact sheet."""
    limit = max(float(np.abs(values).max()) for values in pictures)
    rows = -(-len(pictures) // columns)
    (frame,) = figure()
    drawn: Any = frame.figure
    frame.remove()
    drawn.set_size_inches(1.05 * columns + 0.9, 1.05 * rows + 0.45)
    axes = drawn.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, values in zip(axes.flat, pictures, strict=False):
        ax.set_axis_on()
        shown = heat(ax, values, limit=limit)
    drawn.suptitle(title)
    drawn.colorbar(shown, ax=axes, aspect=10 * rows, pad=0.02)


def gallery(images: Array, titles: Sequence[object]) -> None:
    """A row of digits with a title above each."""
    panels = figure(panels=len(images))
    for ax, image, title in zip(panels, images, titles, strict=True):
        heat(ax, image, str(title), paper=True)
    drawn: Any = panels[0].figure
    drawn.set_figheight(1.9)


def shifts(places: IntArray, right: Mapping[str, Sequence[float]]) -> None:
    """How many digits each network reads, in percent, when all are shifted."""
    (ax,) = figure("Digits that were shifted after training", "columns to the right")
    for name, values in right.items():
        ax.plot(places, values, "o-", label=name)
    ax.set(ylim=(0, 103), ylabel="read right, %", xticks=list(places))
    ax.legend()
