"""Train an MLP and a CNN on MNIST: MINIDL_DATA=… python -m benchmarks.mnist.

The same script runs with PyTorch and with minidl, each in its own process; they take
turns, an epoch each. `mlp` or `cnn` as an argument trains that network only.
"""

from __future__ import annotations

import argparse
import os

from rich.console import Console
from rich.progress import Progress

from benchmarks.machine import conditions
from benchmarks.mnist_worker import BATCH, EPOCHS
from benchmarks.turns import THREADS, Turn

IMAGES = 60_000
LIBRARIES = {"minidl": "minidl", "PyTorch": "torch"}
AIMS = {"mlp": 0.975, "cnn": 0.988}
NAMES = {"mlp": "MLP 784-128-10", "cnn": "CNN 1-32-64-64"}


def main() -> None:
    """Train, print the table, and fail if minidl misses an aim."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mnist")
    parser.add_argument("network", nargs="?", choices=EPOCHS, help="only this one")
    only = parser.parse_args().network
    networks = [only] if only else list(EPOCHS)
    before = os.getloadavg()[0]
    with Progress(console=Console(stderr=True)) as progress:
        results = {name: trained(name, progress) for name in networks}
    heads = [f"{each} {what}" for what in ("test", "s") for each in LIBRARIES]
    print(f"| network | epochs | aim | {' | '.join(heads)} | time ratio |")
    print(f"|---|{'---:|' * (len(heads) + 3)}")
    for name, result in results.items():
        cells = [NAMES[name], f"{EPOCHS[name]}", f"{AIMS[name]:.1%}"]
        cells += [f"{accuracy:.2%}" for accuracy, _ in result.values()]
        cells += [f"{seconds:.1f}" for _, seconds in result.values()]
        cells.append(f"{result['minidl'][1] / result['PyTorch'][1]:.2f}")
        print(f"| {' | '.join(cells)} |")
    print(
        f"\nAccuracy on the 10 000 test images; Adam, batches of {BATCH}, "
        f"{THREADS} threads each; "
        f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after."
    )
    print(conditions("numpy", "torch"))
    missed = [name for name in networks if results[name]["minidl"][0] < AIMS[name]]
    if missed:
        raise SystemExit(f"minidl is below the aim: {', '.join(missed)}")


def trained(network: str, progress: Progress) -> dict[str, tuple[float, float]]:
    """Last accuracy and all seconds of training, for each library."""
    epochs = EPOCHS[network]
    turns = {
        name: Turn("benchmarks.mnist_worker", library, network)
        for name, library in LIBRARIES.items()
    }
    tasks = {
        name: progress.add_task(f"{network} {name}", total=epochs * IMAGES)
        for name in turns
    }
    accuracy, seconds = dict.fromkeys(turns, 0.0), dict.fromkeys(turns, 0.0)
    for epoch in range(epochs):
        for name, turn in turns.items():
            answer = turn.ask("epoch")
            while "seen" in answer:
                seen = epoch * IMAGES + answer["seen"]
                progress.update(tasks[name], completed=seen)
                answer = turn.answer()
            seconds[name] += answer["seconds"]
            accuracy[name] = answer["accuracy"]
    for turn in turns.values():
        turn.end()
    return {name: (accuracy[name], seconds[name]) for name in turns}


if __name__ == "__main__":
    main()
