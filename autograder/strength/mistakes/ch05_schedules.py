"""Chapter 5: what learners get wrong about schedules of the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.strength.mistake import Mistake
from minidl.optim.lr_scheduler import CosineAnnealingLR, StepLR


def steps(factor: Callable[[int, int, float], float]) -> type[StepLR]:
    """StepLR whose lr is that of the start times factor(epoch, step_size, gamma)."""

    def get_lr(self: Any) -> list[float]:
        now = factor(self.last_epoch, self.step_size, self.gamma)
        return [base * now for base in self.base_lrs]

    return type("StepLR", (StepLR,), {"get_lr": get_lr})


def other_steps(get_lr: Callable[[Any], Any]) -> type[StepLR]:
    """StepLR with this method in the place of its own."""
    return type("StepLR", (StepLR,), {"get_lr": get_lr})


def cosine(
    lr: Callable[[float, float, float], float],
) -> type[CosineAnnealingLR]:
    """Cosine annealing by lr(base, eta_min, epoch / T_max)."""

    def get_lr(self: Any) -> list[float]:
        share = self.last_epoch / self.T_max
        return [lr(base, self.eta_min, share) for base in self.base_lrs]

    return other_cosine(get_lr)


def other_cosine(get_lr: Callable[[Any], Any]) -> type[CosineAnnealingLR]:
    """Cosine annealing with this method in the place of its own."""
    return type("CosineAnnealingLR", (CosineAnnealingLR,), {"get_lr": get_lr})


def between(low: float, high: float, share: float) -> float:
    """The right lr: from high to low along half a period of a cosine."""
    return low + (high - low) * (1 + math.cos(math.pi * share)) / 2


STEP = (
    Mistake(
        "every epoch",
        "The rate falls in every epoch. Between two multiples of step_size it stays.",
        steps(lambda epoch, size, gamma: gamma**epoch),
    ),
    Mistake(
        "smooth",
        "The rate falls a little in every epoch: the quotient of epochs is not whole.",
        steps(lambda epoch, size, gamma: gamma ** (epoch / size)),
    ),
    Mistake(
        "one epoch early",
        "The rate falls one epoch early. Epochs count from 0.",
        steps(lambda epoch, size, gamma: gamma ** ((epoch + 1) // size)),
    ),
    Mistake(
        "one epoch late",
        "The rate falls one epoch late: it is already lower in epoch step_size itself.",
        steps(lambda epoch, size, gamma: gamma ** (max(0, epoch - 1) // size)),
    ),
    Mistake(
        "first epoch lowered",
        "The rate is lowered in epoch 0 already, and is too low from then on.",
        steps(lambda epoch, size, gamma: gamma ** (1 + epoch // size)),
    ),
    Mistake(
        "only once",
        "The rate falls once and never again.",
        steps(lambda epoch, size, gamma: gamma if epoch >= size else 1),
    ),
    Mistake(
        "back again",
        "The rate falls for one epoch and comes back. Lower rates last.",
        steps(lambda epoch, size, gamma: 1 if epoch % size or not epoch else gamma),
    ),
    Mistake(
        "compounded",
        "The factor for all drops so far multiplies a rate that has dropped already. "
        "Start from self.base_lrs, or multiply only when a drop is due.",
        other_steps(
            lambda self: self.scaled(self.gamma ** (self.last_epoch // self.step_size))
        ),
    ),
    Mistake(
        "divided",
        "The rate is divided by gamma.",
        steps(lambda epoch, size, gamma: gamma ** -(epoch // size)),
    ),
    Mistake(
        "gamma as a share to take off",
        "The rate is multiplied with 1 - gamma. gamma is what is left of it.",
        steps(lambda epoch, size, gamma: (1 - gamma) ** (epoch // size)),
    ),
    Mistake(
        "linear",
        "The drops are multiples of gamma. Each drop multiplies once more.",
        steps(lambda epoch, size, gamma: gamma * (epoch // size) or 1),
    ),
    Mistake(
        "one group",
        "All groups get the rate of the first. Each group has its own.",
        other_steps(
            lambda self: [
                self.base_lrs[0] * self.gamma ** (self.last_epoch // self.step_size)
                for _ in self.base_lrs
            ]
        ),
    ),
    Mistake(
        "a number",
        "A single number is returned. Return a list with a rate for each group.",
        other_steps(
            lambda self: (
                self.base_lrs[0] * self.gamma ** (self.last_epoch // self.step_size)
            )
        ),
    ),
)

COSINE = (
    Mistake(
        "no lowest rate",
        "eta_min is not used: the rate falls to 0.",
        cosine(lambda base, low, share: between(0, base, share)),
    ),
    Mistake(
        "lowest rate added",
        "eta_min is added on top, so that the first rate is too high. The cosine runs "
        "between eta_min and the first rate.",
        cosine(lambda base, low, share: low + between(0, base, share)),
    ),
    Mistake(
        "cut off",
        "The curve to 0 is cut off at eta_min. The whole curve lies between the two.",
        cosine(lambda base, low, share: max(low, between(0, base, share))),
    ),
    Mistake(
        "rising",
        "The rate starts low and rises: the sign of the cosine is flipped.",
        cosine(lambda base, low, share: between(base, low, share)),
    ),
    Mistake(
        "whole period",
        "A whole period of the cosine fits into T_max epochs. Half a period should.",
        cosine(lambda base, low, share: between(low, base, 2 * share)),
    ),
    Mistake(
        "quarter period",
        "A quarter of the period fits into T_max epochs, so that the rate stops "
        "halfway.",
        cosine(lambda base, low, share: between(low, base, share / 2)),
    ),
    Mistake(
        "no pi",
        "The angle lacks pi: after T_max epochs it must be pi, half a turn.",
        cosine(lambda base, low, share: between(low, base, share / math.pi)),
    ),
    Mistake(
        "degrees",
        "The angle is in degrees. math.cos takes radians.",
        cosine(lambda base, low, share: between(low, base, 180 * share / math.pi)),
    ),
    Mistake(
        "half missing",
        "1 + cos starts at 2: the half is missing.",
        cosine(lambda base, low, share: 2 * between(low, base, share) - low),
    ),
    Mistake(
        "cosine alone",
        "The cosine runs from 1 to -1 and makes the rate negative. Lift it by 1 and "
        "halve it.",
        cosine(lambda base, low, share: low + (base - low) * math.cos(math.pi * share)),
    ),
    Mistake(
        "straight line",
        "The rate falls along a straight line.",
        cosine(lambda base, low, share: base + (low - base) * share),
    ),
    Mistake(
        "stays down",
        "After T_max epochs the rate stays low. The cosine rises again.",
        cosine(lambda base, low, share: between(low, base, min(share, 1))),
    ),
    Mistake(
        "one epoch early",
        "The rate is that of the epoch after. Epochs count from 0.",
        other_cosine(
            lambda self: [
                between(self.eta_min, base, (self.last_epoch + 1) / self.T_max)
                for base in self.base_lrs
            ]
        ),
    ),
    Mistake(
        "compounded",
        "The factor since the start multiplies a rate that has fallen already. Start "
        "from self.base_lrs.",
        other_cosine(
            lambda self: [
                between(self.eta_min, lr, self.last_epoch / self.T_max)
                for lr in self.scaled(1)
            ]
        ),
    ),
    Mistake(
        "one group",
        "All groups get the rate of the first. Each group has its own.",
        other_cosine(
            lambda self: [
                between(self.eta_min, self.base_lrs[0], self.last_epoch / self.T_max)
                for _ in self.base_lrs
            ]
        ),
    ),
)

MISTAKES = {"StepLR": STEP, "CosineAnnealingLR": COSINE}
