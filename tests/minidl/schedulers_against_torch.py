"""Schedulers of ours and PyTorch's, in pairs, and how they are compared."""

from __future__ import annotations

import math

import torch
from against_torch import leaf

from minidl import optim
from minidl.optim import lr_scheduler

STEPS = 50


def optimizers(name="SGD", **options):
    """An optimizer of ours and PyTorch's, with two groups of different lr."""
    ours, theirs = leaf([1.0]), torch.ones(1, requires_grad=True)
    also_ours, also_theirs = leaf([1.0]), torch.ones(1, requires_grad=True)
    groups = [{"params": [ours]}, {"params": [also_ours], "lr": 0.3}]
    optimizer = getattr(optim, name)(groups, lr=0.1, **options)
    optimizer.step()  # before the schedulers' steps, or they warn
    yield optimizer
    groups = [{"params": [theirs]}, {"params": [also_theirs], "lr": 0.3}]
    yield getattr(torch.optim, name)(groups, lr=0.1, **options)


def schedulers(name, pair, *arguments, **options):
    """A scheduler of ours and PyTorch's."""
    packages = (lr_scheduler, torch.optim.lr_scheduler)
    for package, optimizer in zip(packages, pair, strict=True):
        yield getattr(package, name)(optimizer, *arguments, **options)


def assert_same(ours, theirs):
    """The lr and momentum of each group, and what the schedulers say of them."""
    assert near(ours.get_last_lr(), theirs.get_last_lr())
    assert ours.last_epoch == theirs.last_epoch
    groups = zip(
        ours.optimizer.param_groups, theirs.optimizer.param_groups, strict=True
    )
    for got, expected in groups:
        for key in ("lr", "momentum", "betas", "initial_lr", "max_lr", "min_lr"):
            assert near(got.get(key), expected.get(key))


def near(got, expected):
    """Whether two numbers, or each of several, are equal to rounding."""
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(map(near, got, expected))
    if expected is None:
        return got is None
    return math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-15)


CASES = [
    ("StepLR", {"step_size": 1}),
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [3, 4, 4, 20]}),
    ("MultiStepLR", {"milestones": (1, 30), "gamma": 2.0}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 50}),
    ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (epoch + 1)}),
    ("LambdaLR", {"lr_lambda": [lambda epoch: 0.9**epoch, lambda epoch: epoch]}),
    *[
        ("OneCycleLR", {"max_lr": max_lr, "total_steps": STEPS, **options})
        for max_lr in (1.0, [1.0, 2.0])
        for three_phase in (False, True)
        for options in (
            {},
            {"three_phase": three_phase, "anneal_strategy": "linear"},
            {"three_phase": three_phase, "pct_start": 0.2, "div_factor": 5.0},
            {"cycle_momentum": False, "final_div_factor": 10.0},
            {"base_momentum": [0.5, 0.6], "max_momentum": 0.99},
        )
    ],
    ("OneCycleLR", {"max_lr": 1.0, "epochs": 5, "steps_per_epoch": 10}),
]
