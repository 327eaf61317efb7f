"""Chapter 8: one step of a recurrent network, and all steps one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]

CELLS = "minidl.kernels.cells"
RECURRENT = "minidl.kernels.recurrent"


def normal(rng: np.random.Generator, *shape: int) -> AnyArray:
    """Numbers of both signs, whose mean is not 0."""
    return rng.normal(0.2, 0.7, shape)


def weights(rng: np.random.Generator, D: int, H: int, gates: int = 1) -> Inputs:
    """W_ih, W_hh, b_ih and b_hh of a layer."""
    rows = gates * H
    shapes = {"W_ih": (rows, D), "W_hh": (rows, H), "b_ih": (rows,), "b_hh": (rows,)}
    return {name: normal(rng, *shape) for name, shape in shapes.items()}


def cell(
    N: int, D: int, H: int, gates: int = 1, size: float = 1.0, first: bool = False
) -> Make:
    """Inputs of this size, states (zeros if it is the first step) and weights."""
    states = ("h", "c") if gates == 4 else ("h",)

    def make(rng: np.random.Generator) -> Inputs:
        x = {"x": size * normal(rng, N, D)}
        before = {name: (not first) * normal(rng, N, H) for name in states}
        return {**x, **before, **weights(rng, D, H, gates)}

    return make


RNN_CELL = Brick(
    target=f"{CELLS}.rnn_cell",
    title="One step of a recurrent network",
    outputs=("h",),
    families=(
        Family("ordinary", cell(3, 2, 4)),
        Family("as many features as units", cell(2, 3, 3)),
        Family("batch of one", cell(1, 4, 2)),
        Family("empty batch", cell(0, 3, 2)),
        Family("the first step", cell(2, 3, 4, first=True)),
        Family("large inputs", cell(3, 2, 3, size=30.0)),
        Family("not contiguous", cell(4, 3, 2), strided=True),
    ),
)


def after_cell(N: int, D: int, H: int, size: float = 1.0) -> Make:
    """The inputs of rnn_cell_backward: y is some output between -1 and 1."""

    def make(rng: np.random.Generator) -> Inputs:
        drawn = {
            "x": size * normal(rng, N, D),
            "h": size * normal(rng, N, H),
            "y": np.tanh(normal(rng, N, H)),
            "W_ih": normal(rng, H, D),
            "W_hh": normal(rng, H, H),
        }
        return {"g": upstream(N, H), **drawn}

    return make


RNN_CELL_BACKWARD = Brick(
    target=f"{CELLS}.rnn_cell_backward",
    title="The way back through one step",
    outputs=("dx", "dh", "dW_ih", "dW_hh", "db"),
    points=2,
    families=(
        Family("ordinary", after_cell(3, 2, 4)),
        Family("as many features as units", after_cell(2, 3, 3)),
        Family("as many samples too", after_cell(3, 3, 3)),
        Family("batch of one", after_cell(1, 4, 2)),
        Family("empty batch", after_cell(0, 3, 2)),
        Family("large inputs", after_cell(3, 2, 3, size=100.0)),
        Family("not contiguous", after_cell(4, 3, 2), strided=True),
    ),
)


def sequence(
    T: int, N: int, D: int, H: int, size: float = 1.0, nonlinearity: str = "tanh"
) -> Make:
    """The inputs of rnn, and which nonlinearity if it is not tanh."""

    def make(rng: np.random.Generator) -> Inputs:
        x, h = size * normal(rng, T, N, D), normal(rng, N, H)
        chosen = {} if nonlinearity == "tanh" else {"nonlinearity": nonlinearity}
        return {"x": x, "h": h, **weights(rng, D, H), **chosen}

    return make


SEQUENCES = (
    Family("ordinary", sequence(4, 3, 2, 4)),
    Family("all sizes the same", sequence(3, 3, 3, 3)),
    Family("one step", sequence(1, 2, 3, 4)),
    Family("many steps", sequence(12, 1, 2, 2)),
    Family("empty batch", sequence(3, 0, 2, 3)),
    Family("large inputs", sequence(3, 2, 2, 3, size=30.0)),
    Family("relu", sequence(4, 2, 3, 3, nonlinearity="relu")),
    Family("relu, two steps", sequence(2, 4, 2, 3, nonlinearity="relu")),
    Family("not contiguous", sequence(3, 2, 4, 2), strided=True),
)

RNN = Brick(
    target=f"{RECURRENT}.rnn",
    title="A recurrent network through time",
    outputs=("h after every step",),
    families=SEQUENCES,
)


def after(make: Make) -> Make:
    """The inputs of rnn_backward after a sequence without biases."""

    def made(rng: np.random.Generator) -> Inputs:
        inputs = make(rng)
        x, h, W_ih, W_hh = (inputs[name] for name in ("x", "h", "W_ih", "W_hh"))
        before, y = h, []
        for step in x:
            a = step @ W_ih.T + before @ W_hh.T
            before = np.maximum(a, 0) if "nonlinearity" in inputs else np.tanh(a)
            y.append(before)
        chosen = {k: v for k, v in inputs.items() if k == "nonlinearity"}
        states = {"x": x, "h": h, "y": np.array(y)}
        return {
            "g": upstream(*states["y"].shape),
            **states,
            "W_ih": W_ih,
            "W_hh": W_hh,
            **chosen,
        }

    return made


RNN_BACKWARD = Brick(
    target=f"{RECURRENT}.rnn_backward",
    title="Back through time",
    outputs=("dx", "dh", "dW_ih", "dW_hh", "db"),
    points=2,
    families=tuple(Family(f.name, after(f.make), f.strided) for f in SEQUENCES),
)

LSTM_CELL = Brick(
    target=f"{CELLS}.lstm_cell",
    title="A cell with gates",
    outputs=("h", "c", "gates"),
    points=2,
    families=(
        Family("ordinary", cell(3, 2, 4, gates=4)),
        Family("as many features as units", cell(2, 3, 3, gates=4)),
        Family("batch of one", cell(1, 3, 2, gates=4)),
        Family("as many samples as gates", cell(4, 2, 2, gates=4)),
        Family("empty batch", cell(0, 3, 2, gates=4)),
        Family("the first step", cell(2, 2, 3, gates=4, first=True)),
        Family("large inputs", cell(4, 2, 4, gates=4, size=5.0)),
        Family("not contiguous", cell(3, 2, 2, gates=4), strided=True),
    ),
)


def after_lstm(N: int, D: int, H: int, size: float = 1.0, last: bool = False) -> Make:
    """The inputs of lstm_cell_backward; at the last step no dc comes from later."""

    def make(rng: np.random.Generator) -> Inputs:
        i, f, o = (rng.uniform(0.1, 0.9, (N, H)) for _ in range(3))
        g = np.tanh(normal(rng, N, H))
        return {
            "dh": upstream(N, H),
            "dc": (not last) * normal(rng, N, H),
            "x": size * normal(rng, N, D),
            "h": size * normal(rng, N, H),
            "c": normal(rng, N, H),
            "gates": np.hstack([i, f, g, o]),
            "W_ih": normal(rng, 4 * H, D),
            "W_hh": normal(rng, 4 * H, H),
        }

    return make


LSTM_CELL_BACKWARD = Brick(
    target=f"{CELLS}.lstm_cell_backward",
    title="The way back through the gates",
    outputs=("dx", "dh", "dc", "dW_ih", "dW_hh", "db"),
    points=2,
    families=(
        Family("ordinary", after_lstm(3, 2, 4)),
        Family("as many features as units", after_lstm(2, 3, 3)),
        Family("batch of one", after_lstm(1, 3, 2)),
        Family("empty batch", after_lstm(0, 3, 2)),
        Family("the last step", after_lstm(2, 2, 3, last=True)),
        Family("large inputs", after_lstm(2, 2, 3, size=100.0)),
        Family("not contiguous", after_lstm(3, 2, 2), strided=True),
    ),
)


def drive_unroll(
    obj: Any,
    x: AnyArray,
    h: AnyArray,
    c: AnyArray,
    W_ih: AnyArray,
    W_hh: AnyArray,
    lstm: bool = False,
    given: bool = True,
) -> tuple[AnyArray, ...]:
    """A cell of Tensors through time: its states, and the gradients of x and W_hh."""
    import numpy as np

    from minidl.tensor import Tensor

    first = (Tensor(h), Tensor(c)) if lstm else Tensor(h)
    W, steps = Tensor(W_hh, requires_grad=True), Tensor(x, requires_grad=True)
    asked: list[int] = []

    def step(x: Any, hx: Any) -> Any:
        asked.append(1)
        hx = first if hx is None else hx
        a = x @ Tensor(W_ih).T + (hx[0] if lstm else hx) @ W.T
        if not lstm:
            return a.tanh()
        i, f, g, o = a.chunk(4, 1)
        c = f.sigmoid() * hx[1] + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    y, last = obj(step, steps, first if given else None)
    g = np.arange(1, 1 + y.array.size, dtype=x.dtype).reshape(y.array.shape)
    y.backward(Tensor(g))
    states = [state.array for state in last] if lstm else [last.array]
    slopes = [np.zeros(0) if p.grad is None else p.grad.array for p in (steps, W)]
    return y.array, np.stack(states), *slopes, np.array(len(asked))


def unrolled(T: int, N: int, D: int, H: int, lstm: bool = True, **options: Any) -> Make:
    """A sequence, states and weights without biases, for a cell with or without c."""

    def make(rng: np.random.Generator) -> Inputs:
        inputs = {"x": normal(rng, T, N, D), "h": normal(rng, N, H)}
        rows = (4 if lstm else 1) * H
        return {
            **inputs,
            "c": normal(rng, N, H),
            "W_ih": normal(rng, rows, D),
            "W_hh": normal(rng, rows, H),
            "lstm": lstm,
            **options,
        }

    return make


UNROLL = Brick(
    target="minidl.nn.cells.unroll",
    title="Any cell through time",
    outputs=(
        "h after every step",
        "last states",
        "dx",
        "dW_hh",
        "number of times the cell is called:",
    ),
    families=(
        Family("a cell with h and c", unrolled(4, 3, 2, 3)),
        Family("a cell with h alone", unrolled(4, 2, 3, 2, lstm=False)),
        Family("as many steps as samples", unrolled(3, 3, 2, 2)),
        Family("one step", unrolled(1, 2, 3, 2)),
        Family("many steps", unrolled(10, 1, 2, 2)),
        Family("no states given", unrolled(3, 2, 2, 2, given=False)),
        Family("h alone, none given", unrolled(3, 2, 2, 3, lstm=False, given=False)),
        Family("not contiguous", unrolled(3, 2, 4, 2), strided=True),
    ),
    driver=drive_unroll,
)
