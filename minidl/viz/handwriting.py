"""Chapter 10's pictures: a digit on its way into a network, and one that fools it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np

from minidl.array import Array, IntArray
from minidl.kernels import softmax
from minidl.nn import Module
from minidl.tape import no_grad
from minidl.tensor import Tensor
from minidl.viz.convolution import heat
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

Attack = Callable[[Module, Tensor, Tensor, float], Tensor]
STEPS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)


def stages(pictures: Mapping[str, Array]) -> None:
    """A digit at each step of its preparation, with the size in pixels."""
    panels = figure(panels=len(pictures))
    for ax, (name, image) in zip(panels, pictures.items(), strict=True):
        heat(ax, image - image.min(), f"{name}\n{' x '.join(map(str, image.shape))}")
        ax.images[0].set_cmap("Greys")
        ax.images[0].set_clim(0, float(np.ptp(image)) or 1)
    drawn: Any = panels[0].figure
    drawn.set_figheight(2.3)


def worst(images: Array, labels: IntArray, p: Array, most: int = 6) -> None:
    """The digits that a network was most sure to read, and misread: each with p."""
    guesses = p.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    order = wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")][:most]
    panels = figure(panels=most)
    for ax in panels:
        ax.axis("off")
    for ax, n in zip(panels, order, strict=False):
        ax.imshow(images[n], cmap="Greys")
        ax.set_title(f"{labels[n]} as {guesses[n]}\n{p[n].max():.0%} sure", fontsize=10)
    drawn: Any = panels[0].figure
    drawn.set_figheight(2.1)


def losses(runs: Mapping[str, Sequence[float]], floor: float) -> None:
    """The losses of several trainings, and one that some of them cannot go below."""
    (ax,) = figure(xlabel="epoch", ylabel="loss on its own samples")
    ax.locator_params(axis="x", integer=True)
    for color, (name, values) in zip((BLUE, ORANGE), runs.items(), strict=True):
        ax.plot(range(1, len(values) + 1), values, color=color, label=name)
    ax.axhline(floor, linestyle=":", color=GREY, label=f"log(1 + 9/e) = {floor:.4f}")
    ax.set_ylim(0, None)
    ax.legend()


def shares(names: Sequence[str], right: Sequence[float], title: str) -> None:
    """A bar for each network: the share of images that it reads, in percent."""
    (ax,) = figure(title, "read right, %")
    bars = ax.barh(names[::-1], right[::-1], color=BLUE)
    ax.bar_label(bars, fmt=" %.1f")
    ax.set_xlim(0, 112)


def explore(fgsm: Attack, model: Module, x: Tensor, y: Tensor) -> ipywidgets.VBox:
    """Sliders for the step and the image: what is added, and what the network reads."""
    named = {"style": {"description_width": "60px"}, "continuous_update": False}
    which = ipywidgets.IntSlider(max=len(x) - 1, description="image", **named)
    Choice = ipywidgets.SelectionSlider
    step = Choice(options=STEPS, value=0.2, description="epsilon", **named)
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        one = slice(which.value, which.value + 1)
        picture.value = fooled(fgsm, model, x[one], y[one], step.value)

    for slider in (step, which):
        slider.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([step, which, picture])


def fooled(fgsm: Attack, model: Module, x: Tensor, y: Tensor, epsilon: float) -> bytes:
    """A digit, what is added to it, their sum, and ten probabilities, as a PNG."""
    moved = fgsm(model, x, y, epsilon)
    with no_grad():
        before, after = (softmax(model(each).numpy())[0] for each in (x, moved))
    images = [each.numpy()[0, 0] for each in (x, moved - x, moved)]
    panels = figure(panels=4)
    low, high = images[0].min() - epsilon, images[0].max() + epsilon
    for ax, image, p in zip(panels[::2], images[::2], (before, after), strict=True):
        heat(ax, image, f"read as {p.argmax()}, {p.max():.0%}")
        ax.images[0].set_cmap("Greys")
        ax.images[0].set_clim(low, high)
    heat(panels[1], images[1], f"{epsilon} up or down", limit=1)
    bars(panels[3], before, after, int(y.numpy()[0]))
    return png(panels[0])


def bars(ax: Any, before: Array, after: Array, true: int) -> None:
    """Ten probabilities before and after, the true digit's label in bold."""
    ax.bar(np.arange(10) - 0.2, before, 0.4, color=GREY, label="before")
    ax.bar(np.arange(10) + 0.2, after, 0.4, color=ORANGE, label="after")
    ax.set(ylim=(0, 1.05), xticks=range(10), title=f"a {true} is read as")
    ax.get_xticklabels()[true].set_fontweight("bold")
    ax.legend(fontsize=8)
