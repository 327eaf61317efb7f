"""Chapter 6: right ways to train, to predict, to penalize and to stop."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import minidl
from minidl.nn.module import Module
from minidl.tensor import Tensor

# ruff: noqa: D101, D102, D103 -- the name of each says how it does it


def l1_as_a_sum(parameters: Iterable[Tensor]) -> Any:
    return sum(p.abs().sum() for p in parameters)


def l1_by_signs(parameters: Iterable[Tensor]) -> Any:
    return sum((p * p.detach().sign()).sum() for p in parameters)


def l1_of_one_row(parameters: Iterable[Tensor]) -> Tensor:
    return minidl.cat([p.flatten() for p in parameters]).abs().sum()


def l1_by_stack(parameters: Iterable[Tensor]) -> Tensor:
    return minidl.stack([minidl.abs(p).sum() for p in parameters]).sum()


def l2_as_a_sum(parameters: Iterable[Tensor]) -> Any:
    return sum((p**2).sum() for p in parameters)


def l2_by_dot(parameters: Iterable[Tensor]) -> Tensor:
    total = minidl.tensor(0.0)
    for p in parameters:
        row = p.reshape(-1)
        total = total + row @ row
    return total


def l2_of_one_row(parameters: Iterable[Tensor]) -> Tensor:
    row = minidl.cat([p.flatten() for p in parameters])
    return (row * row).sum()


def l2_by_pow(parameters: Iterable[Tensor]) -> Tensor:
    return minidl.stack([p.pow(2).sum() for p in parameters]).sum()


class Stopping:
    """What is given of EarlyStopping."""

    def __init__(self, model: Module, patience: int = 5, min_delta: float = 0.0):
        self.model, self.patience, self.min_delta = model, patience, min_delta
        self.best = math.inf
        self.best_state: dict[str, Tensor] = {}
        self.waited = 0

    def restore(self) -> None:
        if self.best_state:
            self.model.load_state_dict(self.best_state)


class WithDeepCopy(Stopping):
    def step(self, loss: float) -> bool:
        self.waited += 1
        if self.best - loss > self.min_delta:
            self.best = loss
            self.best_state = copy.deepcopy(self.model.state_dict())
            self.waited = 0
        return self.waited == self.patience


class WithTwoReturns(Stopping):
    def step(self, loss: float) -> bool:
        if loss + self.min_delta < self.best:
            self.best, self.waited = loss, 0
            for name, value in self.model.state_dict().items():
                self.best_state[name] = minidl.tensor(value.numpy().copy())
            return False
        self.waited = self.waited + 1
        return not self.waited < self.patience


class WithNumPy(Stopping):
    def step(self, loss: float) -> Any:
        better = np.less(loss, self.best - self.min_delta)
        self.best = min(loss, self.best) if better else self.best
        self.waited = 0 if better else self.waited + 1
        if better:
            state = self.model.state_dict()
            self.best_state = {key: state[key] * 1 for key in state}
        return np.greater_equal(self.waited, self.patience)


def epoch_with_zeros_last(
    model: Any, loader: Any, loss_fn: Any, optimizer: Any
) -> float:
    model.train()
    losses, sizes = [], []
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        sizes.append(len(y))
    return float(np.average(losses, weights=sizes))


def epoch_over_the_data_set(
    model: Any, loader: Any, loss_fn: Any, optimizer: Any
) -> float:
    model.train(True)
    total = 0.0
    for batch in loader:
        output = model(batch[0])
        loss = loss_fn(output, batch[1])
        model.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss) * batch[0].shape[0]
    return total / len(loader.dataset)


def epoch_with_running_mean(
    model: Any, loader: Any, loss_fn: Any, optimizer: Any
) -> float:
    mean, seen = 0.0, 0
    for _, (x, y) in enumerate(loader):
        model.train()
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        seen += x.size(0)
        mean += (loss.detach().item() - mean) * x.size(0) / seen
    return mean


def predict_detached(model: Any, loader: Any) -> Any:
    model.eval()
    pairs = [(model(x).detach(), y) for x, y in loader]
    return minidl.cat([a for a, _ in pairs]), minidl.cat([b for _, b in pairs])


def predict_growing(model: Any, loader: Any) -> Any:
    model.train(False)
    outputs = targets = None
    with minidl.set_grad_enabled(False):
        for x, y in loader:
            y_hat = model(x)
            outputs = y_hat if outputs is None else minidl.cat([outputs, y_hat])
            targets = y if targets is None else minidl.cat([targets, y])
    return outputs, targets


def predict_and_train_on(model: Any, loader: Any) -> Any:
    model.eval()
    with minidl.no_grad():
        outputs, targets = zip(*[(model(x), y) for x, y in loader], strict=True)
    model.train()
    return [minidl.cat(outputs), minidl.cat(targets)]


VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "train_epoch": (
        epoch_with_zeros_last,
        epoch_over_the_data_set,
        epoch_with_running_mean,
    ),
    "predict": (predict_detached, predict_growing, predict_and_train_on),
    "l1_penalty": (l1_as_a_sum, l1_by_signs, l1_of_one_row, l1_by_stack),
    "l2_penalty": (l2_as_a_sum, l2_by_dot, l2_of_one_row, l2_by_pow),
    "EarlyStopping": (WithDeepCopy, WithTwoReturns, WithNumPy),
}
