"""Chapter 8: what learners get wrong about embedding and clipping."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array, IntArray
from minidl.nn.utils import check_finite
from minidl.tensor import Tensor


def norm_of(grads: list[Tensor], norm_type: float) -> float:
    """The norm of all entries together."""
    return float(
        np.linalg.norm(np.concatenate([g.array.ravel() for g in grads]), norm_type)
    )


def scaled(grads: list[Tensor], scale: float) -> None:
    """Multiply all gradients in place."""
    for g in grads:
        g.array[...] *= scale


def clipping(
    clip: Callable[[list[Tensor], float, float], Any],
) -> Callable[..., Any]:
    """A function like clip_grad_norm_ that calls clip(grads, max_norm, norm_type)."""

    def clip_grad_norm_(
        parameters: Tensor | Iterable[Tensor],
        max_norm: float,
        norm_type: float = 2.0,
        error_if_nonfinite: bool = False,
    ) -> Any:
        tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
        grads = [tensor.grad for tensor in tensors if tensor.grad is not None]
        if not grads:
            return Tensor(np.array(0.0))
        if error_if_nonfinite:
            check_finite(np.float64(norm_of(grads, norm_type)))
        found = clip(grads, max_norm, norm_type)
        if not isinstance(found, float):
            return found
        return Tensor(np.array(found, grads[0].array.dtype))

    return clip_grad_norm_


def always(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """Small gradients are made larger."""
    norm = norm_of(grads, norm_type)
    scaled(grads, max_norm / (norm + 1e-6))
    return norm


def each_alone(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """A norm for each tensor."""
    for g in grads:
        always_if_larger([g], max_norm, norm_type)
    return norm_of(grads, norm_type)


def always_if_larger(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """The right answer."""
    norm = norm_of(grads, norm_type)
    if norm > max_norm:
        scaled(grads, max_norm / (norm + 1e-6))
    return norm


def by_entry(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """Every entry cut off at max_norm."""
    norm = norm_of(grads, norm_type)
    for g in grads:
        g.array[...] = g.array.clip(-max_norm, max_norm)
    return norm


def euclidean(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """norm_type not used."""
    return always_if_larger(grads, max_norm, 2.0)


def norm_afterwards(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """The norm when all is done."""
    always_if_larger(grads, max_norm, norm_type)
    return norm_of(grads, norm_type)


def squared(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """The root forgotten."""
    norm = norm_of(grads, norm_type) ** 2
    if norm > max_norm:
        scaled(grads, max_norm / (norm + 1e-6))
    return norm


def divided(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """Scaled to 1, not to max_norm."""
    norm = norm_of(grads, norm_type)
    if norm > max_norm:
        scaled(grads, 1 / (norm + 1e-6))
    return norm


def exactly(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """Nothing added to the norm."""
    norm = norm_of(grads, norm_type)
    scaled(grads, min(1.0, max_norm / norm))
    return norm


def unchanged(grads: list[Tensor], max_norm: float, norm_type: float) -> float:
    """New arrays, which nobody keeps."""
    norm = norm_of(grads, norm_type)
    for g in grads:
        g = g * (max_norm / norm)
    return norm


CLIP = (
    Mistake(
        "small ones made larger",
        "Gradients below max_norm are scaled up. They should stay as they are.",
        clipping(always),
    ),
    Mistake(
        "each tensor alone",
        "Each tensor is clipped by its own norm, which turns the step. There is one "
        "norm of all entries together, and one factor.",
        clipping(each_alone),
    ),
    Mistake(
        "entries cut off",
        "Single entries are cut off, which turns the step. Scale all of them by one "
        "factor.",
        clipping(by_entry),
    ),
    Mistake(
        "norm_type ignored",
        "This is always the Euclidean norm: norm_type is not used.",
        clipping(euclidean),
    ),
    Mistake(
        "norm afterwards",
        "Return the norm as it was before clipping: it tells how far training was off.",
        clipping(norm_afterwards),
    ),
    Mistake(
        "square of the norm",
        "This is the sum of squares. The norm is its root.",
        clipping(squared),
    ),
    Mistake(
        "scaled to 1",
        "The gradients end with norm 1. They should end with max_norm.",
        clipping(divided),
    ),
    Mistake(
        "nothing added to the norm",
        "Almost: PyTorch divides by the norm plus 1e-6, so that a norm of 0 does no "
        "harm.",
        clipping(exactly),
    ),
    Mistake(
        "nothing changed",
        "The gradients are as before: change them in place, a new Tensor in a variable "
        "is lost.",
        clipping(unchanged),
    ),
    Mistake(
        "nothing returned",
        "The function returns nothing: `return` is missing.",
        clipping(lambda grads, max_norm, norm_type: None),
    ),
)


def transposed(x: IntArray, W: Array) -> Array:
    """Columns of the table."""
    return W.T[x]


EMBEDDING = (
    Mistake(
        "columns",
        "These are columns of W. Each index has a row.",
        transposed,
    ),
    Mistake(
        "counted from 1",
        "Indices begin at 0: index 0 has the first row.",
        lambda x, W: W[x - 1],
    ),
    Mistake(
        "one-hot",
        "These are ones and zeros. Multiply them by W, or take W's rows at once.",
        lambda x, W: np.eye(len(W), dtype=W.dtype)[x],
    ),
    Mistake(
        "scaled by the index",
        "The index is multiplied with a row. It is a name, not a size: it chooses.",
        lambda x, W: x[..., None].astype(W.dtype) * W[0],
    ),
    Mistake(
        "flat",
        "The shape of x is lost: the answer has x's dimensions and one more.",
        lambda x, W: W[x.ravel()],
    ),
    Mistake(
        "batch summed",
        "The rows of one sequence are summed up. Each index keeps its row.",
        lambda x, W: W[x].sum(-2),
    ),
    Mistake(
        "the first rows",
        "These are the first rows of W, in their order, whatever x says.",
        lambda x, W: np.resize(W, (*x.shape, W.shape[1])),
    ),
)


def added_once(g: Array, x: IntArray, rows: int) -> Array:
    """`dW[x] += g`, of which NumPy does each row once."""
    dW = np.zeros((rows, g.shape[-1]), g.dtype)
    dW[x] += g
    return dW


def right(g: Array, x: IntArray, rows: int) -> Array:
    """The right answer."""
    dW = np.zeros((rows, g.shape[-1]), g.dtype)
    np.add.at(dW, x, g)
    return dW


def mean_of_each(g: Array, x: IntArray, rows: int) -> Array:
    """The mean over the places of an index."""
    count = np.bincount(x.ravel(), minlength=rows).clip(1)
    return right(g, x, rows) / count[:, None].astype(g.dtype)


def only_seen(g: Array, x: IntArray, rows: int) -> Array:
    """No rows for indices that do not occur."""
    return right(g, x, rows)[np.unique(x)]


EMBEDDING_BACKWARD = (
    Mistake(
        "added once",
        "Each row holds one gradient only. Where an index occurs several times, all of "
        "its gradients add up; `dW[x] += g` does each row once.",
        added_once,
    ),
    Mistake(
        "mean of each index",
        "A row gets the mean of its gradients. They add up.",
        mean_of_each,
    ),
    Mistake(
        "only rows that occur",
        "Rows of indices that do not occur are missing. Their gradient is 0.",
        only_seen,
    ),
    Mistake(
        "counted",
        "The rows hold how often an index occurs. Each place adds its own g.",
        lambda g, x, rows: right(np.ones_like(g), x, rows),
    ),
    Mistake(
        "gradients of the places",
        "This is g as it came. Its entries belong to the rows that x names.",
        lambda g, x, rows: g,
    ),
    Mistake(
        "transposed",
        "dW lies on its side: it has a row for each index.",
        lambda g, x, rows: right(g, x, rows).T,
    ),
    Mistake(
        "counted from 1",
        "The gradient of each index went to the row before: index 0 has row 0.",
        lambda g, x, rows: right(g, x - 1, rows),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "clip_grad_norm_": CLIP,
    "embedding": EMBEDDING,
    "embedding_backward": EMBEDDING_BACKWARD,
}
