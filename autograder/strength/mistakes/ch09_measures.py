"""Chapter 9: what learners get wrong about judging what a generator makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array


def apart(x: Array, centres: Array) -> Any:
    """Distances (N, K) of all samples to all centres."""
    return np.linalg.norm(x[:, None] - centres, axis=2)


def counted(nearest: Any, close: Any, centres: Array) -> Any:
    """How often each centre is the nearest one of a sample that is close."""
    return np.bincount(nearest[close], minlength=len(centres))


def everybody(x: Array, centres: Array, radius: float) -> Any:
    """The radius is not used."""
    return np.bincount(apart(x, centres).argmin(1), minlength=len(centres))


def shared(x: Array, centres: Array, radius: float) -> Any:
    """A sample counts at every centre that it is near."""
    return (apart(x, centres) <= radius).sum(0)


def unforgotten(x: Array, centres: Array, radius: float) -> Any:
    """Only modes that have samples."""
    d = apart(x, centres)
    return np.unique(d.argmin(1)[d.min(1) <= radius], return_counts=True)[1]


def up_to_the_last(x: Array, centres: Array, radius: float) -> Any:
    """No minlength."""
    d = apart(x, centres)
    return np.bincount(d.argmin(1)[d.min(1) <= radius])


def squared(x: Array, centres: Array, radius: float) -> Any:
    """Squared distances against the radius."""
    d = apart(x, centres)
    return counted(d.argmin(1), d.min(1) ** 2 <= radius, centres)


def in_a_box(x: Array, centres: Array, radius: float) -> Any:
    """Each coordinate within the radius."""
    d = np.abs(x[:, None] - centres)
    nearest = (d**2).sum(2).argmin(1)
    return counted(nearest, d[np.arange(len(x)), nearest].max(1) <= radius, centres)


def across(x: Array, centres: Array, radius: float) -> Any:
    """The first coordinate only."""
    d = np.abs(x[:, None, 0] - centres[:, 0])
    return counted(d.argmin(1), d.min(1) <= radius, centres)


def covered(x: Array, centres: Array, radius: float) -> Any:
    """1 where a mode has a sample."""
    d = apart(x, centres)
    return np.minimum(counted(d.argmin(1), d.min(1) <= radius, centres), 1)


def outside(x: Array, centres: Array, radius: float) -> Any:
    """The samples that are not near."""
    d = apart(x, centres)
    return counted(d.argmin(1), d.min(1) > radius, centres)


def inside(x: Array, centres: Array, radius: float) -> Any:
    """Nearer than the radius."""
    d = apart(x, centres)
    return counted(d.argmin(1), d.min(1) < radius, centres)


def shares(x: Array, centres: Array, radius: float) -> Any:
    """Divided by the number of samples."""
    d = apart(x, centres)
    return counted(d.argmin(1), d.min(1) <= radius, centres) / len(x)


MODES = (
    Mistake(
        "radius ignored",
        "Every sample counts, however far it is from its centre. Those beyond the "
        "radius belong to no mode.",
        everybody,
    ),
    Mistake(
        "counted at several centres",
        "A sample near two centres counts twice. It belongs to the nearest only.",
        shared,
    ),
    Mistake(
        "forgotten modes left out",
        "Modes without a sample are missing. They are what one looks for: their count "
        "is 0.",
        unforgotten,
    ),
    Mistake(
        "ends with the last mode found",
        "The counts end with the last mode that has a sample. Each centre has a place: "
        "say how many there are at least.",
        up_to_the_last,
    ),
    Mistake(
        "squared distances",
        "The squared distance is compared with the radius. Take the root.",
        squared,
    ),
    Mistake(
        "box",
        "Each coordinate is within the radius, which is a box. The distance has to be.",
        in_a_box,
    ),
    Mistake(
        "one coordinate",
        "Only the first coordinate is looked at. Sum the squares over the last axis.",
        across,
    ),
    Mistake(
        "covered or not",
        "This says whether a mode has samples. Count them.",
        covered,
    ),
    Mistake(
        "border left out",
        "A sample whose distance is the radius counts too: not farther than it.",
        inside,
    ),
    Mistake("outside", "These are the samples beyond the radius.", outside),
    Mistake(
        "shares", "These are shares of the samples. Give whole numbers, counts.", shares
    ),
)


def entropy(p: Any) -> Any:
    """Of rows of probabilities, in natural logarithms; 0 log 0 is 0."""
    return -(p * np.log(np.where(p > 0, p, 1))).sum(-1)


def divergences(p: Array) -> Any:
    """The right answer before the exponential: one number a sample."""
    q = p.mean(0)
    return (p * np.log(np.where(p > 0, p, 1) / np.where(q > 0, q, 1))).sum(1)


def backwards(p: Array) -> float:
    """The divergence of the mean from each row."""
    q = p.mean(0)
    ratio = np.where(q > 0, q, 1) / np.maximum(p, 1e-12)
    return float(np.exp((q * np.log(np.where(q > 0, ratio, 1))).sum(1).mean()))


def by_formula(p: Array) -> float:
    """No thought of zeros."""
    return float(np.exp((p * np.log(p / p.mean(0))).sum(1).mean()))


SCORE = (
    Mistake(
        "log 0",
        "A probability of 0 makes 0 times the logarithm of 0, which is nan. Such an "
        "entry adds nothing: leave it out.",
        by_formula,
    ),
    Mistake(
        "no exponential",
        "This is the mean divergence. The score is e to that power.",
        lambda p: float(divergences(p).mean()),
    ),
    Mistake(
        "exponential first",
        "The exponential is taken of each sample. Take the mean first.",
        lambda p: float(np.exp(divergences(p)).mean()),
    ),
    Mistake(
        "sum over the samples",
        "The divergences are summed over the samples. Take their mean.",
        lambda p: float(np.exp(divergences(p).sum())),
    ),
    Mistake(
        "mean over the classes",
        "The mean is over samples and classes. Over the classes the terms are summed.",
        lambda p: float(np.exp(divergences(p).mean() / p.shape[1])),
    ),
    Mistake(
        "variety only",
        "This is the entropy of the mean row: how varied the answers are. How sure "
        "each one is does not enter.",
        lambda p: float(np.exp(entropy(p.mean(0)))),
    ),
    Mistake(
        "certainty only",
        "This measures how sure the answers are. How varied they are does not enter: "
        "compare with the mean row.",
        lambda p: float(np.exp(np.log(p.shape[1]) - entropy(p).mean())),
    ),
    Mistake(
        "turned around",
        "The divergence is turned around: p is inside and outside of the logarithm, "
        "above the mean q.",
        backwards,
    ),
    Mistake(
        "logarithm of base 2",
        "The logarithm is of base 2, the exponential of base e. Take the natural one.",
        lambda p: float(np.exp(divergences(p).mean() / np.log(2))),
    ),
    Mistake(
        "minus",
        "The sign is turned around: the score is at least 1.",
        lambda p: float(np.exp(-divergences(p).mean())),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "mode_counts": MODES,
    "inception_score": SCORE,
}
