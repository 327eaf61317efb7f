"""Chapter 6 in PyTorch: torch.nn's modules, dropout and batch normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.bricks.ch06_layers import drive_dropout
from autograder.bricks.ch06_modules import drive_module
from autograder.reference import ch06_measuring

aten: Any = torch.ops.aten


def module(places: tuple[str, ...], **options: Any) -> tuple[Tensor, ...]:
    """The same network of torch.nn's Module, described by the same driver."""

    def parameter(number: int) -> Tensor:
        return nn.Parameter(torch.tensor([float(number)]))

    found = drive_module(nn.Module, places, parameter, **options)
    return tuple(torch.tensor(fact) for fact in found)


def linear(
    g: Tensor, x: Tensor, W: Tensor, b: Tensor | None = None
) -> tuple[Tensor, ...]:
    """torch.nn's Linear: its output and the gradients of x, W and b."""
    M, D = W.shape
    layer = nn.Linear(D, M, bias=b is not None, device=W.device, dtype=W.dtype)
    state = {"weight": W} if b is None else {"weight": W, "bias": b}
    layer.load_state_dict(state)
    leaves = [x.requires_grad_(), *layer.parameters()]
    y = layer(x)
    slopes = torch.autograd.grad(y, leaves, g)
    absent = [torch.zeros(0, dtype=W.dtype)] * (b is None)
    return (y, *slopes, *absent)


def sequential(
    g: Tensor, x: Tensor, W: Tensor, order: tuple[int, ...]
) -> tuple[Tensor, ...]:
    """torch.nn's Sequential of Linear layers and tanh, in this order."""
    layers = []
    for weight in W:
        layer = nn.Linear(3, 3, bias=False, device=W.device, dtype=W.dtype)
        layer.load_state_dict({"weight": weight})
        layers.append(layer)
    others = {-1: nn.Tanh(), -2: nn.Sequential(layers[0], nn.Tanh())}
    model = nn.Sequential(*[layers[i] if i >= 0 else others[i] for i in order])
    y = model(x.requires_grad_())
    leaves = [x, *(layer.weight for layer in layers)]
    dx, *dW = torch.autograd.grad(
        y, leaves, g, allow_unused=True, materialize_grads=True
    )
    return y, dx, torch.stack(dW)


def torch_dropout(x: Any, p: float, rng: np.random.Generator) -> tuple[Any, Any]:
    """PyTorch's dropout of an array, with a seed drawn from rng, and its factors."""
    with torch.random.fork_rng([]):
        torch.manual_seed(int(rng.integers(2**62)))
        given = torch.tensor(x, requires_grad=True)
        y = functional.dropout(given, p)
    (factors,) = torch.autograd.grad(y.sum(), given)
    return y.detach().numpy(), factors.numpy()


def dropout(x: Tensor, **inputs: Any) -> tuple[Tensor, ...]:
    """The facts about PyTorch's dropout."""
    found = drive_dropout(torch_dropout, x.cpu().numpy(), **inputs)
    return tuple(torch.tensor(fact) for fact in found)


def dropout_backward(g: Tensor, factors: Tensor) -> Any:
    """PyTorch's own takes which were kept, and what they were multiplied by."""
    scale = factors.max().item() if factors.numel() else 1.0
    return aten.native_dropout_backward(g, (factors != 0).expand(g.shape), scale)


def batch_norm(
    x: Tensor,
    W: Tensor,
    b: Tensor,
    mean: Tensor | None = None,
    var: Tensor | None = None,
    eps: float = 1e-5,
) -> tuple[Tensor, ...]:
    """With a batch's own statistics, or with those that are given."""
    y = functional.batch_norm(x, mean, var, W, b, training=mean is None, eps=eps)
    if mean is None or var is None:
        axes = (0, *range(2, x.ndim))
        var, mean = torch.var_mean(x, dim=axes, correction=0)
    return y, mean, var


def batch_norm_backward(
    g: Tensor,
    x: Tensor,
    mean: Tensor,
    var: Tensor,
    W: Tensor,
    eps: float = 1e-5,
    training: bool = True,
) -> Any:
    """PyTorch's own, which takes the statistics, and one over their root."""
    taken = mean, var, mean, (var + eps).rsqrt()
    wanted = [True, True, True]
    return aten.native_batch_norm_backward(g, x, W, *taken, training, eps, wanted)


ANSWERS: dict[str, Callable[..., Any]] = {
    "Module": module,
    "Linear": linear,
    "Sequential": sequential,
    "dropout": dropout,
    "dropout_backward": dropout_backward,
    "batch_norm": batch_norm,
    "batch_norm_backward": batch_norm_backward,
    **ch06_measuring.ANSWERS,
}
