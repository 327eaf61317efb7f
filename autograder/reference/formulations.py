"""Right answers to the same case by different routes: they differ by rounding only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.bricks.brick import AnyArray, Brick, Case
from autograder.expect import Answer, as_case
from autograder.reference.record import answer
from autograder.run import run
from autograder.strength.measure import variants

ONE, TWO, REVERSED = "one thread", "two threads", "sums reversed"
ROUNDED, GPU, NUMPY = "float64, rounded", "on the GPU", "NumPy"
WAYS = (ONE, TWO, REVERSED, ROUNDED, GPU, NUMPY)


def formulations(brick: Brick, device: str) -> dict[str, list[Answer]]:
    """Ways to a right answer by name; the last name has several, all in NumPy.

    A random brick draws the same by every way through PyTorch, so it has one.
    """
    others: list[Answer] = [partial(in_numpy, brick, each) for each in variants(brick)]
    plain: Answer = partial(answer, brick, device="cpu")
    if brick.draws:
        return {ONE: [plain], NUMPY: others}
    ways: dict[str, list[Answer]] = {
        ONE: [plain],
        TWO: [partial(on_two_threads, plain)],
        REVERSED: [partial(in_reverse, plain)],
        ROUNDED: [partial(rounded, plain)],
    }
    if device != "cpu":
        ways[GPU] = [partial(answer, brick, device=device)]
    return {**ways, NUMPY: others}


def in_numpy(
    brick: Brick, variant: Callable[..., Any], case: Case
) -> tuple[AnyArray, ...]:
    """What a right answer in NumPy gives.

    Raises:  ValueError when it gives nothing that can be compared
    """
    outcome = run(brick, variant, case)
    if outcome.problem:
        name = getattr(variant, "__name__", "a right answer")
        raise ValueError(f"{brick.name}: {name} {outcome.problem[1]} in {case.name!r}")
    return outcome.outputs


def on_two_threads(plain: Answer, case: Case) -> tuple[AnyArray, ...]:
    """PyTorch's answer when it may share the work between two threads."""
    torch.set_num_threads(2)
    try:
        return plain(case)
    finally:
        torch.set_num_threads(1)


def rounded(plain: Answer, case: Case) -> tuple[AnyArray, ...]:
    """PyTorch's answer in float64, rounded to the dtype of the case."""
    wide, own = plain(as_case(case, "float64")), plain(case)
    return tuple(
        w.astype(o.dtype) if w.dtype.kind == "f" else w
        for w, o in zip(wide, own, strict=True)
    )


def in_reverse(plain: Answer, case: Case) -> tuple[AnyArray, ...]:
    """PyTorch's answer with the terms of its sums taken in the opposite order."""
    with Reversed():  # type: ignore[no-untyped-call]
        return plain(case)


class Reversed(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Turns the operands of summing operations round, along what is summed."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call the operation on operands in the opposite order."""
        turn = TURNS.get(func.overloadpacket)
        return func(*(turn(*args) if turn else args), **(kwargs or {}))


def turn_product(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    """The operands of a product that sums over a's last dimension."""
    return a.flip(-1), b.flip(-2 if b.ndim > 1 else 0)


def turn_sum(x: Tensor, *rest: Any) -> tuple[Any, ...]:
    """The operand of a sum over dimensions, or over everything."""
    dims = rest[0] if rest else None
    over = [dims] if isinstance(dims, int) else dims or range(x.ndim)
    return x.flip(list(over)), *rest


def turn_convolution(x: Tensor, weight: Tensor, *rest: Any) -> tuple[Any, ...]:
    """The operands of a convolution, its channels turned where it sums over all."""
    *_, transposed, _, groups = rest
    if groups > 1:
        return x, weight, *rest
    return x.flip(1), weight.flip(0 if transposed else 1), *rest


aten: Any = torch.ops.aten
TURNS: dict[Any, Callable[..., tuple[Any, ...]]] = {
    aten.mm: turn_product,
    aten.bmm: turn_product,
    aten.mv: turn_product,
    aten.dot: turn_product,
    aten.addmm: lambda c, *operands: (c, *turn_product(*operands)),
    aten.sum: turn_sum,
    aten.mean: turn_sum,
    aten.convolution: turn_convolution,
}
