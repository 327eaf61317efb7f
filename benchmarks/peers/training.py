"""A peer's train step: its gradients, and the same Adam in NumPy for every peer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers import losses
from benchmarks.workloads import Step, first_weights


def step_of(ops: Any, workload: str) -> Step:
    """The train step of a workload, with the operators and gradients of a peer."""
    if workload == "gan":
        return gan_step(ops)
    loss = getattr(losses, workload)
    return Training(ops, loss, losses.SHAPES[workload]).step


def gan_step(ops: Any) -> Step:
    """One step of the discriminator, then one of the generator."""
    judge = Training(ops, losses.gan_discriminator, losses.DISCRIMINATOR)
    maker = Training(ops, losses.gan_generator, losses.GENERATOR)

    def step() -> Any:
        fake = ops.plain(losses.generated(ops, maker.weights))
        return judge.step(fake) + maker.step(judge.weights)

    return step


class Training:
    """Weights, and the moments by which Adam moves them."""

    def __init__(self, ops: Any, loss: Callable[..., Any], shapes: Any) -> None:
        self.gradients_of = ops.value_and_gradients(
            lambda weights, *others: loss(ops, weights, *others)
        )
        self.weights = [first_weights(shape) for shape in shapes]
        self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in self.weights]
        self.steps = 0

    def step(self, *others: Any) -> float:
        """The loss, after which the weights have moved."""
        loss, gradients = self.gradients_of(self.weights, *others)
        self.steps += 1
        root = (1 - 0.999**self.steps) ** 0.5
        size = 0.001 * root / (1 - 0.9**self.steps)
        for w, g, (m, v) in zip(self.weights, gradients, self.moments, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            w -= size * m / (np.sqrt(v) + 1e-8 * root)
        return float(loss)
