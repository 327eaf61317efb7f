"""Small changes of an image that make a network read something else."""

from __future__ import annotations

from minidl.functional import cross_entropy
from minidl.nn.module import Module
from minidl.tensor import Tensor


def fgsm(model: Module, x: Tensor, y: Tensor, epsilon: float) -> Tensor:
    """Inputs like x, each number moved by epsilon the way that raises the loss.

    The model is in evaluation mode, and its parameters have no gradient afterwards.

    Shapes:   x (N, ...), y (N,) the true classes -> as x
    Formula:  x + epsilon sign(dL/dx), L the cross-entropy of the model's logits
    Source:   Goodfellow, Shlens, Szegedy, Explaining and Harnessing Adversarial
              Examples, 2015, section 4
    """
    model.eval()
    moved = x.detach().clone().requires_grad_()
    cross_entropy(model(moved), y).backward()
    model.zero_grad()
    return moved.detach() + epsilon * moved.grad.sign()  # type: ignore[union-attr]
