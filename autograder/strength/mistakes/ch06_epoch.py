"""Chapter 6: what learners get wrong about an epoch of training."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl.tensor import Tensor

# ruff: noqa: D101, D102, D103 -- each name says what goes wrong


class Right:
    """The right answer in parts; each mistake below has one of them wrong."""

    mode = True

    def __call__(self, model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
        """Train for an epoch."""
        model.train(self.mode)
        total, count = 0.0, 0
        for x, y in loader:
            loss = self.learn(model, x, y, loss_fn, optimizer)
            total, count = self.add(total, count, loss, len(x))
        return self.result(total, count, len(loader))

    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        """One step; the loss before it."""
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    def add(self, total: Any, count: int, loss: Tensor, size: int) -> Any:
        """Total and count with a batch more."""
        return total + loss.item() * size, count + size

    def result(self, total: Any, count: int, batches: int) -> Any:
        """The mean loss."""
        return total / count


class Evaluating(Right):
    mode = False


class Accumulating(Right):
    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss


class Forgetful(Right):
    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        return loss


class StepFirst(Right):
    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        loss = loss_fn(model(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        return loss


class Exchanged(Right):
    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_fn(y, model(x))
        loss.backward()
        optimizer.step()
        return loss


class LossAfterStep(Right):
    def learn(self, model: Any, x: Any, y: Any, loss_fn: Any, optimizer: Any) -> Any:
        super().learn(model, x, y, loss_fn, optimizer)
        return loss_fn(model(x), y)


class MeanOfBatches(Right):
    def add(self, total: Any, count: int, loss: Tensor, size: int) -> Any:
        return total + loss.item(), count + 1


class BatchesOverSamples(Right):
    def add(self, total: Any, count: int, loss: Tensor, size: int) -> Any:
        return total + loss.item(), count + size


class SamplesOverBatches(Right):
    def result(self, total: Any, count: int, batches: int) -> Any:
        return total / batches


class Summed(Right):
    def result(self, total: Any, count: int, batches: int) -> Any:
        return total


class LastLoss(Right):
    def add(self, total: Any, count: int, loss: Tensor, size: int) -> Any:
        return loss.item(), 1


class KeepsTape(Right):
    def add(self, total: Any, count: int, loss: Tensor, size: int) -> Any:
        return total + loss * size, count + size


class SaysNothing(Right):
    def result(self, total: Any, count: int, batches: int) -> Any:
        return None


def one_batch(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    model.train()
    for x, y in loader:
        return Right().learn(model, x, y, loss_fn, optimizer).item()
    return None


TRAIN_EPOCH = tuple(
    Mistake(name, says, wrong)
    for name, says, wrong in (
        (
            "evaluation mode",
            "The model is not in training mode, so dropout and batch norm would stand "
            "still.",
            Evaluating(),
        ),
        (
            "gradients pile up",
            "Gradients add up from batch to batch. Set them to zero for each.",
            Accumulating(),
        ),
        (
            "weights do not move",
            "The weights do not move: there is no step, or the gradients are gone "
            "before it.",
            Forgetful(),
        ),
        (
            "step before backward",
            "The step comes before the backward pass, so it uses the gradient of the "
            "batch before.",
            StepFirst(),
        ),
        (
            "output and target exchanged",
            "Output and target are exchanged in the loss.",
            Exchanged(),
        ),
        (
            "loss after the step",
            "The loss is computed again after the step, with another pass through the "
            "model. Report the one that was descended.",
            LossAfterStep(),
        ),
        (
            "mean of the batches",
            "Each batch weighs the same, but the last may be small. Weigh its loss "
            "with the number of its samples.",
            MeanOfBatches(),
        ),
        (
            "means over samples",
            "Mean losses are added up and divided by the number of samples. A mean "
            "stands for all samples of its batch.",
            BatchesOverSamples(),
        ),
        (
            "divided by the batches",
            "The total of the samples is divided by the number of batches.",
            SamplesOverBatches(),
        ),
        ("total", "This is a total. Divide by the number of samples.", Summed()),
        (
            "last batch",
            "This is the loss of the last batch. Give the mean over all samples.",
            LastLoss(),
        ),
        (
            "a Tensor",
            "The total is a Tensor, which keeps the tape of every batch in memory. Ask "
            "each loss for its plain number.",
            KeepsTape(),
        ),
        ("nothing returned", "Return the mean loss.", SaysNothing()),
        (
            "one batch",
            "The function returns inside the loop: only the first batch is used.",
            one_batch,
        ),
    )
)
