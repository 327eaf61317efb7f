"""Chapter 7: the bricks that pool what a window sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]

POOLING = "minidl.kernels.pooling"


def drive_max_pool(obj: Any, x: AnyArray, **window: Any) -> Any:
    """The largest entries; what else is returned is for the backward function."""
    result = obj(x, **window)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("max_pool2d should return two things: y, cache")
    y = result[0]
    if getattr(y, "dtype", x.dtype) != x.dtype:
        raise TypeError(f"y is {y.dtype}, x is {x.dtype}; keep the dtype of x")
    return y


def drive_max_pool_backward(obj: Any, g: AnyArray, x: AnyArray, **window: Any) -> Any:
    """The gradient, from what the max_pool2d beside obj keeps, or minidl's."""
    from minidl.kernels import pooling

    beside = getattr(obj, "__globals__", {}).get("max_pool2d", pooling.max_pool2d)
    _, cache = beside(x, **window)
    dx = obj(g, cache, x.shape[2:], **window)
    if getattr(dx, "dtype", g.dtype) != g.dtype:
        raise TypeError(f"dx is {dx.dtype}, g is {g.dtype}; keep the dtype of g")
    return dx


def pooled(
    x: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int] | None = None,
    size: float = 1.0,
    **window: Any,
) -> Make:
    """Images of mostly negative numbers, in which a zero at the edge would stand out.

    The stride is the size of the window unless another is given.
    """

    def make(rng: np.random.Generator) -> Inputs:
        images = size * rng.normal(-1.0, 1.0, x)
        return {"x": images, "kernel": kernel, "stride": stride or kernel, **window}

    return make


def tied(rng: np.random.Generator) -> Inputs:
    """Few different values, zeros above all, so that most windows have a tie."""
    x = rng.integers(-1, 2, (2, 2, 4, 6)).clip(0).astype(np.float64)
    return {"x": x, "kernel": (2, 3), "stride": (2, 3)}


POOLED = (
    Family("ordinary", pooled((2, 2, 4, 6), (2, 2))),
    Family("one image of one channel", pooled((1, 1, 4, 4), (2, 2))),
    Family("empty batch", pooled((0, 2, 4, 4), (2, 2))),
    Family("large values", pooled((2, 1, 4, 4), (2, 2), size=1000.0)),
    Family("neither is square", pooled((2, 2, 4, 6), (2, 3))),
    Family("a row and a column left over", pooled((2, 1, 5, 7), (2, 2))),
    Family("overlapping windows", pooled((2, 2, 5, 6), (3, 3), (2, 1))),
    Family("padding", pooled((2, 2, 4, 5), (3, 2), (2, 2), padding=(1, 1))),
    Family("ceil_mode", pooled((2, 1, 5, 4), (2, 3), ceil_mode=True)),
    Family("not contiguous", pooled((2, 2, 4, 4), (2, 2)), strided=True),
)
MAX_POOLED = (
    *POOLED,
    Family("dilation", pooled((2, 1, 5, 7), (2, 3), (1, 2), dilation=(3, 2))),
    Family(
        "dilation, and windows that share entries",
        pooled((2, 1, 6, 7), (2, 2), (2, 2), dilation=(2, 2)),
    ),
    Family("ties", tied),
)
AVG_POOLED = (
    *POOLED,
    Family(
        "padding not counted",
        pooled((2, 2, 4, 5), (3, 2), (2, 2), padding=(1, 1), count_include_pad=False),
    ),
    Family("divisor", pooled((2, 2, 4, 4), (2, 2), divisor=3)),
)

MAX_POOL2D = Brick(
    target=f"{POOLING}.max_pool2d",
    title="The largest of what each window sees",
    outputs=("y",),
    families=MAX_POOLED,
    driver=drive_max_pool,
)


def after_pooling(
    families: tuple[Family, ...], with_images: bool = False
) -> tuple[Family, ...]:
    """The same windows after upstream 1, 2, 3, …, with the images or their size.

    Where nothing else is drawn, something is added to the upstream that is.
    """

    def wrap(make: Make) -> Make:
        def made(rng: np.random.Generator) -> Inputs:
            x, window = (inputs := make(rng)).pop("x"), inputs
            count = window_count(x.shape[2:], **window)
            g = upstream(*x.shape[:2], *count)
            if not with_images:
                g += rng.uniform(0, 1, g.shape)
            images = {"x": x} if with_images else {"size": x.shape[2:]}
            return {"g": g, **images, **window}

        return made

    return tuple(Family(f.name, wrap(f.make), f.strided) for f in families)


def window_count(
    size: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    ceil_mode: bool = False,
    **_: Any,
) -> list[int]:
    """Rows and columns of places for a window that pools images of this size."""
    count = []
    for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        last = -(-room // s) if ceil_mode else room // s
        count.append(last + (last * s < n + p))
    return count


MAX_POOL2D_BACKWARD = Brick(
    target=f"{POOLING}.max_pool2d_backward",
    title="The gradient goes to the largest",
    outputs=("dx",),
    points=2,
    families=after_pooling(MAX_POOLED, with_images=True),
    driver=drive_max_pool_backward,
)

AVG_POOL2D = Brick(
    target=f"{POOLING}.avg_pool2d",
    title="The mean of what each window sees",
    outputs=("y",),
    families=AVG_POOLED,
)

AVG_POOL2D_BACKWARD = Brick(
    target=f"{POOLING}.avg_pool2d_backward",
    title="The gradient is shared out",
    outputs=("dx",),
    families=after_pooling(AVG_POOLED),
)
