"""Chapter 4 in PyTorch: its operators, its tape, and torch.autograd.gradcheck."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, autograd


def unbroadcast(g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """PyTorch has a method for it."""
    return g.sum_to_size(shape)


def operator(
    function: Callable[..., Tensor], simpler: Callable[..., Tensor] | None = None
) -> Callable[..., tuple[Tensor, ...]]:
    """The result, the gradients of a and b, and which changes in place raise.

    simpler:  reads the same operands; matmul copies those that broadcast, and then
              does not notice a change
    """

    def answer(
        a: Tensor, b: Tensor, g: Tensor, wanted: str = "ab"
    ) -> tuple[Tensor, ...]:
        a.requires_grad_("a" in wanted)
        b.requires_grad_("b" in wanted)
        result = function(a, b)
        inputs = [x for x in (a, b) if x.requires_grad]
        found = iter(autograd.grad(result, inputs, g))
        gradients = [next(found) if x.requires_grad else 0 * x for x in (a, b)]
        noticed = [
            int(other in wanted and notices(simpler or function, a, b, place))
            for place, other in ((0, "b"), (1, "a"))
        ]
        return result, *gradients, torch.tensor(noticed)

    return answer


def notices(function: Callable[..., Tensor], a: Tensor, b: Tensor, place: int) -> bool:
    """Whether backward raises after operand number `place` was changed in place."""
    operands = [x.detach().clone().requires_grad_(x.requires_grad) for x in (a, b)]
    result: Any = function(*operands).sum()
    with torch.no_grad():
        operands[place].add_(1)
    try:
        result.backward()
    except RuntimeError:
        return True
    return False


def total(x: Tensor, g: Tensor, **options: Any) -> tuple[Tensor, Tensor]:
    """The sum, and the gradient of x."""
    if "dtype" in options:
        options["dtype"], g = torch.float64, g.double()
    result = x.requires_grad_().sum(**{"dim": None, **options})
    return result, autograd.grad(result, x, g)[0]


class Step(autograd.Function):
    """A step that notes when its turn comes in PyTorch's own walk back."""

    @staticmethod
    def forward(ctx: Any, walk: list[int], number: int, *inputs: Tensor) -> Tensor:
        """A number, whatever the inputs are."""
        ctx.walk, ctx.number, ctx.count = walk, number, len(inputs)
        return torch.ones(())

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Any, ...]:
        """The same gradient for all inputs."""
        ctx.walk.append(ctx.number)
        return None, None, *g * ctx.count


def topological_order(edges: Tensor, root: int, tail: int = 0) -> tuple[Tensor, ...]:
    """What PyTorch's walk back says of the order: the driver's facts."""
    rows = edges.tolist()
    steps = 1 + max([root, *edges.flatten().tolist()])
    leaf = torch.zeros((), requires_grad=True)
    walk: list[int] = []
    step: Any = Step.apply
    results: list[Any] = []
    for n in range(steps):
        inputs = [results[x] for result, x in rows if result == n and x >= 0]
        results.append(step(walk, n, *(inputs or [leaf])))
    results[root].backward()
    place = {n: -1 - at for at, n in enumerate(walk)}
    behind = {n for n, x in rows if x >= 0 and n in place and place[x] > place[n]}
    times = torch.tensor([walk.count(n) for n in range(steps)])
    last = int(walk[0] == root)
    counts = torch.tensor([len(walk) + chain(tail), len(behind), last])
    return times, counts[0], counts[1], counts[2]


@functools.cache
def chain(length: int) -> int:
    """The length, if PyTorch's walk back gets to the other end of such a chain.

    Its steps are not counted: PyTorch crashes when it frees so many with hooks.
    """
    leaf = torch.zeros((), requires_grad=True)
    end: Any = leaf
    for _ in range(length - 1):
        end = end + 0
    end.backward()
    return length * int(leaf.grad == 1)


def backward(
    edges: Tensor,
    w: Tensor,
    g: Tensor,
    root: int,
    tail: int = 0,
    none: tuple[int, ...] = (),
    keep: tuple[bool, ...] = (False,),
) -> tuple[Tensor, ...]:
    """The same graph of products and sums, gone back through by PyTorch."""
    rows = edges.tolist()
    steps = 1 + max([root, *edges.flatten().tolist()])
    reached, turns = (
        g.new_zeros((steps, *g.shape)),
        torch.zeros(steps, dtype=torch.int64),
    )
    leaves = [torch.zeros_like(g, requires_grad=True) for _ in range(steps)]
    results: list[Any] = []
    for n in range(steps):
        parts = [
            w[e] * (results[x].detach() if e in none else results[x])
            for e, (result, x) in enumerate(rows)
            if result == n
        ]
        results.append(torch.stack(parts).sum(0) if parts else leaves[n])
        if parts:
            results[n].register_hook(noting(n, reached, turns))
        for _ in range(0 if n else tail):
            results[n] = results[n] + 0
    for retain_graph in keep:
        before = turns.clone()
        try:
            results[root].backward(g, retain_graph=retain_graph)
        except RuntimeError:
            turns.copy_(before)  # hooks run before PyTorch refuses
    for n, leaf in enumerate(leaves):
        if leaf.grad is not None:
            turns[n], reached[n] = 1, leaf.grad
    return reached, turns


def noting(n: int, reached: Tensor, turns: Tensor) -> Callable[[Tensor], None]:
    """A hook that keeps the gradient of step n and counts its turns."""

    def note(g: Tensor) -> None:
        reached[n] = g
        turns[n] += 1

    return note


def numerical_gradient(
    x: Tensor, function: str, places: int | None = None, eps: float = 1e-6
) -> Tensor:
    """The differences that torch.autograd.gradcheck itself takes."""
    functions: dict[str, Callable[[Tensor], Tensor]] = {
        "sum of cubes": lambda x: (x**3).sum(),
        "cubes": lambda x: x**3,
        "products": lambda x: x[:, None] * x * x,
        "row sums": lambda x: (x**3).sum(1) * x[0, 0],
        "one for all": lambda x: 0 * x.sum() + 5,
    }
    f, x = functions[function], x.requires_grad_()
    module = import_module("torch.autograd.gradcheck")  # a function has its name
    ((columns,),) = module._get_numerical_jacobian(f, (x,), (f(x),), eps=eps)
    slopes: Tensor = columns.T.reshape((*f(x).shape, *x.shape))
    return slopes if places is None else slopes.round(decimals=places)


class Cube(autograd.Function):
    """The cube, with a gradient that is larger than right by a factor 1 + slip."""

    @staticmethod
    def forward(ctx: Any, t: Tensor, slip: float) -> Tensor:
        """t * t * t."""
        ctx.save_for_backward(t)
        ctx.slip = slip
        return t**3

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor, None]:
        """The gradient of t; that of slip is none."""
        (t,) = ctx.saved_tensors
        return g[0] * 3 * t**2 * (1 + ctx.slip), None


def gradcheck(
    x: Tensor, w: Tensor, function: str, slip: float, **options: Any
) -> tuple[Tensor, Tensor]:
    """What torch.autograd.gradcheck says: 1 True, 0 False, -1 and -2 errors."""

    apply: Any = Cube.apply

    def cube(t: Tensor) -> Any:
        return apply(t, slip)

    functions: dict[str, Callable[..., Any]] = {
        "one output": lambda x, w: cube(x) + w,
        "second input": lambda x, w: x + cube(w),
        "second output": lambda x, w: (x + w, cube(x)),
        "one number": lambda x, w: (cube(x) + w).sum(),
        "size": lambda x, w: x.abs(),
        "forgotten": lambda x, w: (x + w).detach(),
        "no gradient": lambda x, w: cube(x) + w,
    }
    wanted = function != "no gradient"
    inputs = x.requires_grad_(wanted), w.requires_grad_(wanted)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = int(autograd.gradcheck(functions[function], inputs, **options))
    except RuntimeError:
        verdict = -1
    except ValueError:
        verdict = -2
    untouched = x.grad is None and w.grad is None
    return torch.tensor(verdict), torch.tensor(int(untouched))


ANSWERS: dict[str, Callable[..., Any]] = {
    "unbroadcast": unbroadcast,
    "add": operator(torch.add),
    "mul": operator(torch.mul),
    "matmul": operator(torch.matmul, lambda a, b: a.ravel()[:1] * b.ravel()[:1]),
    "sum": total,
    "topological_order": topological_order,
    "backward": backward,
    "numerical_gradient": numerical_gradient,
    "gradcheck": gradcheck,
}
