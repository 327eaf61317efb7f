"""Chapter 4: other correct ways to write each brick."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.variants import ch04_operators
from minidl.autograd import GradcheckError, numerical_gradient, pairs
from minidl.operators import AnyArray
from minidl.tape import Node, flows, topological_order

# ruff: noqa: D103 -- the name of each function says how it goes about it

Function = Callable[[AnyArray], Any]


def order_with_iterators(root: Node) -> list[Node]:
    order, seen, path = [], {root}, [(root, iter(root.inputs))]
    while path:
        node, rest = path[-1]
        for x in rest:
            if x is not None and x not in seen:
                seen.add(x)
                path.append((x, iter(x.inputs)))
                break
        else:
            order.append(node)
            path.pop()
    return order


def order_by_counting_uses(root: Node) -> list[Node]:
    uses: Counter[Node] = Counter()
    found, queue = {root}, deque([root])
    while queue:
        for x in queue.popleft().inputs:
            if x is not None:
                uses[x] += 1
                if x not in found:
                    found.add(x)
                    queue.append(x)
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for x in node.inputs:
            if x is not None:
                uses[x] -= 1
                if not uses[x]:
                    ready.append(x)
    order.reverse()
    return order


def order_in_three_colours(root: Node) -> list[Node]:
    order: list[Node] = []
    colour: dict[Node, str] = {}
    stack = [root]
    while stack:
        node = stack[-1]
        if node not in colour:
            colour[node] = "grey"
            stack += [x for x in node.inputs if x is not None and x not in colour]
        else:
            stack.pop()
            if colour[node] == "grey":
                colour[node] = "black"
                order.append(node)
    return order


def order_by_depth(root: Node) -> list[Node]:
    depth: dict[Node, int] = {}
    for node in order_in_three_colours(root):
        depth[node] = 1 + max([depth[x] for x in node.inputs if x is not None] or [0])
    return sorted(depth, key=lambda node: depth[node])


def backward_over_the_reversed_order(
    root: Node, g: AnyArray, retain_graph: bool = False
) -> None:
    gradients = {root: g}
    for node in reversed(topological_order(root)):
        if node not in gradients:
            continue
        for x, dx in flows(node, gradients[node], retain_graph):
            if x in gradients:
                gradients[x] = gradients[x] + dx
            else:
                gradients[x] = dx


def backward_collecting_lists(
    root: Node, g: AnyArray, retain_graph: bool = False
) -> None:
    incoming = defaultdict(list, {root: [g]})
    for node in topological_order(root)[::-1]:
        if incoming[node]:
            first, *others = incoming.pop(node)
            for other in others:
                first = first + other
            for x, dx in flows(node, first, retain_graph):
                incoming[x].append(dx)


def backward_with_its_own_sums(
    root: Node, g: AnyArray, retain_graph: bool = False
) -> None:
    order = topological_order(root)
    totals: dict[Node, AnyArray] = {root: np.array(g)}
    owned = {root}
    for node in order[::-1]:
        total = totals.pop(node, None)
        if total is None:
            continue
        for x, dx in flows(node, total, retain_graph):
            if x not in owned:
                totals[x] = np.array(dx)
                owned.add(x)
            else:
                np.add(totals[x], dx, out=totals[x])


def slopes_one_column_at_a_time(
    f: Function, x: AnyArray, eps: float = 1e-6
) -> AnyArray:
    columns = []
    for n in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[n] += eps
        down.flat[n] -= eps
        columns.append((np.asarray(f(up)) - f(down)) / (2 * eps))
    if not columns:
        return np.zeros((*np.shape(f(x)), *x.shape))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def slopes_by_unit_steps(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    rows = [(f(x + step) - f(x - step)) / eps / 2 for step in steps]
    y = np.shape(f(x))
    columns = np.moveaxis(np.reshape(rows, (x.size, *y)), 0, -1)
    return columns.reshape(y + x.shape)


def slopes_in_a_copy(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
    moved, slopes = np.array(x), np.zeros(np.shape(f(x)) + x.shape)
    for i, value in np.ndenumerate(x):
        moved[i] = value + eps
        high = np.array(f(moved))
        moved[i] = value - eps
        slopes[(..., *i)] = 0.5 * (high - f(moved)) / eps
        moved[i] = value
    return slopes


def verdict(func: Any, inputs: Any, agree: Any, **options: Any) -> bool:
    defaults = {"eps": 1e-6, "atol": 1e-5, "rtol": 1e-3, "raise_exception": True}
    chosen = {**defaults, **options}
    right = True
    for place, f, x, gradient in pairs(func, inputs):
        slope = numerical_gradient(f, x, chosen["eps"])
        if not agree(gradient, slope, chosen["rtol"], chosen["atol"]):
            right = False
            if chosen["raise_exception"]:
                raise GradcheckError(f"wrong: {place}")
    return right


def gradcheck_by_formula(func: Any, inputs: Any, **options: Any) -> bool:
    def agree(a: AnyArray, b: AnyArray, rtol: float, atol: float) -> bool:
        return bool(np.all(np.abs(a - b) <= atol + rtol * np.abs(b)))

    return verdict(func, inputs, agree, **options)


def gradcheck_entry_by_entry(func: Any, inputs: Any, **options: Any) -> bool:
    def agree(a: AnyArray, b: AnyArray, rtol: float, atol: float) -> bool:
        numbers = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
        return all(abs(one - two) <= atol + rtol * abs(two) for one, two in numbers)

    return verdict(func, inputs, agree, **options)


def gradcheck_by_an_assertion(func: Any, inputs: Any, **options: Any) -> bool:
    def agree(a: AnyArray, b: AnyArray, rtol: float, atol: float) -> bool:
        try:
            np.testing.assert_allclose(a, b, rtol, atol, equal_nan=False)
        except AssertionError:
            return False
        return True

    return verdict(func, inputs, agree, **options)


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    **ch04_operators.VARIANTS,
    "topological_order": (
        order_with_iterators,
        order_by_counting_uses,
        order_in_three_colours,
        order_by_depth,
    ),
    "backward": (
        backward_over_the_reversed_order,
        backward_collecting_lists,
        backward_with_its_own_sums,
    ),
    "numerical_gradient": (
        slopes_one_column_at_a_time,
        slopes_by_unit_steps,
        slopes_in_a_copy,
    ),
    "gradcheck": (
        gradcheck_by_formula,
        gradcheck_entry_by_entry,
        gradcheck_by_an_assertion,
    ),
}
