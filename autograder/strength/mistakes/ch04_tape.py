"""Chapter 4: what learners get wrong about the order of the steps and the walk."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.operators import AnyArray
from minidl.tape import Node, flows, topological_order

RECURSIVE = (
    "The function calls itself once for every step of a chain, and Python stops at "
    "about a thousand calls. Keep a list of what is still to do."
)


def recursive_order(root: Node) -> list[Node]:
    """The textbook's depth-first search."""
    order: list[Node] = []
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            for x in node.inputs:
                if x is not None:
                    visit(x)
            order.append(node)

    visit(root)
    return order


def on_the_way_down(root: Node) -> list[Node]:
    """Depth first, each step noted when it is first met."""
    order: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in order[-1000:]:
            order.append(node)
            stack.extend([x for x in node.inputs if x is not None])
    return order[::-1]


def level_by_level(root: Node) -> list[Node]:
    """Breadth first, each step noted when it is first met."""
    order, seen, queue = [], {root}, deque([root])
    while queue:
        node = queue.popleft()
        order.append(node)
        for x in node.inputs:
            if x is not None and x not in seen:
                seen.add(x)
                queue.append(x)
    return order[::-1]


def with_none(root: Node) -> list[Node]:
    """The right order, and None is asked for its inputs too."""
    order = topological_order(root)
    for node in order:
        for x in node.inputs:
            order += x.inputs[:0]  # type: ignore[union-attr, arg-type]
    return order


def two_phases(root: Node, mark: str) -> list[Node]:
    """The right search, with its marks set at another time."""
    order: list[Node] = []
    seen: set[Node] = {root} if mark == "pushed" else set()
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            if mark == "never" or node not in seen or mark == "pushed":
                order.append(node)
            if mark == "late":
                seen.add(node)
            continue
        stack.append((node, True))
        for x in node.inputs:
            if x is not None and not (mark == "pushed" and x in seen):
                if mark == "pushed":
                    seen.add(x)
                stack.append((x, False))
    return order


ORDER = (
    Mistake(
        "results first",
        "This is the order turned round: here inputs come before results.",
        lambda root: topological_order(root)[::-1],
    ),
    Mistake("recursion", RECURSIVE, recursive_order),
    Mistake(
        "noted on the way down",
        "A step is noted when it is first met. Another way to it may still be longer: "
        "note it after its inputs.",
        on_the_way_down,
    ),
    Mistake(
        "level by level",
        "Steps are taken level by level. A step can be an input of two levels: note it "
        "after all its inputs.",
        level_by_level,
    ),
    Mistake(
        "marked too early",
        "A step is marked when it is put on the list, not when it is taken off. So a "
        "longer way to it is not followed.",
        lambda root: two_phases(root, "pushed"),
    ),
    Mistake(
        "never marked",
        "A step that is used twice is visited twice. Mark what has been visited.",
        lambda root: two_phases(root, "never"),
    ),
    Mistake(
        "marked too late",
        "Steps are visited again and again and only noted once: with sixty of them "
        "that takes for ever. Mark a step when you first visit it.",
        lambda root: two_phases(root, "late"),
    ),
    Mistake(
        "None visited",
        "An input that requires no gradient is None. Skip it.",
        with_none,
    ),
    Mistake(
        "root missing",
        "The root itself is missing: it has the last place.",
        lambda root: topological_order(root)[:-1],
    ),
    Mistake(
        "leaves missing",
        "Steps without inputs are missing: leaves belong in the order too.",
        lambda root: [node for node in topological_order(root) if any(node.inputs)],
    ),
    Mistake(
        "a set",
        "A set has no order. Keep one for the marks, and a list for the order.",
        lambda root: set(topological_order(root)),
    ),
)


def walk(
    root: Node,
    g: AnyArray,
    retain_graph: bool,
    how: str = "",
) -> None:
    """The right walk, but for one thing."""
    order = topological_order(root)
    gradients: dict[Node, Any] = {root: np.ones_like(g) if how == "ones" else g}
    while order:
        node = order.pop(0) if how == "inputs first" else order.pop()
        if node not in gradients and how not in ("every", "zeros"):
            continue
        mine = gradients.pop(node, 0.0) if how == "zeros" else gradients.pop(node)
        mine = g if how == "root" else mine
        kept = {"kept": True, "freed": False}.get(how, retain_graph)
        for x, dx in flows(node, mine, kept):
            if how == "overwritten" or x not in gradients:
                gradients[x] = dx
            elif how == "in place":
                gradients[x] += dx
            elif how != "first":
                gradients[x] = gradients[x] + dx


def wrong(how: str) -> Any:
    """A backward that goes wrong in this way."""

    def backward(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
        walk(root, g, retain_graph, how)

    return backward


def way_by_way(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
    """Every gradient goes on as soon as it comes."""
    stack = [(root, g)]
    while stack:
        stack.extend(flows(*stack.pop(), retain_graph))


def way_by_way_kept(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
    """Every gradient goes on as soon as it comes; nothing is freed."""
    way_by_way(root, g, True)


def recursive(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
    """Every step calls its inputs."""
    for x, dx in flows(root, g, retain_graph):
        recursive(x, dx, retain_graph)


def as_met(root: Node, g: AnyArray, retain_graph: bool = False) -> None:
    """Sums up, but a step's turn comes as soon as it is met."""
    gradients, queue = {root: g}, deque([root])
    while queue:
        node = queue.popleft()
        for x, dx in flows(node, gradients.pop(node), retain_graph):
            if x not in gradients:
                queue.append(x)
            gradients[x] = gradients[x] + dx if x in gradients else dx


BACKWARD = (
    Mistake(
        "overwritten",
        "A second gradient overwrites the first. What comes in along several ways is "
        "added up.",
        wrong("overwritten"),
    ),
    Mistake(
        "first kept",
        "Only the first gradient that comes in is kept. All of them are added up.",
        wrong("first"),
    ),
    Mistake(
        "inputs first",
        "The walk begins at the leaves. It begins at the root, the end of the order.",
        wrong("inputs first"),
    ),
    Mistake(
        "as met",
        "A step has its turn as soon as a gradient comes in. Others may be on their "
        "way: follow the order.",
        as_met,
    ),
    Mistake(
        "way by way",
        "Each gradient is sent on by itself, so a step used twice has its rule called "
        "twice. Collect first, then call it once.",
        way_by_way,
    ),
    Mistake(
        "way by way, kept",
        "Each gradient is sent on by itself: the number of ways doubles with every "
        "step that is used twice. Collect first, then call each rule once.",
        way_by_way_kept,
    ),
    Mistake(
        "in place",
        "+= changes an array that others hold too: a rule may pass on the very array "
        "it got. Make a new sum.",
        wrong("in place"),
    ),
    Mistake(
        "upstream ignored",
        "The walk begins with ones. It begins with g.",
        wrong("ones"),
    ),
    Mistake(
        "root's gradient for all",
        "Every step is given the gradient of the root. Each has its own.",
        wrong("root"),
    ),
    Mistake(
        "no gradient came",
        "Not every step has a gradient waiting: flows has served the leaves, and a "
        "rule may give None. Such a step has no turn.",
        wrong("every"),
    ),
    Mistake(
        "zero for no gradient",
        "A step without a gradient is given 0. None has reached it, or it is a leaf, "
        "which flows has served already: it has no turn.",
        wrong("zeros"),
    ),
    Mistake(
        "always kept",
        "retain_graph is True whatever was asked, so nothing is ever let go.",
        wrong("kept"),
    ),
    Mistake(
        "never kept",
        "retain_graph is not passed on, so a second call finds nothing left.",
        wrong("freed"),
    ),
    Mistake(
        "recursion",
        "The function calls itself for each gradient, so a step used twice has its "
        "rule called twice, and a long chain meets Python's limit of a thousand calls.",
        recursive,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "topological_order": ORDER,
    "backward": BACKWARD,
}
