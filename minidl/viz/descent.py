"""Chapter 5's pictures: optimizers on their way down, and how training goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes

from minidl.array import Array
from minidl.tensor import Tensor
from minidl.viz.figure import BLUE, GREEN, GREY, ORANGE, figure, png

Height = Callable[[Any, Any], Any]
"""A loss of two parameters, of arrays or of Tensors alike."""

STEPS = 200
LOWEST = 1e-8
"""Where the axis of the losses ends."""


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters, lowest at 0, and where the race on it starts.

    box:    the picture's left, right, bottom and top
    rates:  first learning rates, of SGD, and of RMSprop and Adam
    """

    height: Height
    start: tuple[float, float]
    goals: tuple[tuple[float, float], ...]
    box: tuple[float, float, float, float]
    rates: tuple[float, float]

    def far(self, at: Array) -> bool:
        """Whether this place is so far outside that nobody comes back from it."""
        left, right, bottom, top = self.box
        return not np.abs(at).max() < 5 * max(right - left, top - bottom)


SURFACES = {
    "ravine": Surface(
        lambda x, y: 0.02 * x * x + y * y,
        start=(-1.8, 0.8),
        goals=((0.0, 0.0),),
        box=(-2.1, 1.1, -1.1, 1.1),
        rates=(0.4, 0.05),
    ),
    "Rosenbrock": Surface(
        lambda x, y: (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x),
        start=(-1.2, 1.0),
        goals=((1.0, 1.0),),
        box=(-1.7, 1.7, -0.6, 1.8),
        rates=(0.001, 0.2),
    ),
    "saddle": Surface(
        lambda x, y: 0.5 * x * x - 0.5 * y * y + 0.25 * y * y * y * y + 0.25,
        start=(-1.6, 0.01),
        goals=((0.0, 1.0), (0.0, -1.0)),
        box=(-1.9, 1.1, -1.5, 1.5),
        rates=(0.1, 0.05),
    ),
}

STYLES: dict[str, dict[str, Any]] = {
    "SGD": {"color": GREY},
    "momentum": {"color": BLUE},
    "Nesterov": {"color": BLUE, "linestyle": "--"},
    "RMSprop": {"color": GREEN},
    "Adam": {"color": ORANGE},
}


def walk(optimizer: Callable[[list[Tensor]], Any], surface: str, steps: int) -> Array:
    """Where an optimizer is before its first step and after each: (steps + 1, 2).

    It ends early when the optimizer leaves for good.
    """
    ground = SURFACES[surface]
    p = Tensor(np.array(ground.start), requires_grad=True)
    running, path = optimizer([p]), [p.array.copy()]
    while len(path) <= steps and not ground.far(path[-1]):
        running.zero_grad()
        ground.height(p[0], p[1]).backward()
        running.step()
        path.append(p.array.copy())
    return np.array(path)


def race(
    optimizers: Sequence[Any], surface: str, rate: float, length: float, mu: float
) -> dict[str, Array]:
    """The paths of five racers that SGD, RMSprop and Adam make, by name."""
    sgd, rmsprop, adam = optimizers
    racers: dict[str, Callable[[list[Tensor]], Any]] = {
        "SGD": lambda p: sgd(p, lr=rate),
        "momentum": lambda p: sgd(p, lr=rate, momentum=mu),
        "Nesterov": lambda p: sgd(p, lr=rate, momentum=mu, nesterov=mu > 0),
        "RMSprop": lambda p: rmsprop(p, lr=length, alpha=0.9),
        "Adam": lambda p: adam(p, lr=length, betas=(mu, 0.99)),
    }
    return {name: walk(make, surface, STEPS) for name, make in racers.items()}


def explore(SGD: Any, RMSprop: Any, Adam: Any) -> ipywidgets.VBox:
    """Choose a surface, learning rates, momentum and a step: who is where by then?"""
    ground, rate, length, mu, step = controls()
    play = ipywidgets.Play(value=STEPS, max=STEPS, step=5, interval=400)
    ipywidgets.link((play, "value"), (step, "value"))
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    @cache
    def raced(surface: str, *numbers: float) -> dict[str, Array]:
        return race((SGD, RMSprop, Adam), surface, *numbers)

    @cache
    def drawn(surface: str, shown: int, *numbers: float) -> bytes:
        return picture_of(raced(surface, *numbers), surface, shown)

    def redraw(_: object = None) -> None:
        numbers = rate.value, length.value, mu.value
        picture.value = drawn(ground.value, step.value, *numbers)

    def begin(_: object = None) -> None:
        with rate.hold_trait_notifications(), length.hold_trait_notifications():
            rate.value, length.value = SURFACES[ground.value].rates
        redraw()

    begin()
    ground.observe(begin, names="value")
    for one in (rate, length, mu, step):
        one.observe(redraw, names="value")
    pace = ipywidgets.HBox([step, play])
    return ipywidgets.VBox([ground, rate, length, mu, pace, picture])


def controls() -> tuple[Any, ...]:
    """The list of surfaces, and sliders for two rates, momentum and the step."""
    wide = ipywidgets.Layout(width="28em")
    style = {"description_width": "140px"}
    named = {"style": style, "layout": wide, "continuous_update": False}
    span = {"value": 0.1, "min": -4, "max": 0.5, "step": 0.05}
    return (
        ipywidgets.Dropdown(
            options=list(SURFACES), description="surface", style=style, layout=wide
        ),
        ipywidgets.FloatLogSlider(description="lr of SGD", **span, **named),
        ipywidgets.FloatLogSlider(description="lr of RMSprop, Adam", **span, **named),
        ipywidgets.FloatSlider(
            value=0.9, max=0.99, step=0.01, description="momentum", **named
        ),
        ipywidgets.IntSlider(
            value=STEPS, max=STEPS, step=5, description="step", **named
        ),
    )


def picture_of(found: Mapping[str, Array], surface: str, step: int) -> bytes:
    """The paths on the surface up to a step, and the losses, as a PNG."""
    left, right = figure(panels=2)
    land(left, surface)
    height = SURFACES[surface].height
    for name, path in found.items():
        shown = path[: step + 1]
        trail(left, name, shown)
        losses = np.maximum(height(*path.T), LOWEST)
        right.semilogy(losses, alpha=0.25, **STYLES[name])
        at = " left" if len(shown) <= step else f" {losses[len(shown) - 1]:.1e}"
        right.semilogy(losses[: step + 1], label=name + at, **STYLES[name])
    left.set_title(f"{surface}, after {step} steps")
    top = 3 * float(height(*SURFACES[surface].start))
    right.set(xlim=(0, STEPS), ylim=(LOWEST, top), xlabel="step", ylabel="loss")
    right.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8)
    return png(left)


def land(ax: Axes, surface: str) -> None:
    """Contour lines of the surface: the darker, the lower."""
    ground = SURFACES[surface]
    left, right, bottom, top = ground.box
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
    z = ground.height(x, y)
    levels = z.max() * np.geomspace(1e-4, 1, 17)
    ax.contourf(x, y, z, levels=[0, *levels], cmap="Blues_r", alpha=0.45, norm="symlog")
    ax.contour(x, y, z, levels=levels, colors=GREY, linewidths=0.4)
    for goal in ground.goals:
        ax.plot(*goal, "*", color="black", markersize=11)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y")
    ax.grid(False)


def trail(ax: Axes, name: str, path: Array) -> None:
    """A path with a dot where it ends; named, if it is not one of the racers."""
    style = STYLES.get(name, {})
    (line,) = ax.plot(*path.T, linewidth=1.3, label=name, **style)
    ax.plot(*path[-1], "o", color=line.get_color(), markersize=6)


def paths(surface: str, found: Mapping[str, Array]) -> None:
    """Several paths on one surface, each in a panel of its own."""
    panels = figure(panels=len(found))
    for ax, (name, path) in zip(panels, found.items(), strict=True):
        land(ax, surface)
        ax.plot(*path.T, ".-", color=ORANGE, linewidth=1, markersize=4)
        end = SURFACES[surface].height(*path[-1])
        ax.set_title(f"{name}: loss {end:.1g}")


def parabolas(
    walks: Mapping[str, Sequence[float]], height: Callable[[Any], Any]
) -> None:
    """Steps down a curve of one parameter, a panel for each walk."""
    panels = figure(xlabel="w", panels=len(walks))
    line = np.linspace(-2.2, 2.2, 200)
    for ax, (name, walked) in zip(panels, walks.items(), strict=True):
        w = np.array(walked)
        ax.plot(line, height(line), color=GREY)
        ax.plot(w, height(w), "o-", color=ORANGE, linewidth=1, markersize=4)
        ax.set(title=name, xlim=(-2.2, 2.2), ylim=(-0.2, height(2.2)))
    panels[0].set_ylabel("loss")


def curves(histories: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """The losses and accuracies of each training over its epochs, side by side."""
    left, right = figure(xlabel="epoch", panels=2)
    for name, history in histories.items():
        losses, shares = np.array(history).T
        epochs = np.arange(1, len(history) + 1)
        left.semilogy(epochs, losses, label=name, **STYLES.get(name, {}))
        right.plot(epochs, 100 * shares, label=name, **STYLES.get(name, {}))
    left.set_ylabel("loss on the training set")
    right.set_ylabel("right on the test set, %")
    right.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
