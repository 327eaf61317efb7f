"""Chapter 4's judge: slopes by trying, and gradients compared with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Family, Inputs

Make = Callable[[np.random.Generator], Inputs]

AUTOGRAD = "minidl.autograd"


def drive_slopes(
    numerical_gradient: Any,
    x: AnyArray,
    function: str,
    places: int | None = None,
    **options: float,
) -> AnyArray:
    """The slopes of the function of this name at x, rounded if asked."""
    import numpy as np

    functions: dict[str, Any] = {
        "sum of cubes": lambda x: (x**3).sum(),
        "cubes": lambda x: x**3,
        "products": lambda x: x[:, None] * x * x,
        "row sums": lambda x: (x**3).sum(1) * x[0, 0],
        "one for all": lambda x: 0 * x.sum() + 5,
    }
    slopes: AnyArray = numerical_gradient(functions[function], x, **options)
    return slopes if places is None else np.round(slopes, places)


def slopes(function: str, *shape: int, scale: float = 1.0, **params: Any) -> Make:
    """A function by its name, at a point of this shape."""

    def make(rng: np.random.Generator) -> Inputs:
        x = np.array(scale * rng.normal(0.5, 1, shape))
        return {"x": x, "function": function, **params}

    return make


def eighths(rng: np.random.Generator) -> Inputs:
    """Cubes at a point whose slopes stay what they are when rounded to four places."""
    x = rng.integers(-16, 17, 2) / 8
    return {"x": x, "function": "cubes", "places": 4}


def exact(name: str, make: Make, strided: bool = False) -> Family:
    """A case in float64 only: in float32 nearby numbers are too far apart."""
    return Family(name, make, strided, ("float64",))


# Two numbers close to each other are subtracted, so a slope loses a digit more the
# smaller eps is against x: it is never less than a hundredth here.
NUMERICAL = Brick(
    target=f"{AUTOGRAD}.numerical_gradient",
    title="Slopes by trying",
    outputs=("slopes",),
    families=(
        exact("one number from many", slopes("sum of cubes", 4, eps=0.125)),
        exact("matrix", slopes("sum of cubes", 2, 3, eps=0.25)),
        exact("three from three", slopes("cubes", 3, eps=0.1)),
        exact("matrix from vector", slopes("products", 3, eps=0.1)),
        exact("vector from matrix", slopes("row sums", 2, 3, eps=0.25)),
        exact("one number from one", slopes("cubes", eps=0.5)),
        exact("constant", slopes("one for all", 3, eps=0.1)),
        exact("nothing to change", slopes("sum of cubes", 0, eps=0.1)),
        exact("the usual eps", eighths),
        exact("large values", slopes("cubes", 2, 2, scale=1e3, eps=100.0)),
        exact("not contiguous", slopes("sum of cubes", 3, 2, eps=0.25), strided=True),
    ),
    driver=drive_slopes,
)


def drive_gradcheck(
    gradcheck: Any, x: AnyArray, w: AnyArray, function: str, slip: float, **options: Any
) -> tuple[AnyArray, AnyArray] | None:
    """1 for True, 0 for False, -1 or -2 for an error; whether the grads are untouched.

    slip:  how much larger, relatively, the gradient of the cube in it is than right
    """
    import numpy as np

    from minidl.tensor import Tensor

    def cube(t: Any) -> Any:
        slope = 3 * t.array**2 * (1 + slip)
        return t.record(t.array**3, lambda g: (g * slope,))

    def size(t: Any) -> Any:
        return t.record(np.abs(t.array), lambda g: (g * np.sign(t.array),))

    functions: dict[str, Any] = {
        "one output": lambda x, w: cube(x) + w,
        "second input": lambda x, w: x + cube(w),
        "second output": lambda x, w: (x + w, cube(x)),
        "one number": lambda x, w: (cube(x) + w).sum(),
        "size": lambda x, w: size(x),
        "forgotten": lambda x, w: Tensor(x.array + w.array),
        "no gradient": lambda x, w: cube(x) + w,
    }
    wanted = function != "no gradient"
    tensors = Tensor(x, wanted), Tensor(w, wanted)
    try:
        said = gradcheck(functions[function], tensors, **options)
        if said is None:
            return None
        verdict = int(bool(said))
    except RuntimeError:
        verdict = -1
    except ValueError:
        verdict = -2
    untouched = all(t.grad is None for t in tensors)
    return np.array(verdict), np.array(int(untouched))


def checked(
    function: str, slip: float = 0.0, scale: float = 1.0, **options: Any
) -> Make:
    """A function of two inputs, and how wrong its gradient is."""

    def make(rng: np.random.Generator) -> Inputs:
        x = scale * np.array([1.1, -0.7, 0.4]) * rng.uniform(0.9, 1.1, 3)
        w = rng.uniform(0.5, 1.5, 3)
        return {"x": x, "w": w, "function": function, "slip": slip, **options}

    return make


QUIET: Inputs = {"raise_exception": False}

GRADCHECK = Brick(
    target=f"{AUTOGRAD}.gradcheck",
    title="A judge of gradients",
    outputs=(
        "verdict (1 True, 0 False, -1 GradcheckError, -2 another error):",
        "inputs left alone (1 yes, 0 no):",
    ),
    families=(
        exact("right", checked("one output")),
        exact("too large", checked("one output", 0.2)),
        exact("too small, asked quietly", checked("one output", -0.2, **QUIET)),
        exact("too large, asked quietly", checked("one output", 0.2, **QUIET)),
        exact("wrong in the second input", checked("second input", 0.3)),
        exact("wrong in the second output", checked("second output", -0.3)),
        exact("not a number", checked("one number", float("nan"))),
        exact("large, nearly right", checked("one output", 1e-4, 300.0)),
        exact("tiny, all wrong", checked("one output", 1.0, 1e-4)),
        exact("stricter", checked("one output", 1e-4, rtol=1e-6)),
        exact("more patient", checked("one output", 0.2, rtol=0.5)),
        exact(
            "too large for rtol times the slope", checked("one output", 0.6, rtol=0.5)
        ),
        exact("more patient, absolutely", checked("one output", 0.2, atol=9.0)),
        exact("beside a kink", checked("size", scale=1e-3)),
        exact("across a kink", checked("size", scale=1e-3, eps=0.1)),
        exact("gradient forgotten", checked("forgotten")),
        exact("no input needs a gradient", checked("no gradient")),
    ),
    driver=drive_gradcheck,
)
