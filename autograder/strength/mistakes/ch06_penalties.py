"""Chapter 6: what learners get wrong about penalties."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograder.strength.mistake import Mistake
from minidl.creation import tensor
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each mistake says what goes wrong

Term = Callable[[Tensor], Tensor]


def total(term: Term, parameters: Iterable[Tensor]) -> Tensor:
    """The sum of a term of each parameter."""
    result = tensor(0.0)
    for p in parameters:
        result = result + term(p)
    return result


def each(term: Term) -> Callable[[Iterable[Tensor]], Tensor]:
    """A penalty that adds up this term of each parameter."""
    return lambda parameters: total(term, parameters)


def first_only(term: Term) -> Any:
    return lambda parameters: term(next(iter(parameters)))


def tables_only(term: Term) -> Any:
    return lambda parameters: total(term, (p for p in parameters if p.ndim > 1))


def mean(term: Term) -> Any:
    def penalty(parameters: Iterable[Tensor]) -> Tensor:
        every = list(parameters)
        return total(term, every) / sum(p.numel() for p in every)

    return penalty


def by_index(term: Term) -> Any:
    def penalty(parameters: Any) -> Tensor:
        result = tensor(0.0)
        for i in range(len(parameters)):
            result = result + term(parameters[i])
        return result

    return penalty


def absolute(p: Tensor) -> Tensor:
    return p.abs().sum()


def squared(p: Tensor) -> Tensor:
    return (p * p).sum()


def either(term: Term) -> tuple[Mistake, ...]:
    """What goes wrong with both penalties."""
    return (
        Mistake(
            "mean",
            "This is a mean over all weights. A penalty is a sum: each weight pays, "
            "however many there are.",
            mean(term),
        ),
        Mistake(
            "first parameter only",
            "Only the first parameter pays. Add up all of them.",
            first_only(term),
        ),
        Mistake(
            "weights only",
            "Biases and single numbers are left out. Which parameters pay is for the "
            "caller to choose: all that are passed.",
            tables_only(term),
        ),
        Mistake(
            "no gradient",
            "The value is right, but it has no gradient, so no weight changes. Compute "
            "with the Tensors themselves, not with their arrays.",
            lambda parameters: total(term, parameters).detach(),
        ),
        Mistake(
            "a plain number",
            "A plain number has no gradient. Return the Tensor.",
            lambda parameters: total(term, parameters).item(),
        ),
        Mistake(
            "indexed",
            "model.parameters() gives one parameter after the other and has no length: "
            "loop over it.",
            by_index(term),
        ),
    )


L1_PENALTY = (
    *either(absolute),
    Mistake(
        "signs kept",
        "Negative weights earn money here. Every weight pays, whatever its sign.",
        each(lambda p: p.sum()),
    ),
    Mistake(
        "squares",
        "These are the squares of the weights. That is the other penalty.",
        each(squared),
    ),
    Mistake(
        "absolute value of a sum",
        "The weights are added up before their signs are taken off, so they cancel.",
        each(lambda p: p.sum().abs()),
    ),
    Mistake(
        "half",
        "The penalty is halved. The ½ belongs to squares, whose slope is 2 w.",
        each(lambda p: absolute(p) / 2),
    ),
)

L2_PENALTY = (
    *either(squared),
    Mistake(
        "half",
        "The penalty is halved. This one is the sum of the squares itself.",
        each(lambda p: squared(p) / 2),
    ),
    Mistake(
        "length",
        "This is the root of the sum of squares. Without the root, each weight is "
        "pulled in proportion to itself.",
        lambda parameters: total(squared, parameters) ** 0.5,
    ),
    Mistake(
        "absolute values",
        "These are absolute values. This penalty adds up squares.",
        each(absolute),
    ),
    Mistake(
        "square of a sum",
        "The weights are added up before they are squared, so they cancel.",
        each(lambda p: p.sum() ** 2),
    ),
    Mistake(
        "not squared",
        "The weights are not squared: negative ones lower the penalty.",
        each(lambda p: p.sum()),
    ),
)
