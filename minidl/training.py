"""Training: one epoch, what a model predicts, when to stop, and all of it in fit."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from minidl.checkpoint import Checkpoint
from minidl.metrics import accuracy
from minidl.nn.module import Module
from minidl.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from minidl.optim.optimizer import Optimizer
from minidl.shaping import cat
from minidl.tape import no_grad
from minidl.tensor import Tensor

Batches = Iterable[Any]
"""Pairs x, y of Tensors, such as a DataLoader gives."""
Loss = Callable[[Any, Any], Tensor]
"""A mean over a batch, of outputs and targets in this order."""
History = dict[str, list[float]]
"""One number an epoch under each name."""


def train_epoch(
    model: Module, batches: Batches, loss_fn: Loss, optimizer: Optimizer
) -> float:
    """Take one step for each batch; return the mean loss of the samples.

    Formula:  sum of (loss of a batch times its samples) / number of samples
    """
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


def predict(model: Module, batches: Batches) -> tuple[Tensor, Tensor]:
    """The outputs for all samples and their targets, in the order of the batches.

    The model is in evaluation mode, and no gradient is prepared.

    Shapes:  batches x (B, ...), y (B, ...) -> outputs (N, ...), targets (N, ...)
    """
    model.eval()
    outputs, targets = [], []
    with no_grad():
        for x, y in batches:
            outputs.append(model(x))
            targets.append(y)
    return cat(outputs), cat(targets)


class EarlyStopping:
    """Ends training when a loss stops falling, and keeps the best weights.

    patience:   so many epochs in a row may bring nothing better
    min_delta:  a loss is better if it lies more than this below the best
    """

    def __init__(self, model: Module, patience: int = 5, min_delta: float = 0.0):
        if patience < 1 or min_delta < 0:
            raise ValueError(
                f"EarlyStopping: patience is {patience} and min_delta {min_delta}; "
                "pass 1 or more, and 0 or more"
            )
        self.model, self.patience, self.min_delta = model, patience, min_delta
        self.best = math.inf
        self.best_state: dict[str, Tensor] = {}
        self.waited = 0

    def step(self, loss: float) -> bool:
        """Note the validation loss of an epoch; return whether to stop now.

        best:        the lowest loss so far, or the last that was better by min_delta
        best_state:  a copy of the model's state_dict at that epoch
        waited:      how many epochs have passed since
        """
        if loss < self.best - self.min_delta:
            self.best, self.waited = loss, 0
            state = self.model.state_dict()
            self.best_state = {name: value.clone() for name, value in state.items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self) -> None:
        """Give the model the weights that it had when its loss was best."""
        if self.best_state:
            self.model.load_state_dict(self.best_state)


class Ticking:
    """A loader that moves a progress bar at every batch."""

    def __init__(self, loader: Any, bar: Any) -> None:
        self.loader, self.bar = loader, bar

    def __iter__(self) -> Iterator[Any]:
        for batch in self.loader:
            yield batch
            self.bar.update()

    def __len__(self) -> int:
        return len(self.loader)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)


def evaluate(model: Module, batches: Batches, loss_fn: Loss) -> dict[str, float]:
    """The "loss" on a data set, and the "accuracy" if the targets are class numbers."""
    y, target = predict(model, batches)
    found = {"loss": loss_fn(y, target).item()}
    if target.dtype.kind in "iu":
        guess = y.argmax(1).numpy().ravel()
        found["accuracy"] = accuracy(target.numpy().ravel(), guess)
    return found


def fit(
    model: Module,
    batches: Batches,
    loss_fn: Loss,
    optimizer: Optimizer,
    epochs: int,
    validation: Batches | None = None,
    *,
    scheduler: LRScheduler | None = None,
    early_stopping: EarlyStopping | None = None,
    progress: bool = True,
    plot: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
) -> History:
    """Train for so many epochs; return the "loss" of each and what validation says.

    An interrupt ends training, and the history of whole epochs is returned.

    validation:      samples to evaluate on after each epoch; never trained on
    scheduler:       steps after each epoch
    early_stopping:  steps with the validation loss; gives back the best weights
    plot:            draw the history while it grows, in Jupyter
    checkpoint:      a file, written after each epoch, from which a later call goes on;
                     an interrupt goes back to the last whole epoch
    """
    if validation is None and early_stopping is not None:
        raise ValueError("fit: early_stopping reads a validation loss; pass validation")
    saved = Checkpoint(checkpoint, model, optimizer, scheduler, early_stopping)
    history = saved.begin()
    left = remaining(epochs, history, early_stopping)
    with back_to(saved, history), showing(batches, left, progress, plot) as shown:
        watched, show = shown
        for _ in range(left):
            epoch(history, model, watched, loss_fn, optimizer, validation)
            show(history)
            if after_epoch(history, scheduler, early_stopping, saved):
                break
    if early_stopping:
        early_stopping.restore()
    return history


def remaining(
    epochs: int, history: History, early_stopping: EarlyStopping | None
) -> int:
    """How many epochs are left: none if the saved training has stopped early."""
    done = len(history.get("loss", ()))
    if done and early_stopping and early_stopping.waited >= early_stopping.patience:
        return 0
    return max(epochs - done, 0)


def epoch(
    history: History,
    model: Module,
    batches: Batches,
    loss_fn: Loss,
    optimizer: Optimizer,
    validation: Batches | None,
) -> None:
    """Train for an epoch, evaluate, and append what that found to the history."""
    found = {"loss": train_epoch(model, batches, loss_fn, optimizer)}
    if validation is not None:
        for name, value in evaluate(model, validation, loss_fn).items():
            found[f"validation {name}"] = value
    history |= {name: [*history.get(name, ()), value] for name, value in found.items()}


def after_epoch(
    history: History,
    scheduler: LRScheduler | None,
    early_stopping: EarlyStopping | None,
    saved: Checkpoint,
) -> bool:
    """Step what steps once an epoch, and save; return whether to stop now."""
    found = {name: values[-1] for name, values in history.items()}
    advance(scheduler, found)
    stop = bool(early_stopping and early_stopping.step(found["validation loss"]))
    saved.save(history)
    return stop


@contextmanager
def back_to(saved: Checkpoint, history: History) -> Iterator[None]:
    """An interrupt ends the block quietly, and goes back to what is saved."""
    try:
        yield
    except KeyboardInterrupt:
        if saved.path:
            history.clear()
            history |= saved.load()


@contextmanager
def showing(
    loader: Any, epochs: int, progress: bool, plot: bool
) -> Iterator[tuple[Any, Callable[[History], None]]]:
    """The loader, with a bar that it moves, and what shows a history so far."""
    batches = epochs * len(loader) if hasattr(loader, "__len__") else None
    bar = progress_bar(batches) if progress else None
    curve = import_module("minidl.viz.live").Curve() if plot else None

    def show(history: History) -> None:
        if bar is not None:
            bar.set_postfix({name: values[-1] for name, values in history.items()})
        if curve is not None:
            curve.draw(history)

    try:
        yield loader if bar is None else Ticking(loader, bar), show
    finally:
        if bar is not None:
            bar.close()
        if curve is not None:
            curve.finish()


def progress_bar(total: int | None) -> Any:
    """A bar of tqdm's that fills in total ticks.

    On the standard output, because what a notebook prints as an error looks like one.
    """
    try:
        tqdm = import_module("tqdm.auto").tqdm
    except ImportError:
        raise ImportError(
            "fit: the progress bar comes with tqdm, which is not installed; run pip "
            "install tqdm, or pass progress=False"
        ) from None
    return tqdm(total=total, unit=" batches", file=sys.stdout)


def advance(scheduler: LRScheduler | None, found: dict[str, float]) -> None:
    """The step of a scheduler after an epoch; one that waits for a plateau reads it."""
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(found.get("validation loss", found["loss"]))
    elif scheduler is not None:
        scheduler.step()
