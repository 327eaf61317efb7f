"""Chapter 2 in PyTorch: activations and PyTorch's own backward operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

aten: Any = torch.ops.aten


def relu_backward(g: Tensor, y: Tensor) -> Any:
    """PyTorch computes relu's gradient as that of a threshold at 0."""
    return aten.threshold_backward(g, y, 0)


def leaky_relu_backward(g: Tensor, x: Tensor, negative_slope: float = 0.01) -> Any:
    """The last argument says that x is the input, not the output."""
    return aten.leaky_relu_backward(g, x, negative_slope, False)


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    """Softmax along the last axis, unless another is named."""
    return torch.softmax(x, dim)


def softmax_backward(g: Tensor, y: Tensor, dim: int = -1) -> Any:
    """The last argument is the dtype of the input."""
    return aten._softmax_backward_data(g, y, dim, y.dtype)


ANSWERS: dict[str, Callable[..., Any]] = {
    "sigmoid": torch.sigmoid,
    "sigmoid_backward": aten.sigmoid_backward,
    "tanh": torch.tanh,
    "tanh_backward": aten.tanh_backward,
    "relu": torch.relu,
    "relu_backward": relu_backward,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "leaky_relu_backward": leaky_relu_backward,
    "softmax": softmax,
    "softmax_backward": softmax_backward,
}
