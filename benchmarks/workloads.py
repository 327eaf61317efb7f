"""Five train steps in PyTorch's words, which run the same under torch and minidl.

Each function takes the namespace to use, torch or minidl, builds the networks with the
same first weights, and returns the step: forward, loss, backward, Adam. A step works on
the same batch again and again: how data is fetched is another question.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Step = Callable[[], Any]


@cache
def normal(*shape: int) -> np.ndarray:
    """The same float32 numbers for the same shape."""
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


@cache
def labels(count: int) -> np.ndarray:
    """A class from 0 to 9 for each sample."""
    return np.random.default_rng(count).integers(0, 10, count)


@cache
def halves(count: int) -> np.ndarray:
    """(count, 1) targets: 1 for the first half of the samples, 0 for the others."""
    return (np.arange(count) < count / 2).astype(np.float32)[:, None]


def first_weights(shape: tuple[int, ...]) -> np.ndarray:
    """Where a parameter of this shape starts, in every library."""
    scale = 1 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.1
    return normal(*shape) * np.float32(scale)


def start(torch: Any, model: Any) -> Any:
    """The model with its first weights, and its Adam."""
    shapes = {name: tuple(p.shape) for name, p in model.state_dict().items()}
    weights = {name: torch.tensor(first_weights(s)) for name, s in shapes.items()}
    model.load_state_dict(weights)
    return torch.optim.Adam(model.parameters(), lr=0.001)


def trained(torch: Any, model: Any, loss_of: Any, x: np.ndarray, y: np.ndarray) -> Step:
    """The step of a network that learns y from x."""
    adam = start(torch, model)
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def step() -> Any:
        adam.zero_grad()
        loss = loss_of(model(inputs), targets)
        loss.backward()
        adam.step()
        return loss.detach()

    return step


def mlp(torch: Any, batch: int = 128) -> Step:
    """784-128-10 on flat images."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    x, y = normal(batch, 784), labels(batch)
    return trained(torch, model, nn.CrossEntropyLoss(), x, y)


def convolutions(nn: Any) -> Any:
    """1-32-64-64: three 3 × 3 convolutions, two max-pools, two dense layers."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def cnn(torch: Any, batch: int = 128) -> Step:
    """The network of convolutions on 28 × 28 images."""
    x, y = normal(batch, 1, 28, 28), labels(batch)
    model = convolutions(torch.nn)
    return trained(torch, model, torch.nn.CrossEntropyLoss(), x, y)


def lstm(torch: Any, batch: int = 128) -> Step:
    """LSTM of 128 that reads an image row by row; a dense layer on its last state."""
    nn = torch.nn

    class Reader(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(28, 128, batch_first=True)
            self.head = nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            _, (h, _) = self.lstm(x)
            return self.head(h[-1])

    x, y = normal(batch, 28, 28), labels(batch)
    return trained(torch, Reader(), nn.CrossEntropyLoss(), x, y)


def gan(torch: Any, batch: int = 128) -> Step:
    """A generator 64-128-784 against a discriminator 784-128-1: one step of each."""
    nn = torch.nn
    generator = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 784), nn.Tanh()
    )
    discriminator = nn.Sequential(
        nn.Linear(784, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)
    )
    adam_g, adam_d = start(torch, generator), start(torch, discriminator)
    loss_of = nn.BCEWithLogitsLoss()
    noise, real = torch.tensor(normal(batch, 64)), torch.tensor(normal(batch, 784))
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step() -> Any:
        fake = generator(noise)
        adam_d.zero_grad()
        real_loss = loss_of(discriminator(real), ones)
        loss_d = real_loss + loss_of(discriminator(fake.detach()), zeros)
        loss_d.backward()
        adam_d.step()
        adam_g.zero_grad()
        loss_g = loss_of(discriminator(fake), ones)
        loss_g.backward()
        adam_g.step()
        return (loss_d + loss_g).detach()

    return step


def tiny(torch: Any, batch: int = 100) -> Step:
    """2-16-16-1 on points of the plane: what a step costs beside the arithmetic."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1)
    )
    x, y = normal(batch, 2), halves(batch)
    return trained(torch, model, nn.BCEWithLogitsLoss(), x, y)


WORKLOADS = {each.__name__: each for each in (mlp, cnn, lstm, gan, tiny)}
