"""NumPy in, NumPy out: every forward beside its backward."""

# What is imported here is exported, so the lists stay close together:
# mypy: implicit-reexport
# ruff: noqa: F401, I001
# fmt: off

from minidl.kernels.activations import (
    leaky_relu, leaky_relu_backward, log_softmax, log_softmax_backward,
    relu, relu_backward, sigmoid, sigmoid_backward,
    softmax, softmax_backward, tanh, tanh_backward,
)
from minidl.kernels.attention import attention_weights, attention_weights_backward
from minidl.kernels.cells import (
    lstm_cell, lstm_cell_backward, rnn_cell, rnn_cell_backward,
)
from minidl.kernels.convolution import (
    conv2d, conv2d_backward, conv2d_backward_input, conv2d_backward_weight,
    conv_transpose2d, conv_transpose2d_backward, cross_correlate, spread,
)
from minidl.kernels.dropout import dropout, dropout_backward
from minidl.kernels.embedding import embedding, embedding_backward
from minidl.kernels.initialization import kaiming_uniform, xavier_uniform
from minidl.kernels.linear import linear, linear_backward
from minidl.kernels.losses import (
    binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_backward,
    cross_entropy, cross_entropy_backward,
    hinge_loss, hinge_loss_backward, mse_loss, mse_loss_backward,
)
from minidl.kernels.normalization import (
    batch_norm, batch_norm_backward, layer_norm, layer_norm_backward,
)
from minidl.kernels.pooling import (
    adaptive_avg_pool2d, adaptive_avg_pool2d_backward,
    avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward,
)
from minidl.kernels.recurrent import (
    gru, gru_backward, lstm, lstm_backward, rnn, rnn_backward,
)
from minidl.kernels.smooth import (
    elu, elu_backward, gelu, gelu_backward, gelu_tanh, gelu_tanh_backward,
    silu, silu_backward, softplus, softplus_backward,
)
