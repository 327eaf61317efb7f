"""Bad input to the functions of Tensors: what is wrong, and what to do."""

from __future__ import annotations

import re

import numpy as np
import pytest
from against_torch import leaf

from minidl import functional, tensor

X = tensor(np.ones((2, 3)))
VECTOR = tensor(np.ones(3))
EMPTY = tensor(np.ones((0, 3)))
CLASSES = tensor([0, 2])
BINARY = "binary_cross_entropy_with_logits"


@pytest.mark.parametrize(
    ("name", "arguments", "error", "message"),
    [
        (
            "relu",
            (X.array,),
            TypeError,
            "relu: input is a ndarray, not a Tensor; use minidl.tensor(input)",
        ),
        (
            "leaky_relu",
            (CLASSES,),
            TypeError,
            "leaky_relu: input is int64, not a float dtype; use minidl.tensor(input, "
            "dtype=minidl.float32)",
        ),
        (
            "linear",
            (X, tensor(np.ones((3, 2)))),
            ValueError,
            "linear: input (2, 3), weight (3, 2) do not fit; pass input (..., D), "
            "weight (M, D) with entries and bias (M,)",
        ),
        (
            "linear",
            (tensor(np.array(1.0)), tensor(np.ones((3, 1)))),
            ValueError,
            "linear: input (), weight (3, 1) do not fit; pass input (..., D)",
        ),
        (
            "linear",
            (X, X, VECTOR),
            ValueError,
            "linear: input (2, 3), weight (2, 3), bias (3,) do not fit; pass input",
        ),
        (
            "linear",
            (X, VECTOR),
            ValueError,
            "linear: input (2, 3), weight (3,) do not fit; pass input (..., D)",
        ),
        (
            "linear",
            (X, EMPTY),
            ValueError,
            "linear: input (2, 3), weight (0, 3) do not fit; pass input (..., D)",
        ),
        (
            "linear",
            (X, X, [0.0, 0.0]),
            TypeError,
            "linear: bias is a list, not a Tensor",
        ),
        (
            "linear",
            (tensor([[1.0, 2.0, 3.0]]), X),
            TypeError,
            "linear: dtypes differ: input float32, weight float64; give all of them",
        ),
        (
            "softmax",
            (X, 2),
            ValueError,
            "softmax: dim 2 of a tensor (2, 3); it must be from -2 to 1",
        ),
        (
            "log_softmax",
            (X, "rows"),
            TypeError,
            "log_softmax: dim is 'rows', not an integer",
        ),
        (
            "softmax",
            (X,),
            TypeError,
            "softmax: dim is None, not an integer",
        ),
        (
            "mse_loss",
            (X, CLASSES * 1.0),
            TypeError,
            "mse_loss: dtypes differ: input float64, target float32; give all of them",
        ),
        (
            "mse_loss",
            (X, EMPTY),
            ValueError,
            "mse_loss: shapes (2, 3) and (0, 3) do not broadcast",
        ),
        (
            "mse_loss",
            (VECTOR, tensor([1, 2, 3])),
            TypeError,
            "mse_loss: target is int64, not a float dtype",
        ),
        (
            "mse_loss",
            (EMPTY, EMPTY),
            ValueError,
            "mse_loss: input (0, 3) is empty; a mean needs at least one entry",
        ),
        (
            BINARY,
            (X, VECTOR),
            ValueError,
            f"{BINARY}: input (2, 3) but target (3,); the shapes must be equal",
        ),
        (
            BINARY,
            (VECTOR, VECTOR, leaf(np.ones(3))),
            ValueError,
            f"{BINARY}: weight requires a gradient, which only input gets; pass "
            "weight.detach()",
        ),
        (
            "binary_cross_entropy",
            (VECTOR * 2, VECTOR),
            ValueError,
            "binary_cross_entropy: input has entries from 2.0 to 2.0; it must be a "
            "probability, 0 to 1",
        ),
        (
            "hinge_embedding_loss",
            (VECTOR, tensor([-1, 1, 2])),
            ValueError,
            "hinge_embedding_loss: target has an entry 2.0; classes must be -1 or +1",
        ),
        (
            "hinge_loss",
            (VECTOR, leaf(np.ones(3))),
            ValueError,
            "hinge_loss: target requires a gradient",
        ),
        (
            "hinge_loss",
            (VECTOR, tensor([-1.0, 1.0, 0.0], dtype=float)),
            ValueError,
            "hinge_loss: target has an entry 0.0; classes must be -1 or +1",
        ),
        (
            "cross_entropy",
            (X, [0, 2]),
            TypeError,
            "cross_entropy: target is a list, not a Tensor; use minidl.tensor(target)",
        ),
        (
            "nll_loss",
            (X, X),
            TypeError,
            "nll_loss: target is float64; pass class numbers as integers",
        ),
        (
            "cross_entropy",
            (X, VECTOR),
            ValueError,
            "cross_entropy: input (2, 3) but target (3,); the shapes must be equal",
        ),
        (
            "cross_entropy",
            (X, CLASSES, tensor(np.ones(2))),
            ValueError,
            "cross_entropy: weight (2,) but input (2, 3) has 3 classes; pass weight of "
            "shape (3,)",
        ),
        (
            "multi_margin_loss",
            (X, CLASSES, 3),
            ValueError,
            "multi_margin_loss: p is 3 and input (2, 3); p must be 1 or 2",
        ),
        (
            "cross_entropy",
            (X, tensor([0, 1, 2])),
            ValueError,
            "cross_entropy: input (2, 3) and target (3,); pass scores (N, C) and",
        ),
        (
            "cross_entropy",
            (VECTOR, tensor([0, 1, 2])),
            ValueError,
            "cross_entropy: input (3,) and target (3,); pass scores (N, C)",
        ),
        (
            "cross_entropy",
            (X, tensor([0, 3])),
            ValueError,
            "cross_entropy: target has class 3, but input (2, 3) has classes 0 to 2",
        ),
        (
            "cross_entropy",
            (X, tensor([-1, 0])),
            ValueError,
            "cross_entropy: target has class -1, but input (2, 3) has classes 0 to 2",
        ),
        (
            "cross_entropy",
            (EMPTY, CLASSES * 0),
            ValueError,
            "cross_entropy: input (0, 3) and target (2,)",
        ),
        (
            "cross_entropy",
            (EMPTY, tensor(np.zeros(0, int))),
            ValueError,
            "cross_entropy: input (0, 3) is empty",
        ),
    ],
)
def test_bad_input_is_explained(name, arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(functional, name)(*arguments)


@pytest.mark.parametrize(
    ("name", "target", "options", "message"),
    [
        ("l1_loss", X, {"reduction": "avg"}, "reduction is 'avg'; pass \"mean\""),
        ("smooth_l1_loss", X, {"beta": -1}, "beta is -1; it must be 0 or more"),
        ("cross_entropy", CLASSES, {"label_smoothing": 2}, "label_smoothing is 2; it"),
        ("cross_entropy", X, {"ignore_index": 1}, "ignore_index is 1 but target holds"),
        ("cross_entropy", CLASSES * 0, {"ignore_index": 0}, "all are ignore_index 0"),
        ("cross_entropy", CLASSES, {"weight": VECTOR * 0}, "or have weight 0"),
    ],
)
def test_a_bad_option_is_explained(name, target, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(functional, name)(X, target, **options)


def test_gelu_explains_its_approximations():
    with pytest.raises(ValueError, match="gelu: approximate is 'fast'; pass"):
        functional.gelu(X, "fast")


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss"])
def test_shapes_that_differ_but_broadcast_are_a_warning(name):
    with pytest.warns(UserWarning, match=r"input \(2, 3\) but target \(3,\): they"):
        getattr(functional, name)(X, VECTOR)
