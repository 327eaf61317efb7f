"""Chapter 9's pictures: what a generator makes while a discriminator watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes

from minidl import manual_seed, nn, no_grad, randn, tensor
from minidl.array import Array, IntArray
from minidl.data.mixtures import ring
from minidl.optim import Adam
from minidl.viz.figure import BLUE, GREY, ORANGE, figure, png

REACH, SIDE = 1.7, 50
"""Half the width of the plane that is drawn, and points of its lattice along it."""

RATES = {
    "discriminator, four times": (0.001, 0.004),
    "both alike": (0.001, 0.001),
    "generator, four times": (0.004, 0.001),
}
"""Who learns faster: learning rates of generator and discriminator."""
STEPS, EVERY = 1000, 25

Step = Callable[..., tuple[float, float]]
Count = Callable[[Array, Array, float], IntArray]


@dataclass(frozen=True)
class Frame:
    """A moment of training.

    made:     samples (N, 2) that the generator makes of the same noise as ever
    surface:  (SIDE, SIDE), how likely the discriminator takes each place for real
    """

    step: int
    made: Array
    surface: Array


def lattice() -> Array:
    """SIDE x SIDE points of the plane, row by row."""
    line = np.linspace(-REACH, REACH, SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def snapshot(step: int, generator: Any, discriminator: Any, z: Any) -> Frame:
    """What both networks do now."""
    with no_grad():
        made = generator(z).numpy()
        logits = discriminator(tensor(lattice())).numpy()
    surface = 1 / (1 + np.exp(-np.clip(logits.reshape(SIDE, SIDE), -30, 30)))
    return Frame(step, made, surface)


def plane(ax: Axes, x: Array, frame: Frame) -> None:
    """Real samples, made ones, and where the discriminator believes."""
    line = np.linspace(-REACH, REACH, SIDE)
    levels = np.linspace(0, 1, 11)
    ax.contourf(line, line, frame.surface, levels, cmap="Blues", alpha=0.55)
    ax.scatter(x[:, 0], x[:, 1], 7, BLUE, label="real", linewidths=0)
    made = frame.made
    ax.scatter(made[:, 0], made[:, 1], 7, ORANGE, label="made", linewidths=0)
    ax.set(title=f"step {frame.step}", aspect="equal", xticks=[], yticks=[])
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    ax.grid(False)


def moments(x: Array, frames: Sequence[Frame]) -> None:
    """A few moments of training, side by side."""
    panels = figure(panels=len(frames))
    for ax, frame in zip(panels, frames, strict=True):
        plane(ax, x, frame)
    panels[0].legend(loc="upper left", fontsize="small", markerscale=2)


def mlp(inputs: int, outputs: int) -> Any:
    """A network of two hidden layers of 64."""
    hidden = [nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU()]
    return nn.Sequential(*hidden, nn.Linear(64, outputs))


def train(step: Step, rates: tuple[float, float]) -> list[Frame]:
    """Both networks against each other on the ring, seeded; a frame now and then."""
    manual_seed(0)
    rng = np.random.default_rng(0)
    generator, discriminator = mlp(2, 2), mlp(2, 1)
    optimizers = [
        Adam(network.parameters(), lr=rate, betas=(0.5, 0.999))
        for network, rate in zip((generator, discriminator), rates, strict=True)
    ]
    z = randn(400, 2)
    frames = [snapshot(0, generator, discriminator, z)]
    for n in range(1, STEPS + 1):
        x = tensor(ring(128, rng)[0].astype(np.float32))
        step(generator, discriminator, x, randn(128, 2), *optimizers)
        if n % EVERY == 0:
            frames.append(snapshot(n, generator, discriminator, z))
    return frames


def explore(step: Step, count: Count) -> ipywidgets.VBox:
    """Who learns faster, and a slider through training: the plane and the modes.

    step and count are gan_step and mode_counts.
    """
    films: dict[str, list[Frame]] = {}
    x, centres = ring(400, np.random.default_rng(1))
    named = {"style": {"description_width": "100px"}}
    faster = ipywidgets.Dropdown(
        options=list(RATES), description="learns faster", **named
    )
    slider = ipywidgets.IntSlider(STEPS, 0, STEPS, EVERY, description="step", **named)
    play = ipywidgets.Play(value=STEPS, max=STEPS, step=EVERY, interval=250)
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))

    def redraw(_: object = None) -> None:
        if faster.value not in films:
            films[faster.value] = train(step, RATES[faster.value])
        frame = films[faster.value][slider.value // EVERY]
        picture.value = scene(x, centres, frame, count)

    faster.observe(redraw, names="value")
    slider.observe(redraw, names="value")
    ipywidgets.link((play, "value"), (slider, "value"))
    redraw()
    controls = ipywidgets.HBox([faster, play, slider])
    return ipywidgets.VBox([controls, picture])


def scene(x: Array, centres: Array, frame: Frame, count: Count) -> bytes:
    """The plane, and beside it how many samples each mode has, as a PNG."""
    left, right = figure(panels=2)
    plane(left, x, frame)
    left.legend(loc="upper left", fontsize="small", markerscale=2)
    bars(right, count(frame.made, centres, 0.15), len(frame.made))
    return png(left)


def bars(ax: Axes, counts: IntArray, made: int) -> None:
    """The share of the samples that each mode has."""
    share = 100 * np.asarray(counts) / made
    ax.bar(range(1, len(share) + 1), share, color=ORANGE)
    ax.axhline(100 / len(share), color=BLUE, linestyle="--", label="of real samples")
    near = np.sum(np.asarray(counts) >= 0.01 * made)
    ax.set(title=f"{near} of {len(share)} modes, {share.sum():.0f} % close to one")
    ax.set(xlabel="mode", ylabel="% of the made samples", ylim=(0, 100))
    ax.set_xticks(range(1, len(share) + 1))
    ax.legend()


def over_time(rows: Mapping[str, Array]) -> None:
    """Digits (N, 8, 8), ink from 0 to 1, one row for each moment, under its name."""
    (ax,) = figure()
    frame = ((0, 0), (1, 1), (1, 1))
    lines = [np.hstack(list(np.pad(images, frame))) for images in rows.values()]
    ax.imshow(np.vstack(lines), cmap="Greys", vmin=0, vmax=1)
    height = len(lines[0])
    ax.set_yticks([height * (n + 0.5) for n in range(len(rows))], list(rows))
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set(visible=True, color=GREY)
    drawn: Any = ax.figure
    drawn.set_size_inches(0.62 * lines[0].shape[1] / 10 + 1.2, 0.62 * len(rows) + 0.3)
