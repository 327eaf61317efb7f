"""Chapter 10: what learners get wrong when they ask a network, or fool it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.strength.mistake import Mistake
from minidl.data.handwriting import prepare_digits
from minidl.functional import cross_entropy
from minidl.kernels import softmax
from minidl.tape import no_grad, set_grad_enabled
from minidl.tensor import Tensor

# ruff: noqa: D103 -- the name of each function says what goes wrong


def asked(model: Any, x: Any) -> Any:
    """The model's logits, asked in the right way."""
    model.eval()
    with no_grad():
        return model(Tensor(np.asarray(x, np.float32))).numpy()


def in_training(model: Any, images: Any) -> Any:
    with no_grad():
        return softmax(model(Tensor(prepare_digits(images))).numpy())


def taped(model: Any, images: Any) -> Any:
    model.eval()
    return softmax(model(Tensor(prepare_digits(images))).array)


def stays_off(model: Any, images: Any) -> Any:
    model.eval()
    set_grad_enabled(False)
    return softmax(model(Tensor(prepare_digits(images))).numpy())


def one_by_one(model: Any, images: Any) -> Any:
    rows = [softmax(asked(model, prepare_digits(image[None]))) for image in images]
    return np.concatenate(rows)


def not_cropped(model: Any, images: Any) -> Any:
    square = np.zeros((len(images), 28, 28))
    h, w = (min(28, n) for n in images.shape[1:])
    square[:, :h, :w] = images[:, :h, :w]
    largest = square.max(axis=(1, 2), keepdims=True)
    return softmax(asked(model, (square / largest)[:, None]))


def negative(model: Any, images: Any) -> Any:
    return softmax(asked(model, prepare_digits(images.max() - images)))


PROBABILITIES = (
    Mistake(
        "training mode",
        "The model is in training mode: dropout would spoil its answers.",
        in_training,
    ),
    Mistake(
        "with a tape",
        "The model writes a tape, which nobody will use. Switch it off.",
        taped,
    ),
    Mistake(
        "gradients stay off",
        "Gradients stay switched off afterwards, so the next training learns nothing. "
        "Use a with block.",
        stays_off,
    ),
    Mistake(
        "logits",
        "These are logits. Probabilities lie between 0 and 1 and add up to 1.",
        lambda model, images: asked(model, prepare_digits(images)),
    ),
    Mistake(
        "softmax twice",
        "A softmax follows a softmax, and all probabilities are nearly the same.",
        lambda model, images: softmax(softmax(asked(model, prepare_digits(images)))),
    ),
    Mistake(
        "over the images",
        "Each column adds up to 1, each row should: softmax along the classes.",
        lambda model, images: softmax(asked(model, prepare_digits(images)).T).T,
    ),
    Mistake(
        "not prepared",
        "The images are not those that the model knows from training: crop, scale, "
        "centre and normalize them as there.",
        not_cropped,
    ),
    Mistake(
        "not normalized",
        "The images are not normalized as in training.",
        lambda model, images: softmax(
            asked(model, prepare_digits(images) * 0.3081 + 0.1307)
        ),
    ),
    Mistake(
        "negative",
        "Ink and ground have changed places before the model saw them.",
        negative,
    ),
    Mistake(
        "classes",
        "These are the most likely digits. All ten probabilities are due.",
        lambda model, images: asked(model, prepare_digits(images)).argmax(1),
    ),
    Mistake(
        "one by one",
        "The model is called for every image by itself. It takes all at once.",
        one_by_one,
    ),
)


def slopes(model: Any, x: Any, y: Any) -> Any:
    """How the loss grows with each number of x; the model is left as it was."""
    model.eval()
    leaf = x.detach().clone().requires_grad_()
    cross_entropy(model(leaf), y).backward()
    model.zero_grad()
    return leaf.grad


def downhill(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    return x - epsilon * slopes(model, x, y).sign()


def not_signed(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    return x + epsilon * slopes(model, x, y)


def unit_length(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    g = slopes(model, x, y)
    return x + epsilon * g / (g * g).sum() ** 0.5


def trained_on_its_guess(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    guess = model.eval()(x).detach().argmax(1)
    return x - epsilon * slopes(model, x, guess).sign()


def left_in_training(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    leaf = x.detach().clone().requires_grad_()
    cross_entropy(model(leaf), y).backward()
    model.zero_grad()
    return leaf.detach() + epsilon * leaf.grad.sign()


def leaves_gradients(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    model.eval()
    leaf = x.detach().clone().requires_grad_()
    cross_entropy(model(leaf), y).backward()
    return leaf.detach() + epsilon * leaf.grad.sign()


def keeps_its_tape(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    model.eval()
    leaf = x.detach().clone().requires_grad_()
    cross_entropy(model(leaf), y).backward()
    model.zero_grad()
    return leaf + epsilon * leaf.grad.sign()


def moves_the_original(model: Any, x: Any, y: Any, epsilon: float) -> Any:
    step = epsilon * slopes(model, x, y).sign()
    x.array[...] += step.array
    return x


FGSM = (
    Mistake(
        "downhill",
        "The inputs move the way that lowers the loss: the network reads them better.",
        downhill,
    ),
    Mistake(
        "not the sign",
        "The gradient itself is added. Only its sign counts, so that every number "
        "moves by epsilon.",
        not_signed,
    ),
    Mistake(
        "unit length",
        "The gradient is scaled to length 1. Its sign is due, so that every number "
        "moves by epsilon.",
        unit_length,
    ),
    Mistake(
        "towards another guess",
        "The loss of the network's own guess is lowered. Raise that of the true class.",
        trained_on_its_guess,
    ),
    Mistake(
        "training mode",
        "The model is in training mode: its gradient is not that of the network that "
        "will read the inputs.",
        left_in_training,
    ),
    Mistake(
        "gradients left behind",
        "The model's parameters keep the gradient of an attack, and the next step of "
        "training would follow it.",
        leaves_gradients,
    ),
    Mistake(
        "keeps its tape",
        "The moved inputs still carry a tape. Detach them.",
        keeps_its_tape,
    ),
    Mistake(
        "moves the original",
        "The caller's inputs are moved themselves. Return new ones.",
        moves_the_original,
    ),
    Mistake(
        "step only",
        "This is the step. Add it to the inputs.",
        lambda model, x, y, epsilon: epsilon * slopes(model, x, y).sign(),
    ),
)
