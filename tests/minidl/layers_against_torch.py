"""A layer of minidl beside PyTorch's with the same parameters: outputs, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from against_torch import upstream
from numpy.testing import assert_allclose

from minidl import nn, tensor


def pair(name: str, *sizes: Any, dtype: Any = torch.float64, **options: Any) -> Any:
    """The layer in PyTorch and in minidl; minidl's has loaded PyTorch's parameters."""
    torch.manual_seed(1)
    theirs = getattr(torch.nn, name)(*sizes, dtype=dtype, **options)
    ours = getattr(nn, name)(*sizes, **options).to(tensor(theirs_dtype(theirs)))
    values = {key: tensor(x.numpy()) for key, x in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(values)
    ours.load_state_dict(values)
    return theirs, ours


def theirs_dtype(layer: torch.nn.Module) -> np.ndarray:
    """An empty array of the dtype of the layer's parameters."""
    return next(layer.parameters()).detach().numpy()[:0]


def flat(results: Any) -> list[Any]:
    """The tensors in a nested tuple; None is left out."""
    if isinstance(results, tuple | list):
        return [x for result in results for x in flat(result)]
    return [] if results is None else [results]


def run(layer: Any, make: Any, inputs: Any, options: dict) -> list[np.ndarray]:
    """All outputs, then the gradients of all inputs of floats and of all parameters."""
    leaves = []

    def made(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(made(x) for x in value)
        if not isinstance(value, np.ndarray):
            return value
        x = make(value)
        if value.dtype.kind == "f" and np.isfinite(value).all():
            leaves.append(x.requires_grad_())
        return x

    arguments = [made(value) for value in inputs]
    named = {key: made(value) for key, value in options.items()}
    outputs = flat(layer(*arguments, **named))
    scaled = [upstream(tuple(y.shape)) / 100 for y in outputs]
    total = sum(
        (y * make(g.astype(y.detach().numpy().dtype))).sum()
        for y, g in zip(outputs, scaled, strict=True)
    )
    total.backward()
    grads = [x.grad for x in (*leaves, *layer.parameters())]
    assert all(g is not None for g in grads)
    return [x.detach().numpy() for x in (*outputs, *grads)]


def assert_same(
    layers: Any, *inputs: Any, tolerance: float = 1e-10, **options: Any
) -> None:
    """Every output and gradient of both, to tolerance of the largest entry."""
    theirs, ours = layers
    expected = run(theirs, torch.tensor, inputs, options)
    got = run(ours, tensor, inputs, options)
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        scale = np.abs(other).max(initial=1)
        assert_allclose(one, other, rtol=0, atol=tolerance * scale)
