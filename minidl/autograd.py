"""Gradients by trying, and a check of those that backward finds."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from minidl.operators import AnyArray
from minidl.tape import topological_order
from minidl.tensor import Tensor

Inputs = Tensor | Sequence[Any]


class GradcheckError(RuntimeError):
    """The gradients that backward finds are not the slopes of the function."""


def numerical_gradient(
    f: Callable[[AnyArray], Any], x: AnyArray, eps: float = 1e-6
) -> AnyArray:
    """How fast each number of f(x) changes with each entry of x.

    f is called twice for every entry, and the array x itself stays as it is.

    Shapes:   x of any shape, f(x) of any shape S -> S followed by the shape of x
    Formula:  (f(x + step) - f(x - step)) / (2 eps), the step eps in one entry
    """
    slopes = np.empty((*np.shape(f(x)), *x.shape))
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = eps
        slopes[(..., *i)] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def gradcheck(
    func: Callable[..., Any],
    inputs: Inputs,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether backward's gradients of func are its slopes, measured at inputs.

    func:    of tensors, returns a tensor or several
    inputs:  a tensor or several, in float64; those that require a gradient count

    Formula:  |gradient - slope| <= atol + rtol |slope|, for every entry
    Raises:   GradcheckError if they differ; with raise_exception=False, returns False
    """
    for place, f, x, gradient in pairs(func, inputs):
        slope = numerical_gradient(f, x, eps)
        if not np.allclose(gradient, slope, rtol, atol):
            if not raise_exception:
                return False
            raise GradcheckError(mismatch(place, gradient, slope))
    return True


def pairs(
    func: Callable[..., Any], inputs: Inputs
) -> Iterator[tuple[str, Callable[[AnyArray], AnyArray], AnyArray, AnyArray]]:
    """Each output with each input that requires a gradient: what gradcheck compares.

    A name for the two, the output as a function of the input's array, that array, and
    the gradient of each number of the output, as backward finds it.
    """
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    wanted = [k for k, x in enumerate(given) if isinstance(x, Tensor) and x.node]
    if not wanted:
        raise ValueError(
            "gradcheck: no input requires a gradient; create one with "
            "requires_grad=True"
        )
    if any(given[k].array.itemsize < 8 for k in wanted):
        warnings.warn("gradcheck: inputs in float32 are too coarse", stacklevel=3)
    outputs = several(func(*given))
    for j in [j for j, y in enumerate(outputs) if y.node] or range(len(outputs)):
        for k in wanted:

            def f(array: AnyArray, j: int = j, k: int = k) -> AnyArray:
                moved = [*given[:k], Tensor(array), *given[k + 1 :]]
                return several(func(*moved))[j].array

            place = f"output {j} with respect to input {k}"
            yield place, f, given[k].array, jacobian(func, given, j, k)


def jacobian(
    func: Callable[..., Any], inputs: tuple[Any, ...], j: int, k: int
) -> AnyArray:
    """The gradient of each number of output j, as backward finds it, at input k.

    Only copies of the inputs get a grad: not the inputs, nor tensors that func uses.

    Shapes:  output j of shape S -> S followed by the shape of input k
    """
    x = Tensor(inputs[k].array.copy(), requires_grad=True)
    y = several(func(*inputs[:k], x, *inputs[k + 1 :]))[j]
    rows = np.zeros((*y.shape, *x.shape))
    order = topological_order(y.node) if y.node else []
    keepers = {node: node.keeper for node in order if node is not x.node}
    for node in keepers:
        node.keeper = None
    for i in np.ndindex(y.shape if y.node else 0):
        g = np.zeros(y.shape, y.dtype)
        g[i], x.grad = 1, None
        y.backward(Tensor(g), retain_graph=True)
        rows[i] = 0 if x.grad is None else x.grad.array
    for node, keeper in keepers.items():
        node.keeper = keeper
    return rows


def several(outputs: Any) -> tuple[Tensor, ...]:
    """What a function returned as a tuple, if it was one tensor too."""
    return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)


def mismatch(place: str, gradient: AnyArray, slope: AnyArray) -> str:
    """What gradcheck says of gradients that are not the slopes."""
    return (
        f"gradcheck: the gradient of {place} is not its slope; look at the rules of "
        f"the operations in between\nslope:\n{slope}\ngradient:\n{gradient}"
    )
