"""Chapter 9: the bricks that train two networks, and judge what one of them makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs

Rng = np.random.Generator
Make = Callable[[Rng], Inputs]
Shapes = dict[str, tuple[int, ...]]
WIDE = ("float64",)


def logits(shapes: Shapes, size: float = 1.0) -> Make:
    """Scores of both signs of about this size, in each of these shapes, by name."""

    def make(rng: Rng) -> Inputs:
        drawn: Inputs = {}
        for name, shape in shapes.items():
            count = int(np.prod(shape))
            signs = np.where(np.arange(count) % 2, -1.0, 1.0)
            drawn[name] = (signs * size * rng.uniform(0.2, 2.0, count)).reshape(shape)
        return drawn

    return make


def drive_adversarial_loss(loss: Any, *logits: AnyArray) -> tuple[AnyArray, ...]:
    """The loss, and the gradients of 3 times the loss for the logits.

    Raises:  TypeError, when the answer is not a Tensor
    """
    import numpy as np

    from minidl.tensor import Tensor

    scores = [Tensor(x, requires_grad=True) for x in logits]
    value = loss(*scores)
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        raise TypeError(f"a Tensor is due, which has a gradient; this is a {kind}")
    if value.requires_grad and not value.ndim:
        (3 * value).backward()
    slopes = (0 * s.array if s.grad is None else s.grad.array for s in scores)
    return np.array(value.array), *slopes


def families(**shapes: tuple[int, ...]) -> tuple[Family, ...]:
    """Logits in these shapes, of other sizes, and in other shapes."""
    rows: Shapes = {name: shape[:1] for name, shape in shapes.items()}
    single: Shapes = dict.fromkeys(shapes, (1, 1))
    fewer: Shapes = {n: (s[0] - 2 * k, 1) for k, (n, s) in enumerate(shapes.items())}
    return (
        Family("ordinary", logits(shapes)),
        Family("other numbers of samples", logits(fewer), dtypes=WIDE),
        Family("one of each", logits(single), dtypes=WIDE),
        Family("a row of logits", logits(rows), dtypes=WIDE),
        Family("logits of a thousand", logits(shapes, 1000.0)),
        Family("very sure", logits(shapes, 20.0), dtypes=WIDE),
        Family("not contiguous", logits(shapes), strided=True, dtypes=WIDE),
    )


DISCRIMINATOR_LOSS = Brick(
    target="minidl.adversarial.discriminator_loss",
    title="What the discriminator wants",
    outputs=("loss", "gradient of the real logits", "gradient of the fake logits"),
    families=families(real=(6, 1), fake=(6, 1)),
    driver=drive_adversarial_loss,
)
GENERATOR_LOSS = Brick(
    target="minidl.adversarial.generator_loss",
    title="What the generator wants",
    outputs=("loss", "gradient of the logits"),
    families=families(fake=(6, 1)),
    driver=drive_adversarial_loss,
)


def rounds(count: int, batch: int = 4, made: int | None = None, **options: Any) -> Make:
    """Batches of real samples and of noise, and the weights of two small networks."""

    def make(rng: Rng) -> Inputs:
        return {
            "real": rng.normal(1.0, 0.7, (count, batch, 2)),
            "z": rng.normal(size=(count, made or batch, 3)),
            "G1": rng.normal(size=(4, 3)),
            "G2": rng.normal(size=(2, 4)),
            "D1": rng.normal(size=(4, 2)),
            "D2": rng.normal(size=(1, 4)),
            "optimizer": "SGD",
            "lr": (0.1, 0.3),
            **options,
        }

    return make


def drive_gan_step(
    gan_step: Any, real: Any, z: Any, *weights: Any, optimizer: str, lr: Any
) -> Any:
    """Both networks after a few steps, their losses, and facts about the steps.

    Raises:  TypeError, when a step does not return two losses
    """
    import numpy as np

    from minidl import nn, optim
    from minidl.tensor import Tensor

    def watch(g: Any) -> Any:
        flows.append(g)
        return (g,)

    class Watched(nn.Sequential):
        def forward(self, z: Any) -> Any:
            made = super().forward(z)
            return made.record(made.array, watch)

    layers = [nn.Linear(W.shape[1], len(W), bias=False) for W in weights]
    for layer, W in zip(layers, weights, strict=True):
        layer.weight.data = Tensor(W.copy())
    generator = Watched(layers[0], nn.Tanh(), layers[1])
    discriminator = nn.Sequential(layers[2], nn.Tanh(), layers[3])
    networks, kind = (generator, discriminator), getattr(optim, optimizer)
    of_g, of_d = (kind(n.parameters(), lr=r) for n, r in zip(networks, lr, strict=True))
    flows: list[Any] = []
    losses = [
        gan_step(*networks, Tensor(x), Tensor(noise), of_g, of_d)
        for x, noise in zip(real, z, strict=True)
    ]
    if any(not isinstance(both, tuple | list) or len(both) != 2 for both in losses):
        raise TypeError("two losses are due, the discriminator's and the generator's")
    found = [loss for both in losses for loss in both]
    plain = all(isinstance(loss, float | np.floating) for loss in found)
    numbers = np.array([float(getattr(x, "array", x)) for x in found]).reshape(-1, 2)
    after = (np.hstack([p.array.ravel() for p in n.parameters()]) for n in networks)
    return np.array(int(plain)), np.array(len(flows)), numbers, *after


SLOW = 0.02, 0.05
GAN_STEP = Brick(
    target="minidl.adversarial.gan_step",
    title="One step of each",
    outputs=(
        "the losses are plain numbers, not Tensors (1 yes, 0 no):",
        "number of times a gradient flows into the generator:",
        "losses, the discriminator's first,",
        "weights of the generator",
        "weights of the discriminator",
    ),
    points=3,
    driver=drive_gan_step,
    families=(
        Family("three steps", rounds(3), dtypes=WIDE),
        Family("one step", rounds(1)),
        Family("one sample", rounds(2, 1), dtypes=WIDE),
        Family("more made than real", rounds(2, 2, made=5), dtypes=WIDE),
        Family("Adam", rounds(2, optimizer="Adam", lr=SLOW), dtypes=WIDE),
        Family("not contiguous", rounds(2, 3), strided=True, dtypes=WIDE),
    ),
)


def around(
    n: int, modes: int, radius: float, *, dims: int = 2, spread: float = 0.4
) -> Make:
    """Samples around centres of modes, some of them far from all."""

    def make(rng: Rng) -> Inputs:
        centres = rng.normal(0.0, 3.0, (modes, dims))
        x = centres[rng.integers(0, modes, n)] + rng.normal(0.0, spread, (n, dims))
        return {"x": x, "centres": centres, "radius": radius}

    return make


def forgotten(rng: Rng) -> Inputs:
    """Samples around the first of five centres only."""
    centres = 5.0 * np.arange(5)[:, None] + rng.normal(0, 0.3, (5, 2))
    return {"x": centres[0] + rng.normal(0, 0.5, (9, 2)), "centres": centres} | {
        "radius": 0.8
    }


def crowded(rng: Rng) -> Inputs:
    """Centres so close that a sample lies within the radius of several."""
    return {
        "x": rng.normal(size=(12, 2)),
        "centres": rng.normal(0.0, 0.6, (4, 2)),
        "radius": 1.2,
    }


def on_the_border(rng: Rng) -> Inputs:
    """Samples 5 from their centre, which is the radius and counts, or a little more."""
    centres = 20.0 * rng.permutation(12).reshape(6, 2)
    away = np.array([[3, 4], [-4, 3], [5, 0], [0, -5], [4, 4], [-3, 5]])
    picked = away[rng.integers(0, 6, 8)] * rng.choice([-1, 1], (8, 2))
    return {"x": centres[rng.integers(0, 6, 8)] + picked, "centres": centres} | {
        "radius": 5.0
    }


MODE_COUNTS = Brick(
    target="minidl.metrics.mode_counts",
    title="How many samples each mode has",
    outputs=("counts",),
    families=(
        Family("ordinary", around(14, 5, 0.5)),
        Family("forgotten modes", forgotten),
        Family("centres close together", crowded),
        Family("nobody near", around(6, 3, 0.01), dtypes=WIDE),
        Family("large distances, some on the border", on_the_border),
        Family("one mode", around(7, 1, 0.5), dtypes=WIDE),
        Family("one sample", around(1, 4, 3.0), dtypes=WIDE),
        Family("three dimensions", around(12, 4, 0.6, dims=3)),
        Family("not contiguous", around(10, 4, 0.5), strided=True),
    ),
)


def probabilities(n: int, classes: int, sure: float = 2.0, never: int = 0) -> Make:
    """Rows that sum to 1; of the first `never` classes all entries are 0."""

    def make(rng: Rng) -> Inputs:
        scores = np.exp(sure * rng.normal(size=(n, classes)))
        scores[:, :never] = 0.0
        return {"p": scores / scores.sum(axis=1, keepdims=True)}

    return make


def certain(rng: Rng) -> Inputs:
    """Rows of a single 1, some classes more often than others."""
    return {"p": np.eye(5)[rng.integers(0, 5, 9)]}


def alike(rng: Rng) -> Inputs:
    """The same answer to every sample."""
    row = rng.uniform(0.1, 1.0, 4)
    return {"p": np.tile(row / row.sum(), (5, 1))}


def drive_inception_score(inception_score: Any, p: AnyArray) -> Any:
    """The score as an array."""
    import numpy as np

    score = inception_score(p)
    return None if score is None else np.array(getattr(score, "array", score))


INCEPTION_SCORE = Brick(
    target="minidl.metrics.inception_score",
    title="Sure of each, and varied",
    outputs=("score",),
    driver=drive_inception_score,
    families=(
        Family("ordinary", probabilities(8, 5)),
        Family("one sample", probabilities(1, 4)),
        Family("two classes", probabilities(6, 2)),
        Family("unsure", probabilities(7, 3, sure=0.2)),
        Family("certain", certain),
        Family("a class that is never seen", probabilities(6, 5, never=2)),
        Family("always the same", alike),
        Family("not contiguous", probabilities(6, 4), strided=True),
    ),
)
