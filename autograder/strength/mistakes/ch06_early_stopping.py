"""Chapter 6: what learners get wrong about an early stop."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl.nn.module import Module
from minidl.tensor import Tensor
from minidl.training import EarlyStopping

# ruff: noqa: D101, D102 -- the name of each class says what goes wrong


class Parts(EarlyStopping):
    """The right answer in parts; each mistake below has one of them wrong."""

    def step(self, loss: float) -> Any:
        if self.better(loss):
            self.best, self.waited = loss, self.begin()
            self.best_state = self.copy()
        else:
            self.worse(loss)
        return self.over()

    def better(self, loss: float) -> bool:
        return loss < self.best - self.min_delta

    def begin(self) -> int:
        return 0

    def copy(self) -> dict[str, Tensor]:
        return {name: x.clone() for name, x in self.model.state_dict().items()}

    def worse(self, loss: float) -> None:
        self.waited += 1

    def over(self) -> Any:
        return self.waited >= self.patience


class NotCopied(Parts):
    def copy(self) -> dict[str, Tensor]:
        return self.model.state_dict()


class ParametersOnly(Parts):
    def copy(self) -> dict[str, Tensor]:
        return {name: p.detach().clone() for name, p in self.model.named_parameters()}


class NeverReset(Parts):
    def begin(self) -> int:
        return self.waited


class OneLate(Parts):
    def over(self) -> bool:
        return self.waited > self.patience


class OneEarly(Parts):
    def over(self) -> bool:
        return self.waited >= self.patience - 1


class ComparedWithTheLast(Parts):
    def worse(self, loss: float) -> None:
        self.waited += 1
        self.best = loss


class EqualIsBetter(Parts):
    def better(self, loss: float) -> bool:
        return loss <= self.best - self.min_delta


class NoMinDelta(Parts):
    def better(self, loss: float) -> bool:
        return loss < self.best


class MinDeltaAdded(Parts):
    def better(self, loss: float) -> bool:
        return loss < self.best + self.min_delta


class HigherIsBetter(Parts):
    def __init__(self, model: Module, patience: int = 5, min_delta: float = 0.0):
        super().__init__(model, patience, min_delta)
        self.best = -1e9

    def better(self, loss: float) -> bool:
        return loss > self.best + self.min_delta


class BestCreeps(Parts):
    def worse(self, loss: float) -> None:
        self.waited += 1
        self.best = min(self.best, loss)


class SaysNothing(Parts):
    def over(self) -> None:
        return None


class Inverted(Parts):
    def over(self) -> bool:
        return self.waited < self.patience


class NanIsBetter(Parts):
    def better(self, loss: float) -> bool:
        return not loss >= self.best - self.min_delta


EARLY_STOPPING = tuple(
    Mistake(name, says, wrong)
    for name, says, wrong in (
        (
            "weights not copied",
            "restore() brings back the last weights. state_dict shares its memory "
            "with the model, which goes on training: keep a copy.",
            NotCopied,
        ),
        (
            "parameters only",
            "Only parameters are kept. The running means of a batch norm belong to the "
            "state too: ask for state_dict.",
            ParametersOnly,
        ),
        (
            "waiting never starts again",
            "The epochs without progress are counted over all of training. After a "
            "better one the count begins at 0.",
            NeverReset,
        ),
        (
            "one epoch late",
            "Training goes on for one epoch more than patience allows.",
            OneLate,
        ),
        (
            "one epoch early",
            "Training stops one epoch before patience ends.",
            OneEarly,
        ),
        (
            "compared with the last epoch",
            "The loss is compared with that of the epoch before. Compare it with the "
            "best.",
            ComparedWithTheLast,
        ),
        (
            "equal is better",
            "A loss that is just as good counts as better. It must lie below.",
            EqualIsBetter,
        ),
        (
            "min_delta not used",
            "min_delta is not used: the smallest progress counts.",
            NoMinDelta,
        ),
        (
            "min_delta added",
            "min_delta is added, so a slightly worse loss counts as better.",
            MinDeltaAdded,
        ),
        (
            "best creeps down",
            "A gain smaller than min_delta moves the mark. Then slow progress never "
            "adds up to a gain: leave best where it was.",
            BestCreeps,
        ),
        (
            "higher is better",
            "A higher loss counts as better.",
            HigherIsBetter,
        ),
        ("no answer", "Nothing is returned: say whether to stop.", SaysNothing),
        (
            "answer inverted",
            "True means that training should stop. This says when to go on.",
            Inverted,
        ),
        (
            "nan is better",
            "A loss of nan counts as better. Every comparison with nan is False: ask "
            "whether the loss is lower, not whether it fails to be higher.",
            NanIsBetter,
        ),
    )
)
