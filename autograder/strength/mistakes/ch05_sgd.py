"""Chapter 5: what learners get wrong about a step with momentum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.strength.mistake import Mistake
from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, State, kept
from minidl.optim.sgd import SGD
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each function says what is wrong with it


def stepping(along: Callable[..., Any]) -> type[SGD]:
    """SGD that steps along what the function makes of gradient and state."""

    def update(_: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        p -= group["lr"] * along(p, g, state, group)

    return updating(update)


def updating(update: Callable[..., None]) -> type[SGD]:
    """SGD with this method in the place of its own."""
    return type("SGD", (SGD,), {"update": update})


def buffered(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    """The right direction; some of the mistakes below go on from here."""
    mu = group["momentum"]
    if not mu:
        return g
    first = "momentum_buffer" not in state
    b = kept(state, "momentum_buffer", p)
    b *= mu
    b += g if first else (1 - group["dampening"]) * g
    return g + mu * b if group["nesterov"] else b


def uphill(*arguments: Any) -> Any:
    return -buffered(*arguments)


def new_array(_: Any, p: AnyArray, *rest: Any) -> None:
    p = p - rest[-1]["lr"] * buffered(p, *rest)


def overwritten(_: Any, p: AnyArray, *rest: Any) -> None:
    step = buffered(p, *rest)
    p[...] = step - rest[-1]["lr"] * step


def lr_forgotten(_: Any, p: AnyArray, *rest: Any) -> None:
    p -= buffered(p, *rest)


def without_momentum(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    return g


def forgetful(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    """Keeps no sum: = where += is due."""
    first, mu = "momentum_buffer" not in state, group["momentum"]
    if not mu:
        return g
    b = kept(state, "momentum_buffer", p)
    b[...] = g if first else (1 - group["dampening"]) * g
    return g + mu * b if group["nesterov"] else b


def undecayed(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    mu = group["momentum"]
    b = kept(state, "momentum_buffer", p)
    b += g
    return g + mu * b if group["nesterov"] else b if mu else g


def averaged(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    mu = group["momentum"]
    b = kept(state, "momentum_buffer", p)
    b *= mu
    b += (1 - mu) * g
    return g + mu * b if group["nesterov"] else b


def damped_at_once(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    kept(state, "momentum_buffer", p)
    return buffered(p, g, state, group)


def undamped(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    return buffered(p, g, state, {**group, "dampening": 0})


def damped_by_product(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    """Weighs the gradient with dampening itself, from the second step on."""
    damping = group["dampening"]
    return buffered(p, g, state, {**group, "dampening": 1 - damping if damping else 0})


def lr_in_buffer(_: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    p -= buffered(p, group["lr"] * g, state, group)


def never_nesterov(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    return buffered(p, g, state, {**group, "nesterov": False})


def nesterov_without_gradient(
    p: AnyArray, g: AnyArray, state: State, group: Group
) -> Any:
    step = buffered(p, g, state, group)
    return step - g if group["nesterov"] else step


def shared(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    """One buffer on the optimizer, for all parameters."""
    memory = vars(self).setdefault("memory", {})
    p -= group["lr"] * buffered(p, g, memory, group)


def gradient_scaled(
    _: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    step = buffered(p, g, state, group)
    p -= group["lr"] * step
    g *= group["lr"]


def gradient_adopted(p: AnyArray, g: AnyArray, state: State, group: Group) -> Any:
    """The buffer is the first gradient itself, not a copy of it."""
    if group["momentum"] and "momentum_buffer" not in state:
        state["momentum_buffer"] = Tensor(g)
        return g + group["momentum"] * g if group["nesterov"] else g
    return buffered(p, g, state, group)


MISTAKES = {
    "SGD": (
        Mistake(
            "uphill",
            "The step goes up the slope. The gradient points uphill: subtract.",
            stepping(uphill),
        ),
        Mistake(
            "new array",
            "The parameter does not move: a new array got the name p. Change the array "
            "itself, in place.",
            updating(new_array),
        ),
        Mistake(
            "weight overwritten",
            "The step starts from the gradient and not from the parameter, whose value "
            "is lost.",
            updating(overwritten),
        ),
        Mistake(
            "no learning rate",
            "The learning rate is not used: every step is the whole gradient.",
            updating(lr_forgotten),
        ),
        Mistake(
            "no momentum",
            "The option momentum has no effect.",
            stepping(without_momentum),
        ),
        Mistake(
            "buffer replaced",
            "The buffer is set to the newest gradient. Add to what it holds already.",
            stepping(forgetful),
        ),
        Mistake(
            "no decay",
            "The buffer never forgets. It shrinks by the factor momentum before each "
            "gradient is added.",
            stepping(undecayed),
        ),
        Mistake(
            "average of gradients",
            "The gradient enters the buffer times 1 - momentum. Here it enters whole; "
            "what shrinks it is dampening.",
            stepping(averaged),
        ),
        Mistake(
            "first step dampened",
            "Dampening weakens the first gradient too. The first one enters the buffer "
            "whole.",
            stepping(damped_at_once),
        ),
        Mistake(
            "no dampening",
            "The option dampening has no effect.",
            stepping(undamped),
        ),
        Mistake(
            "dampening the wrong way",
            "Dampening is the share of the gradient to leave out, not to take.",
            stepping(damped_by_product),
        ),
        Mistake(
            "learning rate in the buffer",
            "The buffer holds gradients times the learning rate of their time. When "
            "the rate falls, old steps stay long. Multiply with it at the end.",
            updating(lr_in_buffer),
        ),
        Mistake(
            "no Nesterov",
            "This is plain momentum. Nesterov looks ahead along the buffer that holds "
            "this gradient already.",
            stepping(never_nesterov),
        ),
        Mistake(
            "Nesterov without the gradient",
            "Nesterov's step adds the gradient itself to the decayed buffer.",
            stepping(nesterov_without_gradient),
        ),
        Mistake(
            "one buffer for all",
            "All parameters share one buffer, and it is lost with the optimizer. What "
            "belongs to a parameter is kept in state.",
            updating(shared),
        ),
        Mistake(
            "gradient multiplied",
            "The gradient itself is multiplied. It belongs to the parameter; others "
            "may still read it.",
            updating(gradient_scaled),
        ),
        Mistake(
            "gradient as buffer",
            "The first gradient becomes the buffer, and later steps change it. The "
            "buffer is an array of its own.",
            stepping(gradient_adopted),
        ),
    )
}
