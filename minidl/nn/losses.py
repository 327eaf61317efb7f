"""Losses as Modules; each takes the options of its function."""

from collections.abc import Callable
from typing import Any

from minidl import functional
from minidl.nn.function import as_module
from minidl.tensor import Tensor


def loss(name: str, function: Callable[..., Tensor]) -> type[Any]:
    """The class of Modules that call a function of input and target."""
    return as_module(name, function, inputs=2, shows=False)


BCELoss = loss("BCELoss", functional.binary_cross_entropy)
BCEWithLogitsLoss = loss(
    "BCEWithLogitsLoss", functional.binary_cross_entropy_with_logits
)
CrossEntropyLoss = loss("CrossEntropyLoss", functional.cross_entropy)
HingeEmbeddingLoss = loss("HingeEmbeddingLoss", functional.hinge_embedding_loss)
KLDivLoss = loss("KLDivLoss", functional.kl_div)
L1Loss = loss("L1Loss", functional.l1_loss)
MSELoss = loss("MSELoss", functional.mse_loss)
MultiMarginLoss = loss("MultiMarginLoss", functional.multi_margin_loss)
NLLLoss = loss("NLLLoss", functional.nll_loss)
SmoothL1Loss = loss("SmoothL1Loss", functional.smooth_l1_loss)
