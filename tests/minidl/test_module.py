"""Module and Parameter against torch.nn: names, states, modes, printing."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from against_torch import normal, upstream

import minidl
from minidl import nn, tensor


def network(package, make):
    """The same network in both packages: nested, shared, listed, with buffers."""

    class Net(package.Module):
        def __init__(self):
            super().__init__()
            self.first = package.Linear(4, 3)
            self.scale = package.Parameter(make(np.ones(3, np.float32)))
            self.register_buffer("mean", make(np.zeros(3, np.float32)))
            self.register_buffer("scratch", make(np.zeros(1)), persistent=False)
            self.register_buffer("absent", None)
            self.register_parameter("none", None)
            self.body = package.Sequential(
                package.Linear(3, 3), package.ReLU(), package.Linear(3, 3, bias=False)
            )
            self.again = self.first
            self.list = package.ModuleList([package.Linear(3, 2) for _ in range(2)])
            self.dict = package.ModuleDict({"a": package.Tanh(), "b": self.body[0]})
            self.count = 7

        def forward(self, x):
            return self.list[1](self.body(self.dict["a"](self.first(x)) * self.scale))

    return Net()


@pytest.fixture
def both():
    return network(nn, tensor), network(torch.nn, torch.tensor)


def test_names_in_order_are_pytorch_s(both):
    for method in ("parameters", "buffers", "modules", "children"):
        ours, theirs = (list(getattr(net, f"named_{method}")()) for net in both)
        assert [name for name, _ in ours] == [name for name, _ in theirs]
        values = list(getattr(both[0], method)())
        assert [id(value) for value in values] == [id(value) for _, value in ours]


@pytest.mark.parametrize("method", ["named_parameters", "named_buffers"])
@pytest.mark.parametrize("recurse", [True, False])
@pytest.mark.parametrize("remove_duplicate", [True, False])
def test_named_members_take_pytorch_s_options(both, method, recurse, remove_duplicate):
    options = {"recurse": recurse, "remove_duplicate": remove_duplicate}
    ours, theirs = (
        [name for name, _ in getattr(net, method)("top", **options)] for net in both
    )
    assert ours == theirs


def test_print_is_pytorch_s(both):
    assert repr(both[0]) == repr(both[1])


def test_state_dict_has_pytorch_s_keys_and_shapes(both):
    ours, theirs = (net.state_dict(prefix="net.") for net in both)
    assert list(ours) == list(theirs)
    assert [v.shape for v in ours.values()] == [tuple(v.shape) for v in theirs.values()]
    assert not any(value.requires_grad for value in ours.values())
    ours["net.scale"].fill_(5)
    assert both[0].scale.array[0] == 5


def test_a_state_from_pytorch_gives_its_output_and_gradients(both):
    ours, theirs = both
    state = {key: tensor(v.numpy()) for key, v in theirs.state_dict().items()}
    assert repr(ours.load_state_dict(state)) == "<All keys matched successfully>"
    x = normal(5, 4).astype(np.float32)
    got, expected = ours(tensor(x)), theirs(torch.tensor(x))
    np.testing.assert_allclose(got.detach().numpy(), expected.detach(), atol=1e-6)
    g = upstream((5, 2)).astype(np.float32)
    got.backward(tensor(g))
    expected.backward(torch.tensor(g))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        if other.grad is not None:
            np.testing.assert_allclose(one.grad.array, other.grad, rtol=2e-5, atol=1e-5)


def test_load_state_dict_copies_and_keeps_the_dtype():
    layer = nn.Linear(2, 1, dtype=minidl.float64)
    weight = layer.weight
    state = {"weight": tensor([[1.0, 2.0]]), "bias": tensor([3.0])}
    layer.load_state_dict(state)
    state["weight"].zero_()
    assert layer.weight is weight
    assert weight.dtype == np.float64
    assert weight.tolist() == [[1.0, 2.0]]


def test_a_state_that_does_not_fit_is_explained_and_changes_nothing():
    ours, theirs = nn.Linear(2, 3), torch.nn.Linear(2, 3)
    before = ours.bias.tolist()
    state = {"weight": np.ones((3, 4), np.float32), "gain": np.ones(1, np.float32)}
    with pytest.raises(RuntimeError) as expected:
        theirs.load_state_dict({key: torch.tensor(v) for key, v in state.items()})
    tensors = {key: tensor(value) for key, value in state.items()}
    with pytest.raises(RuntimeError) as got:
        ours.load_state_dict(tensors)
    assert str(got.value).replace(".\n", ". \n") == (
        str(expected.value).replace("torch.Size([", "(").replace("])", ")")
    )
    with pytest.raises(RuntimeError, match="size mismatch for weight: copying a param"):
        ours.load_state_dict(tensors, strict=False)
    assert ours.bias.tolist() == before
    with pytest.raises(RuntimeError, match="weight is a ndarray, not a Tensor"):
        ours.load_state_dict({"weight": np.ones((3, 2))}, strict=False)


def test_load_state_dict_that_is_not_strict_reports_the_names():
    layer = nn.Linear(1, 1)
    keys = layer.load_state_dict({"bias": tensor([4.0]), "x": tensor([1.0])}, False)
    assert keys.missing_keys == ["weight"]
    assert keys.unexpected_keys == ["x"]
    assert repr(keys) == "IncompatibleKeys(missing=['weight'], unexpected=['x'])"
    assert layer.bias.tolist() == [4.0]


def test_train_eval_apply_and_freezing_reach_every_part(both):
    net = both[0]
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert all(module.training for module in net.train().modules())
    seen = [[], []]
    for names, each in zip(seen, both, strict=True):
        assert each.apply(lambda m, s=names: s.append(type(m).__name__)) is each
    assert seen[0] == seen[1]
    net.requires_grad_(False)
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_zero_grad_forgets_gradients_or_sets_zeros():
    layer = nn.Linear(2, 1)
    for set_to_none in (True, False):
        layer(tensor([[1.0, 2.0]])).sum().backward()
        layer.zero_grad(set_to_none)
        assert (layer.weight.grad is None) == set_to_none
    assert layer.weight.grad.tolist() == [[0.0, 0.0]]


def test_to_casts_floats_only_and_keeps_the_parameters():
    net = nn.Linear(2, 1)
    net.register_buffer("steps", tensor(0))
    net.register_buffer("mean", tensor([0.0]))
    net(tensor([[1.0, 2.0]])).sum().backward()
    weight = net.weight
    assert net.double() is net
    assert net.weight is weight
    dtypes = {str(t.dtype) for t in (weight, weight.grad, net.bias, net.mean)}
    assert dtypes == {str(minidl.float64)}
    assert net.steps.dtype == np.int64
    assert net.to(tensor([1.0])).weight.dtype == np.float32
    assert net.to("cpu", dtype=minidl.float64).mean.dtype == np.float64
    assert net.float().cpu().weight.dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda net: net.cuda(), NotImplementedError, "cuda: NumPy computes on"),
        (lambda net: net.to("cuda"), (ValueError, RuntimeError), "cuda"),
        (lambda net: net.to(minidl.int64), TypeError, "int64 is not a float dtype"),
        (lambda net: net.missing, AttributeError, "'Linear' has no attribute"),
        (lambda net: nn.Module()(1), NotImplementedError, "Module.*missing.*forward"),
        (lambda net: nn.ModuleList()(1), NotImplementedError, "ModuleList.*forward"),
        (lambda net: net.register_buffer("a.b", None), KeyError, "'a.b' is no name"),
        (lambda net: net.register_buffer("weight", None), KeyError, "exists already"),
        (lambda net: net.add_module("x", 3), TypeError, "'x' is a int; pass a Module"),
        (lambda net: net.register_parameter("x", tensor(1.0)), TypeError, "pass a Pa"),
        (lambda net: setattr(net, "bias", tensor([1.0])), TypeError, "as 'bias' of"),
        (lambda net: nn.Sequential(nn.ReLU), TypeError, "'0' is a type; pass a Module"),
        (lambda net: nn.Parameter(np.ones(2)), TypeError, "Parameter: data is a nd"),
        (lambda net: nn.Sequential(net)[1], IndexError, "index out of range"),
    ],
)
def test_misuse_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(nn.Linear(2, 1))


def test_a_module_used_before_its_init_says_so():
    class Early(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    with pytest.raises(AttributeError, match=r"call super\(\).__init__\(\) first"):
        Early()


def test_attributes_move_between_the_tables_as_they_are_assigned():
    net = nn.Module()
    net.x = 3
    net.x = nn.Parameter(tensor([1.0]))
    assert [name for name, _ in net.named_parameters()] == ["x"]
    net.x = None
    assert net.x is None
    assert not list(net.parameters())
    del net.x
    assert not hasattr(net, "x")
    net.register_buffer("m", tensor([1.0]))
    net.m = tensor([2.0])
    assert net.state_dict()["m"].tolist() == [2.0]
    net.register_buffer("m", tensor([2.0]), persistent=False)
    assert not net.state_dict()
    net.plain = tensor([1.0])
    assert [name for name, _ in net.named_buffers()] == ["m"]
    assert {"m", "plain"} <= set(dir(net))


def test_a_parameter_shares_its_numbers_and_prints_as_pytorch_s():
    data = tensor([1.0, 2.0])
    parameter = nn.Parameter(data)
    assert parameter.requires_grad
    assert parameter.array is data.array
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    expected = repr(torch.nn.Parameter(torch.tensor([1.0, 2.0])))
    assert repr(parameter) == expected
    assert type(parameter * 2) is minidl.Tensor


def test_a_copy_of_a_network_is_independent_and_trains(both):
    net = both[0]
    twin = copy.deepcopy(net)
    assert twin.again is twin.first
    twin.scale.detach().fill_(9)
    assert net.scale.tolist() == [1.0, 1.0, 1.0]
    twin(tensor(np.ones((1, 4), np.float32))).sum().backward()
    assert twin.first.weight.grad is not None
    assert net.first.weight.grad is None
    state = copy.deepcopy(net.state_dict())
    net.scale.detach().zero_()
    assert state["scale"].tolist() == [1.0, 1.0, 1.0]
