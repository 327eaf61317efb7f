"""Chapter 6, measuring and training: PyTorch's objects, or operations of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

from autograder.bricks.ch06_data import drive_augment, drive_k_fold


def accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean of ones where the classes agree."""
    return torch.eq(y_true, y_pred).double().mean()


def confusion_matrix(y_true: Tensor, y_pred: Tensor, num_classes: int) -> Tensor:
    """Counts of the pairs, each pair as one number."""
    pairs = num_classes * y_true.long() + y_pred.long()
    counts = torch.bincount(pairs, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def precision_recall_f1(
    y_true: Tensor, y_pred: Tensor, pos_label: int = 1
) -> tuple[Tensor, ...]:
    """Shares of the samples that carry the label; 0 where PyTorch divides 0 by 0."""
    true, found = (y == pos_label for y in (y_true, y_pred))
    precision, recall = true[found].double().mean(), found[true].double().mean()
    precision, recall = precision.nan_to_num(), recall.nan_to_num()
    f1 = 2 * precision * recall / (precision + recall)
    return precision, recall, f1.nan_to_num()


def roc_auc(y_true: Tensor, y_score: Tensor) -> tuple[Tensor, Tensor]:
    """Whether there is no pair; the mean of a step function over all pairs, ½ at 0."""
    apart = y_score[y_true == 1][:, None] - y_score[y_true == 0]
    area = torch.heaviside(apart, apart.new_tensor(0.5)).mean()
    return area.isnan().int(), area.nan_to_num()


def k_fold(
    n_samples: int, n_splits: int, rng: np.random.Generator | None = None
) -> list[tuple[Tensor, Tensor]]:
    """PyTorch's parts of the rows, those held out marked in a mask."""
    rows = torch.arange(n_samples)
    if rng is not None:
        rows = torch.randperm(n_samples, generator=generator(rng))
    folds = []
    for part in torch.tensor_split(rows, n_splits):
        held_out = torch.zeros(n_samples, dtype=torch.bool)
        held_out[part] = True
        folds.append((torch.nonzero(~held_out)[:, 0], torch.nonzero(held_out)[:, 0]))
    return folds


def augment(x: Any, max_shift: int, rng: np.random.Generator) -> Any:
    """PyTorch's pad, which cuts off where it is told to pad by less than nothing."""
    reach, draw = (len(x), 2), generator(rng)
    shifts = torch.randint(-max_shift, max_shift + 1, reach, generator=draw)
    moved = [
        functional.pad(torch.tensor(picture), (j, -j, i, -i))
        for picture, (i, j) in zip(x, shifts.tolist(), strict=True)
    ]
    return torch.stack(moved).numpy() if moved else x


def generator(rng: np.random.Generator) -> torch.Generator:
    """PyTorch's generator, seeded with a number that rng draws."""
    return torch.Generator().manual_seed(int(rng.integers(2**62)))


def facts(driver: Callable[..., Any], obj: Callable[..., Any]) -> Callable[..., Any]:
    """What the driver says about obj; it takes and gives arrays."""

    def report(*tensors: Tensor, **params: int) -> tuple[Tensor, ...]:
        arrays = [tensor.numpy(force=True) for tensor in tensors]
        return tuple(torch.tensor(fact) for fact in driver(obj, *arrays, **params))

    return report


def penalty(loss: Callable[..., Tensor]) -> Callable[..., tuple[Tensor, ...]]:
    """The sum of a loss of both parameters against 0; its gradients, times 3."""

    def answer(W: Tensor, b: Tensor) -> tuple[Tensor, ...]:
        both = [p.requires_grad_() for p in (W, b)]
        total = torch.stack(
            [loss(p, torch.zeros_like(p), reduction="sum") for p in both]
        ).sum()
        return total, *torch.autograd.grad(3 * total, both)

    return answer


def early_stopping(losses: Tensor, patience: int, min_delta: float) -> Any:
    """The first time that PyTorch's ReduceLROnPlateau loses its patience.

    It reduces after more than `patience` epochs, and then counts from 0.
    """
    weight = torch.zeros(1, requires_grad=True)
    plateau = ReduceLROnPlateau(
        SGD([weight], lr=1.0),
        patience=patience - 1,
        threshold=min_delta,
        threshold_mode="abs",
    )
    end, waited, best_epoch = 0, 0, 0
    for epoch, loss in enumerate(losses.tolist(), 1):
        plateau.step(loss)
        if plateau.get_last_lr()[0] < 1:
            end, waited = epoch, patience
            break
        waited = plateau.num_bad_epochs
        if not waited:
            best_epoch = epoch
    found = (end, waited, epoch, [best_epoch, best_epoch])
    best = torch.tensor(plateau.best, dtype=torch.float64)
    return *(torch.tensor(fact) for fact in found), best


def train_epoch(
    x: Tensor, y: Tensor, W: Tensor, batch_size: int, momentum: float
) -> tuple[Tensor, ...]:
    """PyTorch's SGD on its own losses, summed and divided at the end."""
    W = W.requires_grad_()
    optimizer = SGD([W], lr=0.5, momentum=momentum)
    losses = []
    for some, target in DataLoader(TensorDataset(x, y), batch_size):
        loss = functional.binary_cross_entropy_with_logits(
            some @ W, target, reduction="none"
        )
        losses.append(loss.detach())
        W.grad = torch.autograd.grad(loss.mean(), W)[0]
        optimizer.step()
    modes = (1, len(losses), len(losses))
    mean = torch.cat(losses).mean()
    return *(torch.tensor(n) for n in modes), mean, W


def predict(x: Tensor, y: Tensor, W: Tensor, batch_size: int) -> tuple[Tensor, ...]:
    """The whole table at once, and how often a model is called for it."""
    calls = len(DataLoader(TensorDataset(x, y), batch_size))
    return x @ W, y, *(torch.tensor(n) for n in (calls, 0, 1, 1))


ANSWERS: dict[str, Callable[..., Any]] = {
    "train_epoch": train_epoch,
    "predict": predict,
    "accuracy": accuracy,
    "confusion_matrix": confusion_matrix,
    "precision_recall_f1": precision_recall_f1,
    "roc_auc": roc_auc,
    "l1_penalty": penalty(functional.l1_loss),
    "l2_penalty": penalty(functional.mse_loss),
    "EarlyStopping": early_stopping,
    "augment": facts(drive_augment, augment),
    "k_fold": facts(drive_k_fold, k_fold),
}
