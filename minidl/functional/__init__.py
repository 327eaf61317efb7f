"""Differentiable functions of Tensors, made of kernels; one family a file."""

from minidl.functional.activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from minidl.functional.attention import scaled_dot_product_attention
from minidl.functional.class_losses import cross_entropy, multi_margin_loss, nll_loss
from minidl.functional.convolution import conv1d, conv2d, conv_transpose2d
from minidl.functional.dropout import dropout, dropout2d
from minidl.functional.embedding import embedding
from minidl.functional.linear import linear
from minidl.functional.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_embedding_loss,
    hinge_loss,
    kl_div,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from minidl.functional.normalization import batch_norm, layer_norm
from minidl.functional.padding import pad
from minidl.functional.pooling import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from minidl.ordering import one_hot

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "elu",
    "embedding",
    "gelu",
    "hinge_embedding_loss",
    "hinge_loss",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "one_hot",
    "pad",
    "relu",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
]
