"""Optimizers against torch.optim: every parameter and all state, for 50 steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from against_torch import leaf
from numpy.testing import assert_allclose

from minidl import Tensor, no_grad, optim, tensor

SHAPES = ((3, 4), (4,), ())
STEPS = 50


def grid(name, **choices):
    """The optimizer's name with every combination of these options."""
    for row in itertools.product(*choices.values()):
        options = dict(zip(choices, row, strict=True))
        usual = options["maximize"] == (options["weight_decay"] > 0)
        yield pytest.param(name, options, marks=[] if usual else pytest.mark.grid)


DECAY = {"weight_decay": (0, 0.1), "maximize": (False, True)}
CASES = [
    *grid("SGD", lr=(0.1,), momentum=(0, 0.9), dampening=(0, 0.3), **DECAY),
    *grid("SGD", lr=(0.1,), momentum=(0.9,), nesterov=(True,), **DECAY),
    *grid("Adam", betas=((0.9, 0.999), (0.0, 0.5)), amsgrad=(False, True), **DECAY),
    *grid("Adam", eps=(0, 0.1), lr=(0.1,), decoupled_weight_decay=(True,), **DECAY),
    *grid("AdamW", lr=(0.03,), amsgrad=(False, True), **DECAY),
    *grid("RMSprop", alpha=(0.99, 0.5), centered=(0, 1), momentum=(0, 0.9), **DECAY),
    *grid("Adagrad", lr_decay=(0, 0.1), initial_accumulator_value=(0, 0.5), **DECAY),
    *grid("Adadelta", rho=(0.9, 0.5), eps=(1e-6, 1e-2), lr=(1.0, 0.5), **DECAY),
    *[
        (name, {})
        for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta")
    ],
]
ONE_EACH = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("Adagrad", {"lr_decay": 0.1}),
    ("Adadelta", {}),
]


class Twins:
    """The same parameters in minidl and in PyTorch, with one optimizer each."""

    def __init__(self, name, options, dtype=np.float64, groups=lambda params: params):
        rng = np.random.default_rng(0)
        starts = [np.array(rng.normal(size=shape), dtype) for shape in SHAPES]
        self.ours = [leaf(start) for start in starts]
        self.theirs = [torch.tensor(start, requires_grad=True) for start in starts]
        self.our = getattr(optim, name)(groups(self.ours), **options)
        self.their = getattr(torch.optim, name)(groups(self.theirs), **options)
        self.rng = rng

    def step(self):
        """One step along a random gradient; now and then a parameter has none."""
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            g = np.array(self.rng.normal(size=ours.shape), ours.dtype)
            none = self.rng.random() < 0.1
            ours.grad = None if none else Tensor(g.copy())
            theirs.grad = None if none else torch.tensor(g)
        self.our.step()
        self.their.step()

    def check(self, tolerance=1e-10):
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            got, expected = ours.array, theirs.detach().numpy()
            assert got.dtype == expected.dtype
            assert (abs(got - expected) <= tolerance * (1 + abs(expected))).all()


def assert_same_state(got, expected):
    """Two state_dicts: the keys of the state, every number in it, and the groups."""
    assert got["state"].keys() == expected["state"].keys()
    for i, state in expected["state"].items():
        assert got["state"][i].keys() == state.keys()
        for key, value in state.items():
            found = got["state"][i][key]
            assert str(found.dtype) == str(value.dtype).removeprefix("torch.")
            assert_allclose(found.numpy(), value.numpy(), rtol=1e-10, atol=1e-12)
    for ours, theirs in zip(got["param_groups"], expected["param_groups"], strict=True):
        assert theirs.keys() - ours.keys() <= set(optim.optimizer.LEFT_OUT)
        assert ours == {key: theirs.get(key, ours[key]) for key in ours}


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_50_steps_are_pytorch_s(name, options):
    twins = Twins(name, options)
    for _ in range(STEPS):
        twins.step()
        twins.check()
    assert_same_state(twins.our.state_dict(), twins.their.state_dict())


@pytest.mark.parametrize(("name", "options"), ONE_EACH)
def test_float32_stays_float32_and_near_pytorch(name, options):
    twins = Twins(name, options, np.float32)
    for _ in range(STEPS):
        twins.step()
    # 50 updates, each rounded some ten times, of numbers near 1
    twins.check(tolerance=STEPS * 10 * np.finfo(np.float32).eps)


@pytest.mark.parametrize(("name", "options"), ONE_EACH)
def test_groups_have_options_of_their_own_that_may_change(name, options):
    def groups(params):
        return [
            {"params": params[:1], "lr": 0.02, "weight_decay": 0.2},
            {"params": params[1]},
        ]

    twins = Twins(name, options, groups=groups)
    for step in range(STEPS):
        if step == 10:
            for optimizer, params in (
                (twins.our, twins.ours),
                (twins.their, twins.theirs),
            ):
                optimizer.param_groups[1]["lr"] /= 7
                optimizer.add_param_group({"params": params[2], "lr": 0.3})
        twins.step()
        twins.check()
    assert_same_state(twins.our.state_dict(), twins.their.state_dict())


@pytest.mark.parametrize(("name", "options"), ONE_EACH)
def test_a_state_dict_goes_to_pytorch_and_back(name, options):
    first, second = Twins(name, options), Twins(name, options)
    for _ in range(5):
        first.step()
    saved = first.our.state_dict()
    second.their.load_state_dict(converted(saved, lambda x: torch.tensor(x.numpy())))
    saved = first.their.state_dict()
    second.our.load_state_dict(converted(saved, lambda x: tensor(x.numpy())))
    for ours, theirs, start in zip(second.ours, second.theirs, first.ours, strict=True):
        ours.array[...] = start.array
        theirs.data.copy_(torch.tensor(start.array))
    for _ in range(5):
        first.step()
        second.rng = np.random.default_rng(1)
        second.step()
        second.check()
    assert_same_state(second.our.state_dict(), second.their.state_dict())


def converted(state_dict, change):
    """A state_dict with each tensor changed."""
    if isinstance(state_dict, dict):
        return {key: converted(value, change) for key, value in state_dict.items()}
    if isinstance(state_dict, list):
        return [converted(value, change) for value in state_dict]
    return change(state_dict) if hasattr(state_dict, "numpy") else state_dict


@pytest.mark.parametrize(("name", "options"), ONE_EACH)
def test_named_parameters_are_pytorch_s(name, options):
    def groups(params):
        named = list(zip("abc", params, strict=True))
        return [{"params": named[:1], "weight_decay": 0.1}, {"params": named[1:]}]

    named, unnamed = Twins(name, options, groups=groups), Twins(name, options)
    for _ in range(5):
        named.step()
        named.check()
    assert_same_state(named.our.state_dict(), named.their.state_dict())
    assert [g["param_names"] for g in named.our.param_groups] == [["a"], ["b", "c"]]
    once = getattr(optim, name)(iter(list(zip("abc", unnamed.ours, strict=True))))
    once.load_state_dict(unnamed.our.state_dict())
    assert once.param_groups[0]["param_names"] == ["a", "b", "c"]


@pytest.mark.parametrize(("name", "options"), ONE_EACH)
def test_the_lr_may_be_a_tensor_of_one_number(name, options):
    twins = Twins(name, {**options, "lr": 0.25})
    twins.our.param_groups[0]["lr"] = lr = tensor(0.25)
    assert getattr(optim, name)(twins.ours, lr=lr).param_groups[0]["lr"] is lr
    for step in range(5):
        twins.step()
        if step == 2:
            lr.fill_(0.125)
            twins.their.param_groups[0]["lr"] = 0.125
    twins.check()


def test_a_loaded_state_is_a_copy():
    first, second = Twins("Adam", {}), Twins("Adam", {})
    first.step()
    second.our.load_state_dict(first.our.state_dict())
    before = second.our.state[second.ours[0]]["exp_avg"].numpy().copy()
    first.step()
    np.testing.assert_array_equal(
        second.our.state[second.ours[0]]["exp_avg"].numpy(), before
    )


def test_step_evaluates_the_closure_and_returns_its_loss():
    x = leaf([1.0, 2.0], np.float64)
    optimizer = optim.SGD([x], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 5
    assert_allclose(x.array, [0.8, 1.6])
    assert optimizer.step() is None


def test_zero_grad_forgets_gradients_or_sets_them_to_zero():
    x, y = leaf([1.0]), leaf([1.0])
    optimizer = optim.SGD([x, y])
    for set_to_none in (False, True):
        x.grad = tensor([3.0])
        optimizer.zero_grad(set_to_none)
        assert y.grad is None
        assert (x.grad is None) == set_to_none
        if not set_to_none:
            assert x.grad.numpy() == [0]


def test_a_step_keeps_the_gradient_and_the_identity_of_the_array():
    for name, options in ONE_EACH:
        x = leaf([1.0, 2.0])
        array, x.grad = x.array, tensor([3.0, 4.0])
        optimizer = getattr(optim, name)([x], **options)
        optimizer.step()
        optimizer.step()
        assert x.array is array
        assert (array != [1, 2]).all()
        np.testing.assert_array_equal(x.grad.numpy(), [3, 4])


def test_backward_after_a_step_notices_that_the_parameters_changed():
    x = leaf([1.0, 2.0])
    x.grad = tensor([1.0, 1.0])
    loss = (x * x).sum()
    optim.SGD([x]).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_an_optimizer_is_printed_with_its_options():
    text = repr(optim.SGD([leaf([1.0])], lr=0.5))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.5\n")


def test_a_subclass_writes_update_or_a_step_of_its_own():
    class Signs(optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def update(self, p, g, state, group):
            p -= group["lr"] * np.sign(g)

    class Zero(Signs):
        def step(self, closure=None):
            with no_grad():
                for p in self.param_groups[0]["params"]:
                    p.zero_()

    x = leaf([1.0, 2.0])
    x.grad = tensor([5.0, -5.0])
    Signs([x], 0.5).step()
    assert_allclose(x.array, [0.5, 2.5])
    Zero([x], 0.5).step()
    assert_allclose(x.array, [0, 0])
    with pytest.raises(NotImplementedError, match="Optimizer: write update, or step"):
        optim.Optimizer([x], {}).step()
