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
            (X.data,),
            TypeError,
            "relu: input is a ndarray, not a Tensor; use minidl.tensor(input)",
        ),
        (
            "sigmoid",
            (CLASSES,),
            TypeError,
            "sigmoid: input is int64, not a float dtype; use minidl.tensor(input, "
            "dtype=minidl.float32)",
        ),
        (
            "linear",
            (X, tensor(np.ones((3, 2)))),
            ValueError,
            "linear: input has 3 features but weight (3, 2) expects 2; pass weight of "
            "shape (3, 3) or input of shape (N, 2)",
        ),
        (
            "linear",
            (tensor(np.array(1.0)), tensor(np.ones((3, 1)))),
            ValueError,
            "linear: input () has no features but weight (3, 1) expects 1; pass input "
            "of shape (N, 1)",
        ),
        (
            "linear",
            (X, X, VECTOR),
            ValueError,
            "linear: bias (3,) but weight (2, 3) has 2 rows; pass bias of shape (2,)",
        ),
        (
            "linear",
            (X, VECTOR),
            ValueError,
            "linear: weight (3,) is not a matrix with entries; pass a row for each",
        ),
        (
            "linear",
            (X, EMPTY),
            ValueError,
            "linear: weight (0, 3) is not a matrix with entries",
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
            (EMPTY, 0),
            ValueError,
            "softmax: input (0, 3) has no scores along dim 0; there must be at least",
        ),
        (
            "mse_loss",
            (X, VECTOR),
            ValueError,
            "mse_loss: input (2, 3) but target (3,); the shapes must be equal",
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
            (VECTOR, tensor([0.0, 1.0, 2.0], dtype=float)),
            ValueError,
            "target has entries from 0.0 to 2.0; it must be a probability, 0 to 1",
        ),
        (BINARY, (VECTOR, VECTOR * np.nan), ValueError, "target has entries from nan"),
        (
            BINARY,
            (VECTOR, leaf(np.ones(3))),
            ValueError,
            "target requires a gradient, which only input gets; pass target.detach()",
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
            "cross_entropy",
            (X, X),
            TypeError,
            "cross_entropy: target is float64; pass class numbers as integers",
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
