"""An epoch of training, predictions, and an early stop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from points import LOSS, loader, network, table, weights

import minidl
from minidl import nn, optim, tensor
from minidl.training import EarlyStopping, evaluate, predict, train_epoch
from minidl.utils.data import DataLoader, TensorDataset


def test_an_epoch_is_that_of_a_loop_in_pytorch():
    model, twin = network(), network(torch.nn)
    sgd = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    theirs = torch.optim.SGD(twin.parameters(), lr=0.1, momentum=0.9)
    x, y = (torch.tensor(a) for a in table())
    for _ in range(3):
        got, total = train_epoch(model, loader(), LOSS, sgd), 0.0
        for start in range(0, 30, 8):
            part = slice(start, start + 8)
            loss = torch.nn.functional.cross_entropy(twin(x[part]), y[part])
            theirs.zero_grad()
            loss.backward()
            theirs.step()
            total += loss.item() * len(x[part])
        assert_allclose(got, total / 30, atol=1e-12)
    for mine, its in zip(weights(model), weights(twin), strict=True):
        assert_allclose(mine, its, atol=1e-12)


def test_an_epoch_is_in_training_mode_and_predictions_are_not():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)).double()
    sgd = optim.SGD(model.parameters(), lr=0.1)
    model.eval()
    assert type(train_epoch(model, loader(), LOSS, sgd)) is float
    assert model.training
    y, target = predict(model, loader())
    assert not model.training
    assert not y.requires_grad
    assert minidl.is_grad_enabled()
    assert (y.shape, target.shape) == ((30, 3), (30,))
    np.testing.assert_array_equal(target.numpy(), table()[1])
    np.testing.assert_array_equal(y.numpy(), predict(model, loader())[0].numpy())
    assert_allclose(
        y.numpy(), table()[0] @ weights(model)[0].T + weights(model)[1], atol=1e-12
    )


def test_evaluate_means_over_samples_not_over_batches():
    model, twin = network(), network(torch.nn)
    x, y = (torch.tensor(a) for a in table())
    found = evaluate(model, loader(), LOSS)
    loss = torch.nn.functional.cross_entropy(twin(x), y).item()
    right = (twin(x).argmax(1) == y).double().mean().item()
    assert_allclose([found["loss"], found["accuracy"]], [loss, right], atol=1e-12)


def test_evaluate_knows_no_accuracy_where_targets_are_no_classes():
    data = TensorDataset(tensor(np.ones((5, 4))), tensor(np.ones((5, 3))))
    found = evaluate(network(), DataLoader(data, 2), nn.functional.mse_loss)
    assert list(found) == ["loss"]


def test_evaluate_counts_every_target_of_a_sequence():
    class Repeat(nn.Module):
        def forward(self, x):
            return x

    scores = tensor(np.eye(3)[[[0, 1], [2, 2]]].transpose(0, 2, 1))
    data = TensorDataset(scores, tensor([[0, 1], [2, 0]]))
    assert evaluate(Repeat(), DataLoader(data, 2), LOSS)["accuracy"] == 0.75


class Steps(nn.Module):
    """A model whose one weight is set by hand."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(tensor([0.0]))


def stopped(losses, **options):
    """The epoch after which training stops, and the weight after restore()."""
    model = Steps()
    stopping = EarlyStopping(model, **options)
    for epoch, loss in enumerate(losses, 1):
        with minidl.no_grad():
            model.weight.fill_(epoch)
        if stopping.step(loss):
            break
    stopping.restore()
    return epoch, model.weight.item()


@pytest.mark.parametrize("seed", range(20))
def test_training_stops_when_pytorch_s_plateau_would_cut_the_rate(seed):
    rng = np.random.default_rng(seed)
    losses = np.round(rng.normal(0, 1, 40).cumsum() / 4, 1)
    patience, min_delta = int(rng.integers(1, 5)), float(rng.choice([0, 0.25]))
    weight = torch.zeros(1, requires_grad=True)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        torch.optim.SGD([weight], lr=1.0),
        patience=patience - 1,
        threshold=min_delta,
        threshold_mode="abs",
    )
    seen = []
    while len(seen) < len(losses) and plateau.get_last_lr()[0] == 1:
        seen.append(losses[len(seen)])
        plateau.step(seen[-1])
    got = stopped(losses, patience=patience, min_delta=min_delta)
    assert got == (len(seen), seen.index(plateau.best) + 1)


def test_without_a_finite_loss_nothing_is_restored():
    assert stopped([np.nan] * 9, patience=3) == (3, 3)
    assert EarlyStopping(Steps()).restore() is None


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -0.1}])
def test_an_early_stop_refuses_options_that_make_no_sense(options):
    with pytest.raises(ValueError, match=r"EarlyStopping: patience is .*pass 1 or "):
        EarlyStopping(Steps(), **options)
