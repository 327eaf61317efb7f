"""The tape: which results to go back through, in which order, adding gradients up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType

from minidl.operators import AnyArray

if TYPE_CHECKING:
    from minidl.tensor import Tensor

Rule = Callable[[AnyArray], tuple[AnyArray | None, ...]]
"""From the gradient of a result to the gradients of what it came from, in order.

It changes no array, and what it returns is new, or (a view of) the gradient it got.
"""


class Recording(threading.local):
    """Whether this thread writes what it computes on the tape."""

    on = True


recording = Recording()


class Node:
    """One step on the tape: how a tensor that requires a gradient was computed.

    inputs:  the steps that its gradient flows on to; None for what requires none
    rule:    from its gradient to those of its inputs; None for a leaf
    saves:   version counters of the tensors that the rule reads, each with its count
    keeper:  a weak reference to the tensor whose grad is added to: a leaf, or a
             tensor with retain_grad()
    """

    __slots__ = ("inputs", "keeper", "rule", "saves")

    def __init__(self, inputs: list[Node | None], rule: Rule | None) -> None:
        self.inputs = inputs
        self.rule = rule
        self.saves: list[tuple[list[int], int]] = []
        self.keeper: ReferenceType[Tensor] | None = None


def topological_order(root: Node) -> list[Node]:
    """The steps that root's gradient flows to, each once, inputs before results."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(root, False)]
    while stack:
        node, inputs_are_in_order = stack.pop()
        if inputs_are_in_order:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend([(x, False) for x in node.inputs if x is not None])
    return order


def backward(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
    """Add to each leaf's grad the gradient of root with respect to it, times g.

    A step's turn comes when all that was computed from it has had its own; flows()
    then says which steps its gradient goes on to.
    """
    order, gradients = topological_order(root), {root: g}
    while order:
        node = order.pop()
        if node in gradients:
            for x, dx in flows(node, gradients.pop(node), retain_graph):
                gradients[x] = gradients[x] + dx if x in gradients else dx


def flows(node: Node, g: AnyArray, retain_graph: bool) -> list[tuple[Node, AnyArray]]:
    """The steps that a step's gradient g goes on to, each with its own gradient.

    What leaves get is added to their grad. Then the step's rule, and the arrays that
    the rule kept, are let go.
    """
    if node.keeper is not None:
        keep(node, g)
    if node.rule is None:
        return []
    check_saves(node)
    inputs, gradients = node.inputs, node.rule(g)
    if not retain_graph:
        node.inputs, node.rule, node.saves = [], freed, []
    onward = []
    for x, dx in zip(inputs, gradients, strict=True):
        if x is None or dx is None:
            continue
        if x.rule is not None:
            onward.append((x, dx))
        else:  # an array that the rule made for this leaf alone becomes its grad
            own = dx.base is None and sum(dx is other for other in (g, *gradients)) == 1
            keep(x, dx, own)
    return onward


def keep(node: Node, g: AnyArray, own: bool = False) -> None:
    """Add g to the grad of the tensor that keeps this step's gradient.

    own:  whether nobody else holds the array g
    """
    tensor = node.keeper() if node.keeper else None
    if tensor is None or tensor.node is not node:
        return
    if g.shape != tensor.shape:
        raise RuntimeError(
            f"backward: a rule gave a gradient {g.shape} for a tensor {tensor.shape}"
        )
    if tensor.grad is not None:
        tensor.grad.array += g
        tensor.grad.version[0] += 1
    else:
        tensor.grad = type(tensor).wrap(g.astype(tensor.dtype, copy=not own))


def check_saves(node: Node) -> None:
    """Raise if an array that the rule reads has changed since it was recorded."""
    for version, count in node.saves:
        if version[0] != count:
            raise RuntimeError(
                "backward: one of the variables needed for gradient computation has "
                f"been modified by an inplace operation: it is at version {version[0]}"
                f"; expected version {count}; write y = y + 1 for y += 1, or clone()"
            )


def freed(g: AnyArray) -> Any:
    """Say why there is no rule: the step has been gone back through."""
    raise RuntimeError(
        "backward: trying to backward through the graph a second time, but what it "
        "saved was freed the first time; pass retain_graph=True to the first backward()"
    )


@contextmanager
def recording_set_to(on: bool) -> Iterator[None]:
    """Record in this block, or in a function below @, or do not."""
    before, recording.on = recording.on, on
    try:
        yield
    finally:
        recording.on = before


def no_grad(function: Any = None) -> Any:
    """Compute without recording: `with no_grad():`, or `@no_grad()` above a def."""
    return recording_set_to(False)(function) if function else recording_set_to(False)


def enable_grad(function: Any = None) -> Any:
    """Record again inside no_grad: `with enable_grad():`, or `@enable_grad()`."""
    return recording_set_to(True)(function) if function else recording_set_to(True)


def is_grad_enabled() -> bool:
    """Whether this thread records."""
    return recording.on


class set_grad_enabled(AbstractContextManager[None], ContextDecorator):  # noqa: N801
    """Record from now on, or do not; in a block or a function, until its end."""

    def __init__(self, mode: bool) -> None:
        self.mode, self.before = mode, recording.on
        recording.on = mode

    def __exit__(self, *error: object) -> None:
        recording.on = self.before

    def __call__(self, function: Any) -> Any:
        """The function, recorded or not as asked for."""
        recording.on = self.before
        return recording_set_to(self.mode)(function)
