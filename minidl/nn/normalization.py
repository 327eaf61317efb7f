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
        options = {"device": device, "dtype": dtype}
        add_affine(self, (num_features,), affine, bias, options)
        for name in ("running_mean", "running_var"):
            values = empty(num_features, **options) if track_running_stats else None
            self.register_buffer(name, values)
        count = tensor(0) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale by 1, shift by 0, and forget all batches."""
        reset(self.weight, self.bias)
        self.reset_running_stats()

    def reset_running_stats(self) -> None:
        """Forget all batches."""
        reset(self.running_var, self.running_mean)
        if self.track_running_stats:
            self.num_batches_tracked.zero_()

    def forward(self, input: Tensor) -> Tensor:
        """Shapes:  input (N, num_features, ...) -> as input."""
        if input.ndim not in self.dims:
            raise ValueError(
                f"{type(self).__name__}: input {input.shape}; pass "
                f"{' or '.join(map(str, self.dims))} dimensions, the channels second"
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean over all batches
                momentum = 1 / self.num_batches_tracked.item()
        tensors = self.running_mean, self.running_var, self.weight, self.bias
        of_batch = self.training or not self.track_running_stats
        return functional.batch_norm(input, *tensors, of_batch, momentum, self.eps)

    def extra_repr(self) -> str:
        """The options."""
        values = vars(self) | {"bias": self.bias is not None}
        names = "eps", "momentum", "affine", "bias", "track_running_stats"
        return ", ".join([str(self.num_features), *[f"{k}={values[k]}" for k in names]])


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
        options = {"device": device, "dtype": dtype}
        add_affine(self, self.normalized_shape, elementwise_affine, bias, options)
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
        affine, bias = self.elementwise_affine, self.bias is not None
        options = f"eps={self.eps}, elementwise_affine={affine}, bias={bias}"
        return f"{self.normalized_shape}, {options}"


def add_affine(
    layer: Module, shape: tuple[int, ...], affine: bool, bias: bool, options: Any
) -> None:
    """Give a layer a weight and a bias of this shape, or None in their place."""
    for name, there in (("weight", affine), ("bias", affine and bias)):
        values = Parameter(empty(shape, **options)) if there else None
        layer.register_parameter(name, values)


def reset(ones: Tensor | None, zeros: Tensor | None) -> None:
    """Fill the one with 1 and the other with 0, where there is one."""
    if ones is not None:
        init.ones_(ones)
    if zeros is not None:
        init.zeros_(zeros)
