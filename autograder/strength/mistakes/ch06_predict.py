"""Chapter 6: what learners get wrong about predictions for a data set."""

from __future__ import annotations

from typing import Any

from autograder.strength.mistake import Mistake
from minidl.shaping import cat
from minidl.tape import no_grad, set_grad_enabled

# ruff: noqa: D103 -- the name of each function says what goes wrong


def outputs_of(model: Any, loader: Any) -> Any:
    """Outputs and targets, batch by batch."""
    return zip(*[(model(x), y) for x, y in loader], strict=True)


def in_training(model: Any, loader: Any) -> Any:
    with no_grad():
        outputs, targets = outputs_of(model, loader)
    return cat(outputs), cat(targets)


def with_a_tape(model: Any, loader: Any) -> Any:
    model.eval()
    outputs, targets = outputs_of(model, loader)
    return cat(outputs), cat(targets)


def never_on_again(model: Any, loader: Any) -> Any:
    model.eval()
    set_grad_enabled(False)
    outputs, targets = outputs_of(model, loader)
    return cat(outputs), cat(targets)


def evaluated(model: Any, loader: Any) -> Any:
    """The right answer; some mistakes go on from here."""
    with no_grad():
        return with_a_tape(model, loader)


def last_only(model: Any, loader: Any) -> Any:
    model.eval()
    with no_grad():
        for x, y in loader:
            output, target = model(x), y
    return output, target


def first_only(model: Any, loader: Any) -> Any:
    model.eval()
    with no_grad():
        x, y = next(iter(loader))
        return model(x), y


def lists(model: Any, loader: Any) -> Any:
    model.eval()
    with no_grad():
        outputs, targets = outputs_of(model, loader)
    return list(outputs), list(targets)


PREDICT = tuple(
    Mistake(name, says, wrong)
    for name, says, wrong in (
        (
            "training mode",
            "The model is in training mode: dropout would spoil its answers.",
            in_training,
        ),
        (
            "with a tape",
            "The outputs carry a tape, which nobody will use and which fills memory. "
            "Switch it off.",
            with_a_tape,
        ),
        (
            "gradients stay off",
            "Gradients stay switched off afterwards, so the next training learns "
            "nothing. Use a with block.",
            never_on_again,
        ),
        (
            "last batch",
            "Only the last batch comes back. Collect all of them.",
            last_only,
        ),
        (
            "first batch",
            "The function returns inside the loop: only the first batch comes back.",
            first_only,
        ),
        (
            "lists",
            "These are lists of batches. Join them into one Tensor each.",
            lists,
        ),
        (
            "outputs only",
            "Return two Tensors: the outputs, and the targets in the same order.",
            lambda model, loader: evaluated(model, loader)[0],
        ),
        (
            "targets first",
            "The outputs come first, then the targets.",
            lambda model, loader: evaluated(model, loader)[::-1],
        ),
        (
            "classes",
            "These are the largest outputs' classes. Return the outputs themselves: a "
            "loss and an AUC need them.",
            lambda model, loader: (
                evaluated(model, loader)[0].argmax(1),
                evaluated(model, loader)[1],
            ),
        ),
        (
            "probabilities",
            "A softmax is applied to the outputs. Return what the model says.",
            lambda model, loader: (
                evaluated(model, loader)[0].softmax(1),
                evaluated(model, loader)[1],
            ),
        ),
        (
            "arrays",
            "These are arrays. Return Tensors: the loss takes them.",
            lambda model, loader: tuple(
                part.numpy() for part in evaluated(model, loader)
            ),
        ),
    )
)
