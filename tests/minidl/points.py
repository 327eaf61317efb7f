"""Points of three classes, and a network that tells them apart, in both libraries."""

from __future__ import annotations

import numpy as np
import torch

from minidl import nn, tensor
from minidl.utils.data import DataLoader, TensorDataset

LOSS = nn.functional.cross_entropy


def table(n=30, seed=0):
    """Points of three classes, each around a place of its own."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    return rng.normal(0, 0.7, (n, 4)) + 2 * np.eye(3, 4)[y], y


def loader(n=30, seed=0, batch_size=8):
    x, y = table(n, seed)
    return DataLoader(TensorDataset(tensor(x), tensor(y)), batch_size)


def network(library=nn):
    """A network with the same weights in minidl and in PyTorch."""
    model = library.Sequential(
        library.Linear(4, 6), library.Tanh(), library.Linear(6, 3)
    ).double()
    rng = np.random.default_rng(7)
    make = torch.tensor if library is torch.nn else tensor
    state = model.state_dict()
    model.load_state_dict(
        {name: make(rng.normal(size=tuple(p.shape))) for name, p in state.items()}
    )
    return model


def weights(model):
    return [np.array(p.detach().numpy()) for p in model.parameters()]
