"""Bad arguments and states of optimizers: what is wrong, and what to do."""

from __future__ import annotations

import re

import pytest
from against_torch import leaf

from minidl import optim, tensor

X, Y = leaf([1.0]), leaf([1.0])


@pytest.mark.parametrize(
    ("name", "params", "options", "error", "message"),
    [
        ("SGD", X, {}, TypeError, "SGD: params is a Tensor; pass a list of Tensors"),
        ("SGD", [], {}, ValueError, "SGD: params is an empty list"),
        ("SGD", [1.0], {}, TypeError, "SGD: params[0] is a float, not a Tensor"),
        ("SGD", [{"lr": 1}], {}, TypeError, "the group {'lr': 1} is not a dict with"),
        ("SGD", [{"params": {X}}], {}, TypeError, "params is a set, unordered; pass"),
        ("SGD", [X, X], {}, ValueError, "SGD: a parameter (1,) appears twice"),
        ("SGD", [X * 2], {}, ValueError, "can't optimize a non-leaf Tensor (1,)"),
        ("SGD", [X], {"lr": -1}, ValueError, "SGD: lr is -1; it must be >= 0"),
        ("SGD", [X], {"lr": "1"}, TypeError, "SGD: lr is '1'; pass a number"),
        ("SGD", [X], {"momentum": -1}, ValueError, "SGD: momentum is -1"),
        ("SGD", [X], {"weight_decay": -1}, ValueError, "SGD: weight_decay is -1"),
        ("SGD", [X], {"nesterov": True}, ValueError, "nesterov with momentum 0 and"),
        (
            "SGD",
            [X],
            {"foreach": True},
            NotImplementedError,
            "foreach=True is not part",
        ),
        (
            "SGD",
            [X],
            {"nestrov": True},
            TypeError,
            "SGD: there is no argument 'nestrov'",
        ),
        ("Adam", [X], {"fused": True}, NotImplementedError, "leave fused at None"),
        ("Adam", [X], {"eps": -1}, ValueError, "Adam: eps is -1"),
        ("Adam", [X], {"betas": (0.9, 1.0)}, ValueError, "Adam: betas are (0.9, 1.0)"),
        ("AdamW", [X], {"betas": (-1.0, 0.9)}, ValueError, "AdamW: betas are (-1.0"),
        ("AdamW", [X], {"decoupled_weight_decay": False}, TypeError, "multiple values"),
        ("RMSprop", [X], {"alpha": -1}, ValueError, "RMSprop: alpha is -1"),
        ("Adagrad", [X], {"lr_decay": -1}, ValueError, "Adagrad: lr_decay is -1"),
        ("Adagrad", [X], {"initial_accumulator_value": -1}, ValueError, "value is -1"),
        ("Adadelta", [X], {"rho": 1.5}, ValueError, "Adadelta: rho is 1.5; it must be"),
        ("SGD", [X], {"lr": tensor(-0.5)}, ValueError, "it must be >= 0"),
        ("SGD", [X], {"lr": tensor([1.0, 2.0])}, ValueError, "(2,) is not one number"),
        ("SGD", [X], {"momentum": tensor(0.5)}, TypeError, "momentum is tensor(0.5"),
        ("SGD", [("x", X), Y], {}, ValueError, "some parameters have names, some have"),
        (
            "SGD",
            [{"params": [("x", X)]}, {"params": [Y]}],
            {},
            ValueError,
            "pass named_parameters() or parameters() for all",
        ),
        (
            "SGD",
            [{"params": [X]}, {"params": [Y, X]}],
            {},
            ValueError,
            "a parameter (1,) appears twice",
        ),
    ],
)
def test_bad_arguments_are_explained(name, params, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(optim, name)(params, **options)


def adam_state(**changes):
    optimizer = optim.Adam([leaf([1.0, 2.0])])
    optimizer.param_groups[0]["params"][0].grad = tensor([1.0, 1.0])
    optimizer.step()
    return {**optimizer.state_dict(), **changes}


@pytest.mark.parametrize(
    ("state_dict", "error", "message"),
    [
        (adam_state(param_groups=[]), ValueError, "the groups have [] parameters"),
        (
            adam_state(param_groups=[{"params": [0, 1]}]),
            ValueError,
            "the groups have [2] parameters, but those of the optimizer [1]",
        ),
        (adam_state(state={7: {}}), ValueError, "there is state of parameters {7}"),
        (
            adam_state(param_groups=[{"params": [0], "fused": True}]),
            NotImplementedError,
            "load_state_dict: fused=True is not part of minidl",
        ),
    ],
)
def test_a_state_dict_that_does_not_fit_is_refused(state_dict, error, message):
    with pytest.raises(error, match=re.escape(message)):
        optim.Adam([leaf([1.0, 2.0])]).load_state_dict(state_dict)
