"""Chapter 6: what learners get wrong about batch normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.normalization import batch_norm_backward, channel

Statistics = Callable[[Array], tuple[Array, Array]]

EPS_OUTSIDE = (
    "eps is added to the standard deviation. It belongs to the variance, under the "
    "root."
)
EPS_MISSING = "eps is missing: a channel that is constant divides by zero."


def axes_of(x: Array) -> tuple[int, ...]:
    """All axes but that of the channels."""
    return (0, *range(2, x.ndim))


def moments(x: Array) -> tuple[Array, Array]:
    """The right mean and variance; the mistakes below go on from here."""
    return x.mean(axes_of(x)), x.var(axes_of(x))


def sample_variance(x: Array) -> tuple[Array, Array]:
    """The variance of a sample, divided by one less."""
    return x.mean(axes_of(x)), x.var(axes_of(x), ddof=1)


def norm(
    std: Callable[[Array, float], Array] = lambda var, eps: np.sqrt(var + eps),
    statistics: Statistics = moments,
    shifted: Callable[[Array, Array, Array], Array] = lambda z, W, b: W * z + b,
) -> Callable[..., Any]:
    """A batch_norm with another deviation, other statistics or another last step."""

    def batch_norm(
        x: Array,
        W: Array,
        b: Array,
        mean: Array | None = None,
        var: Array | None = None,
        eps: float = 1e-5,
    ) -> tuple[Array, Array, Array]:
        own = statistics(x) if mean is None or var is None else (mean, var)
        z = (x - channel(own[0], x)) / channel(std(own[1], eps), x)
        return shifted(z, channel(W, x), channel(b, x)), *own

    return batch_norm


def every_place(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Mean and variance over the batch alone: one for each pixel."""
    mean = x.mean(0) if mean is None else channel(mean, x)
    var = x.var(0) if var is None else channel(var, x)
    z = (x - mean) / np.sqrt(var + eps)
    return channel(W, x) * z + channel(b, x), mean, var


def everything_together(x: Array) -> tuple[Array, Array]:
    """One mean and one variance for all channels."""
    C = x.shape[1]
    return np.full(C, x.mean()), np.full(C, x.var())


def each_sample(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Mean and variance of a sample's features, as layer normalization has them."""
    mean = x.mean(1, keepdims=True) if mean is None else channel(mean, x)
    var = x.var(1, keepdims=True) if var is None else channel(var, x)
    z = (x - mean) / np.sqrt(var + eps)
    return channel(W, x) * z + channel(b, x), np.squeeze(mean), np.squeeze(var)


def always_of_the_batch(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """What is given is not looked at."""
    return norm()(x, W, b, eps=eps)


def reports_sample(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """y is right; the variance that is returned is another."""
    y, mean, took = norm()(x, W, b, mean, var, eps)
    return y, mean, sample_variance(x)[1] if var is None else took


def in_place(
    x: Array, W: Array, b: Array, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """The caller's batch is changed."""
    own = moments(x) if mean is None else (mean, var)
    x -= channel(own[0], x)
    x *= channel(W / np.sqrt(own[1] + eps), x)
    x += channel(b, x)
    return x, *own


BATCH_NORM = (
    Mistake("eps outside", EPS_OUTSIDE, norm(lambda var, eps: np.sqrt(var) + eps)),
    Mistake("eps missing", EPS_MISSING, norm(lambda var, eps: np.sqrt(var))),
    Mistake(
        "variance for deviation",
        "x is divided by the variance. Take its square root.",
        norm(lambda var, eps: var + eps),
    ),
    Mistake(
        "sample variance",
        "The variance is divided by n - 1. Within the batch it is the plain mean of "
        "the squares.",
        norm(statistics=sample_variance),
    ),
    Mistake(
        "sample variance reported",
        "y is right, but the variance that is returned is not the one that was taken "
        "out.",
        reports_sample,
    ),
    Mistake(
        "each place apart",
        "Every pixel has a mean of its own. A channel has one, over all samples and "
        "all places.",
        every_place,
    ),
    Mistake(
        "all channels together",
        "All channels share one mean and one variance. Each has its own.",
        norm(statistics=everything_together),
    ),
    Mistake(
        "each sample",
        "Mean and variance are those of a sample. Batch norm looks at one channel, "
        "over the whole batch.",
        each_sample,
    ),
    Mistake(
        "given statistics ignored",
        "In evaluation mean and variance are given: use them, not the batch's own.",
        always_of_the_batch,
    ),
    Mistake(
        "scale forgotten",
        "W is not used: it gives each channel its scale.",
        norm(shifted=lambda z, W, b: z + b),
    ),
    Mistake(
        "shift forgotten",
        "b is not used: it gives each channel its place.",
        norm(shifted=lambda z, W, b: W * z),
    ),
    Mistake(
        "shifted first",
        "b is added before the scale. First scale, then shift.",
        norm(shifted=lambda z, W, b: W * (z + b)),
    ),
    Mistake("in place", "x itself is changed. Make a new array.", in_place),
    Mistake(
        "y alone",
        "Only y is returned. The mean and the variance that were taken out are due "
        "too.",
        lambda *arrays, **options: norm()(*arrays, **options)[0],
    ),
)


def backward(
    through: Callable[..., Array] = lambda g, z, dW, db, n: g - db / n - z * dW / n,
    std: Callable[[Array, float], Array] = lambda var, eps: np.sqrt(var + eps),
    evaluated: Callable[..., Array] = lambda g, *others: g,
) -> Callable[..., Any]:
    """A gradient with another last step, or another deviation."""

    def gradient(
        g: Array,
        x: Array,
        mean: Array,
        var: Array,
        W: Array,
        eps: float = 1e-5,
        training: bool = True,
    ) -> tuple[Array, Array, Array]:
        wide = channel(std(var, eps), x)
        z = (x - channel(mean, x)) / wide
        dW, db = (g * z).sum(axes_of(x)), g.sum(axes_of(x))
        n = x.size // x.shape[1]
        step = through if training else evaluated
        flowing = step(g, z, channel(dW, x), channel(db, x), n)
        return flowing * channel(W, x) / wide, dW, db

    return gradient


def of_result(change: Callable[..., Any]) -> Callable[..., Any]:
    """A gradient that is right but for this change of dx, dW, db."""

    def gradient(*arrays: Any, **options: Any) -> Any:
        return change(*batch_norm_backward(*arrays, **options), *arrays)

    return gradient


def batch_only(g: Array, z: Array, dW: Array, db: Array, n: int) -> Array:
    """The sums are divided by the number of samples."""
    return g - db / len(g) - z * dW / len(g)


BATCH_NORM_BACKWARD = (
    Mistake(
        "statistics taken as constants",
        "Mean and variance are taken as constants. In training they are computed from "
        "x and move with it.",
        backward(lambda g, *others: g),
    ),
    Mistake(
        "variance taken as constant",
        "The way through the mean is there, the way through the variance is missing.",
        backward(lambda g, z, dW, db, n: g - db / n),
    ),
    Mistake(
        "mean taken as constant",
        "The way through the variance is there, the way through the mean is missing.",
        backward(lambda g, z, dW, db, n: g - z * dW / n),
    ),
    Mistake(
        "always in training",
        "In evaluation the statistics are fixed: nothing flows through them.",
        backward(evaluated=lambda g, z, dW, db, n: g - db / n - z * dW / n),
    ),
    Mistake(
        "sums for means",
        "The sums over the channel are subtracted. Their means are due: divide by the "
        "number of entries.",
        backward(lambda g, z, dW, db, n: g - db - z * dW),
    ),
    Mistake(
        "places not counted",
        "The sums are divided by the number of samples. A channel of an image has more "
        "entries: every place counts.",
        backward(batch_only),
    ),
    Mistake("eps outside", EPS_OUTSIDE, backward(std=lambda v, eps: np.sqrt(v) + eps)),
    Mistake("eps missing", EPS_MISSING, backward(std=lambda v, eps: np.sqrt(v))),
    Mistake(
        "scale forgotten",
        "W is missing in dx: y is W times z, and so is the slope.",
        of_result(lambda dx, dW, db, g, x, m, v, W: (dx / channel(W, x), dW, db)),
    ),
    Mistake(
        "deviation forgotten",
        "dx is not divided by the standard deviation, by which x was.",
        of_result(
            lambda dx, dW, db, g, x, m, v, W: (
                dx * channel(np.sqrt(v + 1e-5), x),
                dW,
                db,
            )
        ),
    ),
    Mistake(
        "x for z",
        "dW is the sum of g x. W multiplies the normalized z, not x.",
        of_result(lambda dx, dW, db, g, x, *others: (dx, (g * x).sum(axes_of(x)), db)),
    ),
    Mistake(
        "means of W and b",
        "dW and db are means. Every entry of a channel uses the same W and b: the "
        "gradients add up.",
        of_result(
            lambda dx, dW, db, g, x, *others: (
                dx,
                dW / (x.size // x.shape[1]),
                db / (x.size // x.shape[1]),
            )
        ),
    ),
    Mistake(
        "dW and db exchanged",
        "dW and db have changed places.",
        of_result(lambda dx, dW, db, *arrays: (dx, db, dW)),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "batch_norm": BATCH_NORM,
    "batch_norm_backward": BATCH_NORM_BACKWARD,
}
