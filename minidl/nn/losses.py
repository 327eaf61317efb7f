"""Losses as Modules; each takes the options of its function."""

from minidl import functional
from minidl.nn.function import as_module

BCELoss = as_module("BCELoss", functional.binary_cross_entropy)
BCEWithLogitsLoss = as_module(
    "BCEWithLogitsLoss", functional.binary_cross_entropy_with_logits
)
CrossEntropyLoss = as_module("CrossEntropyLoss", functional.cross_entropy)
HingeEmbeddingLoss = as_module("HingeEmbeddingLoss", functional.hinge_embedding_loss)
KLDivLoss = as_module("KLDivLoss", functional.kl_div)
L1Loss = as_module("L1Loss", functional.l1_loss)
MSELoss = as_module("MSELoss", functional.mse_loss)
MultiMarginLoss = as_module("MultiMarginLoss", functional.multi_margin_loss)
NLLLoss = as_module("NLLLoss", functional.nll_loss)
SmoothL1Loss = as_module("SmoothL1Loss", functional.smooth_l1_loss)
