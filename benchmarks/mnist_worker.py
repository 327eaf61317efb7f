"""Train on MNIST with torch or minidl: the same script for both.

python -m benchmarks.mnist_worker LIBRARY NETWORK trains for one epoch whenever it reads
a line, and prints lines of JSON: how many images it has seen, and after the epoch the
seconds that took and the accuracy on the test images.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any

import numpy as np

from benchmarks.turns import THREADS
from benchmarks.workloads import convolutions
from minidl.data import load_mnist

BATCH = 128
EPOCHS = {"mlp": 5, "cnn": 3}
SHAPES = {"mlp": (784,), "cnn": (1, 28, 28)}


def main(library: str, network: str) -> None:
    """Answer until the input ends."""
    torch = importlib.import_module(library)
    if library == "torch":
        torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    training = Training(torch, network)
    for _ in sys.stdin:
        start = time.perf_counter()
        training.epoch()
        seconds = time.perf_counter() - start
        tell(seconds=seconds, accuracy=training.accuracy())


class Training:
    """A network, its Adam, and the images."""

    def __init__(self, torch: Any, network: str) -> None:
        self.torch = torch
        self.model = NETWORKS[network](torch.nn)
        self.loss_of = torch.nn.CrossEntropyLoss()
        self.adam = torch.optim.Adam(self.model.parameters(), lr=0.002)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR
        self.schedule = scheduler(self.adam, EPOCHS[network])
        self.train, self.test = (
            (torch.tensor(scaled(x).reshape(-1, *SHAPES[network])), torch.tensor(y))
            for x, y in (load_mnist(train=True), load_mnist(train=False))
        )

    def epoch(self) -> None:
        """Go through the training images once, in a new order."""
        images, labels = self.train
        order = self.torch.randperm(len(images))
        self.model.train()
        for i in range(0, len(images), BATCH):
            batch = order[i : i + BATCH]
            self.adam.zero_grad()
            loss = self.loss_of(self.model(images[batch]), labels[batch])
            loss.backward()
            self.adam.step()
            tell(seen=min(i + BATCH, len(images)))
        self.schedule.step()

    def accuracy(self) -> float:
        """The part of the test images that the network names right."""
        images, labels = self.test
        self.model.eval()
        right = 0
        with self.torch.no_grad():
            for i in range(0, len(images), 1000):
                found = self.model(images[i : i + 1000]).argmax(dim=1)
                right += (found == labels[i : i + 1000]).sum().item()
        return right / len(images)


def dense(nn: Any) -> Any:
    """784-128-10."""
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


NETWORKS = {"mlp": dense, "cnn": convolutions}


def scaled(images: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1, less MNIST's mean, over its standard deviation."""
    return (images.astype(np.float32) / 255 - np.float32(0.1307)) / np.float32(0.3081)


def tell(**facts: float) -> None:
    """Print facts as one line of JSON."""
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
