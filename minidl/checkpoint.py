"""A training in a file, from which it goes on as if it had never stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.generator import default_generator
from minidl.nn.module import Module
from minidl.optim.lr_scheduler import LRScheduler
from minidl.optim.optimizer import Optimizer
from minidl.serialization import load, save
from minidl.tensor import Tensor

if TYPE_CHECKING:
    from minidl.training import EarlyStopping, History

FACTS = "facts"  # the name under which the file has all that is no tensor


class Checkpoint:
    """All that the next epoch depends on, in a safetensors file that is always whole.

    That is the state of the model, the optimizer, the scheduler and the early stop,
    the history, and the default generator, from which shuffling and dropout draw. A
    generator of one's own is not among it. Without a path nothing is written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        model: Module,
        optimizer: Optimizer,
        scheduler: LRScheduler | None = None,
        early_stopping: EarlyStopping | None = None,
    ) -> None:
        self.path = Path(path) if path else None
        self.model, self.optimizer = model, optimizer
        self.scheduler, self.early_stopping = scheduler, early_stopping

    def begin(self) -> History:
        """Load the file if it is there, else write it; the history so far."""
        if self.path and self.path.exists():
            return self.load()
        self.save({})
        return {}

    def save(self, history: History) -> None:
        """Write the file anew; whoever interrupts finds the old or the new one."""
        if not self.path:
            return
        optimizer = self.optimizer.state_dict()
        tensors = joined("model", self.model.state_dict())
        for number, state in optimizer["state"].items():
            kept = {name: x for name, x in state.items() if isinstance(x, Tensor)}
            tensors |= joined(f"optimizer.{number}", kept)
        facts: dict[str, Any] = {
            "history": history,
            "groups": optimizer["param_groups"],
            "rng": default_generator.rng.bit_generator.state,
        }
        if self.scheduler:
            facts["scheduler"] = plain(self.scheduler.state_dict())
        if self.early_stopping:
            facts["waited"] = self.early_stopping.waited
            facts["best"] = self.early_stopping.best
            tensors |= joined("best", self.early_stopping.best_state)
        text = json.dumps(facts, default=float).encode()
        tensors[FACTS] = Tensor(np.frombuffer(text, np.uint8))
        save(tensors, self.path)

    def load(self) -> History:
        """Bring everything back to where save was called last; return the history.

        Raises:  FileNotFoundError, or ValueError if the file is no checkpoint
        """
        tensors = load(self.path or "")
        if not isinstance(tensors, dict) or FACTS not in tensors:
            raise ValueError(
                f"Checkpoint: {self.path} holds tensors, but no training that could go "
                "on; pass a file that fit(…, checkpoint=…) wrote, or a new name"
            )
        facts = json.loads(tensors[FACTS].array.tobytes())
        self.model.load_state_dict(below("model", tensors))
        states: dict[int, dict[str, Tensor]] = {}
        for name, tensor in below("optimizer", tensors).items():
            number, _, key = name.partition(".")
            states.setdefault(int(number), {})[key] = tensor
        groups = {"state": states, "param_groups": facts["groups"]}
        self.optimizer.load_state_dict(groups)
        if self.scheduler:
            self.scheduler.load_state_dict(
                self.scheduler.state_dict() | facts["scheduler"]
            )
        if self.early_stopping:
            self.early_stopping.waited = facts["waited"]
            self.early_stopping.best = facts["best"]
            self.early_stopping.best_state = below("best", tensors)
        default_generator.rng.bit_generator.state = facts["rng"]
        history: History = facts["history"]
        return history


def joined(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors, each name below the prefix."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those tensors whose name is below the prefix, by the rest of it."""
    start = f"{prefix}."
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }


def plain(state: dict[str, Any]) -> dict[str, Any]:
    """What changes in a scheduler's state: numbers, and lists of them.

    The rest, such as milestones, stands in the program that builds it again.
    """
    return {
        name: value
        for name, value in state.items()
        if isinstance(value, int | float | str)
        or (isinstance(value, list) and all(isinstance(x, int | float) for x in value))
    }
