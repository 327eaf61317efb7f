"""Chapter 3: what learners get wrong about the hinge loss."""

from __future__ import annotations

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.activations import sigmoid


def shortfall(score: Array, target: Array) -> Array:
    """The right answer, entry by entry; the mistakes below go on from here."""
    return np.maximum(0, 1 - target * score)


HINGE = (
    Mistake(
        "probability for score",
        "A sigmoid squeezes the score first. Hinge takes the score itself: a "
        "probability can never reach the margin.",
        lambda score, target: np.mean(shortfall(sigmoid(score), target)),
    ),
    Mistake(
        "targets 0 and 1",
        "The targets are converted as if they were 0 and 1. They are -1 and 1.",
        lambda score, target: np.mean(shortfall(score, 2 * target - 1)),
    ),
    Mistake(
        "margin 0",
        "The margin is missing: a right answer still costs something until its score "
        "is 1 on the right side.",
        lambda score, target: np.mean(np.maximum(0, -target * score)),
    ),
    Mistake(
        "no maximum",
        "Scores beyond the margin earn a negative loss. They should cost 0, no less.",
        lambda score, target: np.mean(1 - target * score),
    ),
    Mistake(
        "sign flipped",
        "The sign inside is flipped: a score of the target's own sign must lower the "
        "loss.",
        lambda score, target: np.mean(shortfall(score, -target)),
    ),
    Mistake(
        "target ignored",
        "The target is not used: every score is pushed upwards.",
        lambda score, target: np.mean(np.maximum(0, 1 - score)),
    ),
    Mistake(
        "squared",
        "The shortfall is squared. That is another loss; hinge grows linearly.",
        lambda score, target: np.mean(shortfall(score, target) ** 2),
    ),
    Mistake(
        "distance to target",
        "This is the distance between score and target: scores beyond the margin are "
        "punished too.",
        lambda score, target: np.mean(np.abs(target - score)),
    ),
    Mistake(
        "sum",
        "This is the sum over the batch. Divide by the number of entries.",
        lambda score, target: shortfall(score, target).sum(),
    ),
    Mistake(
        "per entry",
        "This is one loss for each entry. Training needs one number: their mean.",
        shortfall,
    ),
)


def active(score: Array, target: Array) -> Array:
    """1 where the score falls short of the margin, else 0."""
    return (target * score < 1).astype(score.dtype)


def squared_slope(g: Array, score: Array, target: Array) -> Array:
    """The gradient of the squared shortfall."""
    return -2 * g * shortfall(score, target) * target / score.size


HINGE_BACKWARD = (
    Mistake(
        "margin ignored",
        "Every score gets a gradient. Those beyond the margin cost nothing and are "
        "left alone.",
        lambda g, score, target: -g * target / score.size,
    ),
    Mistake(
        "gradient at the kink",
        "Exactly at the margin the gradient is 0, as it is for relu at 0.",
        lambda g, score, target: (
            -g * target * (target * score <= 1).astype(score.dtype) / score.size
        ),
    ),
    Mistake(
        "margin 0",
        "The margin is missing: a right answer is still pushed until its score is 1 on "
        "the right side.",
        lambda g, score, target: (
            -g * target * (target * score < 0).astype(score.dtype) / score.size
        ),
    ),
    Mistake(
        "sign flipped",
        "The sign is flipped: descending this gradient raises the loss.",
        lambda g, score, target: g * active(score, target) * target / score.size,
    ),
    Mistake(
        "target ignored",
        "The target is missing: which way a score should move depends on it.",
        lambda g, score, target: -g * active(score, target) / score.size,
    ),
    Mistake(
        "gradient of the target",
        "This is the slope with respect to the target. The scores are what can move.",
        lambda g, score, target: -g * active(score, target) * score / score.size,
    ),
    Mistake(
        "not divided",
        "The loss is a mean, so its gradient is one too.",
        lambda g, score, target: -g * active(score, target) * target,
    ),
    Mistake(
        "divided by rows",
        "The gradient is divided by the rows. The mean runs over all entries.",
        lambda g, score, target: -g * active(score, target) * target / len(score),
    ),
    Mistake(
        "upstream ignored",
        "The upstream gradient g is not multiplied in.",
        lambda g, score, target: -active(score, target) * target / score.size,
    ),
    Mistake(
        "squared",
        "The gradient grows with the shortfall. That belongs to the squared hinge; "
        "here the slope is constant.",
        squared_slope,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "hinge_loss": HINGE,
    "hinge_loss_backward": HINGE_BACKWARD,
}
