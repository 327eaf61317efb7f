"""Layers that give numbers mean 0 and variance 1 before they scale and shift them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minidl import functional
from minidl.creation import empty, tensor
from minidl.nn import init
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.tensor import Tensor


class BatchNorm(Module):
    """What BatchNorm1d and BatchNorm2d have in common.

    weight, bias:               (num_features,), or None; at first ones and zeros
    running_mean, running_var:  (num_features,), of the batches seen in training; or
                                None, and then the batch's own are always used
    num_batches_tracked:        how many batches those were, or None
    """

    dims: tuple[int, ...] = ()

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, there in (("weight", affine), ("bias", affine and bias)):
            values = empty(num_features, device=device, dtype=dtype)
            self.register_parameter(name, Parameter(values) if there else None)
        for name in ("running_mean", "running_var"):
            values = empty(num_features, device=device, dtype=dtype)
            self.register_buffer(name, values if track_running_stats else None)
        count = tensor(0) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale by 1, shift by 0, and forget all batches."""
        reset(self.weight, self.bias)
        self.reset_running_stats()

    def reset_running_stats(self) -> None:
        """Forget all batches."""
        if self.track_running_stats:
            reset(self.running_var, self.running_mean)
            self.num_batches_tracked.zero_()

    def forward(self, input: Tensor) -> Tensor:
        """Shapes:  input (N, num_features, ...) -> as input."""
        if input.ndim not in self.dims:
            dims = " or ".join(map(str, self.dims))
            raise ValueError(
                f"{type(self).__name__}: input {input.shape} has {input.ndim} "
                f"dimensions; pass {dims}, the channels second"
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean over all batches
                momentum = 1 / self.num_batches_tracked.item()
        return functional.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        """The options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(BatchNorm):
    """Every channel of (N, C) or (N, C, L) with mean 0 and variance 1 in the batch."""

    dims = 2, 3


class BatchNorm2d(BatchNorm):
    """Every channel of images (N, C, H, W) with mean 0 and variance 1 in the batch."""

    dims = (4,)


class LayerNorm(Module):
    """Every sample, in its last dimensions, with mean 0 and variance 1.

    weight, bias:  normalized_shape, or None; at first ones and zeros
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = normalized_shape
        self.normalized_shape = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        there = {"weight": elementwise_affine, "bias": elementwise_affine and bias}
        for name in there:
            values = empty(self.normalized_shape, device=device, dtype=dtype)
            self.register_parameter(name, Parameter(values) if there[name] else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale by 1, shift by 0."""
        reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Shapes:  input (..., *normalized_shape) -> as input."""
        shape, eps = self.normalized_shape, self.eps
        return functional.layer_norm(input, shape, self.weight, self.bias, eps)

    def extra_repr(self) -> str:
        """The options."""
        affine = f"elementwise_affine={self.elementwise_affine}"
        bias = f"bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}, {bias}"


def reset(ones: Tensor | None, zeros: Tensor | None) -> None:
    """Fill the one with 1 and the other with 0, where there is one."""
    if ones is not None:
        init.ones_(ones)
    if zeros is not None:
        init.zeros_(zeros)
