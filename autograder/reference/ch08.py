"""Chapter 8 in PyTorch: recurrent cells and layers, clipping, embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.reference.ch02 import relu_backward

aten: Any = torch.ops.aten
functional: Any = nn.functional
grad: Any = torch.autograd.grad


def lstm_cell(x: Tensor, h: Tensor, c: Tensor, *weights: Tensor) -> tuple[Any, ...]:
    """PyTorch's own cell, and its gates, which it does not return."""
    W_ih, W_hh, b_ih, b_hh = weights
    a = functional.linear(x, W_ih, b_ih) + functional.linear(h, W_hh, b_hh)
    i, f, g, o = a.chunk(4, 1)
    gates = torch.cat([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()], 1)
    return *torch.lstm_cell(x, (h, c), W_ih, W_hh, b_ih, b_hh), gates


def projected(da: Tensor, x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor) -> Any:
    """Gradients of what both linear layers add up to, after upstream da."""
    b = torch.zeros_like(W_ih[:, 0])
    leaves = [t.requires_grad_() for t in (x, h, W_ih, W_hh, b)]
    a = functional.linear(x, W_ih, b) + functional.linear(h, W_hh)
    return grad(a, leaves, da)


def rnn_cell_backward(g: Tensor, x: Tensor, h: Tensor, y: Tensor, *W: Tensor) -> Any:
    """Through tanh at output y, and on through the linear layers."""
    return projected(aten.tanh_backward(g, y), x, h, *W)


def lstm_cell_backward(
    dh: Tensor,
    dc: Tensor,
    x: Tensor,
    h: Tensor,
    c: Tensor,
    gates: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
) -> Any:
    """Through the states to the gates, through these, and through linear layers."""
    c, gates = c.requires_grad_(), gates.requires_grad_()
    i, f, g, o = gates.chunk(4, 1)
    after = f * c + i * g
    dc_before, dgates = grad((o * after.tanh(), after), (c, gates), (dh, dc))
    slopes = zip(dgates.chunk(4, 1), gates.detach().chunk(4, 1), strict=True)
    ops = [aten.sigmoid_backward] * 2 + [aten.tanh_backward, aten.sigmoid_backward]
    da = torch.cat([op(*pair) for op, pair in zip(ops, slopes, strict=True)], 1)
    dx, dh, *others = projected(da, x, h, W_ih, W_hh)
    return dx, dh, dc_before, *others


def layer(kind: Any, D: int, H: int, weights: list[Tensor], **options: Any) -> Any:
    """A layer of PyTorch's with these weights, and biases if there are any.

    On a GPU it warns unless they lie in one piece of memory.
    """
    made = kind(D, H, bias=len(weights) == 4, **options)
    for parameter, values in zip(made.parameters(), weights, strict=True):
        parameter.data = values
    made.flatten_parameters()
    return made


def rnn(x: Tensor, h: Tensor, *weights: Tensor, nonlinearity: str = "tanh") -> Any:
    """PyTorch's RNN."""
    D, H = x.shape[2], h.shape[1]
    run = layer(nn.RNN, D, H, list(weights), nonlinearity=nonlinearity)
    return run(x, h[None])[0]


def rnn_backward(
    g: Tensor,
    x: Tensor,
    h: Tensor,
    y: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    nonlinearity: str = "tanh",
) -> Any:
    """The cell's gradients, from the last step to the first.

    PyTorch's RNN would compute y again; at the y that is given, rounded as it is,
    1 - y² may be another.
    """
    bent = aten.tanh_backward if nonlinearity == "tanh" else relu_backward
    before, dh = torch.cat([h[None], y[:-1]]), torch.zeros_like(h)
    dx, steps = [], []
    for t in reversed(range(len(x))):
        da = bent(g[t] + dh, y[t])
        step, dh, *others = projected(da, x[t], before[t], W_ih, W_hh)
        dx.append(step)
        steps.append(others)
    sums = (torch.stack(each).sum(0) for each in zip(*steps, strict=True))
    return torch.stack(dx[::-1]), dh, *sums


def unroll(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    lstm: bool = False,
    given: bool = True,
) -> tuple[Any, ...]:
    """PyTorch's layer of such cells, which calls its cell once a step."""
    run = layer(nn.LSTM if lstm else nn.RNN, x.shape[2], h.shape[1], [W_ih, W_hh])
    y, last = run(x.requires_grad_(), (h[None], c[None]) if lstm else h[None])
    g = torch.arange(1, 1 + y.numel(), dtype=y.dtype, device=y.device).view(y.shape)
    slopes = grad(y, (x, run.weight_hh_l0), g)
    states = torch.cat(last) if lstm else last
    return y, states, *slopes, torch.tensor(len(x))


def clip_grad_norm(
    *grads: Tensor, max_norm: float, single: bool = False, **options: Any
) -> tuple[Tensor, ...]:
    """PyTorch's own."""
    tensors = [torch.zeros_like(g, requires_grad=True) for g in grads]
    for tensor, g in zip(tensors, grads, strict=True):
        tensor.grad = g.clone()
    none = torch.zeros(2, requires_grad=True)
    clipped = tensors[0] if single else [*tensors, none]
    refused, norm = 0, torch.zeros(())
    try:
        norm = nn.utils.clip_grad_norm_(clipped, max_norm, **options)
    except RuntimeError:
        refused = 1
    after = [tensor.grad.ravel() for tensor in tensors if tensor.grad is not None]
    nothing = grads[0].new_zeros(0) if grads else torch.zeros(0)
    numbers = norm, torch.cat([nothing, *after])
    told = (number.nan_to_num(-2, -1, -1) for number in numbers)
    return *told, torch.tensor([1, 1, refused, 0])


def embedding(x: Tensor, W: Tensor) -> Any:
    """PyTorch's own."""
    return functional.embedding(x, W)


def embedding_backward(g: Tensor, x: Tensor, rows: int) -> Any:
    """The gradient of the table, which does not depend on what is in it."""
    W = torch.zeros(rows, g.shape[-1], dtype=g.dtype, device=g.device)
    W = W.requires_grad_()
    return grad(functional.embedding(x, W), W, g)[0]


ANSWERS: dict[str, Callable[..., Any]] = {
    "rnn_cell": torch.rnn_tanh_cell,
    "rnn": rnn,
    "rnn_cell_backward": rnn_cell_backward,
    "rnn_backward": rnn_backward,
    "clip_grad_norm_": clip_grad_norm,
    "lstm_cell": lstm_cell,
    "lstm_cell_backward": lstm_cell_backward,
    "unroll": unroll,
    "embedding": embedding,
    "embedding_backward": embedding_backward,
}
