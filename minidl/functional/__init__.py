"""Differentiable functions of Tensors, made of kernels; one family a file."""

# What is imported here is exported, so the lists stay close together:
# mypy: implicit-reexport
# ruff: noqa: F401, I001
# fmt: off

from minidl.functional.activations import (
    elu, gelu, leaky_relu, log_softmax, relu, silu, softmax, softplus,
)
from minidl.functional.attention import scaled_dot_product_attention
from minidl.functional.class_losses import cross_entropy, multi_margin_loss, nll_loss
from minidl.functional.convolution import conv1d, conv2d, conv_transpose2d
from minidl.functional.dropout import dropout, dropout2d
from minidl.functional.embedding import embedding
from minidl.functional.linear import linear
from minidl.functional.losses import (
    binary_cross_entropy, binary_cross_entropy_with_logits, hinge_embedding_loss,
    hinge_loss, kl_div, l1_loss, mse_loss, smooth_l1_loss,
)
from minidl.functional.normalization import batch_norm, layer_norm
from minidl.functional.padding import pad
from minidl.functional.pooling import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from minidl.ordering import one_hot
from minidl.pointwise import sigmoid, tanh

__all__ = [name for name, value in list(vars().items()) if callable(value)]
