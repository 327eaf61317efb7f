"""Chapter 9: what learners get wrong about the losses of both networks."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl import log, ones_like, sigmoid, zeros_like
from minidl.functional import binary_cross_entropy_with_logits as bce
from minidl.functional import mse_loss
from minidl.shaping import cat
from minidl.tensor import Tensor


def labelled(x: Tensor, label: int, loss: Any = bce, **options: Any) -> Any:
    """The loss of logits x against one label."""
    return loss(x, ones_like(x) if label else zeros_like(x), **options)


def both(real: Tensor, fake: Tensor, loss: Any = bce, **options: Any) -> Any:
    """The right answer, or the same with another loss."""
    return labelled(real, 1, loss, **options) + labelled(fake, 0, loss, **options)


def over_all(real: Tensor, fake: Tensor) -> Tensor:
    """One mean over real and made samples."""
    logits = cat([real, fake])
    return bce(logits, cat([ones_like(real), zeros_like(fake)]))


def by_logarithm(real: Tensor, fake: Tensor) -> Tensor:
    """The formula as it stands."""
    return -log(sigmoid(real)).mean() - log(1 - sigmoid(fake)).mean()


DISCRIMINATOR = (
    Mistake(
        "fake forgotten",
        "Only the real samples count. Who always answers real has no loss then: the "
        "made ones belong in it too.",
        lambda real, fake: labelled(real, 1),
    ),
    Mistake(
        "real forgotten",
        "Only the made samples count. The real ones belong in the loss too.",
        lambda real, fake: labelled(fake, 0),
    ),
    Mistake(
        "labels exchanged",
        "The labels are exchanged: real samples are 1, made ones 0.",
        lambda real, fake: both(fake, real),
    ),
    Mistake(
        "all labels 1",
        "The made samples are labelled 1, as the generator wants them. The "
        "discriminator's label for them is 0.",
        lambda real, fake: labelled(real, 1) + labelled(fake, 1),
    ),
    Mistake(
        "difference",
        "The loss of the made samples is subtracted. With label 0 it is a loss "
        "already: add it.",
        lambda real, fake: labelled(real, 1) - labelled(fake, 0),
    ),
    Mistake(
        "one mean over all",
        "This is one mean over real and made samples. Take the mean of each and add.",
        over_all,
    ),
    Mistake(
        "sum",
        "This is a sum over the samples. Take the mean of each part.",
        lambda real, fake: both(real, fake, reduction="sum"),
    ),
    Mistake(
        "sigmoid twice",
        "The sigmoid is taken twice: the loss with logits takes it by itself.",
        lambda real, fake: both(sigmoid(real), sigmoid(fake)),
    ),
    Mistake(
        "logarithm of a sigmoid",
        "The sigmoid of a large logit is 0 or 1, and the logarithm of 0 is not finite. "
        "Use the loss that takes logits.",
        by_logarithm,
    ),
    Mistake(
        "squares",
        "These are squared errors. The loss is the cross-entropy of a yes or no.",
        lambda real, fake: both(sigmoid(real), sigmoid(fake), mse_loss),
    ),
)

GENERATOR = (
    Mistake(
        "against itself",
        "The label is 0: so the generator learns to be found out. It wants to be taken "
        "for real.",
        lambda fake: labelled(fake, 0),
    ),
    Mistake(
        "saturating",
        "This is log(1 - D): it hardly has a slope when the discriminator is sure, "
        "which is how training begins. Minimize -log D.",
        lambda fake: -labelled(fake, 0),
    ),
    Mistake(
        "sum",
        "This is a sum over the samples. Take the mean.",
        lambda fake: labelled(fake, 1, reduction="sum"),
    ),
    Mistake(
        "sigmoid twice",
        "The sigmoid is taken twice: the loss with logits takes it by itself.",
        lambda fake: labelled(sigmoid(fake), 1),
    ),
    Mistake(
        "logarithm of a sigmoid",
        "The sigmoid of a very negative logit is 0, and the logarithm of 0 is not "
        "finite. Use the loss that takes logits.",
        lambda fake: -log(sigmoid(fake)).mean(),
    ),
    Mistake(
        "mean logit",
        "This is the mean logit, turned around. What counts is the cross-entropy with "
        "label 1.",
        lambda fake: -fake.mean(),
    ),
    Mistake(
        "detached",
        "The loss has lost its tape, so no gradient reaches the generator.",
        lambda fake: labelled(fake.detach(), 1),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "discriminator_loss": DISCRIMINATOR,
    "generator_loss": GENERATOR,
}
