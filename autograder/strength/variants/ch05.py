"""Chapter 5: other correct ways to write each brick."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from minidl.generator import rng_of
from minidl.operators import AnyArray
from minidl.optim.adam import Adam
from minidl.optim.adaptive import RMSprop
from minidl.optim.lr_scheduler import CosineAnnealingLR, StepLR
from minidl.optim.optimizer import Group, State, kept
from minidl.optim.sgd import SGD
from minidl.tensor import Tensor
from minidl.utils.data import DataLoader

# ruff: noqa: D103 -- the name of each function says how it goes about it


def variant(base: type, *methods: Callable[..., Any], hole: str) -> tuple[Any, ...]:
    """Classes like base, each with one of the methods in the hole."""
    return tuple(type(m.__name__, (base,), {hole: m}) for m in methods)


def sgd_by_slice(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    mu, damping = group["momentum"], group["dampening"]
    step = g
    if mu != 0:
        old = state.get("momentum_buffer")
        b = g.copy() if old is None else mu * old.array + (1 - damping) * g
        state["momentum_buffer"] = Tensor(b)
        step = g + mu * b if group["nesterov"] else b
    p[...] = p - group["lr"] * step


def sgd_with_arrays_in_state(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    if "b" in state:
        state["b"] = group["momentum"] * state["b"] + (1 - group["dampening"]) * g
    else:
        state["b"] = g + 0
    b = state["b"]
    step = g + group["momentum"] * b if group["nesterov"] else b
    np.subtract(p, group["lr"] * step, out=p)


def sgd_entry_by_entry(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    mu, keep = group["momentum"], 1 - group["dampening"]
    first = "momentum_buffer" not in state
    b = kept(state, "momentum_buffer", p)
    for i in np.ndindex(p.shape):
        b[i] = g[i] if first else mu * b[i] + keep * g[i]
        p[i] -= group["lr"] * (g[i] + mu * b[i] if group["nesterov"] else b[i])


def rmsprop_by_difference(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    v = kept(state, "square_avg", p)
    v += (1 - group["alpha"]) * (g**2 - v)
    step = g / (self.spread(v, g, state, group) ** 0.5 + group["eps"])
    p -= group["lr"] * self.along(step, state, group)


def rmsprop_entry_by_entry(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    v, alpha = kept(state, "square_avg", p), group["alpha"]
    for i in np.ndindex(p.shape):
        v[i] = alpha * v[i] + (1 - alpha) * g[i] * g[i]
    step = np.zeros_like(p)
    spread = self.spread(v, g, state, group)
    for i in np.ndindex(p.shape):
        step[i] = g[i] / (math.sqrt(spread[i]) + group["eps"])
    p += -group["lr"] * self.along(step, state, group)


def rmsprop_with_all_options(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    alpha, mu = group["alpha"], group["momentum"]
    v, b = kept(state, "square_avg", p), kept(state, "momentum_buffer", p)
    mean = kept(state, "grad_avg", p)
    v[...] = alpha * v + (1 - alpha) * np.square(g)
    mean[...] = alpha * mean + (1 - alpha) * g
    spread = v - mean**2 if group["centered"] else v
    b[...] = mu * b + g / (np.sqrt(spread) + group["eps"])
    p -= group["lr"] * b


def adam_as_the_paper_writes_it(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    (beta1, beta2), t = group["betas"], state["step"]
    m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
    m[...] = beta1 * m + (1 - beta1) * g
    v[...] = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = self.largest(v, state, group) / (1 - beta2**t)
    p -= group["lr"] * m_hat / (np.sqrt(v_hat) + group["eps"])


def adam_by_differences(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    (beta1, beta2), t = group["betas"], state["step"]
    m, v = kept(state, "exp_avg", p), kept(state, "exp_avg_sq", p)
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    root = np.sqrt(self.largest(v, state, group)) / math.sqrt(1 - beta2**t)
    p -= group["lr"] / (1 - beta1**t) * (m / (root + group["eps"]))


def adam_with_arrays_in_state(
    self: Any, p: AnyArray, g: AnyArray, state: State, group: Group
) -> None:
    (beta1, beta2), zero = group["betas"], np.zeros_like(p)
    state["t"] = t = state.get("t", 0) + 1
    state["m"] = m = beta1 * state.get("m", zero) + (1 - beta1) * g
    state["v"] = v = beta2 * state.get("v", zero) + (1 - beta2) * g * g
    state["most"] = most = np.maximum(v, state.get("most", zero))
    v = (most if group["amsgrad"] else v) / (1 - beta2**t)
    p[...] -= group["lr"] * m / (1 - beta1**t) / (v**0.5 + group["eps"])


def step_lr_from_the_start(self: Any) -> list[float]:
    drops = self.last_epoch // self.step_size
    return [base * self.gamma**drops for base in self.base_lrs]


def step_lr_drop_by_drop(self: Any) -> list[float]:
    found = []
    for base in self.base_lrs:
        lr = base
        for epoch in range(1, self.last_epoch + 1):
            if epoch % self.step_size == 0:
                lr = lr * self.gamma
        found.append(lr)
    return found


def step_lr_from_the_last(self: Any) -> list[float]:
    lrs = [group["lr"] for group in self.optimizer.param_groups]
    if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
        return lrs
    return [lr * self.gamma for lr in lrs]


def cosine_from_the_start(self: Any) -> list[float]:
    height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
    return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]


def cosine_with_numpy(self: Any) -> list[float]:
    base = np.array(self.base_lrs)
    swing = 0.5 * (base - self.eta_min)
    angle = np.pi * self.last_epoch / self.T_max
    return list(self.eta_min + swing + swing * np.cos(angle))


def cosine_by_half_angle(self: Any) -> list[float]:
    high = math.cos(self.last_epoch * math.pi / (2 * self.T_max)) ** 2
    return [high * lr + (1 - high) * self.eta_min for lr in self.base_lrs]


def portions_by_slices(self: Any, order: Sequence[int], size: int) -> Iterator[Any]:
    if self.shuffle:
        order = rng_of(self.generator).permutation(order).tolist()
    end = len(order) - len(order) % size if self.drop_last else len(order)
    for start in range(0, end, size):
        yield order[start : start + size]


def portions_filled_one_by_one(
    self: Any, order: Sequence[int], size: int
) -> Iterator[Any]:
    numbers = list(order)
    if self.shuffle:
        rng_of(self.generator).shuffle(numbers)
    batch = []
    for number in numbers:
        batch.append(number)
        if len(batch) == size:
            yield batch
            batch = []
    if batch and not self.drop_last:
        yield batch


def portions_as_a_list(self: Any, order: Sequence[int], size: int) -> list[Any]:
    rng = rng_of(self.generator)
    places = np.argsort(rng.random(len(order))) if self.shuffle else range(len(order))
    numbers = [order[i] for i in places]
    batches = [numbers[k : k + size] for k in range(0, len(numbers), size)]
    if self.drop_last and len(batches[-1]) < size:
        batches.pop()
    return batches


def portions_as_arrays(self: Any, order: Sequence[int], size: int) -> Iterator[Any]:
    numbers = np.array(order)
    if self.shuffle:
        numbers = rng_of(self.generator).permutation(numbers)
    batches = np.split(numbers, range(size, len(numbers), size))
    return iter([b for b in batches if len(b) == size or not self.drop_last])


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "SGD": variant(
        SGD,
        sgd_by_slice,
        sgd_with_arrays_in_state,
        sgd_entry_by_entry,
        hole="update",
    ),
    "RMSprop": variant(
        RMSprop,
        rmsprop_by_difference,
        rmsprop_entry_by_entry,
        rmsprop_with_all_options,
        hole="update",
    ),
    "Adam": variant(
        Adam,
        adam_as_the_paper_writes_it,
        adam_by_differences,
        adam_with_arrays_in_state,
        hole="update",
    ),
    "StepLR": variant(
        StepLR,
        step_lr_from_the_start,
        step_lr_drop_by_drop,
        step_lr_from_the_last,
        hole="get_lr",
    ),
    "CosineAnnealingLR": variant(
        CosineAnnealingLR,
        cosine_from_the_start,
        cosine_with_numpy,
        cosine_by_half_angle,
        hole="get_lr",
    ),
    "DataLoader": variant(
        DataLoader,
        portions_by_slices,
        portions_filled_one_by_one,
        portions_as_a_list,
        portions_as_arrays,
        hole="portions",
    ),
}
