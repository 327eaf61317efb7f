"""nn, nn.functional and nn.init take PyTorch's arguments, with its defaults."""

from __future__ import annotations

import inspect

import pytest
import torch

from minidl import nn

# hinge_loss is chapter 3's, PyTorch has none; Parameter() without data is of no use.
EXCEPTIONS = {"hinge_loss", "Parameter"}


def parameters(thing):
    """What a function or a class is called with: name and default, if it tells."""
    try:
        signature = inspect.signature(thing)
    except ValueError:  # a function of PyTorch that is written in C
        return {}
    return {
        parameter.name: parameter.default
        for parameter in signature.parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    }


def pairs(ours, theirs, kind):
    """Each of ours that PyTorch tells the arguments of, beside PyTorch's."""
    return [
        pytest.param(getattr(ours, name), getattr(theirs, name), id=name)
        for name in getattr(ours, "__all__", dir(ours))
        if name not in EXCEPTIONS and kind(getattr(ours, name))
        if parameters(getattr(theirs, name, int))
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        *pairs(nn, torch.nn, inspect.isclass),
        *pairs(nn.functional, torch.nn.functional, inspect.isfunction),
        *pairs(nn.init, torch.nn.init, inspect.isfunction),
        *pairs(nn.utils, torch.nn.utils, inspect.isfunction),
    ],
)
def test_the_arguments_and_their_defaults_are_pytorch_s(ours, theirs):
    got, expected = parameters(ours), parameters(theirs)
    assert got.keys() <= expected.keys()
    assert got == {name: expected[name] for name in got}
    required = {
        k for k, default in expected.items() if default is inspect.Parameter.empty
    }
    assert required <= got.keys()


@pytest.mark.parametrize(
    ("package", "name", "message"),
    [
        (nn, "Conv3d", r"minidl.nn.Conv3d is not part of minidl; the nearest.*Conv"),
        (nn, "Zzz", r"minidl.nn.Zzz is not part of minidl$"),
        (nn.functional, "selu", "nn.functional.selu is not part of minidl; .*elu"),
    ],
)
def test_a_name_that_minidl_has_not_is_an_error_that_says_what_is_near(
    package, name, message
):
    with pytest.raises(AttributeError, match=message):
        getattr(package, name)
