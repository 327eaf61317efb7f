"""fit: epochs, validation, schedulers, an early stop, an interrupt, what it shows."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from numpy.testing import assert_allclose
from points import LOSS, loader, network, weights

from minidl import optim, training
from minidl.training import EarlyStopping, evaluate, fit, train_epoch


def run(epochs=4, **options):
    model = network()
    sgd = optim.SGD(model.parameters(), lr=options.pop("lr", 0.1))
    options.setdefault("progress", False)
    return model, sgd, fit(model, loader(), LOSS, sgd, epochs, **options)


def test_fit_returns_the_losses_of_its_epochs():
    model, *_, history = run()
    twin = network()
    sgd = optim.SGD(twin.parameters(), lr=0.1)
    expected = [train_epoch(twin, loader(), LOSS, sgd) for _ in range(4)]
    assert history == {"loss": expected}
    for mine, its in zip(weights(model), weights(twin), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_fit_evaluates_after_each_epoch_and_learns():
    model, _, history = run(20, validation=loader(90, seed=1))
    assert list(history) == ["loss", "validation loss", "validation accuracy"]
    assert {len(values) for values in history.values()} == {20}
    assert history["validation accuracy"][-1] > 0.9 > history["validation accuracy"][0]
    found = evaluate(model, loader(90, seed=1), LOSS)
    assert history["validation loss"][-1] == found["loss"]


def test_fit_stops_early_and_gives_back_the_best_weights():
    model = network()
    sgd = optim.SGD(model.parameters(), lr=3.0, momentum=0.9)  # far too large
    stopping = EarlyStopping(model, patience=3)
    validation = loader(90, seed=1)
    history = fit(
        model, loader(), LOSS, sgd, 50, validation, early_stopping=stopping,
        progress=False,
    )  # fmt: skip
    losses = history["validation loss"]
    assert len(losses) < 50
    assert len(losses) - 1 - int(np.argmin(losses)) == 3
    assert evaluate(model, validation, LOSS)["loss"] == min(losses)


def test_fit_refuses_an_early_stop_without_validation():
    model = network()
    sgd = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="fit: early_stopping reads a validation loss"):
        fit(model, loader(), LOSS, sgd, 2, early_stopping=EarlyStopping(model))


def test_fit_steps_a_scheduler_once_an_epoch():
    model = network()
    sgd = optim.SGD(model.parameters(), lr=0.1)
    halving = optim.lr_scheduler.StepLR(sgd, 1, gamma=0.5)
    fit(model, loader(), LOSS, sgd, 3, scheduler=halving, progress=False)
    assert_allclose(sgd.param_groups[0]["lr"], 0.1 / 8)


@pytest.mark.parametrize("validation", [None, loader(20, seed=2)])
def test_fit_shows_a_plateau_scheduler_the_loss(validation):
    model = network()
    sgd = optim.SGD(model.parameters(), lr=0.0)  # the loss stays where it is
    plateau = optim.lr_scheduler.ReduceLROnPlateau(sgd, patience=1)
    history = fit(
        model, loader(), LOSS, sgd, 5, validation, scheduler=plateau, progress=False
    )
    read = history["loss" if validation is None else "validation loss"]
    assert plateau.best == read[0]


def test_an_interrupt_returns_the_history_so_far_and_the_best_weights():
    model = network()
    sgd = optim.SGD(model.parameters(), lr=0.1)
    calls = []

    def impatient(y, target):
        calls.append(1)
        if len(calls) == 14:  # 4 batches and 1 evaluation an epoch: the third epoch
            raise KeyboardInterrupt
        return LOSS(y, target)

    stopping = EarlyStopping(model)
    history = fit(
        model, loader(), impatient, sgd, 9, loader(seed=1), early_stopping=stopping,
        progress=False,
    )  # fmt: skip
    assert {len(values) for values in history.values()} == {2}
    assert evaluate(model, loader(seed=1), LOSS)["loss"] == stopping.best


def test_the_progress_bar_goes_to_standard_output_with_loss_and_accuracy(capsys):
    *_, history = run(2, validation=loader(seed=1), progress=True)
    shown, errors = capsys.readouterr()
    assert errors == ""
    assert "8/8" in shown
    assert f"loss={history['loss'][-1]:.3g}"[:8] in shown
    assert "validation accuracy=" in shown


def test_batches_without_a_length_have_a_bar_without_an_end(capsys):
    class Endless:
        def __iter__(self):
            return iter(loader())

    model = network()
    sgd = optim.SGD(model.parameters(), lr=0.1)
    fit(model, Endless(), LOSS, sgd, 2)
    assert "8 batches" in capsys.readouterr().out


def test_a_bar_passes_on_what_else_the_loader_has(monkeypatch):
    def by_the_data_set(model, batches, loss_fn, optimizer):
        return len(batches) + len(batches.dataset) / 100

    monkeypatch.setattr(training, "train_epoch", by_the_data_set)
    *_, history = run(1, progress=True)
    assert history == {"loss": [4.3]}


def test_a_missing_progress_bar_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=r"fit: .* pip install tqdm, or pass pro"):
        run(1, progress=True)
    run(1)


def test_a_plot_outside_jupyter_draws_nothing(capsys):
    *_, history = run(2, plot=True)
    assert len(history["loss"]) == 2
    assert capsys.readouterr().out == ""


class Place:
    """Where Jupyter shows a picture."""

    def __init__(self, picture):
        self.pictures = [picture]

    def update(self, picture):
        self.pictures.append(picture)


@pytest.fixture
def places(monkeypatch):
    """What is displayed in a Jupyter that never waits between two pictures."""
    from minidl.viz import live

    shown = []

    def display(picture, display_id):
        assert display_id
        shown.append(Place(picture))
        return shown[-1]

    monkeypatch.setattr(live, "get_ipython", lambda: types.SimpleNamespace(kernel=1))
    monkeypatch.setattr(live, "display", display)
    monkeypatch.setattr(live, "PAUSE", 0.0)
    return shown


def test_a_live_curve_is_redrawn_in_one_place(places):
    run(3, plot=True, validation=loader(seed=1))
    (place,) = places
    assert len(place.pictures) == 4  # three epochs and the end
    assert all(picture.data.startswith(b"\x89PNG") for picture in place.pictures)
    assert place.pictures[0].data != place.pictures[-1].data


def test_a_live_curve_is_not_drawn_more_often_than_once_a_pause(places, monkeypatch):
    monkeypatch.setattr(sys.modules["minidl.viz.live"], "PAUSE", 1000.0)
    run(5, plot=True)
    (place,) = places
    assert len(place.pictures) == 2  # the first epoch and the end


def test_curves_show_losses_and_the_best_accuracy():
    import matplotlib.pyplot as plt

    from minidl.viz.live import curves

    history = {
        "loss": [3.0, 2.0],
        "validation loss": [3.5, 2.5],
        "validation accuracy": [0.75, 0.5],
    }
    left, right = curves(history)
    assert [line.get_ydata().tolist() for line in left.lines] == [[3, 2], [3.5, 2.5]]
    assert right.get_title() == "now 50.0%, best 75.0%"
    assert len(curves({"loss": [3.0]})) == 1
    plt.close("all")
