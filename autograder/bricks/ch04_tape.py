"""Chapter 4's walk back: the order of the steps, and the gradients on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]

TAPE = "minidl.tape"
WIDE = ("float64",)


def drive_order(
    topological_order: Any, edges: AnyArray, root: int, tail: int = 0
) -> tuple[AnyArray, ...] | None:
    """How often each step is in the order, its length, and what is out of place.

    edges:  rows (result, input); an input of -1 requires no gradient
    tail:   how many more steps step 0 was computed through, one after the other
    """
    import numpy as np

    from minidl.tape import Node

    class Inputs(list[Node | None]):
        def __iter__(self) -> Any:
            looks[0] += 1
            if looks[0] > 100 * len(nodes):
                raise ValueError(f"{len(nodes)} steps were visited {looks[0]} times")
            return super().__iter__()

    looks, rows = [0], edges.tolist()
    steps = 1 + max([root, *edges.ravel().tolist()])
    nodes = [Node(Inputs() if n < steps else [], None) for n in range(steps + tail)]
    chain = [
        (n if n >= steps else 0, n + 1) for n in range(steps - 1, steps + tail - 1)
    ]
    for n, x in rows + chain:
        nodes[n].inputs.append(None if x < 0 else nodes[x])
    try:
        order = topological_order(nodes[root])
    except RecursionError:
        raise RecursionError("too many calls within calls") from None
    if order is None:
        return None
    if not isinstance(order, list) or not set(order) <= set(nodes):
        raise TypeError("what was returned is not a list of steps")
    places = [[at for at, x in enumerate(order) if x is node] for node in nodes[:steps]]
    first = [at[0] if at else -1 for at in places]
    misplaced = {n for n, x in rows if x >= 0 and first[x] > first[n] >= 0}
    counts = len(order), len(misplaced), int(order[-1:] == [nodes[root]])
    return np.array([len(at) for at in places]), *map(np.array, counts)


DIAMOND = [[1, 0], [2, 0], [3, 1], [3, 2]]
"""Step 3 was computed from 1 and 2, and both from 0."""

# The long way round to 1 (through 3 and 2) must be over before 1 has its turn.
DETOUR = [[1, 0], [2, 1], [3, 2], [4, 1], [4, 3], [5, 4], [5, 0]]
MIRRORED = [[1, 0], [2, 1], [3, 2], [4, 3], [4, 1], [5, 0], [5, 4]]
OTHER_USES = [[1, 0], [2, 1], [2, -1], [3, 1], [5, 4], [5, 0]]
"""From 2 only 1 and 0 are reached; 3 and 5 use them too."""


def ladder(rungs: int) -> list[list[int]]:
    """Each step computed from the one before, used twice: 2 ** rungs ways down."""
    return [[n + 1, n] for n in range(rungs) for _ in range(2)]


def graph(edges: list[list[int]], root: int, **params: Any) -> Make:
    """These edges, whatever the seed."""
    array = np.array(edges, np.int64).reshape(-1, 2)
    return lambda _: {"edges": array.copy(), "root": root, **params}


def plain(name: str, edges: list[list[int]], root: int, **params: Any) -> Family:
    """A graph as one case; there are no floats in it."""
    return Family(name, graph(edges, root, **params), dtypes=WIDE)


def drawn(steps: int) -> Make:
    """Each step computed from one to three of the last five, or from a constant."""

    def make(rng: np.random.Generator) -> Inputs:
        edges = [
            [n, max(x, -1)]
            for n in range(1, steps)
            for x in rng.integers(n - 5, n, rng.integers(1, 4)).tolist()
        ]
        return {"edges": np.array(edges, np.int64), "root": steps - 1}

    return make


ORDER = Brick(
    target=f"{TAPE}.topological_order",
    title="Every step once, inputs before results",
    outputs=(
        "how often each step occurs:",
        "number of steps:",
        "number of misplaced steps:",
        "root at the end (1 yes, 0 no):",
    ),
    points=2,
    families=(
        plain("a chain", [[1, 0], [2, 1], [3, 2]], 3),
        plain("a diamond", DIAMOND, 3),
        plain("a step used twice at once", [[1, 0], [1, 0], [2, 1], [2, 1]], 2),
        plain("a detour", DETOUR, 5),
        plain("a detour, mirrored", MIRRORED, 5),
        plain("steps that the root does not use", OTHER_USES, 2),
        plain("a leaf alone", [], 0),
        plain("sixty steps, each used twice", ladder(60), 60),
        Family("five steps, drawn", drawn(5), dtypes=WIDE),
        Family("twelve steps, drawn", drawn(12), dtypes=WIDE),
        Family("forty steps, drawn", drawn(40), dtypes=WIDE),
        plain("a chain of 100 000", [[1, 0]], 1, tail=100_000),
    ),
    driver=drive_order,
)


def drive_backward(
    backward: Any, edges: AnyArray, w: AnyArray, g: AnyArray, root: int, **more: Any
) -> tuple[AnyArray, ...]:
    """What reached each step last, or a leaf's grad; how often each had its turn.

    edges:  rows (result, input), through which the gradient is multiplied with w
    more:   tail; none: edges without a gradient; keep: retain_graph, for each call
    """
    import numpy as np

    from minidl.tape import Node
    from minidl.tensor import Tensor

    def rule(n: int, g: AnyArray) -> tuple[AnyArray | None, ...]:
        turns[n], reached[n] = turns[n] + 1, g
        if turns[n] > 100:
            raise ValueError("one rule was called a hundred times")
        none = more.get("none", ())
        along = [(e, w[e]) for e, (result, _) in enumerate(edges) if result == n]
        return tuple(None if e in none else g if f == 1 else g * f for e, f in along)

    leaves: Any = [Tensor(np.zeros(g.shape), True) for _ in range(root + 1)]
    turns, reached = np.zeros(root + 1, np.int64), np.zeros((root + 1, *g.shape))
    nodes: Any = [x.node for x in leaves]
    for passing_on in more.get("tail", 0) * [lambda g: (g,)]:
        nodes[0] = Node([nodes[0]], passing_on)
    for n in sorted({n for n, _ in edges}):
        inputs = [nodes[x] for result, x in edges if result == n]
        nodes[n] = Node(inputs, lambda g, n=n: rule(n, g))  # type: ignore[misc]
    for call, retain_graph in enumerate(more.get("keep", (False,))):
        try:
            backward(nodes[root], g, retain_graph)
        except (RecursionError, KeyError) as error:
            raise type(error)("on the way back") from None
        except RuntimeError:
            if not call:
                raise
    for n in (n for n, leaf in enumerate(leaves) if leaf.grad is not None):
        turns[n], reached[n] = 1, leaves[n].grad.array
    return reached, turns


def flowing(
    edges: list[list[int]],
    root: int,
    *shape: int,
    ones: bool = False,
    scale: float = 1.0,
    **params: Any,
) -> Make:
    """A graph, factors along its edges (or ones), and upstream 1, 2, 3, …"""

    def make(rng: np.random.Generator) -> Inputs:
        w = np.ones(len(edges)) if ones else scale * rng.normal(size=len(edges))
        up = upstream(*shape) if shape else np.array(3.0)
        array = np.array(edges, np.int64).reshape(-1, 2)
        return {"edges": array, "w": w, "g": up, "root": root, **params}

    return make


# The gradient of 4 goes unchanged to 3 and 2; what then comes to 2 from 3 must not
# reach 1, which got the very same array from 4.
SHARED = [[1, 0], [2, 0], [3, 2], [4, 3], [4, 2], [4, 1]]

KEPT = flowing(DIAMOND, 3, 2, keep=(True, False))
AGAIN = flowing(DIAMOND, 3, 2, keep=(False, False))

BACKWARD = Brick(
    target=f"{TAPE}.backward",
    title="Gradients of everything, in one walk back",
    outputs=("gradients", "turns"),
    points=3,
    families=(
        Family("a chain", flowing([[1, 0], [2, 1], [3, 2]], 3, 2)),
        Family("a diamond", flowing(DIAMOND, 3, 2, 2)),
        Family("a step used twice at once", flowing(ladder(2), 2, 3)),
        Family("a detour", flowing(DETOUR, 5, 2)),
        Family("a detour, mirrored", flowing(MIRRORED, 5, 2)),
        Family("arrays that are passed on", flowing(SHARED, 4, 2, ones=True)),
        Family("a rule without a gradient", flowing(DETOUR, 5, 2, none=(4,))),
        Family("a step that no gradient reaches", flowing(DIAMOND, 3, 2, none=(2,))),
        Family("the root is a leaf", flowing([], 0, 3)),
        Family("sixty steps, each used twice", flowing(ladder(60), 60, scale=0.4)),
        Family("kept, and called twice", KEPT),
        Family("called twice", AGAIN),
        Family("a chain of 2 000", flowing([[1, 0]], 1, tail=2_000), dtypes=WIDE),
        # The same in every draw: so long a chain is answered once, when recorded.
        Family(
            "a chain of 100 000",
            flowing([[1, 0]], 1, ones=True, tail=100_000),
            dtypes=WIDE,
        ),
    ),
    driver=drive_backward,
)
