"""Chapter 7 in PyTorch: convolution, pooling and the layers made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import grad as gradients

functional: Any = nn.functional
grad: Any = gradients
Pair = tuple[int, int]


def cross_correlate(image: Tensor, kernel: Tensor) -> Any:
    """One image of one channel, one kernel."""
    return functional.conv2d(image[None, None], kernel[None, None])[0, 0]


def conv2d(x: Tensor, W: Tensor, b: Tensor | None = None, **window: Any) -> Any:
    """The same under PyTorch's names."""
    return functional.conv2d(x, W, b, **window)


def conv2d_backward_weight(
    g: Tensor, x: Tensor, kernel: Pair, groups: int = 1, **window: Pair
) -> Any:
    """PyTorch takes the shape of the weight where ours takes that of the kernel."""
    shape = (g.shape[1], x.shape[1] // groups, *kernel)
    return grad.conv2d_weight(x, shape, g, groups=groups, **window)


def conv2d_backward_input(
    g: Tensor, W: Tensor, size: Pair, groups: int = 1, **window: Pair
) -> Any:
    """PyTorch takes the shape of the images where ours takes their size."""
    shape = (len(g), W.shape[1] * groups, *size)
    return grad.conv2d_input(shape, W, g, groups=groups, **window)


def conv2d_backward(g: Tensor, x: Tensor, W: Tensor, **window: Any) -> Any:
    """Gradients of images, weights and biases."""
    b = torch.zeros(len(W), dtype=W.dtype, device=W.device)
    inputs = [part.requires_grad_() for part in (x, W, b)]
    return torch.autograd.grad(functional.conv2d(*inputs, **window), inputs, g)


def max_pool2d(x: Tensor, kernel: Pair, stride: Pair, **window: Any) -> Any:
    """The same under PyTorch's names."""
    return functional.max_pool2d(x, kernel, stride, **window)


def avg_pool2d(
    x: Tensor, kernel: Pair, stride: Pair, divisor: int | None = None, **window: Any
) -> Any:
    """The same under PyTorch's names."""
    return functional.avg_pool2d(x, kernel, stride, divisor_override=divisor, **window)


def max_pool2d_backward(g: Tensor, x: Tensor, **window: Any) -> Tensor:
    """The gradient of x."""
    x = x.requires_grad_()
    return torch.autograd.grad(max_pool2d(x, **window), x, g)[0]


def avg_pool2d_backward(g: Tensor, size: Pair, **window: Any) -> Tensor:
    """The gradient of x, which does not depend on what is in x."""
    x = torch.zeros((*g.shape[:2], *size), dtype=g.dtype, device=g.device)
    x = x.requires_grad_()
    return torch.autograd.grad(avg_pool2d(x, **window), x, g)[0]


def counted(y: Tensor) -> Tensor:
    """The upstream gradient 1, 2, 3, … for y."""
    return torch.arange(1, 1 + y.numel(), dtype=y.dtype, device=y.device).view(y.shape)


def reflected(x: Tensor, padding: int) -> Tensor:
    """The images with mirrored rows and columns around them.

    PyTorch's pad has no deterministic gradient on a GPU; index_select has one.
    """
    for dim in (2, 3):
        last = x.shape[dim] - 1
        places = torch.arange(-padding, last + padding + 1, device=x.device)
        x = x.index_select(dim, last - (last - places.abs()).abs())
    return x


def layer(
    x: Tensor, W: Tensor, b: Tensor | None = None, **window: Any
) -> tuple[Tensor, ...]:
    """A layer with these weights: its answer, and the gradients of weight and x."""
    images = x.requires_grad_()
    if window.pop("padding_mode", "zeros") == "reflect":
        images = reflected(x, window.pop("padding"))
    channels = W.shape[1] * window.get("groups", 1)
    kernel = W.shape[2], W.shape[3]
    conv = nn.Conv2d(channels, len(W), kernel, bias=b is not None, **window)
    conv.weight.data = W
    if b is not None:
        conv.bias = nn.Parameter(b)
    y = conv(images)
    return y, *torch.autograd.grad(y, (conv.weight, x), counted(y))


def flatten(x: Tensor, batch_last: bool = False, **dims: int) -> tuple[Tensor, Tensor]:
    """The flat tensor, and the gradient of x; how x is stored makes no difference."""
    y = torch.flatten(x.requires_grad_(), **dims)
    return y, torch.autograd.grad(y, x, counted(y))[0]


ANSWERS: dict[str, Callable[..., Any]] = {
    "cross_correlate": cross_correlate,
    "conv2d": conv2d,
    "conv2d_backward_weight": conv2d_backward_weight,
    "conv2d_backward_input": conv2d_backward_input,
    "conv2d_backward": conv2d_backward,
    "max_pool2d": max_pool2d,
    "max_pool2d_backward": max_pool2d_backward,
    "avg_pool2d": avg_pool2d,
    "avg_pool2d_backward": avg_pool2d_backward,
    "Conv2d": layer,
    "flatten": flatten,
}
