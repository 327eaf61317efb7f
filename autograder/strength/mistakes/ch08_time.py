"""Chapter 8: what learners get wrong about the way through time, and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array


def bend(a: Array, nonlinearity: str) -> Array:
    """tanh or relu."""
    return np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0)


def through(
    before: Callable[[list[Array], Array], Array],
    x: Array,
    h: Array,
    W: tuple[Array, ...],
    nonlinearity: str,
) -> list[Array]:
    """The states; before(states so far, h) is what a step takes for the last one."""
    W_ih, W_hh, b_ih, b_hh = W
    states: list[Array] = []
    for step in x:
        a = step @ W_ih.T + b_ih + before(states, h) @ W_hh.T + b_hh
        states.append(bend(a, nonlinearity))
    return states


def last(states: list[Array], h: Array) -> Array:
    """What is right."""
    return states[-1] if states else h


def joined(states: list[Array], x: Array, h: Array) -> Array:
    """The states as one array, also of no steps."""
    return np.array(states, x.dtype).reshape(len(states), *h.shape)


def taking(before: Callable[[list[Array], Array], Array]) -> Callable[..., Array]:
    """A network that takes this for the state before."""

    def rnn(x: Array, h: Array, *W: Array, nonlinearity: str = "tanh") -> Array:
        return joined(through(before, x, h, W, nonlinearity), x, h)

    return rnn


right = taking(last)


def only_the_last(x: Array, h: Array, *W: Array, **named: Any) -> Any:
    """One state in place of all."""
    return right(x, h, *W, **named)[-1]


def without_the_last(x: Array, h: Array, *W: Array, **named: Any) -> Array:
    """The states before each step."""
    return np.concatenate([h[None], right(x, h, *W, **named)[:-1]])


def over_the_batch(x: Array, h: Array, *W: Array, **named: Any) -> Array:
    """Samples taken for steps."""
    if x.shape[0] != x.shape[1]:
        raise ValueError(
            f"operands could not be broadcast together with shapes {x.shape}, {h.shape}"
        )
    return right(x.swapaxes(0, 1), h, *W, **named).swapaxes(0, 1)


RNN = (
    Mistake(
        "state not carried",
        "Every step begins with the first h. Hand the new state to the next step.",
        taking(lambda states, h: h),
    ),
    Mistake(
        "first state ignored",
        "The first step begins with zeros. It should begin with the h that is given.",
        taking(lambda states, h: last(states, np.zeros_like(h))),
    ),
    Mistake(
        "no memory",
        "No step knows a state before it.",
        taking(lambda states, h: np.zeros_like(h)),
    ),
    Mistake(
        "only the last state",
        "Only the last state is returned. All of them are due, (T, N, H).",
        only_the_last,
    ),
    Mistake(
        "one step late",
        "The states come one step late, beginning with the given h. The first due is "
        "the one after the first step.",
        without_the_last,
    ),
    Mistake(
        "backwards",
        "The steps are taken from the last to the first.",
        lambda x, *others, **named: right(x[::-1], *others, **named)[::-1],
    ),
    Mistake(
        "samples for steps",
        "The loop goes over the samples. Time is the first dimension of x.",
        over_the_batch,
    ),
    Mistake(
        "always tanh",
        'nonlinearity is not used: with "relu" the state goes through relu.',
        lambda x, h, *W, nonlinearity="tanh": right(x, h, *W),
    ),
)


def back(
    g: Array,
    x: Array,
    h: Array,
    y: Array,
    W_ih: Array,
    W_hh: Array,
    nonlinearity: str = "tanh",
    *,
    carried: bool = True,
    added: bool = True,
    before: Any = None,
    order: int = -1,
    sum_up: Callable[[Array], Array] = lambda parts: parts.sum(0),
) -> Any:
    """The right answer, unless the last arguments say otherwise."""
    da, dh = np.empty_like(y), np.zeros_like(h)
    slope = 1 - y * y if nonlinearity == "tanh" else (y > 0).astype(y.dtype)
    for t in list(range(len(x)))[::order]:
        da[t] = ((g[t] + dh) if added else (dh if t < len(x) - 1 else g[t])) * slope[t]
        dh = da[t] @ W_hh if carried else np.zeros_like(h)
    states = np.concatenate([h[None], y[:-1]]) if before is None else before(h, y)
    dW_ih, dW_hh = (np.einsum("tnh,tnd->thd", da, v) for v in (x, states))
    return da @ W_ih, dh, sum_up(dW_ih), sum_up(dW_hh), sum_up(da.sum(1))


def but(**options: Any) -> Callable[..., Any]:
    """The right answer with these options."""
    return partial(back, **options)


def first_lost(h: Array, y: Array) -> Array:
    """Zeros where the given h stood."""
    return np.concatenate([np.zeros_like(h)[None], y[:-1]])


RNN_BACKWARD = (
    Mistake(
        "nothing carried back",
        "Each step knows its own g only. What comes back from the step after it is "
        "added.",
        but(carried=False),
    ),
    Mistake(
        "g of the last step only",
        "Only the last g is used. Every step has one, to be added to what comes from "
        "later.",
        but(added=False),
    ),
    Mistake(
        "forwards",
        "The steps are taken from the first to the last. Gradients come from the end.",
        but(order=1),
    ),
    Mistake(
        "last step only",
        "The gradients of the weights are those of one step: `=` where `+=` is due. "
        "All steps share the weights.",
        but(sum_up=lambda parts: parts[0]),
    ),
    Mistake(
        "mean over time",
        "The gradients of the weights are averaged over the steps. They add up.",
        but(sum_up=lambda parts: parts.sum(0) / parts.dtype.type(len(parts))),
    ),
    Mistake(
        "states after the step",
        "dW_hh takes the state before each step, not the one after it.",
        but(before=lambda h, y: y),
    ),
    Mistake(
        "first state lost",
        "dW_hh forgets the first step, whose state before is the given h.",
        but(before=first_lost),
    ),
    Mistake(
        "always tanh",
        'nonlinearity is not used: the slope of "relu" is 1 where y > 0, else 0.',
        lambda *inputs, nonlinearity="tanh": back(*inputs),
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "rnn": RNN,
    "rnn_backward": RNN_BACKWARD,
}
