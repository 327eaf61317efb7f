"""Chapter 5: what learners get wrong about RMSprop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.operators import AnyArray
from minidl.optim.adaptive import RMSprop
from minidl.optim.optimizer import Group, State, kept

# ruff: noqa: D103 -- the name of each function says what is wrong with it


def wrong(
    mean_square: Callable[..., Any] | None = None,
    divided: Callable[..., Any] | None = None,
    update: Callable[..., None] | None = None,
) -> type[RMSprop]:
    """RMSprop with another v, another quotient, or another step altogether."""
    mean_square, divided = mean_square or decayed, divided or over_root

    def step(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        v = kept(state, "square_avg", p)
        v[...] = mean_square(v, g, group["alpha"], state["step"])
        step = divided(g, self.spread(v, g, state, group), group["eps"])
        p -= group["lr"] * self.along(step, state, group)

    return type("RMSprop", (RMSprop,), {"update": update or step})


def decayed(v: AnyArray, g: AnyArray, alpha: float, t: int) -> Any:
    """The right mean square."""
    return alpha * v + (1 - alpha) * g * g


def over_root(g: AnyArray, v: AnyArray, eps: float) -> Any:
    """The right quotient."""
    return g / (np.sqrt(v) + eps)


def new_array(self: Any, p: AnyArray, *rest: Any) -> None:
    RMSprop.update(self, p.copy(), *rest)


def before(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    """Divides by the mean square before this gradient."""
    v = kept(state, "square_avg", p)
    step = over_root(g, self.spread(v, g, state, group), group["eps"])
    v[...] = decayed(v, g, group["alpha"], 1)
    p -= group["lr"] * self.along(step, state, group)


def corrected(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    v, alpha = kept(state, "square_avg", p), group["alpha"]
    v[...] = decayed(v, g, alpha, 1)
    spread = self.spread(v, g, state, group) / (1 - alpha ** state["step"])
    step = over_root(g, spread, group["eps"])
    p -= group["lr"] * self.along(step, state, group)


def shared(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    """One v on the optimizer, for all parameters."""
    v = kept(vars(self).setdefault("memory", {}), "v", p)
    v[...] = decayed(v, g, group["alpha"], 1)
    step = over_root(g, self.spread(v, g, state, group), group["eps"])
    p -= group["lr"] * self.along(step, state, group)


def without(name: str, given: Callable[..., Any]) -> type[RMSprop]:
    """RMSprop in which one of the given methods is not called."""
    return type("RMSprop", (RMSprop,), {name: given})


MISTAKES = {
    "RMSprop": (
        Mistake(
            "no root",
            "The gradient is divided by the mean square. Its root is missing.",
            wrong(divided=lambda g, v, eps: g / (v + eps)),
        ),
        Mistake(
            "eps inside the root",
            "eps is added under the root. It belongs outside.",
            wrong(divided=lambda g, v, eps: g / np.sqrt(v + eps)),
        ),
        Mistake(
            "no eps",
            "eps is missing: a gradient that has always been 0 is divided by 0.",
            wrong(divided=lambda g, v, eps: g / np.sqrt(v)),
        ),
        Mistake(
            "uphill",
            "The step goes up the slope. The gradient points uphill: subtract.",
            wrong(divided=lambda g, v, eps: -over_root(g, v, eps)),
        ),
        Mistake(
            "alpha swapped",
            "alpha and 1 - alpha have changed places: alpha is the share that the old "
            "mean square keeps.",
            wrong(lambda v, g, alpha, t: (1 - alpha) * v + alpha * g * g),
        ),
        Mistake(
            "sum of squares",
            "The squares are only added up, so the steps get shorter for ever. That is "
            "Adagrad; here old squares fade.",
            wrong(lambda v, g, alpha, t: v + g * g),
        ),
        Mistake(
            "share missing",
            "The new square enters whole. A mean gives it the share that alpha leaves.",
            wrong(lambda v, g, alpha, t: alpha * v + g * g),
        ),
        Mistake(
            "replaced",
            "The mean square holds only the newest square. Change the array that kept "
            "gave you, in place.",
            wrong(lambda v, g, alpha, t: (1 - alpha) * g * g),
        ),
        Mistake(
            "new array",
            "The parameter does not move: a new array got the name p. Change the array "
            "itself, in place.",
            wrong(update=new_array),
        ),
        Mistake(
            "absolute values",
            "This is the mean of the gradients' sizes. Square them first.",
            wrong(lambda v, g, alpha, t: alpha * v + (1 - alpha) * np.abs(g)),
        ),
        Mistake(
            "first square whole",
            "The mean square starts at the first gradient's square. It starts at 0.",
            wrong(lambda v, g, a, t: g * g if t == 1 else decayed(v, g, a, t)),
        ),
        Mistake(
            "one mean for all entries",
            "All entries share one mean. Each entry is divided by its own.",
            wrong(lambda v, g, a, t: np.mean(decayed(v, g, a, t)) + 0 * v),
        ),
        Mistake(
            "bias corrected",
            "The mean square is divided by 1 - alpha^t. Adam does that; RMSprop does "
            "not.",
            wrong(update=corrected),
        ),
        Mistake(
            "old mean square",
            "The gradient is divided by the mean square before its own square was "
            "added.",
            wrong(update=before),
        ),
        Mistake(
            "one for all parameters",
            "All parameters share one mean square, and it is lost with the optimizer. "
            "What belongs to a parameter is kept in state.",
            wrong(update=shared),
        ),
        Mistake(
            "never centered",
            "The option centered has no effect: pass the mean square through "
            "self.spread.",
            without("spread", lambda self, v, *_: v),
        ),
        Mistake(
            "no momentum",
            "The option momentum has no effect: pass the step through self.along.",
            without("along", lambda self, step, *_: step),
        ),
    )
}
