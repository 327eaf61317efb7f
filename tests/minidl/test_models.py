"""The networks that read digits: their shapes, and which of them a file holds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.torch import save_file

import minidl
from minidl.data.handwriting import prepare_digits
from minidl.models import check_reads_digits, cnn, from_state, mlp, probabilities
from minidl.nn import Dropout, Flatten, Linear, Module, ReLU, Sequential
from minidl.tape import is_grad_enabled

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 40, 30)).astype(np.uint8)


@pytest.mark.parametrize(("network", "size"), [(mlp, 101_770), (cnn, 93_322)])
def test_a_network_makes_ten_logits_of_an_image(network, size):
    assert network()(minidl.rand(2, 1, 28, 28)).shape == (2, 10)
    assert sum(each.numel() for each in network().parameters()) == size


@pytest.mark.parametrize("network", [mlp, cnn])
def test_a_saved_network_is_known_by_its_shapes(network, tmp_path):
    model = network()
    minidl.save(model.state_dict(), tmp_path / "model.safetensors")
    found = from_state(minidl.load(tmp_path / "model.safetensors"))
    expected = probabilities(model, IMAGES)
    assert_array_equal(probabilities(found, IMAGES), expected)


def test_layers_without_parameters_may_stand_between():
    model = Sequential(
        *(Flatten(), Dropout(0.2), Linear(784, 128), ReLU(), Dropout(0.5)),
        Linear(128, 10),
    )
    found = from_state(model.state_dict())
    model.eval()
    expected = probabilities(model, IMAGES)
    assert_array_equal(probabilities(found, IMAGES), expected)


def test_layers_are_taken_in_the_order_of_their_numbers():
    state = cnn().state_dict()
    layers = {name: name.split(".") for name in state}
    later = {name: f"{int(n) + 7}.{kind}" for name, (n, kind) in layers.items()}
    assert sorted(later.values())[0] == "10.bias"
    renamed = from_state({later[name]: value for name, value in state.items()})
    for name, value in renamed.state_dict().items():
        assert_array_equal(value.numpy(), state[name].numpy())


def test_a_network_that_pytorch_saved_is_read_alike(tmp_path):
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    )
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    with torch.no_grad():
        expected = model(torch.tensor(prepare_digits(IMAGES))).softmax(1).numpy()
    found = from_state(minidl.load(tmp_path / "model.safetensors"))
    # float32: sums of 784 products
    assert_allclose(probabilities(found, IMAGES), expected, rtol=1e-5)


def test_a_file_of_another_network_is_refused():
    with pytest.raises(ValueError, match=r"shapes \[\(5,\), \(5, 4\)\].*mlp nor cnn"):
        from_state(Linear(4, 5).state_dict())


class Noting(Module):
    """Notes how it is called."""

    def forward(self, x):
        """Ten equal logits."""
        self.called = (x.shape, x.dtype, self.training, is_grad_enabled())
        return minidl.zeros(len(x), 10)


def test_probabilities_come_from_prepared_images_without_a_tape():
    model = Noting()
    check_reads_digits("create_app", model)
    assert_allclose(probabilities(model, IMAGES), np.full((3, 10), 0.1), rtol=1e-6)
    assert model.called == ((3, 1, 28, 28), minidl.float32, False, False)


def test_a_model_that_does_not_make_ten_logits_is_refused():
    with pytest.raises(ValueError, match=r"Pad: .* \(2, 4\) of two .*, not \(2, 10\)"):
        check_reads_digits("Pad", Sequential(Flatten(), Linear(784, 4)))


def test_a_model_of_nan_is_refused():
    model = mlp()
    model[1].bias.data.fill_(float("nan"))
    with pytest.raises(ValueError, match=r"create_app: .* nan of a blank .* train it"):
        check_reads_digits("create_app", model)
