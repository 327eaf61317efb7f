"""Curves of a training run, redrawn in Jupyter while it goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import Image, display
from matplotlib.axes import Axes

from minidl.viz.figure import BLUE, ORANGE, figure, png

Values = Mapping[str, Sequence[float]]

PAUSE = 1.0
"""Seconds between two drawings; one takes about a tenth of that."""


def curves(history: Values) -> list[Axes]:
    """The loss by epoch, beside it the validation accuracy if there is one."""
    accuracy = history.get("validation accuracy")
    panels = figure(xlabel="epoch", panels=1 if accuracy is None else 2)
    for name, color in (("loss", BLUE), ("validation loss", ORANGE)):
        if values := history.get(name):
            label = "training" if name == "loss" else "validation"
            panels[0].plot(range(1, len(values) + 1), values, color=color, label=label)
    panels[0].set(ylabel="loss", ylim=(0, None))
    panels[0].legend()
    if accuracy is not None:
        panels[1].plot(range(1, len(accuracy) + 1), accuracy, color=ORANGE)
        panels[1].set(ylabel="validation accuracy", ylim=(None, 1))
        panels[1].set_title(f"now {accuracy[-1]:.1%}, best {max(accuracy):.1%}")
    return panels


class Curve:
    """A picture of a history that replaces the one before; nothing outside Jupyter."""

    def __init__(self) -> None:
        self.in_jupyter = hasattr(get_ipython(), "kernel")
        self.history: Values = {}
        self.shown = -PAUSE
        self.place: Any = None

    def draw(self, history: Values) -> None:
        """Redraw, unless the last picture is younger than PAUSE."""
        self.history = history
        if time.monotonic() - self.shown >= PAUSE:
            self.finish()

    def finish(self) -> None:
        """Draw the history as it is now."""
        if not self.in_jupyter or not self.history:
            return
        picture = Image(png(curves(self.history)[0]))
        if self.place is None:
            self.place = display(picture, display_id=True)
        else:
            self.place.update(picture)
        self.shown = time.monotonic()
