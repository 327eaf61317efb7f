"""Train chapter 10's networks on all of MNIST: python -m benchmarks.mnist_project cnn.

They train as the chapter trains them: a tenth of the images held out for validation,
dropout, images moved by a pixel, a cosine schedule. An interrupt, or a machine that is
switched off, costs an epoch: the same command goes on from the checkpoint.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.machine import conditions
from minidl import functional, manual_seed, nn, save, tensor
from minidl.data import augment, load_mnist, prepare_digits, train_test_split
from minidl.generator import rng_of
from minidl.optim import Adam
from minidl.optim.lr_scheduler import CosineAnnealingLR
from minidl.training import evaluate, fit
from minidl.utils.data import DataLoader, TensorDataset


class Plan(NamedTuple):
    """How a network is trained, and the accuracy that is expected of it."""

    network: nn.Module
    batches: type[DataLoader[Any]]
    epochs: int
    aim: float


class Moved(DataLoader[Any]):
    """Batches in which each image is moved by a pixel, anew in every epoch."""

    def __iter__(self) -> Iterator[Any]:
        for x, y in super().__iter__():
            ground = x.numpy().min()
            yield tensor(augment(x.numpy() - ground, 1, rng_of(None)) + ground), y


def main() -> None:
    """Train until the end, save the weights, and fail if the aim is missed."""
    parser = argparse.ArgumentParser("python -m benchmarks.mnist_project")
    parser.add_argument("network", choices=("mlp", "cnn"))
    parser.add_argument("--folder", type=Path, default=Path(), help="for both files")
    chosen = parser.parse_args()
    manual_seed(0)
    plan = PLANS[chosen.network]()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = chosen.folder / f"mnist-{chosen.network}.checkpoint.safetensors"
    seconds, accuracy = trained(plan, checkpoint)
    weights = chosen.folder / f"mnist-{chosen.network}.safetensors"
    save(plan.network.state_dict(), weights)
    print(
        f"{chosen.network}: {accuracy:.2%} of the 10 000 test images, aim "
        f"{plan.aim:.1%}; {seconds:.0f} s for what was left of {plan.epochs} epochs; "
        f"load {os.getloadavg()[0]:.1f}\n{conditions('numpy')}\n"
        f"python -m minidl.serving {weights}"
    )
    if accuracy < plan.aim:
        raise SystemExit(f"{chosen.network} is below the aim")


def trained(plan: Plan, checkpoint: Path) -> tuple[float, float]:
    """Seconds of training, and the accuracy on the test images, looked at once."""
    images: Any
    labels: Any
    images, labels = load_mnist()
    rows = train_test_split(images, labels, 0.1, np.random.default_rng(1))
    train, val = (prepared(*rows[i::2]) for i in (0, 1))
    adam = Adam(plan.network.parameters(), lr=0.002)
    start = time.perf_counter()
    history = fit(
        plan.network,
        plan.batches(train, 128, shuffle=True),
        functional.cross_entropy,
        adam,
        plan.epochs,
        DataLoader(val, 500),
        scheduler=CosineAnnealingLR(adam, plan.epochs),
        checkpoint=checkpoint,
    )
    seconds, done = time.perf_counter() - start, len(history.get("loss", ()))
    if done < plan.epochs:
        raise SystemExit(f"ended after {done} epochs; the same command goes on")
    test = DataLoader(prepared(*load_mnist(train=False)), 500)
    found = evaluate(plan.network, test, functional.cross_entropy)
    return seconds, found["accuracy"]


def prepared(images: Any, labels: Any) -> TensorDataset:
    """The images as the service will see them, with their labels."""
    return TensorDataset(tensor(prepare_digits(images)), tensor(labels))


def mlp() -> Plan:
    """784-128-10."""
    layers = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)]
    return Plan(nn.Sequential(*layers), DataLoader, epochs=10, aim=0.975)


def cnn() -> Plan:
    """32-64-64, with dropout between the dense layers."""
    first = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    third = [nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3)]
    last = [nn.Linear(576, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10)]
    network = nn.Sequential(*first, *second, *third, *last)
    return Plan(network, Moved, epochs=8, aim=0.99)


PLANS = {"mlp": mlp, "cnn": cnn}

if __name__ == "__main__":
    main()
