"""Chapter 4's interactive figure: any expression as a graph, stepped to and fro."""

from __future__ import annotations

from typing import Any

import ipywidgets
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from minidl.viz.expression import Backward, Box, Graph, Order, Turn, Unreadable
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

WIDE, HIGH = 0.68, 0.66
"""A box, in columns and rows."""

EXPRESSION, VALUES = "d = a*b + c; d*d*f", "a = 2, b = -3, c = 10, f = 0.5"


class Film:
    """The moments of one expression: its results one by one, then the walk back."""

    def __init__(
        self, order: Order, backward: Backward, text: str, values: str
    ) -> None:
        self.graph = Graph(text, values)
        self.results = self.graph.forward(order)
        self.turns = self.graph.back(backward)

    def __len__(self) -> int:
        """How many steps there are; one of them sets the result's gradient."""
        return len(self.results) + 1 + len(self.turns)

    def at(self, moment: int) -> tuple[list[Box], list[Turn], bool]:
        """The results so far, the turns so far, and whether the walk back has begun."""
        results, back = self.results[:moment], moment - len(self.results)
        return results, self.turns[: max(0, back - 1)], back > 0

    def says(self, moment: int) -> str:
        """What happens at this moment."""
        results, turns, begun = self.at(moment)
        if turns:
            g, box, given = turns[-1].g, turns[-1].box, turns[-1].given
            parts = [f"{dx:.4g} to {box.inputs[n].label}" for n, dx in given.items()]
            return f"back: {box.label} has {g:.4g} and gives {' and '.join(parts)}"
        if begun:
            return "back: the slope of the result with respect to itself is 1"
        if results:
            box = results[-1]
            of = " and ".join(f"{x.tensor.item():.4g}" for x in box.inputs)
            return f"forward: {box.label} of {of} gives {box.tensor.item():.4g}"
        return "the numbers that were typed"

    def gradient(self, box: Box, moment: int) -> str:
        """The gradient of a box so far, "+ …" while more may come."""
        _, turns, begun = self.at(moment)
        if box.tensor.node is None:
            return "no gradient"
        if not begun:
            return "grad"
        came, due = shares(box, turns), len(shares(box, self.turns))
        if box is self.graph.root:
            came, due = [1.0, *came], due + 1
        more = " + …" if 0 < len(came) < due else ""
        return f"grad {sum(came):.4g}{more}" if came else "grad"


def shares(box: Box, turns: list[Turn]) -> list[float]:
    """The gradients that these turns give to a box."""
    return [
        dx
        for turn in turns
        for n, dx in turn.given.items()
        if turn.box.inputs[n] is box
    ]


def picture_of(film: Film, moment: int) -> bytes:
    """The graph at one moment, as a PNG."""
    graph = film.graph
    (ax,) = figure(film.says(moment))
    rows = [box.row for box in graph.boxes]
    columns, height = 1 + graph.root.column, max(rows) - min(rows)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(min(rows) - 0.55, max(rows) + 0.55))
    ax.axis("off")
    drawn: Any = ax.figure
    drawn.set_size_inches(max(5.2, 1.7 * columns), 0.5 + 0.95 * (height + 1.1))
    results, turns, begun = film.at(moment)
    for box in graph.boxes:
        for n in range(len(box.inputs)):
            arrow(ax, box, n, turns[-1] if turns else None)
    last = turns[-1].box if turns else graph.root if begun else None
    last = last or (results[-1] if results else None)
    for box in graph.boxes:
        known = not box.inputs or any(box is result for result in results)
        colour = ORANGE if box is last else BLUE if known else GREY
        data = f"{box.tensor.item():.4g}" if known else ""
        text = f"{box.label}\ndata {data}\n{film.gradient(box, moment)}"
        plate(ax, box, text, colour)
    return png(ax)


def plate(ax: Axes, box: Box, text: str, colour: str) -> None:
    """The text of a box in its frame."""
    corner = box.column - WIDE / 2, box.row - HIGH / 2
    ax.add_patch(Rectangle(corner, WIDE, HIGH, facecolor="white", edgecolor=colour))
    place: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": 1.35}
    ax.text(box.column, box.row, text, fontsize=9, **place)


def arrow(ax: Axes, box: Box, n: int, turn: Turn | None) -> None:
    """From input n to the box; backwards, with its gradient, in the box's turn."""
    x, count = box.inputs[n], len(box.inputs)
    aside = (0.0 if count == 1 else 0.16) * (1 - 2 * n)
    left = x.column + WIDE / 2, x.row
    right = box.column - WIDE / 2, box.row + aside
    dx = turn.given.get(n) if turn and turn.box is box else None
    line = {"arrowstyle": "-|>", "color": GREY if dx is None else ORANGE}
    if dx is None:
        ax.annotate("", right, left, arrowprops=line)
        return
    ax.annotate("", left, right, arrowprops=line)
    x0, y0 = (0.45 * a + 0.55 * b for a, b in zip(left, right, strict=True))
    place: dict[str, Any] = {"ha": "center", "va": "bottom" if n == 0 else "top"}
    ax.text(x0, y0, f"{dx:.4g}", fontsize=9, color=ORANGE, zorder=5, **place)


def explore(order: Order, backward: Backward) -> ipywidgets.VBox:
    """A line to type an expression, and buttons that step through it, to and fro.

    order:     topological_order, which says in which order results are computed
    backward:  the walk back that is watched
    """
    wide = ipywidgets.Layout(width="70%")
    style = {"layout": wide, "continuous_update": False}
    line = ipywidgets.Text(EXPRESSION, description="expression", **style)
    values = ipywidgets.Text(VALUES, description="values", **style)
    buttons = [
        ipywidgets.Button(description=d) for d in ("start", "back", "step", "end")
    ]
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    said = ipywidgets.Label()
    film, moment = Film(order, backward, EXPRESSION, VALUES), 0

    def show(to: int) -> None:
        nonlocal moment
        moment = max(0, min(to, len(film)))
        said.value = f"step {moment} of {len(film)}"
        picture.value = picture_of(film, moment)

    def read(_: object) -> None:
        nonlocal film
        try:
            film = Film(order, backward, line.value, values.value)
        except Unreadable as error:
            said.value = str(error)
        else:
            show(0)

    for one in (line, values):
        one.observe(read, names="value")
    ways = (lambda: 0, lambda: moment - 1, lambda: moment + 1, lambda: len(film))
    for button, way in zip(buttons, ways, strict=True):
        button.on_click(lambda _, way=way: show(way()))
    show(len(film))
    return ipywidgets.VBox([line, values, ipywidgets.HBox([*buttons, said]), picture])
