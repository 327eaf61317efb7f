"""Chapter 6's pictures: over-fitting with knobs, and what a trained network says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets
import numpy as np

from minidl import functional, manual_seed
from minidl.array import Array, IntArray
from minidl.nn import Dropout, ReLU
from minidl.optim import AdamW
from minidl.tensor import Tensor
from minidl.viz.figure import BLUE, GREEN, GREY, ORANGE, figure, png

WIDTHS = (1, 2, 4, 8, 16, 32)
DATA = (10, 20, 40, 80, 160)
DECAYS = (0.0, 0.3, 1.0, 3.0, 10.0)
OTHERS, NOISE, EPOCHS, RATE = 200, 0.4, 400, 0.02


class Bricks(NamedTuple):
    """What the learner built, and the figure trains with."""

    Sequential: Callable[..., Any]
    Linear: Callable[..., Any]
    train_epoch: Callable[..., float]
    predict: Callable[..., tuple[Tensor, Tensor]]


class Fitted(NamedTuple):
    """A trained network's curve, and its losses at some epochs.

    curve:   its answers to GRID
    epochs:  when it was measured
    losses:  on its own points and on others, (2, len(epochs))
    """

    points: tuple[Array, Array]
    curve: Array
    epochs: Sequence[int]
    losses: Array


GRID = np.linspace(-2, 2, 201, dtype=np.float32)[:, None]
MEASURED = [0, *np.unique(np.geomspace(1, EPOCHS, 40).astype(int)).tolist()]


def truth(x: Array) -> Array:
    """What the points scatter about."""
    return np.sin(2 * x)


def measured(count: int, seed: int) -> tuple[Array, Array]:
    """Points, with noise in y: two columns."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, (count, 1))
    y = truth(x) + rng.normal(0, NOISE, x.shape)
    return x.astype(np.float32), y.astype(np.float32)


def fitted(
    bricks: Bricks, width: int, dropout: float, decay: float, count: int
) -> Fitted:
    """Train a network with two hidden layers on so many points."""
    manual_seed(1)
    model = bricks.Sequential(
        *(bricks.Linear(1, width), ReLU(), Dropout(dropout)),
        *(bricks.Linear(width, width), ReLU(), Dropout(dropout)),
        bricks.Linear(width, 1),
    )
    optimizer = AdamW(model.parameters(), lr=RATE, weight_decay=decay)
    points = measured(count, 3)
    own, others = ([tuple(map(Tensor, pair))] for pair in (points, measured(OTHERS, 4)))
    losses = []
    for epoch in range(EPOCHS + 1):
        if epoch in MEASURED:
            found = (bricks.predict(model, data) for data in (own, others))
            losses.append([functional.mse_loss(*pair).item() for pair in found])
        bricks.train_epoch(model, own, functional.mse_loss, optimizer)
    curve, _ = bricks.predict(model, [(Tensor(GRID), Tensor(GRID))])
    return Fitted(points, curve.numpy(), MEASURED, np.array(losses).T)


def explore(
    Sequential: Any, Linear: Any, train_epoch: Any, predict: Any
) -> ipywidgets.VBox:
    """Knobs for width, dropout, weight decay and data train a network anew."""
    bricks = Bricks(Sequential, Linear, train_epoch, predict)
    named = {"style": {"description_width": "140px"}, "continuous_update": False}
    named |= {"layout": ipywidgets.Layout(width="60%")}
    Choice = ipywidgets.SelectionSlider
    knobs = (
        Choice(options=WIDTHS, value=32, description="neurons a layer", **named),
        ipywidgets.FloatSlider(max=0.8, step=0.1, description="dropout", **named),
        Choice(options=DECAYS, value=0.0, description="weight decay", **named),
        Choice(options=DATA, value=20, description="points", **named),
    )
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        picture.value = picture_of(fitted(bricks, *(knob.value for knob in knobs)))

    for knob in knobs:
        knob.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([*knobs, picture])


def picture_of(found: Fitted) -> bytes:
    """The curve among its points, and the losses over training, as a PNG."""
    left, right = figure(panels=2)
    x, y = found.points
    left.plot(x, y, "o", color=GREY, markersize=4, label="points")
    left.plot(GRID, truth(GRID), "--", color=GREEN, label="what they scatter about")
    left.plot(GRID, found.curve, color=BLUE, linewidth=2, label="network")
    left.set(xlim=(-2, 2), ylim=(-2.3, 2.3), xlabel="x", ylabel="y")
    left.set_title(f"{len(x)} points")
    left.legend(loc="upper left", fontsize=8)
    for name, color, losses in zip(
        ("its own points", f"{OTHERS} other points"),
        (BLUE, ORANGE),
        found.losses,
        strict=True,
    ):
        label = f"{name}: {losses[-1]:.2f}"
        right.semilogy(found.epochs, losses, color=color, label=label)
    right.axhline(
        NOISE**2, linestyle=":", color=GREY, label=f"noise alone: {NOISE**2:.2f}"
    )
    right.set(xlim=(0, EPOCHS), ylim=(5e-3, 2), xlabel="epoch")
    right.set(ylabel="mean squared error", title="The gap is over-fitting")
    right.legend(loc="lower left", fontsize=8)
    return png(left)


def confusion(counts: IntArray) -> None:
    """How often each class was taken for each; mistakes stand out in orange."""
    (ax,) = figure(xlabel="taken for", ylabel="true class")
    right = np.diag(np.diag(counts)).astype(float)
    wrong = counts - right
    right[right == 0] = wrong[wrong == 0] = np.nan
    ax.imshow(right, cmap="Blues", vmin=0, vmax=1.6 * counts.max(), aspect="auto")
    ax.imshow(
        wrong, cmap="Oranges", vmin=0, vmax=max(3, counts.max() / 8), aspect="auto"
    )
    for (i, j), count in np.ndenumerate(counts):
        if count:
            ax.text(j, i, str(count), ha="center", va="center", fontsize=8)
    share = np.trace(counts) / counts.sum()
    ax.set_title(f"{np.trace(counts)} of {counts.sum()} right, {share:.1%}")
    ax.set_xticks(range(len(counts)))
    ax.set_yticks(range(len(counts)))
    ax.grid(False)


def misread(images: Array, true: IntArray, guessed: IntArray, most: int = 8) -> None:
    """The first images that were taken for another digit, and for which."""
    wrong = np.flatnonzero(true != guessed)[:most]
    panels = figure(panels=most)
    for ax in panels:
        ax.axis("off")
    side = int(images[0].size ** 0.5)
    for ax, n in zip(panels, wrong, strict=False):
        ax.imshow(images[n].reshape(side, side), cmap="Greys")
        ax.set_title(f"{true[n]} as {guessed[n]}")
    panels[0].figure.set_figheight(1.7)  # type: ignore[union-attr]


def runs(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Of several trainings the loss while training, beside it that in validation."""
    panels = figure(xlabel="epoch", panels=2)
    for ax, name in zip(panels, ("loss", "validation loss"), strict=True):
        for (run, history), color in zip(
            histories.items(), (BLUE, ORANGE, GREEN, GREY), strict=False
        ):
            losses = history[name]
            ax.plot(range(1, len(losses) + 1), losses, color=color, label=run)
        ax.set(title="its own samples" if name == "loss" else "validation")
    top = max(ax.get_ylim()[1] for ax in panels)
    for ax in panels:
        ax.set_ylim(0, top)
    panels[0].set_ylabel("loss")
    panels[1].legend()


def spreads(weights: Mapping[str, Array]) -> None:
    """How large weights are, a panel for each network, on one scale."""
    panels = figure(xlabel="weight", panels=len(weights))
    edge = max(np.abs(w).max() for w in weights.values())
    for ax, (name, w) in zip(panels, weights.items(), strict=True):
        ax.hist(w.ravel(), np.linspace(-edge, edge, 61).tolist(), color=BLUE, log=True)
        near = np.mean(np.abs(w) < 0.01)
        ax.set(title=f"{name}: {near:.0%} within 0.01", ylim=(0.7, None))
    panels[0].set_ylabel("how many")
