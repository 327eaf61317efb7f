"""Chapter 4: what learners get wrong about numerical gradients and their judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.autograd import GradcheckError, mismatch, numerical_gradient, pairs
from minidl.operators import AnyArray

Function = Callable[[AnyArray], Any]


def differences(quotient: Callable[..., Any]) -> Any:
    """Slopes by another quotient, of f, x, the step in one entry, and eps."""

    def slopes(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
        result = np.empty((*np.shape(f(x)), *x.shape))
        for i in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[i] = eps
            result[(..., *i)] = quotient(f, x, step, eps)
        return result

    return slopes


def step_kept(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
    """The entries that were stepped stay so."""
    result, step = np.empty((*np.shape(f(x)), *x.shape)), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step[i] = eps
        result[(..., *i)] = (f(x + step) - f(x - step)) / (2 * eps)
    return result


def in_place(back: bool) -> Any:
    """Each entry moved in the array itself, and moved back by arithmetic or not."""

    def slopes(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
        result = np.empty((*np.shape(f(x)), *x.shape))
        for i in np.ndindex(x.shape):
            x[i] += eps
            up = f(x)
            x[i] -= 2 * eps
            result[(..., *i)] = (up - f(x)) / (2 * eps)
            x[i] += eps if back else 0
        return result

    return slopes


def inputs_first(f: Function, x: AnyArray, eps: float = 1e-6) -> AnyArray:
    """The shape of x before that of f(x)."""
    slopes, n = numerical_gradient(f, x, eps), np.ndim(f(x))
    return np.moveaxis(slopes, range(n), range(-n, 0)) if n else slopes


NUMERICAL = (
    Mistake(
        "one-sided",
        "This is the slope between x and x + eps. Step to both sides: the error is "
        "then far smaller.",
        differences(lambda f, x, step, eps: (f(x + step) - f(x)) / eps),
    ),
    Mistake(
        "divided by eps",
        "Between the two points lie two steps.",
        differences(lambda f, x, step, eps: (f(x + step) - f(x - step)) / eps),
    ),
    Mistake(
        "sign flipped",
        "The difference is taken the wrong way round.",
        differences(lambda f, x, step, eps: (f(x - step) - f(x + step)) / (2 * eps)),
    ),
    Mistake(
        "not divided",
        "This is a difference. A slope is the difference divided by the way.",
        differences(lambda f, x, step, eps: f(x + step) - f(x - step)),
    ),
    Mistake(
        "all entries at once",
        "Every entry of x moves at once. Each slope needs a step in one entry alone.",
        lambda f, x, eps=1e-6: (f(x + eps) - f(x - eps)) / (2 * eps),
    ),
    Mistake(
        "step not taken back",
        "Entries that were moved before are still moved. Begin each step anew.",
        step_kept,
    ),
    Mistake(
        "in place",
        "x itself is moved and stays so. Its owner wants it back unchanged.",
        in_place(back=False),
    ),
    Mistake(
        "in place, moved back",
        "x itself is moved, and moving it back leaves rounding errors. Work on a copy.",
        in_place(back=True),
    ),
    Mistake(
        "eps ignored",
        "The step is 1e-6 whatever eps says.",
        lambda f, x, eps=1e-6: numerical_gradient(f, x),
    ),
    Mistake(
        "inputs first",
        "The dimensions of x come first. Those of f(x) come first.",
        inputs_first,
    ),
    Mistake(
        "outputs summed",
        "The numbers of f(x) are summed up. Each has slopes of its own.",
        lambda f, x, eps=1e-6: numerical_gradient(lambda x: np.sum(f(x)), x, eps),
    ),
)


def judging(
    agree: Callable[..., Any],
    seen: Callable[[list[Any]], list[Any]] = list,
    verdict: Callable[[bool], Any] = lambda quiet: False,
    eps_used: bool = True,
) -> Any:
    """A gradcheck that compares in another way, or says it in another way."""

    def gradcheck(
        func: Any,
        inputs: Any,
        *,
        eps: float = 1e-6,
        atol: float = 1e-5,
        rtol: float = 1e-3,
        raise_exception: bool = True,
    ) -> Any:
        for place, f, x, gradient in seen(list(pairs(func, inputs))):
            slope = numerical_gradient(f, x, eps if eps_used else 1e-6)
            if not agree(gradient, slope, rtol, atol):
                return said(verdict, raise_exception, mismatch(place, gradient, slope))
        return True

    return gradcheck


def said(verdict: Any, raise_exception: bool, text: str) -> Any:
    """What a verdict makes of a mismatch: a value, or the error it names."""
    found = verdict(not raise_exception)
    if isinstance(found, type):
        raise found(text)
    return found


def as_asked(quiet: bool) -> Any:
    """The right verdict on a mismatch."""
    return False if quiet else GradcheckError


def one_sided(gradient: AnyArray, slope: AnyArray, rtol: float, atol: float) -> bool:
    """No absolute value: what is too small passes."""
    return bool(((gradient - slope) <= atol + rtol * np.abs(slope)).all())


def without_nan(gradient: AnyArray, slope: AnyArray, rtol: float, atol: float) -> bool:
    """Nothing is larger than allowed, and nan is not larger."""
    return not (np.abs(gradient - slope) > atol + rtol * np.abs(slope)).any()


def no_verdict(func: Any, inputs: Any, **options: Any) -> None:
    """The right verdict, without a word when all is well."""
    judging(np.allclose, verdict=as_asked)(func, inputs, **options)


GRADCHECK = (
    Mistake(
        "never raises",
        "A mismatch should raise GradcheckError, unless raise_exception is False.",
        judging(np.allclose),
    ),
    Mistake(
        "always raises",
        "With raise_exception=False a mismatch should return False.",
        judging(np.allclose, verdict=lambda quiet: GradcheckError),
    ),
    Mistake(
        "another error",
        "The error should be a GradcheckError.",
        judging(np.allclose, verdict=lambda quiet: False if quiet else ValueError),
    ),
    Mistake(
        "absolute only",
        "Large slopes are measured with large errors. What is allowed grows with "
        "|slope|, by rtol.",
        judging(lambda g, s, rtol, atol: np.allclose(g, s, 0, atol), verdict=as_asked),
    ),
    Mistake(
        "relative only",
        "Near 0 no relative error is small. atol is always allowed.",
        judging(lambda g, s, rtol, atol: np.allclose(g, s, rtol, 0), verdict=as_asked),
    ),
    Mistake(
        "no absolute value",
        "Gradients that are too small pass. Compare the size of the difference.",
        judging(one_sided, verdict=as_asked),
    ),
    Mistake(
        "nan passes",
        "nan is not larger than anything, so it passes. Ask whether all is near, not "
        "whether something is far.",
        judging(without_nan, verdict=as_asked),
    ),
    Mistake(
        "tolerances ignored",
        "rtol and atol are not used: NumPy's own defaults are far stricter.",
        judging(lambda g, s, rtol, atol: np.allclose(g, s), verdict=as_asked),
    ),
    Mistake(
        "sums compared",
        "Only the sums are compared: errors may cancel. Compare entry by entry.",
        judging(
            lambda g, s, rtol, atol: np.allclose(g.sum(), s.sum(), rtol, atol),
            verdict=as_asked,
        ),
    ),
    Mistake(
        "first pair only",
        "The verdict falls after the first pair. Return True after all of them.",
        judging(np.allclose, lambda found: found[:1], as_asked),
    ),
    Mistake(
        "last pair only",
        "Only the last pair decides. One mismatch anywhere is enough.",
        judging(np.allclose, lambda found: found[-1:], as_asked),
    ),
    Mistake(
        "eps ignored",
        "eps is not passed on: the steps are 1e-6 whatever was asked.",
        judging(np.allclose, verdict=as_asked, eps_used=False),
    ),
    Mistake(
        "never said",
        "When all gradients are right, True is due.",
        no_verdict,
    ),
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "numerical_gradient": NUMERICAL,
    "gradcheck": GRADCHECK,
}
