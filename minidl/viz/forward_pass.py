"""Chapter 3's pictures: what flows through a network, and how wide and deep it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes

from minidl.array import Array, IntArray
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

Initializer = Callable[[tuple[int, ...], np.random.Generator], Array]
Pair = tuple[Callable[..., Any], Callable[..., Any]]
"""A forward function and its backward twin."""

WIDTHS = (1, 2, 4, 8, 16, 32, 64)
DEEPEST = 4
STEPS, RATE, MOMENTUM = 1000, 0.1, 0.9


def explore(
    initialize: Initializer, layer: Pair, activation: Pair, loss: Pair
) -> ipywidgets.VBox:
    """Sliders for width and depth train a network anew and redraw its curve."""
    wide = ipywidgets.Layout(width="60%")
    named = {"style": {"description_width": "110px"}, "continuous_update": False}
    width = ipywidgets.SelectionSlider(
        options=WIDTHS, value=8, description="neurons a layer", layout=wide, **named
    )
    depth = ipywidgets.IntSlider(
        value=1, min=0, max=DEEPEST, description="hidden layers", layout=wide, **named
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        sizes = [1, *[width.value] * depth.value, 1]
        network = Network(sizes, initialize, layer, activation)
        picture.value = picture_of(network, loss)

    for slider in (width, depth):
        slider.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([width, depth, picture])


class Network:
    """Layers of the given sizes; the activation follows each layer but the last."""

    def __init__(
        self, sizes: list[int], initialize: Initializer, layer: Pair, activation: Pair
    ) -> None:
        rng = np.random.default_rng(2)
        self.sizes, self.layer, self.activation = sizes, layer, activation
        self.weights, self.biases = [], []
        for before, after in pairwise(sizes):
            self.weights.append(initialize((after, before), rng).copy())
            self.biases.append(initialize((after, before), rng)[:, 0].copy())

    def forward(self, x: Array) -> list[Array]:
        """What enters each layer, and at the end the output."""
        flow = [x]
        for n, (W, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = self.layer[0](flow[-1], W, b)
            last = n == len(self.weights) - 1
            flow.append(z if last else self.activation[0](z))
        return flow

    def gradients(self, g: Array, flow: list[Array]) -> list[Array]:
        """Gradients of the weights, then of the biases, from that of the output."""
        dW: list[Array] = []
        db: list[Array] = []
        for n in reversed(range(len(self.weights))):
            g, *both = self.layer[1](g, flow[n], self.weights[n])
            dW.insert(0, both[0])
            db.insert(0, both[1])
            if n:
                g = self.activation[1](g, flow[n])
        return dW + db

    def train(self, x: Array, target: Array, loss: Pair) -> float:
        """Walk downhill for STEPS steps, shorter and shorter; the last loss."""
        parameters = self.weights + self.biases
        speed = [np.zeros_like(p) for p in parameters]
        for step in range(STEPS):
            flow = self.forward(x)
            g = loss[1](np.float32(1), flow[-1], target)
            slopes = self.gradients(g, flow)
            steepness = np.sqrt(sum(float(np.vdot(s, s)) for s in slopes))
            rate = RATE * (1 - step / STEPS) / max(1.0, steepness)
            for p, v, s in zip(parameters, speed, slopes, strict=True):
                v *= MOMENTUM
                v -= np.float32(rate) * s
                p += v
        return float(loss[0](self.forward(x)[-1], target))


def picture_of(network: Network, loss: Pair) -> bytes:
    """The curve a trained network fits, and what its last layer adds up, as a PNG."""
    x = np.linspace(-2, 2, 60, dtype=np.float32)[:, None]
    target = np.sin(3 * x) + np.float32(0.3) * x
    error = network.train(x, target, loss)
    grid = np.linspace(-2, 2, 401, dtype=np.float32)[:, None]
    flow = network.forward(grid)
    count = sum(p.size for p in network.weights + network.biases)
    left, right = figure(xlabel="x", panels=2)
    left.plot(x, target, "o", color=GREY, markersize=3)
    left.plot(grid, flow[-1], color=BLUE, linewidth=2)
    left.set(xlim=(-2, 2), ylim=(-1.9, 1.9), ylabel="y")
    left.set_title(f"{count} parameters, mean squared error {error:.2g}")
    parts = flow[-2] * network.weights[-1]
    right.plot(grid, parts, color=ORANGE, linewidth=1, alpha=0.7)
    right.set(xlim=(-2, 2), ylabel="what the last layer adds")
    responding = int((np.ptp(parts, axis=0) > 1e-6).sum())
    which = f"{responding} of {network.sizes[-2]} neurons respond"
    right.set_title(which if len(network.sizes) > 2 else "the input, times a weight")
    return png(left)


def passage(image: Array, stages: Mapping[str, Array]) -> None:
    """One image, then the numbers of each stage as bars, from left to right."""
    first, *others = figure(panels=1 + len(stages))
    paper(first, image)
    first.set_title(f"input ({image.size},)")
    for ax, (name, values) in zip(others, stages.items(), strict=True):
        ax.bar(np.arange(values.size), values, color=BLUE)
        ax.set(title=f"{name} ({values.size},)", xlabel="entry")
        if values.size <= 10:
            ax.set_xticks(np.arange(values.size))


def paper(ax: Axes, image: Array) -> None:
    """A square image, dark ink on white, in a thin frame."""
    side = int(image.size**0.5)
    ax.imshow(image.reshape(side, side), cmap="Greys")
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set(visible=True, color=GREY)


def gallery(images: Array, labels: IntArray) -> None:
    """A row of images with their labels above."""
    panels = figure(panels=len(images))
    for ax, image, label in zip(panels, images, labels, strict=True):
        paper(ax, image)
        ax.set_title(str(label))
    panels[0].figure.set_figheight(1.7)  # type: ignore[union-attr]


def by_layer(title: str, lines: Mapping[str, Sequence[float]]) -> None:
    """How large the signal is after each layer, on a logarithmic scale."""
    (ax,) = figure(title, "layer", "size of the signal")
    for name, sizes in lines.items():
        ax.semilogy(range(1, len(sizes) + 1), sizes)
        ax.text(len(sizes) + 0.5, sizes[-1], name, va="center")
    last = max(map(len, lines.values()))
    ax.set(xlim=(1, 1.45 * last), xticks=[1, *range(5, last + 1, 5)])


def guesses(probabilities: Mapping[str, Array], labels: IntArray) -> None:
    """Probabilities as shades, a row for each image; the true class is circled."""
    panels = figure(xlabel="class", ylabel="image", panels=len(probabilities))
    for ax, (name, p) in zip(panels, probabilities.items(), strict=True):
        shades = ax.imshow(p, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        rows = np.arange(len(labels))
        ax.plot(labels, rows, "o", color=ORANGE, markerfacecolor="none", markersize=8)
        ax.set_xticks(np.arange(p.shape[1]))
        ax.set_title(name)
        ax.grid(False)
    ax.figure.colorbar(shades, ax=panels, label="probability")


def spreads(layers: Mapping[str, Sequence[Array]]) -> None:
    """How the activations of each layer are distributed, a panel for each network."""
    panels = figure(xlabel="layer", panels=len(layers))
    bins = np.linspace(-1.0001, 1.0001, 42)
    for ax, (name, flow) in zip(panels, layers.items(), strict=True):
        for n, values in enumerate(flow, 1):
            counts, _ = np.histogram(values, bins)
            ends = n + 0.85 * np.append(counts, 0) / counts.max()
            ax.fill_betweenx(bins, n, ends, step="post", color=BLUE, linewidth=0)
        ax.set(title=name, ylim=(-1.05, 1.05))
        ax.set_xticks(np.arange(1, len(flow) + 1))
    panels[0].set_ylabel("activation")
