"""Chapter 8: what learners get wrong about a cell with gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.array import Array
from minidl.kernels.activations import sigmoid

Parts = tuple[Array, Array, Array, Array]


def sums(x: Array, h: Array, W: tuple[Array, ...]) -> Array:
    """What goes into the gates."""
    W_ih, W_hh, b_ih, b_hh = W
    return x @ W_ih.T + b_ih + h @ W_hh.T + b_hh


def squashed(a: Array) -> Parts:
    """The gates as they should be."""
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def kept(f: Array, c: Array, i: Array, g: Array) -> Array:
    """The cell state as it should be."""
    return f * c + i * g


def shown(o: Array, after: Array, before: Array) -> Array:
    """The hidden state as it should be."""
    return o * np.tanh(after)


def but(
    gates: Callable[[Array], Parts] = squashed,
    keep: Callable[..., Array] = kept,
    show: Callable[..., Array] = shown,
    total: Callable[..., Array] = sums,
) -> Callable[..., Any]:
    """The cell, with one part replaced."""

    def lstm_cell(x: Array, h: Array, c: Array, *W: Array) -> Any:
        i, f, g, o = gates(total(x, h, W))
        after = keep(f, c, i, g)
        return show(o, after, c), after, np.hstack([i, f, g, o])

    return lstm_cell


def another_order(a: Array) -> Parts:
    """i, f, o, g: the order of some other libraries."""
    i, f, o, g = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def all_sigmoid(a: Array) -> Parts:
    """g through sigmoid too."""
    i, f, g, o = np.split(sigmoid(a), 4, axis=1)
    return i, f, g, o


def all_tanh(a: Array) -> Parts:
    """Every gate through tanh."""
    i, f, g, o = np.split(np.tanh(a), 4, axis=1)
    return i, f, g, o


def open_gates(a: Array) -> Parts:
    """The gates as sums, not squashed."""
    i, f, g, o = np.split(a, 4, axis=1)
    return i, f, np.tanh(g), o


def states_only(x: Array, h: Array, c: Array, *W: Array) -> Any:
    """The gates left out."""
    i, f, g, o = squashed(sums(x, h, W))
    after = kept(f, c, i, g)
    return shown(o, after, c), after


LSTM_CELL = (
    Mistake(
        "order of the gates",
        "The rows are taken as i, f, o, g. PyTorch's order is i, f, g, o.",
        but(another_order),
    ),
    Mistake(
        "g through sigmoid",
        "g is what may be written, of both signs: tanh. Only i, f and o are gates.",
        but(all_sigmoid),
    ),
    Mistake(
        "gates through tanh",
        "i, f and o say how much, from 0 to 1: sigmoid. tanh goes below 0.",
        but(all_tanh),
    ),
    Mistake(
        "gates not squashed",
        "i, f and o did not go through sigmoid.",
        but(open_gates),
    ),
    Mistake(
        "old state forgotten",
        "The old cell state plays no part. c keeps f of it and takes i of g on top.",
        but(keep=lambda f, c, i, g: i * g),
    ),
    Mistake(
        "i and f swapped",
        "The gates i and f are in each other's place: f keeps, i lets in.",
        but(keep=lambda f, c, i, g: i * c + f * g),
    ),
    Mistake(
        "f tied to i",
        "The old state is kept by 1 - i. This cell has a gate of its own for that, f.",
        but(keep=lambda f, c, i, g: (1 - i) * c + i * g),
    ),
    Mistake(
        "c without tanh",
        "h is o times tanh of c, not o times c.",
        but(show=lambda o, after, before: o * after),
    ),
    Mistake(
        "h from the old c",
        "h shows the cell state before the step. It should show the new one.",
        but(show=lambda o, after, before: o * np.tanh(before)),
    ),
    Mistake(
        "one bias",
        "b_hh is missing. PyTorch's cell has two biases and adds both.",
        but(total=lambda x, h, W: x @ W[0].T + W[2] + h @ W[1].T),
    ),
    Mistake(
        "h left out",
        "The gates do not see the hidden state before the step.",
        but(total=lambda x, h, W: x @ W[0].T + W[2] + W[3]),
    ),
    Mistake(
        "gates not returned",
        "Return three things: h, c and the gates side by side.",
        states_only,
    ),
)


def back(
    dh: Array,
    dc: Array,
    x: Array,
    h: Array,
    c: Array,
    gates: Array,
    W_ih: Array,
    W_hh: Array,
    *,
    later: bool = True,
    shown: bool = True,
    bent: Callable[[Array], Array] = np.tanh,
    bend_slope: bool = True,
    forget: bool = True,
    old: Any = None,
    slopes: Callable[[Parts], list[Array]] | None = None,
    order: tuple[int, ...] = (0, 1, 2, 3),
) -> Any:
    """The right answer, unless the last arguments say otherwise."""
    i, f, g, o = parts = tuple(np.split(gates, 4, axis=1))
    after = f * c + i * g
    b = bent(after)
    dc = dc if later else np.zeros_like(dc)
    if shown:
        dc = dc + dh * o * (1 - b * b if bend_slope else 1)
    found = [dc * g, dc * (c if old is None else after), dc * i, dh * b]
    each: list[Array] = [i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)]
    each = each if slopes is None else slopes((i, f, g, o))
    blocks = [d * slope for d, slope in zip(found, each, strict=True)]
    da = np.hstack([blocks[k] for k in order])
    before = dc * parts[1] if forget else dc
    return da @ W_ih, da @ W_hh, before, da.T @ x, da.T @ h, da.sum(0)


def back_but(**options: Any) -> Callable[..., Any]:
    """The right answer with these options."""
    return lambda *inputs: back(*inputs, **options)


LSTM_CELL_BACKWARD = (
    Mistake(
        "dc from later ignored",
        "The upstream dc is not used. What comes back from the step after is added.",
        back_but(later=False),
    ),
    Mistake(
        "dh does not reach c",
        "c is seen through h too: dh times o times the slope of tanh belongs to dc.",
        back_but(shown=False),
    ),
    Mistake(
        "no slope of tanh of c",
        "On its way from h to c the gradient goes through tanh: its slope is missing.",
        back_but(bend_slope=False),
    ),
    Mistake(
        "dc not through f",
        "The step kept f of the old c, so the old c gets f of the gradient.",
        back_but(forget=False),
    ),
    Mistake(
        "df from the new c",
        "f was multiplied by the cell state before the step, not by the new one.",
        back_but(old=True),
    ),
    Mistake(
        "do from c itself",
        "o was multiplied by tanh of the new c, not by c.",
        lambda *inputs: do_of_c(*inputs),
    ),
    Mistake(
        "no slopes of the gates",
        "The slopes of sigmoid and tanh are missing: the gates' sums were squashed.",
        back_but(slopes=lambda parts: [np.ones_like(part) for part in parts]),
    ),
    Mistake(
        "slope of sigmoid for g",
        "g went through tanh, so it is tanh's slope that is due.",
        back_but(slopes=lambda parts: [part * (1 - part) for part in parts]),
    ),
    Mistake(
        "order of the gates",
        "The blocks stand as i, f, o, g. The weights' rows go i, f, g, o.",
        back_but(order=(0, 1, 3, 2)),
    ),
)


def do_of_c(
    dh: Array, dc: Array, x: Array, h: Array, c: Array, gates: Array, *W: Array
) -> Any:
    """The gradient of o from c, not from tanh of c."""
    i, f, g, o = np.split(gates, 4, axis=1)
    after = f * c + i * g
    b = np.tanh(after)
    dc = dc + dh * o * (1 - b * b)
    slopes = np.hstack([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)])
    da = np.hstack([dc * g, dc * c, dc * i, dh * after]) * slopes
    return da @ W[0], da @ W[1], dc * f, da.T @ x, da.T @ h, da.sum(0)


MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "lstm_cell": LSTM_CELL,
    "lstm_cell_backward": LSTM_CELL_BACKWARD,
}
