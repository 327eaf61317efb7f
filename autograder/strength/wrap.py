"""The right function, wrapped: answers in another form, and two kinds of damage."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.bricks.brick import DTYPES, AnyArray, Brick, strided

Function = Callable[..., Any]
INPUTS = ("Array", "AnyArray", "IntArray", "Tensor")
CHANGED_BY_DESIGN = {"p"}
"""An optimizer's update changes the parameter; any other input stays as it is."""

MORE_DIGITS = {"float32": "float64", "float64": "longdouble"}


class Labelled(np.ndarray[Any, Any]):
    """An array of another class, as a library for units or tables would return."""


def read_only(array: AnyArray) -> AnyArray:
    """A copy that nothing can be written to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


FORMS: dict[str, Callable[[AnyArray], AnyArray]] = {
    "not contiguous": strided,
    "stored by columns": lambda array: np.array(array, order="F"),
    "read-only": read_only,
    "a subclass of ndarray": lambda array: array.view(Labelled),
}


def forms(brick: Brick, right: Any) -> Iterator[tuple[str, Any]]:
    """The right answer to the brick in each other form that its check has to accept.

    How an array lies in memory and of which class it is are free wherever arrays are
    returned. Where no driver stands between, so are a list of several answers, and
    more digits on the way, if the dtype of the answer is that of the inputs.
    """
    if returns_arrays(brick, right):
        for name, form in FORMS.items():
            yield name, with_result(right, form)
    if brick.driver is None:
        yield "computed in more digits", in_more_digits(right)
    if brick.driver is None and len(brick.outputs) > 1:
        yield "a list of answers", lambda *a, **k: list(right(*a, **k))


def damages(brick: Brick, right: Any) -> Iterator[tuple[str, Any]]:
    """The right answer in a wrong dtype, and with an input changed afterwards."""
    if returns_arrays(brick, right):
        for dtype in DTYPES:
            cast = functools.partial(np.ndarray.astype, dtype=dtype)
            yield f"the answer as {dtype}", with_result(right, cast)
    work = getattr(right, brick.hole) if brick.hole else right
    for name, parameter in inspect.signature(work).parameters.items():
        kind = str(parameter.annotation)
        if kind.split(" | ")[0] in INPUTS and name not in CHANGED_BY_DESIGN:
            wrong = changing(work, name)
            if brick.hole:
                wrong = type(right.__name__, (right,), {brick.hole: wrong})
            yield f"{name} is set to 0 at the end", wrong


def returns_arrays(brick: Brick, right: Any) -> bool:
    """Whether the brick is a function that gives arrays back, not Tensors or steps."""
    returned = "" if brick.hole else str(inspect.signature(right).return_annotation)
    return "Array" in returned or (brick.driver is None and "float" not in returned)


def with_result(right: Function, change: Callable[[AnyArray], AnyArray]) -> Function:
    """The function with every array of its answer changed so."""

    def through(part: Any) -> Any:
        if isinstance(part, tuple | list):
            return type(part)(map(through, part))
        if isinstance(part, np.ndarray | np.generic | int):
            return change(np.asarray(part))
        return part

    return functools.wraps(right)(lambda *a, **k: through(right(*a, **k)))


def in_more_digits(right: Function) -> Function:
    """The function computing in a wider dtype; the answer in that of its inputs."""

    @functools.wraps(right)
    def wrapped(*arrays: Any, **params: Any) -> Any:
        floats = [a.dtype for a in arrays if a.dtype.kind == "f"]
        wide = [a.astype(MORE_DIGITS.get(str(a.dtype), a.dtype)) for a in arrays]
        back = with_result(right, lambda array: narrowed(array, floats))
        return back(*wide, **params)

    return wrapped


def narrowed(array: AnyArray, floats: list[Any]) -> AnyArray:
    """The array in the dtype of the float inputs, if it holds floats."""
    return array.astype(floats[0]) if floats and array.dtype.kind == "f" else array


def changing(work: Function, name: str) -> Function:
    """The function, which sets its argument of this name to 0 before it returns."""
    signature = inspect.signature(work)

    @functools.wraps(work)
    def wrapped(*arguments: Any, **params: Any) -> Any:
        answer = work(*arguments, **params)
        given = signature.bind(*arguments, **params).arguments.get(name)
        array = (
            given if isinstance(given, np.ndarray) else getattr(given, "array", None)
        )
        if array is not None:
            array[...] = 0
        return answer

    return wrapped
