"""Chapter 7: what learners get wrong about the layers of a convolutional network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.strength.mistake import Mistake
from minidl import functional, tensor
from minidl.kernels.convolution import conv2d
from minidl.nn.convolution import Convolution
from minidl.shaping import reshape
from minidl.tensor import Tensor


def layer(forward: Callable[[Any, Tensor], Any]) -> type:
    """The class Conv2d with this method."""
    return type("Conv2d", (Convolution,), {"forward": forward})


def convolved(self: Any, input: Tensor, **changes: Any) -> Tensor:
    """The right answer, unless changes say otherwise."""
    input, padding = self.padded(input)
    options = {
        "weight": self.weight,
        "bias": self.bias,
        "stride": self.stride,
        "padding": padding,
        "dilation": self.dilation,
        "groups": self.groups,
    }
    return functional.conv2d(input, **(options | changes))


def as_arrays(self: Any, input: Tensor) -> Tensor:
    """The kernel function on arrays: right numbers, and no tape."""
    image, padding = self.padded(input)
    b = None if self.bias is None else self.bias.array
    window = self.stride, padding, self.dilation, self.groups
    return tensor(conv2d(image.array, self.weight.array, b, *window))


CONV2D = (
    Mistake(
        "no bias",
        "The bias is not handed on.",
        layer(lambda self, input: convolved(self, input, bias=None)),
    ),
    Mistake(
        "stride not handed on",
        "The stride of the layer is not handed on.",
        layer(lambda self, input: convolved(self, input, stride=1)),
    ),
    Mistake(
        "padding not handed on",
        "The padding of the layer is not handed on.",
        layer(lambda self, input: convolved(self, input, padding=0)),
    ),
    Mistake(
        "dilation not handed on",
        "The dilation of the layer is not handed on.",
        layer(lambda self, input: convolved(self, input, dilation=1)),
    ),
    Mistake(
        "groups not handed on",
        "The groups of the layer are not handed on.",
        layer(lambda self, input: convolved(self, input, groups=1)),
    ),
    Mistake(
        "padded with zeros only",
        "padding_mode is not used: go on with the image that self.padded returns.",
        layer(
            lambda self, input: functional.conv2d(
                input,
                self.weight,
                self.bias,
                self.stride,
                self.padding,
                self.dilation,
                self.groups,
            )
        ),
    ),
    Mistake(
        "off the tape",
        "The numbers are right, but nothing is on the tape: use the function of "
        "Tensors, not the one of arrays.",
        layer(as_arrays),
    ),
    Mistake(
        "nothing returned",
        "The method returns nothing: `return` is missing.",
        layer(lambda self, input: None),
    ),
    Mistake(
        "relu inside",
        "A relu is applied too. The layer ends with the bias; activations are modules "
        "of their own.",
        layer(lambda self, input: functional.relu(convolved(self, input))),
    ),
)


def flat(input: Tensor, start: int, end: int) -> Tensor:
    """The dimensions from start up to, not including, end as one."""
    shape = input.shape
    middle = math.prod(shape[start:end])
    return reshape(input, (*shape[:start], middle, *shape[end:]))


def bounds(input: Tensor, start_dim: int, end_dim: int) -> tuple[int, int]:
    """First and last dimension, counted from the front."""
    return start_dim % input.ndim, end_dim % input.ndim


def batch_too(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Everything in one row."""
    return reshape(input, (-1,))


def to_the_end(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """end_dim not used."""
    start, _ = bounds(input, start_dim, end_dim)
    return flat(input, start, input.ndim)


def one_short(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """end_dim left out, as Python's slices do."""
    start, end = bounds(input, start_dim, end_dim)
    return flat(input, start, end)


def from_the_front(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Negative dimensions put into a slice as they are."""
    return flat(input, start_dim, end_dim + 1)


def columns_first(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions turned round before they are made one."""
    start, end = bounds(input, start_dim, end_dim)
    order = list(range(input.ndim))
    order[start : end + 1] = order[start : end + 1][::-1]
    return flat(input.permute(order), start, end + 1)


def as_stored(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The numbers in the order in which they lie in memory."""
    start, end = bounds(input, start_dim, end_dim)
    shape = flat(input, start, end + 1).shape
    y = input.array.ravel(order="K").reshape(shape)
    return input.record(y, lambda g: (g.reshape(input.shape),))


def off_the_tape(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """A new tensor, which knows nothing of the old one."""
    start, end = bounds(input, start_dim, end_dim)
    return tensor(flat(input, start, end + 1).array)


FLATTEN = (
    Mistake(
        "batch too",
        "Everything became one row. Dimensions before start_dim stay.",
        batch_too,
    ),
    Mistake(
        "end_dim ignored",
        "Dimensions after end_dim stay as they are.",
        to_the_end,
    ),
    Mistake(
        "last dimension left out",
        "end_dim itself belongs to those that become one; a slice stops before its "
        "end.",
        one_short,
    ),
    Mistake(
        "negative dimensions",
        "A negative dimension counts from the end: -1 is the last. In a slice, -1 + 1 "
        "is the first.",
        from_the_front,
    ),
    Mistake(
        "columns first",
        "The numbers come in another order: the last dimension should run fastest.",
        columns_first,
    ),
    Mistake(
        "order of memory",
        "The numbers come as they lie in memory. Row by row is meant, wherever they "
        "are stored.",
        as_stored,
    ),
    Mistake(
        "off the tape",
        "The numbers are right, but nothing is on the tape: reshape the Tensor, not "
        "its array.",
        off_the_tape,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {"Conv2d": CONV2D, "flatten": FLATTEN}
