"""Wrong layers of neurons, and wrong slopes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake

# ruff: noqa: D103 -- the name of each function says what goes wrong


def bias_added_in_place(x: Any, W: Any, b: Any) -> Any:
    W += b[:, None]
    return x @ W.T


def first_sample_only(x: Any, W: Any, b: Any) -> Any:
    return np.array([W[m] @ x[0] + b[m] for m in range(len(W))])


def slopes_overwrite_inputs(g: Any, x: Any, W: Any) -> Any:
    dx = g @ W
    W[:] = g.T @ x
    return dx, W, g.sum(axis=0)


LINEAR = (
    Mistake(
        "W not transposed",
        "The rows of x meet the columns of W, and W has a row for each neuron.",
        lambda x, W, b: x @ W + b,
    ),
    Mistake(
        "elementwise product",
        "W * x multiplies entry by entry. A neuron also sums the products.",
        lambda x, W, b: W * x + b,
    ),
    Mistake("no bias", "The bias b is missing.", lambda x, W, b: x @ W.T),
    Mistake(
        "bias along the samples",
        "b belongs to the neurons, the columns of the result. Here each row, that is "
        "each sample, got a bias.",
        lambda x, W, b: x @ W.T + b[:, None],
    ),
    Mistake(
        "samples in columns",
        "The result is transposed: samples are rows, (N, M), not columns.",
        lambda x, W, b: W @ x.T + b[:, None],
    ),
    Mistake(
        "bias in every product",
        "b is added to each weight, so it is multiplied by x too. Add it once, after "
        "the sum.",
        lambda x, W, b: x @ (W + b[:, None]).T,
    ),
    Mistake("bias twice", "The bias is added twice.", lambda x, W, b: x @ W.T + b + b),
    Mistake(
        "bias subtracted",
        "The bias is subtracted: add it.",
        lambda x, W, b: x @ W.T - b,
    ),
    Mistake(
        "mean of the products",
        "The products are averaged over the features: sum them.",
        lambda x, W, b: x @ W.T / x.shape[1] + b,
    ),
    Mistake(
        "negative sums cut off",
        "Negative sums became 0. That is relu, of chapter 2; this brick has no "
        "activation.",
        lambda x, W, b: np.maximum(x @ W.T + b, 0),
    ),
    Mistake(
        "W changed in place",
        "W += ... changes the caller's array, and the bias is multiplied by x. Add b "
        "after the product.",
        bias_added_in_place,
    ),
    Mistake(
        "first sample only",
        "Only the first row of x is used. The result has a row for each sample.",
        first_sample_only,
    ),
)

LINEAR_BACKWARD = (
    Mistake(
        "g ignored",
        "The upstream gradient g is missing: these are the slopes for a g of ones.",
        lambda g, x, W: (
            np.ones_like(g) @ W,
            np.ones_like(g).T @ x,
            np.ones_like(g).sum(axis=0),
        ),
    ),
    Mistake(
        "dW transposed",
        "dW must have the shape of W: swap the two factors, g comes first.",
        lambda g, x, W: (g @ W, x.T @ g, g.sum(axis=0)),
    ),
    Mistake(
        "W transposed in dx",
        "dx takes W as it is. The forward step used the transpose; on the way back "
        "it is undone.",
        lambda g, x, W: (g @ W.T, g.T @ x, g.sum(axis=0)),
    ),
    Mistake(
        "mean for db",
        "db is a mean over the batch. A bias that serves every sample collects the "
        "sum of their gradients.",
        lambda g, x, W: (g @ W, g.T @ x, g.mean(axis=0)),
    ),
    Mistake(
        "db along the wrong axis",
        "db sums over the neurons. Sum over the samples, axis 0.",
        lambda g, x, W: (g @ W, g.T @ x, g.sum(axis=1)),
    ),
    Mistake(
        "db summed over everything",
        "db is one number here. Each neuron has a bias of its own: sum over axis 0 "
        "only.",
        lambda g, x, W: (g @ W, g.T @ x, g.sum()),
    ),
    Mistake(
        "db not summed",
        "db is g itself. b has no batch axis: sum it away.",
        lambda g, x, W: (g @ W, g.T @ x, g),
    ),
    Mistake(
        "db with a batch axis",
        "db has a batch axis of length 1 left, b has none: leave keepdims out.",
        lambda g, x, W: (g @ W, g.T @ x, g.sum(axis=0, keepdims=True)),
    ),
    Mistake(
        "db missing",
        "Two gradients came back. The bias needs one as well: dx, dW, db.",
        lambda g, x, W: (g @ W, g.T @ x),
    ),
    Mistake(
        "dW averaged",
        "dW is divided by the batch size. The loss has already divided; here "
        "gradients of samples are summed.",
        lambda g, x, W: (g @ W, g.T @ x / len(g), g.sum(axis=0)),
    ),
    Mistake(
        "all averaged",
        "Gradients are divided by the batch size. The loss has already divided; "
        "here they are summed.",
        lambda g, x, W: (g @ W, g.T @ x / len(g), g.mean(axis=0)),
    ),
    Mistake(
        "sign flipped",
        "Every sign is flipped. A gradient points uphill; the step that goes "
        "downhill subtracts it later.",
        lambda g, x, W: (-g @ W, -g.T @ x, -g.sum(axis=0)),
    ),
    Mistake(
        "order of the gradients",
        "The order is dx, dW, db, as in the arguments of linear.",
        lambda g, x, W: (g.T @ x, g.sum(axis=0), g @ W),
    ),
    Mistake(
        "dx and dW swapped",
        "dx and dW stand in each other's place. dx has the shape of x.",
        lambda g, x, W: (g.T @ x, g @ W, g.sum(axis=0)),
    ),
    Mistake(
        "W overwritten",
        "W[:] = ... overwrites the caller's weights. Give the gradient its own array.",
        slopes_overwrite_inputs,
    ),
)
