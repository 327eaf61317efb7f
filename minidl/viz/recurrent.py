"""Chapter 8's pictures: gradients on their way back, gates over time, letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.colors import Normalize

from minidl.array import Array
from minidl.viz.convolution import SIGNED
from minidl.viz.figure import GREY, figure, png

Cell = Callable[..., tuple[Array, Array, Array]]
"""From x, h, c and four weights to h, c and the gates side by side."""
Write = Callable[[float, int], str]
"""From a temperature and a seed to a text."""

ROWS = ("i  takes in", "f  keeps", "g  offers", "o  shows", "tanh c", "h")
WIDEST = 70  # letters that fit side by side


def explore(
    cell: Cell, table: Array, weights: Sequence[Array], letters: str, first: int = 0
) -> ipywidgets.VBox:
    """A text to type and a unit to choose, and the unit's gates at every letter.

    table:    the embedding, a row for each of letters
    weights:  W_ih, W_hh, b_ih, b_hh
    first:    the unit to begin with
    """
    named: dict[str, Any] = {"style": {"description_width": "50px"}}
    text = ipywidgets.Text(
        value="the old man went up the stairs. the sea was dark.",
        description="text",
        layout=ipywidgets.Layout(width="600px"),
        **named,
    )
    units = weights[1].shape[1]
    unit = ipywidgets.IntSlider(
        value=first,
        max=units - 1,
        description="unit",
        continuous_update=False,
        **named,
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        known = "".join(letter for letter in text.value if letter in letters)[:WIDEST]
        if not known:
            return
        rows = over_time(cell, table, weights, [letters.index(k) for k in known])
        picture.value = strip(rows[:, unit.value], known, f"unit {unit.value}")

    for control in (text, unit):
        control.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([text, unit, picture])


def over_time(
    cell: Cell, table: Array, weights: Sequence[Array], indices: Sequence[int]
) -> Array:
    """The gates, tanh c and h of each unit at each step, (6, H, T)."""
    H = weights[1].shape[1]
    h = c = np.zeros((1, H), table.dtype)
    steps = []
    for index in indices:
        h, c, gates = cell(table[index : index + 1], h, c, *weights)
        steps.append([*np.split(gates[0], 4), np.tanh(c[0]), h[0]])
    return np.array(steps).reshape(-1, 6, H).transpose(1, 2, 0)


def strip(rows: Array, text: str, title: str) -> bytes:
    """One unit's rows as colours below one another, a column for each letter."""
    (ax,) = figure(f"{title}: blue above 0, orange below")
    drawn: Any = ax.figure
    drawn.set_size_inches(11.5, 2.6)
    shown = ax.imshow(rows, cmap=SIGNED, norm=Normalize(-1, 1), aspect="auto")
    ax.set_xticks(range(len(text)), [letter.replace(" ", "·") for letter in text])
    ax.set_yticks(range(len(ROWS)), ROWS)
    ax.grid(False)
    ax.spines[:].set(visible=True, color=GREY)
    drawn.colorbar(shown, ax=ax, pad=0.01)
    return png(ax)


def writer(write: Write) -> ipywidgets.VBox:
    """A slider for the temperature, a button for another text, and the text."""
    temperature = ipywidgets.FloatSlider(
        value=0.5,
        min=0.1,
        max=2.0,
        step=0.1,
        description="temperature",
        continuous_update=False,
        style={"description_width": "90px"},
    )
    again = ipywidgets.Button(description="another")
    page = ipywidgets.Textarea(
        disabled=True, layout=ipywidgets.Layout(width="100%", height="150px")
    )
    seed = [0]

    def rewrite(_: object = None) -> None:
        page.value = write(temperature.value, seed[0])

    def another(_: object) -> None:
        seed[0] += 1
        rewrite()

    temperature.observe(rewrite, names="value")
    again.on_click(another)
    rewrite()
    return ipywidgets.VBox([ipywidgets.HBox([temperature, again]), page])


def decay(title: str, norms: Mapping[str, Sequence[float]]) -> None:
    """The size of a gradient against the steps it went back, one curve a network."""
    (ax,) = figure(title, "steps back", "norm of the gradient")
    for name, values in norms.items():
        ax.semilogy(range(len(values)), values, label=name)
    ax.legend()


def forecasts(true: Array, guesses: Mapping[str, Array], cut: int = 0) -> None:
    """A series and what was predicted for it; a line at cut, where guessing begins."""
    (ax,) = figure(xlabel="step", ylabel="cells in the blood")
    drawn: Any = ax.figure
    drawn.set_figwidth(9)
    ax.plot(true, color="black", linewidth=2.5, alpha=0.35, label="true")
    for name, values in guesses.items():
        ax.plot(values, label=name)
    if cut:
        ax.axvline(cut, color=GREY, linestyle=":")
    ax.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.16), frameon=False)


def attention(weights: Array, queries: Sequence[str], keys: Sequence[str]) -> None:
    """How much each query (a row) takes of each key (a column)."""
    (ax,) = figure("Attention", "key", "query")
    drawn: Any = ax.figure
    drawn.set_size_inches(5.6, 4.6)
    shown = ax.imshow(weights, cmap="Blues", norm=Normalize(0, 1))
    ax.set_xticks(range(len(keys)), [key.replace(" ", "·") for key in keys])
    ax.set_yticks(range(len(queries)), [query.replace(" ", "·") for query in queries])
    ax.grid(False)
    drawn.colorbar(shown, ax=ax, pad=0.02)


def two_groups(title: str, xlabel: str, groups: Mapping[str, Array]) -> None:
    """How often each group has which value, one histogram before the other."""
    (ax,) = figure(title, xlabel, "share of the group")
    edges = np.histogram_bin_edges(np.concatenate(list(groups.values())), 20).tolist()
    for name, values in groups.items():
        shares = np.full(len(values), 1 / len(values))
        ax.hist(values, edges, weights=shares, alpha=0.6, label=name)
    ax.legend()
