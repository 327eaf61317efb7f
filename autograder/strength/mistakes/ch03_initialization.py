"""Chapter 3: what learners get wrong about first weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array

Generator = np.random.Generator
Shape = tuple[int, ...]

# Stands in for np.random.uniform, whose state nobody sets; seeded, so that recordings
# of this mistake repeat.
ELSEWHERE = np.random.default_rng(1)

SYMMETRIC = (
    "The numbers start at 0. They should lie on both sides of 0, so that the weighted "
    "sums do too."
)
NORMAL = "The spread is right, but the numbers follow a bell curve. Draw uniformly."
SAME_NUMBERS = (
    "A new generator with a fixed seed is made inside: every layer gets the same "
    "numbers. Draw from the rng that is passed in."
)
OTHER_GENERATOR = (
    "The numbers do not come from the rng that is passed in, so nobody can repeat them."
)
WIDE_FLOATS = "The weights are float64. Networks here are float32: convert at the end."
KERNEL = (
    "For a convolution one output has more inputs than there are channels: every place "
    "of the kernel counts."
)


def fans(shape: Shape) -> tuple[int, int]:
    """fan_in and fan_out."""
    field = int(np.prod(shape[2:]))
    return shape[1] * field, shape[0] * field


def between(low: float, high: float, shape: Shape, rng: Generator) -> Array:
    """Uniform float32 numbers."""
    return rng.uniform(low, high, shape).astype(np.float32)


def within(bound: float, shape: Shape, rng: Generator) -> Array:
    """Uniform float32 numbers in (-bound, bound)."""
    return between(-bound, bound, shape, rng)


def kaiming_bound(shape: Shape, a: float) -> float:
    """The right bound; the mistakes below go on from here."""
    return float(np.sqrt(6 / ((1 + a**2) * fans(shape)[0])))


def kaiming(wrong: Any) -> Any:
    """An initializer that draws within wrong(fan_in, fan_out, a)."""

    def initializer(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
        return within(wrong(*fans(shape), a), shape, rng)

    return initializer


def kaiming_normal(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
    """A bell curve of the right spread."""
    std = kaiming_bound(shape, a) / np.sqrt(3)
    return rng.normal(0, std, shape).astype(np.float32)


def kaiming_channels(shape: Shape, rng: Generator, a: float = 0.0) -> Array:
    """The kernel's places are not counted."""
    return within(np.sqrt(6 / ((1 + a**2) * shape[1])), shape, rng)


KAIMING = (
    Mistake(
        "fan_out",
        "The bound follows from the number of outputs. What keeps the size of the "
        "signal on its way forward is the number of inputs of one output.",
        kaiming(lambda fan_in, fan_out, a: np.sqrt(6 / ((1 + a**2) * fan_out))),
    ),
    Mistake(
        "relu's factor missing",
        "The factor for relu is missing: relu drops about half of the signal, and the "
        "weights make up for it.",
        kaiming(lambda fan_in, fan_out, a: np.sqrt(3 / ((1 + a**2) * fan_in))),
    ),
    Mistake(
        "deviation as bound",
        "The standard deviation is used as the bound. Uniform numbers in (-k, k) have "
        "a deviation of k/√3 only.",
        kaiming(lambda fan_in, fan_out, a: np.sqrt(2 / ((1 + a**2) * fan_in))),
    ),
    Mistake(
        "one over root fan_in",
        "The bound 1/√fan_in fits one slope only. The formula depends on a.",
        kaiming(lambda fan_in, fan_out, a: 1 / np.sqrt(fan_in)),
    ),
    Mistake(
        "square root missing",
        "The square root is missing: the formula without it is the bound squared.",
        kaiming(lambda fan_in, fan_out, a: 6 / ((1 + a**2) * fan_in)),
    ),
    Mistake(
        "slope ignored",
        "The slope a is ignored: a leaky relu lets more through, and its weights can "
        "be smaller.",
        kaiming(lambda fan_in, fan_out, a: np.sqrt(6 / fan_in)),
    ),
    Mistake(
        "slope not squared",
        "The slope a enters the formula squared.",
        kaiming(lambda fan_in, fan_out, a: np.sqrt(6 / ((1 + a) * fan_in))),
    ),
    Mistake("kernel not counted", KERNEL, kaiming_channels),
    Mistake(
        "from zero",
        SYMMETRIC,
        lambda shape, rng, a=0.0: between(0, kaiming_bound(shape, a), shape, rng),
    ),
    Mistake("normal", NORMAL, kaiming_normal),
    Mistake(
        "own seed",
        SAME_NUMBERS,
        lambda shape, rng, a=0.0: within(
            kaiming_bound(shape, a), shape, np.random.default_rng(0)
        ),
    ),
    Mistake(
        "other generator",
        OTHER_GENERATOR,
        lambda shape, rng, a=0.0: within(kaiming_bound(shape, a), shape, ELSEWHERE),
    ),
    Mistake(
        "float64",
        WIDE_FLOATS,
        lambda shape, rng, a=0.0: rng.uniform(-1, 1, shape) * kaiming_bound(shape, a),
    ),
)


def xavier_bound(shape: Shape, gain: float) -> float:
    """The right bound; the mistakes below go on from here."""
    return float(gain * np.sqrt(6 / sum(fans(shape))))


def xavier(wrong: Any) -> Any:
    """An initializer that draws within wrong(fan_in, fan_out, gain)."""

    def initializer(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
        return within(wrong(*fans(shape), gain), shape, rng)

    return initializer


def xavier_normal(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    """A bell curve of the right spread."""
    std = xavier_bound(shape, gain) / np.sqrt(3)
    return rng.normal(0, std, shape).astype(np.float32)


def xavier_channels(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    """The kernel's places are not counted."""
    return within(gain * np.sqrt(6 / (shape[0] + shape[1])), shape, rng)


def xavier_half_counted(shape: Shape, rng: Generator, gain: float = 1.0) -> Array:
    """The kernel's places count for the inputs only."""
    total = np.prod(shape[1:]) + shape[0]
    return within(gain * np.sqrt(6 / total), shape, rng)


XAVIER = (
    Mistake(
        "fan_in only",
        "Only the inputs are counted. Xavier's bound balances the way forward and the "
        "way back: inputs and outputs count.",
        xavier(lambda fan_in, fan_out, gain: gain * np.sqrt(6 / fan_in)),
    ),
    Mistake(
        "product of the fans",
        "fan_in and fan_out are multiplied. They are added.",
        xavier(lambda fan_in, fan_out, gain: gain * np.sqrt(6 / (fan_in * fan_out))),
    ),
    Mistake(
        "mean of the fans",
        "The mean of fan_in and fan_out is used. With the 6 in the formula it is their "
        "sum.",
        xavier(lambda fan_in, fan_out, gain: gain * np.sqrt(12 / (fan_in + fan_out))),
    ),
    Mistake(
        "deviation as bound",
        "The standard deviation is used as the bound. Uniform numbers in (-k, k) have "
        "a deviation of k/√3 only.",
        xavier(lambda fan_in, fan_out, gain: gain * np.sqrt(2 / (fan_in + fan_out))),
    ),
    Mistake(
        "square root missing",
        "The square root is missing: the formula without it is the bound squared.",
        xavier(lambda fan_in, fan_out, gain: gain * 6 / (fan_in + fan_out)),
    ),
    Mistake(
        "gain ignored",
        "gain is ignored. It multiplies the bound.",
        xavier(lambda fan_in, fan_out, gain: np.sqrt(6 / (fan_in + fan_out))),
    ),
    Mistake(
        "gain under the root",
        "gain stands under the square root. It multiplies the bound itself.",
        xavier(lambda fan_in, fan_out, gain: np.sqrt(gain * 6 / (fan_in + fan_out))),
    ),
    Mistake("kernel not counted", KERNEL, xavier_channels),
    Mistake(
        "kernel counted once",
        "The kernel's places are counted for the inputs only. One input also reaches "
        "that many outputs.",
        xavier_half_counted,
    ),
    Mistake(
        "from zero",
        SYMMETRIC,
        lambda shape, rng, gain=1.0: between(0, xavier_bound(shape, gain), shape, rng),
    ),
    Mistake("normal", NORMAL, xavier_normal),
    Mistake(
        "own seed",
        SAME_NUMBERS,
        lambda shape, rng, gain=1.0: within(
            xavier_bound(shape, gain), shape, np.random.default_rng(0)
        ),
    ),
    Mistake(
        "other generator",
        OTHER_GENERATOR,
        lambda shape, rng, gain=1.0: within(
            xavier_bound(shape, gain), shape, ELSEWHERE
        ),
    ),
    Mistake(
        "float64",
        WIDE_FLOATS,
        lambda shape, rng, gain=1.0: (
            rng.uniform(-1, 1, shape) * xavier_bound(shape, gain)
        ),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "kaiming_uniform": KAIMING,
    "xavier_uniform": XAVIER,
}
