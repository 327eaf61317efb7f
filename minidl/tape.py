"""The tape: which results to go back through, in which order, adding gradients up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from minidl.operators import AnyArray

if TYPE_CHECKING:
    from minidl.tensor import Tensor


class Recording(threading.local):
    """Whether this thread writes what it computes on the tape."""

    on = True


recording = Recording()


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: `with no_grad():`, or `@no_grad()` above a def."""
    before, recording.on = recording.on, False
    try:
        yield
    finally:
        recording.on = before


def topological_order(root: Tensor) -> list[Tensor]:
    """The tensors that root's gradient flows to, each once, inputs before results."""
    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, inputs_are_in_order = stack.pop()
        if inputs_are_in_order:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((x, False) for x in node.inputs if x.requires_grad)
    return order


def backward(root: Tensor, g: AnyArray) -> None:
    """Add to each leaf's grad the gradient of root with respect to it, times g.

    A tensor's turn comes when all that was computed from it has had its own.
    """
    gradients = {id(root): g}
    for node in reversed(topological_order(root)):
        g = gradients.pop(id(node))
        if node.rule is None:
            node.accumulate(g)
            continue
        for x, dx in zip(node.inputs, node.rule(g), strict=True):
            if x.requires_grad:
                dx = np.asarray(dx, x.dtype)
                before = gradients.get(id(x))
                gradients[id(x)] = dx if before is None else before + dx
