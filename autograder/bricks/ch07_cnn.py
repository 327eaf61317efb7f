"""Chapter 7: convolution, pooling, and the layers of a network that looks."""

from __future__ import annotations

from typing import Any

from autograder.bricks import ch07_convolution, ch07_pooling
from autograder.bricks.brick import AnyArray, Brick, Chapter, Family
from autograder.bricks.ch07_convolution import (
    CONVOLVED,
    WITHOUT_BIAS,
    Make,
    convolved,
    normal,
)


def drive_layer(
    obj: Any, x: AnyArray, W: AnyArray, b: AnyArray | None = None, **window: Any
) -> tuple[AnyArray, ...]:
    """What a layer with these weights answers, and the gradients of W and x."""
    import numpy as np

    import minidl

    kernels, channels = len(W), W.shape[1] * window.get("groups", 1)
    layer = obj(channels, kernels, W.shape[2:], bias=b is not None, **window)
    layer.weight.data = minidl.tensor(W)
    if b is not None:
        layer.bias.data = minidl.tensor(b)
    image = minidl.tensor(x, requires_grad=True)
    y = layer(image)
    g = np.arange(1, 1 + y.array.size, dtype=x.dtype).reshape(y.array.shape)
    y.backward(minidl.tensor(g))
    dx: Any = image.grad
    return y.array, layer.weight.grad.array, dx.array


def drive_flatten(
    obj: Any, x: AnyArray, batch_last: bool = False, **dims: int
) -> tuple[AnyArray, ...]:
    """The flat tensor and the gradient of x, which may be stored batch last."""
    import numpy as np

    import minidl

    image = minidl.tensor(x, requires_grad=True)
    if batch_last:
        stored = np.ascontiguousarray(np.moveaxis(x, 0, -1))
        image.data = minidl.from_numpy(np.moveaxis(stored, -1, 0))
    y = obj(image, **dims)
    g = np.arange(1, 1 + y.array.size, dtype=x.dtype).reshape(y.array.shape)
    y.backward(minidl.tensor(g))
    dx: Any = image.grad
    return y.array, dx.array


LAYER = Brick(
    target="minidl.nn.convolution.Conv2d",
    title="A layer of kernels",
    outputs=("y", "dW", "dx"),
    families=(
        CONVOLVED[0],
        WITHOUT_BIAS,
        *(f for f in CONVOLVED if f.name in ("stride", "padding", "dilation")),
        *(f for f in CONVOLVED if f.name in ("groups", "all at once")),
        Family(
            "padding with what is there",
            convolved((1, 2, 4, 5), (2, 2, 3, 3), padding=1, padding_mode="reflect"),
        ),
    ),
    driver=drive_layer,
    hole="forward",
)


def images(*shape: int, **dims: Any) -> Make:
    """Images of this shape, and plain parameters."""
    return lambda rng: {"x": normal(rng, *shape), **dims}


FLATTEN = Brick(
    target="minidl.shaping.flatten",
    title="From images to rows of features",
    outputs=("y", "dx"),
    families=(
        Family("ordinary", images(2, 3, 4, 2, start_dim=1)),
        Family(
            "images stored batch last", images(2, 3, 2, 4, start_dim=1, batch_last=True)
        ),
        Family("everything", images(2, 3, 4)),
        Family("the middle", images(2, 3, 2, 2, start_dim=1, end_dim=2)),
        Family("counted from the end", images(2, 3, 4, 2, start_dim=-3, end_dim=-2)),
        Family("one dimension", images(3, 4, start_dim=1, end_dim=1)),
        Family("empty batch", images(0, 2, 3, 3, start_dim=1)),
    ),
    driver=drive_flatten,
)

CHAPTER = Chapter(
    slug="07-cnn",
    title="Convolutional networks",
    bricks=(
        ch07_convolution.CROSS_CORRELATE,
        ch07_convolution.CONV2D,
        ch07_convolution.CONV2D_BACKWARD_WEIGHT,
        ch07_convolution.CONV2D_BACKWARD_INPUT,
        ch07_convolution.CONV2D_BACKWARD,
        ch07_pooling.MAX_POOL2D,
        ch07_pooling.MAX_POOL2D_BACKWARD,
        ch07_pooling.AVG_POOL2D,
        ch07_pooling.AVG_POOL2D_BACKWARD,
        LAYER,
        FLATTEN,
    ),
)
