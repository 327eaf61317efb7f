"""Layers of kernels that slide over sequences and images."""

from __future__ import annotations

import math
from typing import Any

from minidl import functional
from minidl.creation import empty
from minidl.functional.geometry import pair
from minidl.functional.padding import MODES, pad
from minidl.kernels.windows import span, transposed_size
from minidl.nn import init
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.tensor import Tensor


class Convolution(Module):
    """What Conv1d, Conv2d and ConvTranspose2d have in common.

    weight:  (out_channels, in_channels / groups, *kernel_size)
    bias:    (out_channels,), or None

    Both start uniform in (-k, k), k = 1 / sqrt(entries of weight[0]).
    """

    dims, transposed = 2, False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = self.sizes("kernel_size", kernel_size)
        self.stride = self.sizes("stride", stride)
        self.dilation = self.sizes("dilation", dilation)
        self.output_padding = self.sizes("output_padding", 0, 0)
        named = isinstance(padding, str)
        self.padding = padding if named else self.sizes("padding", padding, 0)
        self.groups, self.padding_mode = groups, padding_mode
        self.check()
        channels = in_channels, out_channels
        outer, inner = channels if self.transposed else channels[::-1]
        shape, options = self.kernel_size, {"device": device, "dtype": dtype}
        self.weight = Parameter(empty(outer, inner // groups, *shape, **options))
        biases = Parameter(empty(out_channels, **options)) if bias else None
        self.register_parameter("bias", biases)
        self.reset_parameters()

    def sizes(self, argument: str, value: Any, least: int = 1) -> tuple[int, ...]:
        """A number for each dimension that the kernel slides along."""
        both = pair(type(self).__name__, argument, value, least, self.dims)
        return both[-self.dims :]

    def check(self) -> None:
        """Raise unless the arguments fit each other."""
        channels, groups = (self.in_channels, self.out_channels), self.groups
        mode, padding, stride = self.padding_mode, self.padding, self.stride
        if groups < 1 or any(n % groups for n in channels):
            self.refuse(f"groups {groups} does not divide both channels {channels}")
        if mode not in ("zeros", *MODES[1:]):
            self.refuse(f"padding_mode is {mode!r}; pass zeros or {MODES[1:]}")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            self.refuse(f"padding is {padding!r}; pass 'same', 'valid' or numbers")
        if padding == "same" and max(stride) > 1:
            self.refuse(f"padding is 'same' but stride {stride}; pass stride 1")

    def refuse(self, problem: str) -> None:
        """Raise for arguments with this problem."""
        raise ValueError(f"{type(self).__name__}: {problem}")

    def reset_parameters(self) -> None:
        """Draw the first weights and biases."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.weight.array[0].size)
            init.uniform_(self.bias, -bound, bound)

    def padded(self, input: Tensor) -> tuple[Tensor, Any]:
        """The input after padding by other than zeros, and what is left to pad."""
        if self.padding_mode == "zeros" or self.padding == "valid":
            return input, self.padding
        return pad(input, self.around(), self.padding_mode), 0

    def around(self) -> list[int]:
        """The padding as pad() takes it: before and after, last dimension first."""
        sizes = zip(self.kernel_size, self.dilation, strict=True)
        totals = [d * (k - 1) for k, d in sizes]
        if self.padding != "same":
            totals = [2 * n for n in self.padding]
        return [n for total in totals[::-1] for n in (total // 2, -(-total // 2))]

    def extra_repr(self) -> str:
        """The sizes, and the options that are not as usual."""
        zeros, ones = (0,) * self.dims, (1,) * self.dims
        usual: dict[str, Any] = {"padding": zeros, "dilation": ones}
        usual |= {"output_padding": zeros, "groups": 1, "bias": True}
        usual |= {"padding_mode": "zeros"}
        values = vars(self) | {"bias": self.bias is not None}
        names = [name for name in usual if values[name] != usual[name]]
        shown = [f"{k}={values[k]}" for k in ("kernel_size", "stride", *names)]
        return f"{self.in_channels}, {self.out_channels}, {', '.join(shown)}"


class Conv1d(Convolution):
    """Kernels that slide along sequences (N, C, L)."""

    dims = 1

    def forward(self, input: Tensor) -> Tensor:
        """Shapes:  input (N, in_channels, L) -> (N, out_channels, Q)."""
        input, padding = self.padded(input)
        window = self.stride, padding, self.dilation, self.groups
        return functional.conv1d(input, self.weight, self.bias, *window)


class Conv2d(Convolution):
    """Kernels that slide over images (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """What each kernel sees from its places in input, summed up, plus its bias.

        Shapes:  input (N, in_channels, H, W) -> (N, out_channels, P, Q)
        """
        input, padding = self.padded(input)
        window = self.stride, padding, self.dilation, self.groups
        return functional.conv2d(input, self.weight, self.bias, *window)


class ConvTranspose2d(Convolution):
    """Kernels that every entry of images (N, C, P, Q) spreads over larger images.

    weight:  (in_channels, out_channels / groups, *kernel_size)
    """

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros" or isinstance(padding, str):
            self.refuse(f"padding {padding!r}, {padding_mode!r}; pass numbers, 'zeros'")
        window = kernel_size, stride, padding, dilation, groups, bias, padding_mode
        super().__init__(in_channels, out_channels, *window, device, dtype)
        self.output_padding = self.sizes("output_padding", output_padding, 0)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """The larger images; output_size chooses among the possible sizes.

        Shapes:  input (N, in_channels, P, Q) -> (N, out_channels, H, W)
        """
        extra = self.output_padding
        if output_size is not None:
            extra = self.extra_for(input, tuple(output_size)[-2:])
        window = self.stride, self.padding, extra, self.groups, self.dilation
        return functional.conv_transpose2d(input, self.weight, self.bias, *window)

    def extra_for(self, input: Tensor, size: tuple[int, ...]) -> tuple[int, ...]:
        """The output_padding that makes images of this size."""
        sizes: Any = self.kernel_size, self.dilation, self.stride, self.padding
        count: Any = input.shape[-2:]
        kernel, apart, *window = sizes
        least = transposed_size(count, span(kernel, apart), *window)
        extra = tuple(m - n for m, n in zip(size, least, strict=True))
        if any(not 0 <= n < s for n, s in zip(extra, self.stride, strict=True)):
            self.refuse(
                f"output_size {size} for input {input.shape}; pass {least}, "
                f"or more by less than stride {self.stride}"
            )
        return extra
