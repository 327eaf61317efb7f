"""Chapter 6: networks that know their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs, upstream

Make = Callable[[np.random.Generator], Inputs]
WIDE = ("float64",)
NAME = r"\b(?!(buffer|none|zero)\b)[A-Za-z]+"


def drive_module(
    module: Any, places: tuple[str, ...], parameter: Any = None, **options: Any
) -> tuple[AnyArray, ...]:
    """Which parameters a network of these places names, in which order and how."""
    import numpy as np

    from minidl.nn.parameter import Parameter
    from minidl.tensor import Tensor

    make = parameter or (lambda number: Parameter(Tensor(np.array([float(number)]))))
    root = module()

    def at(path: str) -> Any:
        found = root
        for part in path.split(".") if path else ():
            if not hasattr(found, part):
                setattr(found, part, module())
            found = getattr(found, part)
        return found

    for number, place in enumerate(places):
        path, _, other = place.partition("=")
        way, _, name = path.rpartition(".")
        home = at(way)
        if other == "none":
            home.register_parameter(name, None)
        elif other == "buffer":
            home.register_buffer(name, make(number).detach())
        else:
            new = other in ("", "zero")
            setattr(home, name, make(0 if other else number) if new else at(other))
    named = list(root.named_parameters(**options))
    which, letters = np.full(12, -1), np.zeros((12, 24), int)
    for row, (path, found) in enumerate(named[:12]):
        which[row] = int(found.item())
        letters[row, : len(path)] = [ord(letter) for letter in path[:24]]
    return np.array(len(named)), which, letters


def tree(*places: str, **options: Any) -> Make:
    """A network of these places, and the options of named_parameters.

    "a.W" is a new parameter in a new module, "b=a" what is at a once more; "m=buffer",
    "b=none" and "b=zero" are a buffer, None in place of a parameter, and one of 0.
    Every name gets a number that is drawn: "a3.W41".
    """

    def make(rng: np.random.Generator) -> Inputs:
        numbers: dict[str, int] = {}

        def numbered(name: re.Match[str]) -> str:
            number = numbers.setdefault(name[0], int(rng.integers(100)))
            return f"{name[0]}{number}"

        named = tuple(re.sub(NAME, numbered, place) for place in places)
        return {"places": named, **options}

    return make


NESTED = ("W", "body.first.W", "body.first.b", "body.last.W", "b", "head.W")
SHARED = ("a.W", "a.b", "b.W=a.W", "b.b", "W=a.W")

MODULE = Brick(
    target="minidl.nn.module.Module",
    title="A network that finds its parameters",
    outputs=(
        "number of parameters:",
        "which, in order:",
        "letters of the paths, as numbers:",
    ),
    points=2,
    families=(
        Family("one layer", tree("weight", "bias"), dtypes=WIDE),
        Family("parts of parts", tree(*NESTED), dtypes=WIDE),
        Family("its own before those of parts", tree("a.W", "b", "c.W"), dtypes=WIDE),
        Family("below a prefix", tree(*NESTED, prefix="net"), dtypes=WIDE),
        Family("its own only", tree(*NESTED, recurse=False), dtypes=WIDE),
        Family(
            "its own only, below a prefix",
            tree("W", "a.b", "c=none", prefix="net", recurse=False),
            dtypes=WIDE,
        ),
        Family("no parameters", tree("mean=buffer", "body.m=buffer"), dtypes=WIDE),
        Family(
            "buffers and absent ones",
            tree("mean=buffer", "W", "b=none", "a.b=none", "a.m=buffer", "a.W"),
            dtypes=WIDE,
        ),
        Family("equal numbers", tree("a.W", "a.b=zero", "b=zero"), dtypes=WIDE),
        Family("a shared parameter", tree(*SHARED), dtypes=WIDE),
        Family("a shared part", tree("a.W", "a.c.b", "b=a", "d=a.c"), dtypes=WIDE),
        Family(
            "shared, all places",
            tree(*SHARED, "c=a", remove_duplicate=False),
            dtypes=WIDE,
        ),
    ),
    driver=drive_module,
    hole="named_parameters",
)


def drive_linear(
    layer: Any, g: AnyArray, x: AnyArray, W: AnyArray, b: AnyArray | None = None
) -> Any:
    """A layer with these weights: its output, and all gradients after upstream g.

    It is asked twice, and the second answer counts.
    """
    import numpy as np

    from minidl.tensor import Tensor

    M, D = W.shape
    made = layer(D, M, bias=b is not None, dtype=Tensor(W).dtype)
    made.weight.array[...] = W
    if b is not None:
        made.bias.array[...] = b
    given = Tensor(x, requires_grad=True)
    made(given)
    y = made(given)
    if y is None:
        return None
    y.backward(Tensor(g))
    leaves = [given, made.weight, *([] if b is None else [made.bias])]
    slopes = [np.zeros(0) if p.grad is None else p.grad.array for p in leaves]
    return (y.detach().numpy(), *slopes, *[np.zeros(0)] * (b is None))


def layer(*batch: int, D: int = 4, M: int = 3, bias: bool = True) -> Make:
    """Inputs of D features, M neurons, and upstream 1, 2, 3, …"""

    def make(rng: np.random.Generator) -> Inputs:
        inputs = {
            "g": upstream(*batch, M),
            "x": rng.normal(0.3, 1.0, (*batch, D)),
            "W": rng.normal(size=(M, D)),
        }
        return {**inputs, "b": rng.normal(size=M)} if bias else inputs

    return make


def large(rng: np.random.Generator) -> Inputs:
    """Inputs a thousand times as large as usual."""
    inputs = layer(4)(rng)
    return {**inputs, "x": 1000 * inputs["x"]}


LINEAR = Brick(
    target="minidl.nn.linear.Linear",
    title="The neuron as a layer",
    outputs=("y", "dx", "dW", "db"),
    families=(
        Family("ordinary", layer(5)),
        Family("as many neurons as features", layer(2, D=3, M=3)),
        Family("batch of one", layer(1)),
        Family("empty batch", layer(0), dtypes=WIDE),
        Family("without a bias", layer(4, bias=False)),
        Family("one sample, no batch", layer()),
        Family("sequences", layer(2, 3)),
        Family("large values", large),
        Family("not contiguous", layer(6), strided=True),
    ),
    driver=drive_linear,
    hole="forward",
)


def drive_sequential(
    sequential: Any, g: AnyArray, x: AnyArray, W: AnyArray, order: tuple[int, ...]
) -> Any:
    """The output of layers W[i] in this order, and the gradients of x and W.

    A number may stand in the order twice: then the same layer does. -1 is a tanh,
    -2 a container that holds layer 0 and a tanh.
    """
    import numpy as np

    from minidl import nn
    from minidl.tensor import Tensor

    layers = []
    for weight in W:
        M, D = weight.shape
        made = nn.Linear(D, M, bias=False, dtype=Tensor(W).dtype)
        made.weight.array[...] = weight
        layers.append(made)
    tanh = nn.Tanh()
    parts = {-1: tanh}
    if -2 in order:
        parts[-2] = sequential(layers[0], tanh)
    given = Tensor(x, requires_grad=True)
    model = sequential(*[layers[i] if i >= 0 else parts[i] for i in order])
    y = model(given)
    if y is None:
        return None
    y.backward(Tensor(g))
    slopes = [made.weight.grad for made in layers]
    dW = [np.zeros(W.shape[1:]) if s is None else s.array for s in slopes]
    dx = np.zeros(0) if given.grad is None else given.grad.array
    return y.detach().numpy(), dx, np.array(dW).reshape(W.shape)


def chain(*order: int, N: int = 4, layers: int = 3) -> Make:
    """Layers of three neurons each, in this order."""
    return lambda rng: {
        "g": upstream(N, 3),
        "x": rng.normal(0.3, 1.0, (N, 3)),
        "W": rng.normal(size=(layers, 3, 3)),
        "order": order,
    }


SEQUENTIAL = Brick(
    target="minidl.nn.containers.Sequential",
    title="One layer after the other",
    outputs=("y", "dx", "dW"),
    families=(
        Family("two layers", chain(0, -1, 1, layers=2)),
        Family("three layers", chain(0, -1, 1, -1, 2)),
        Family("one layer", chain(0, layers=1)),
        Family("another order", chain(2, 0, -1, 1)),
        Family("the same layer twice", chain(0, -1, 1, -1, 0, layers=2)),
        Family("a container in a container", chain(1, -2, 2)),
        Family("empty batch", chain(0, -1, 1, N=0, layers=2), dtypes=WIDE),
        Family("nothing inside", chain(layers=1), dtypes=WIDE),
        Family("not contiguous", chain(0, -1, 1, layers=2), strided=True),
    ),
    driver=drive_sequential,
    hole="forward",
)
