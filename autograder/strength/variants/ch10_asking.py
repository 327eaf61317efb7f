"""Chapter 10: right ways to ask a network, and to fool it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minidl import functional
from minidl.data.handwriting import prepare_digits
from minidl.kernels import log_softmax, softmax
from minidl.nn import CrossEntropyLoss
from minidl.tape import no_grad
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each function says how it does it


def of_tensors(model: Any, images: Any) -> Any:
    with no_grad():
        return functional.softmax(model.eval()(Tensor(prepare_digits(images))), 1).array


def detached(model: Any, images: Any) -> Any:
    model.train(False)
    x = Tensor(prepare_digits(images))
    with no_grad():
        scores = model(x).detach()
    return np.exp(log_softmax(scores.numpy()))


def in_float64(model: Any, images: Any) -> Any:
    model.eval()
    with no_grad():
        scores = model(Tensor(prepare_digits(np.array(images, np.float64)))).numpy()
    return softmax(scores.astype(np.float64)).astype(np.float32)


def by_hand(model: Any, images: Any) -> Any:
    model.eval()
    with no_grad():
        scores = model(Tensor(prepare_digits(images))).numpy()
    e = np.exp(scores - scores.max(axis=1)[:, None])
    return e / e.sum(axis=1)[:, None]


def in_arrays(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    model.eval()
    leaf = Tensor(x.array.copy(), requires_grad=True)
    functional.cross_entropy(model(leaf), y).backward()
    for parameter in model.parameters():
        parameter.grad = None
    slope = leaf.grad
    assert slope is not None
    return Tensor((x.array + epsilon * np.sign(slope.array)).astype(x.dtype))


def of_the_sum(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    model.train(mode=False)
    leaf = x.clone().detach().requires_grad_(True)
    CrossEntropyLoss(reduction="sum")(model(leaf), y).backward()
    model.zero_grad()
    with no_grad():
        return x + epsilon * leaf.grad.sign()


def of_log_probabilities(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    model.eval()
    leaf = x.detach().clone()
    leaf.requires_grad = True
    loss = functional.nll_loss(functional.log_softmax(model(leaf), 1), y)
    loss.backward()
    model.zero_grad(set_to_none=False)
    g = leaf.grad.array
    steps = np.where(g > 0, epsilon, -epsilon) * (g != 0)
    return Tensor(x.array + steps.astype(x.dtype))


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "probabilities": (of_tensors, detached, in_float64, by_hand),
    "fgsm": (in_arrays, of_the_sum, of_log_probabilities),
}
