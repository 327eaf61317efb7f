"""Chapter 2: wrong activations and wrong slopes that learners really write."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import ch02_relu, ch02_sigmoid_tanh, ch02_softmax

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "sigmoid": ch02_sigmoid_tanh.SIGMOID,
    "sigmoid_backward": ch02_sigmoid_tanh.SIGMOID_BACKWARD,
    "tanh": ch02_sigmoid_tanh.TANH,
    "tanh_backward": ch02_sigmoid_tanh.TANH_BACKWARD,
    "relu": ch02_relu.RELU,
    "relu_backward": ch02_relu.RELU_BACKWARD,
    "leaky_relu": ch02_relu.LEAKY_RELU,
    "leaky_relu_backward": ch02_relu.LEAKY_RELU_BACKWARD,
    "softmax": ch02_softmax.SOFTMAX,
    "softmax_backward": ch02_softmax.SOFTMAX_BACKWARD,
}
