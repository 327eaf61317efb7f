"""Chapter 5: what learners get wrong about Adam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.operators import AnyArray
from minidl.optim.adam import Adam
from minidl.optim.optimizer import Group, State, kept

# ruff: noqa: D103 -- the name of each function says what is wrong with it


@dataclass
class Moments:
    """What one step of Adam works with; the mistakes below change one part each."""

    p: AnyArray
    m: AnyArray
    v: AnyArray
    t: int
    lr: float
    betas: tuple[float, float]
    eps: float

    def average(self, g: AnyArray) -> None:
        """Both averages, right."""
        beta1, beta2 = self.betas
        self.m[...] = beta1 * self.m + (1 - beta1) * g
        self.v[...] = beta2 * self.v + (1 - beta2) * g * g

    def corrections(self) -> tuple[float, float]:
        """What m and v are divided by, right."""
        return 1 - self.betas[0] ** self.t, 1 - self.betas[1] ** self.t

    def direction(self, m: AnyArray, v: AnyArray) -> Any:
        """The step without lr, of the corrected averages, right."""
        return m / (np.sqrt(v) + self.eps)


def wrong(**parts: Callable[..., Any]) -> type[Adam]:
    """Adam in which some of the parts above are others."""
    kind = type("Moments", (Moments,), parts)

    def update(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
        m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
        t, lr, betas, eps = (
            state["step"], group["lr"], group["betas"], group["eps"],
        )  # fmt: skip
        now = kind(p, m, v, t, lr, betas, eps)
        now.average(g)
        most = self.largest(v, state, group)
        by_m, by_v = now.corrections()
        p -= lr * now.direction(m / by_m, most / by_v)

    return type("Adam", (Adam,), {"update": update})


def swapped_shares(self: Moments, g: AnyArray) -> None:
    beta1, beta2 = self.betas
    self.m[...] = (1 - beta1) * self.m + beta1 * g
    self.v[...] = (1 - beta2) * self.v + beta2 * g * g


def swapped_betas(self: Moments, g: AnyArray) -> None:
    beta2, beta1 = self.betas
    self.m[...] = beta1 * self.m + (1 - beta1) * g
    self.v[...] = beta2 * self.v + (1 - beta2) * g * g


def unsquared(self: Moments, g: AnyArray) -> None:
    beta1, beta2 = self.betas
    self.m[...] = beta1 * self.m + (1 - beta1) * g
    self.v[...] = beta2 * self.v + (1 - beta2) * np.abs(g)


def squared_average(self: Moments, g: AnyArray) -> None:
    beta1, beta2 = self.betas
    self.m[...] = beta1 * self.m + (1 - beta1) * g
    self.v[...] = beta2 * self.v + (1 - beta2) * self.m**2


def m_replaced(self: Moments, g: AnyArray) -> None:
    Moments.average(self, g)
    self.m[...] = (1 - self.betas[0]) * g


def both_replaced(self: Moments, g: AnyArray) -> None:
    beta1, beta2 = self.betas
    self.m[...] = (1 - beta1) * g
    self.v[...] = (1 - beta2) * g * g


def without_power(self: Moments) -> tuple[float, float]:
    return 1 - self.betas[0], 1 - self.betas[1]


def one_step_late(self: Moments) -> tuple[float, float]:
    return 1 - self.betas[0] ** (self.t + 1), 1 - self.betas[1] ** (self.t + 1)


def eps_uncorrected(self: Moments, m: AnyArray, v: AnyArray) -> Any:
    root = float(np.sqrt(Moments.corrections(self)[1]))
    return m / (np.sqrt(v) + self.eps / root)


def written_back(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    """The corrected averages are kept for the next step."""
    m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
    (beta1, beta2), t = group["betas"], state["step"]
    m[...] = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v[...] = (beta2 * v + (1 - beta2) * g * g) / (1 - beta2**t)
    most = self.largest(v, state, group)
    p -= group["lr"] * m / (np.sqrt(most) + group["eps"])


def counted(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    """Counts every update of any parameter."""
    self.t = vars(self).get("t", 0) + 1
    Adam.update(self, p, g, Counted(state, self.t), group)


class Counted(dict[str, Any]):
    """A state that says another step, and keeps all else in the right one."""

    def __init__(self, state: State, t: int) -> None:
        super().__init__(state, step=t)
        self.state = state

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.state[key] = value


def unmoved(self: Any, p: AnyArray, g: AnyArray, state: State, group: Group) -> None:
    """A new array gets the name p."""
    p = p.copy()
    Adam.update(self, p, g, state, group)


def replaced(**methods: Callable[..., Any]) -> type[Adam]:
    """Adam with these methods in the place of its own."""
    return type("Adam", (Adam,), methods)


MISTAKES = {
    "Adam": (
        Mistake(
            "no bias correction",
            "The averages start at 0 and are too small at first. Their correction by "
            "1 - beta^t is missing.",
            wrong(corrections=lambda self: (1.0, 1.0)),
        ),
        Mistake(
            "only m corrected",
            "m is corrected for its start at 0, v is not.",
            wrong(corrections=lambda self: (Moments.corrections(self)[0], 1.0)),
        ),
        Mistake(
            "only v corrected",
            "v is corrected for its start at 0, m is not.",
            wrong(corrections=lambda self: (1.0, Moments.corrections(self)[1])),
        ),
        Mistake(
            "correction without power",
            "The correction is the same in every step. It depends on t and fades.",
            wrong(corrections=without_power),
        ),
        Mistake(
            "one step late",
            "The correction is that of the step after: in the first step t is 1.",
            wrong(corrections=one_step_late),
        ),
        Mistake(
            "correction kept",
            "The corrected averages are stored and corrected again in the next step. "
            "Store them as they are; correct what the step uses.",
            replaced(update=written_back),
        ),
        Mistake(
            "own count",
            "Steps are counted across all parameters, or forgotten with the optimizer. "
            'state["step"] counts those of this parameter.',
            replaced(update=counted),
        ),
        Mistake(
            "shares swapped",
            "beta and 1 - beta have changed places: beta is the share that the old "
            "average keeps.",
            wrong(average=swapped_shares),
        ),
        Mistake(
            "betas swapped",
            "beta1 belongs to m, the mean gradient, and beta2 to v.",
            wrong(average=swapped_betas),
        ),
        Mistake(
            "not squared",
            "v averages the gradients' sizes. Square them first.",
            wrong(average=unsquared),
        ),
        Mistake(
            "square of m",
            "v averages the squares of m. It averages the squares of the gradients.",
            wrong(average=squared_average),
        ),
        Mistake(
            "m replaced",
            "m is set to the newest gradient. Add to what it holds already.",
            wrong(average=m_replaced),
        ),
        Mistake(
            "both replaced",
            "m and v are set anew in every step. Add to what they hold already.",
            wrong(average=both_replaced),
        ),
        Mistake(
            "no root",
            "The mean gradient is divided by the mean square. Its root is missing.",
            wrong(direction=lambda self, m, v: m / (v + self.eps)),
        ),
        Mistake(
            "eps inside the root",
            "eps is added under the root. It belongs outside.",
            wrong(direction=lambda self, m, v: m / np.sqrt(v + self.eps)),
        ),
        Mistake(
            "eps before the correction",
            "eps is added to the root of v before its correction and is divided with "
            "it. Add it afterwards.",
            wrong(direction=eps_uncorrected),
        ),
        Mistake(
            "uphill",
            "The step goes up the slope. The gradient points uphill: subtract.",
            wrong(direction=lambda self, m, v: -Moments.direction(self, m, v)),
        ),
        Mistake(
            "new array",
            "The parameter does not move: a new array got the name p. Change the array "
            "itself, in place.",
            replaced(update=unmoved),
        ),
        Mistake(
            "no amsgrad",
            "The option amsgrad has no effect: pass v through self.largest.",
            replaced(largest=lambda self, v, *_: v),
        ),
    )
}
