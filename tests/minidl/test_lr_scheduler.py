"""Learning rate schedulers against torch.optim.lr_scheduler, step by step."""

from __future__ import annotations

import math
import re

import pytest
import torch
from against_torch import leaf
from schedulers_against_torch import (
    CASES,
    STEPS,
    assert_same,
    near,
    optimizers,
    schedulers,
)

from minidl import optim, tensor
from minidl.optim import lr_scheduler


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_50_steps_are_pytorch_s(name, options, optimizer):
    momentum = {"momentum": 0.9} if optimizer == "SGD" else {}
    ours, theirs = schedulers(name, optimizers(optimizer, **momentum), **options)
    theirs.optimizer.step()
    assert_same(ours, theirs)
    for _ in range(STEPS):
        ours.step()
        theirs.step()
        assert_same(ours, theirs)


METRICS = {
    "falling": [1 / (i + 1) for i in range(STEPS)],
    "flat": [1.0] * STEPS,
    "waves": [math.sin(i) + i / 50 for i in range(STEPS)],
    "nearly flat": [1 - 5e-5 * i for i in range(STEPS)],
    "nan": [1.0, math.nan] * (STEPS // 2),
    "negative": [-1 - 0.01 * i for i in range(STEPS)],
}


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"patience": 2, "factor": 0.5, "threshold": 0.05},
        {"patience": 0, "cooldown": 3},
        {"patience": 1, "min_lr": 0.01},
        {"patience": 1, "min_lr": [0.01, 0.2], "eps": 0.05},
    ],
)
def test_a_plateau_is_seen_as_pytorch_sees_it(mode, threshold_mode, options):
    options = {**options, "mode": mode, "threshold_mode": threshold_mode}
    for metrics in METRICS.values():
        ours, theirs = schedulers("ReduceLROnPlateau", optimizers(), **options)
        for metric in metrics:
            ours.step(tensor(metric))
            theirs.step(torch.tensor(metric))
            assert_same(ours, theirs)
            assert ours.num_bad_epochs == theirs.num_bad_epochs
            assert near(ours.best, theirs.best)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_an_lr_that_is_a_tensor_stays_it_and_takes_pytorch_s_values(name, options):
    lrs = tensor(0.1), torch.tensor(0.1)
    ours = optim.SGD([leaf([1.0])], lrs[0], momentum=0.9)
    theirs = torch.optim.SGD([torch.ones(1)], lrs[1], momentum=0.9)
    ours.step()
    one = {k: v[0] if isinstance(v, list) else v for k, v in options.items()}
    options = options if name == "MultiStepLR" else one
    pair = list(schedulers(name, (ours, theirs), **options))
    theirs.step()
    for _ in range(STEPS):
        for scheduler in pair:
            scheduler.step()
        assert ours.param_groups[0]["lr"] is lrs[0]
        assert lrs[0].item() == pytest.approx(lrs[1].item(), rel=1e-4, abs=1e-9)
        assert pair[0].get_last_lr() == [lrs[0]]
        assert pair[0].get_last_lr()[0] is not lrs[0]


def test_a_plateau_lowers_an_lr_that_is_a_tensor():
    lr = tensor(0.5)
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optim.SGD([leaf([1.0])], lr), patience=0, factor=0.5
    )
    for _ in range(3):
        scheduler.step(1.0)
    assert lr.item() == 0.125


def test_a_step_before_the_optimizer_s_is_a_warning_as_in_pytorch():
    class Own(optim.SGD):
        def step(self, closure=None):
            return None

    for package, leaves in ((optim, leaf([1.0])), (torch.optim, torch.ones(1))):
        scheduler = package.lr_scheduler.StepLR(package.SGD([leaves]), 1)
        with pytest.warns(UserWarning, match=r"call of `lr_scheduler.step\(\)` before"):
            scheduler.step()
        scheduler.step()
        scheduler = package.lr_scheduler.StepLR(package.SGD([leaves]), 1)
        scheduler.optimizer.step()
        scheduler.step()
    lr_scheduler.StepLR(Own([leaf([1.0])]), 1).step()


def test_two_schedulers_act_on_one_optimizer_one_after_the_other():
    ours, theirs = optimizers()
    pairs = [
        list(schedulers("ExponentialLR", (ours, theirs), gamma=0.9)),
        list(schedulers("CosineAnnealingLR", (ours, theirs), T_max=6, eta_min=0.01)),
        list(schedulers("StepLR", (ours, theirs), step_size=4)),
    ]
    theirs.step()
    for _ in range(STEPS):
        for pair in pairs:
            for scheduler in pair:
                scheduler.step()
            assert_same(*pair)


HIDDEN = {"_is_initial", "_get_lr_called_within_step", "mode_worse", "default_min_lr"}


@pytest.mark.parametrize(
    ("name", "options"), [*CASES, ("ReduceLROnPlateau", {"patience": 1})]
)
def test_a_state_dict_goes_to_pytorch_and_back(name, options):
    plateau = name == "ReduceLROnPlateau"
    momentum = {"momentum": 0.9}
    ours, theirs = schedulers(name, optimizers(**momentum), **options)
    theirs.optimizer.step()
    for _ in range(10):
        for scheduler in (ours, theirs):
            scheduler.step(*[1.0] * plateau)
    assert theirs.state_dict().keys() - ours.state_dict().keys() <= HIDDEN
    saved = ours.state_dict(), theirs.state_dict()
    again = list(optimizers(**momentum))
    new_ours, new_theirs = schedulers(name, again, **options)
    again[0].load_state_dict(ours.optimizer.state_dict())
    again[1].load_state_dict(theirs.optimizer.state_dict())
    new_ours.load_state_dict(saved[1])
    new_theirs.load_state_dict(saved[0])
    for _ in range(10):
        for scheduler in (ours, theirs, new_ours, new_theirs):
            scheduler.step(*[1.0] * plateau)
        assert_same(new_ours, new_theirs)
        assert_same(new_ours, theirs)


def test_a_callable_object_of_lambda_lr_is_saved_with_what_it_holds():
    class Decay:
        def __init__(self, rate):
            self.rate = rate

        def __call__(self, epoch):
            return self.rate**epoch

    (optimizer, _) = optimizers()
    saved = lr_scheduler.LambdaLR(optimizer, Decay(0.5)).state_dict()
    assert saved["lr_lambdas"] == [{"rate": 0.5}] * 2
    scheduler = lr_scheduler.LambdaLR(optimizer, Decay(0.9))
    scheduler.load_state_dict(saved)
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 * 0.5)


@pytest.mark.parametrize(("name", "options"), CASES[:8])
def test_training_goes_on_from_last_epoch(name, options):
    pair = list(optimizers())
    list(schedulers(name, pair, **options))
    ours, theirs = schedulers(name, pair, **options, last_epoch=9)
    pair[1].step()
    assert_same(ours, theirs)
    for _ in range(20):
        ours.step()
        theirs.step()
        assert_same(ours, theirs)


def test_a_subclass_writes_get_lr():
    class Halved(lr_scheduler.LRScheduler):
        def get_lr(self):
            return [base / 2**self.last_epoch for base in self.base_lrs]

    (optimizer, _) = optimizers()
    scheduler = Halved(optimizer)
    scheduler.step()
    assert scheduler.get_last_lr() == [0.05, 0.15]
    with pytest.raises(NotImplementedError, match="LRScheduler: write get_lr"):
        lr_scheduler.LRScheduler(optimizer)


def one_cycle(**options):
    return "OneCycleLR", {"max_lr": 1.0, "total_steps": 5, **options}


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        (
            "StepLR",
            {"step_size": 0},
            ValueError,
            "StepLR: step_size is 0; pass an integer",
        ),
        (
            "CosineAnnealingLR",
            {"T_max": 0},
            ValueError,
            "LR: T_max is 0; pass a number",
        ),
        ("StepLR", {"step_size": 1, "last_epoch": 3}, KeyError, "has no 'initial_lr'"),
        (
            "LambdaLR",
            {"lr_lambda": [math.sqrt]},
            ValueError,
            "LambdaLR: lr_lambda has 1 values, but the optimizer 2 groups",
        ),
        (*one_cycle(total_steps=0), ValueError, "OneCycleLR: total_steps is 0"),
        (*one_cycle(total_steps=2.5), ValueError, "total_steps is 2.5"),
        (*one_cycle(total_steps=None), ValueError, "the number of steps is missing"),
        (
            *one_cycle(total_steps=None, epochs=0, steps_per_epoch=2),
            ValueError,
            "OneCycleLR: epochs is 0",
        ),
        (*one_cycle(pct_start=1.5), ValueError, "OneCycleLR: pct_start is 1.5"),
        (*one_cycle(anneal_strategy="up"), ValueError, "anneal_strategy is 'up'; pass"),
        (*one_cycle(max_lr=[1.0]), ValueError, "OneCycleLR: max_lr has 1 values"),
        ("ReduceLROnPlateau", {"factor": 1.0}, ValueError, "factor is 1.0; it must be"),
        (
            "ReduceLROnPlateau",
            {"mode": "low"},
            ValueError,
            "mode is 'low'; pass one of",
        ),
        ("ReduceLROnPlateau", {"threshold_mode": "x"}, ValueError, "threshold_mode is"),
        ("ReduceLROnPlateau", {"min_lr": [1]}, ValueError, "min_lr has 1 values"),
    ],
)
def test_bad_arguments_are_explained_and_pytorch_refuses_them_too(
    name, options, error, message
):
    ours, theirs = optimizers(momentum=0.9)
    with pytest.raises(error, match=re.escape(message)):
        getattr(lr_scheduler, name)(ours, **options)
    with pytest.raises((error, ZeroDivisionError)):  # noqa: PT012, some fail later
        scheduler = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
        theirs.step()
        scheduler.step()


@pytest.mark.parametrize("name", ["StepLR", "OneCycleLR", "ReduceLROnPlateau"])
def test_what_is_no_optimizer_is_refused(name):
    options = dict(CASES).get(name, {})
    with pytest.raises(TypeError, match=f"{name}: list is not an Optimizer"):
        getattr(lr_scheduler, name)([], **options)


def test_one_cycle_wants_an_optimizer_with_momentum_and_ends():
    (optimizer, _) = optimizers("Adagrad")
    with pytest.raises(ValueError, match="Adagrad has neither momentum nor betas"):
        lr_scheduler.OneCycleLR(optimizer, 1.0, 5)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, 5, cycle_momentum=False)
    for _ in range(5):
        scheduler.step()
    with pytest.raises(ValueError, match="tried to step 6 times; total_steps is 5"):
        scheduler.step()
