"""Data sets, and what happens to them before a network sees them."""

# mypy: implicit-reexport
# ruff: noqa: F401

from minidl.data.augmentation import augment
from minidl.data.datasets import load_breast_cancer, load_diabetes, load_digits
from minidl.data.folds import k_fold
from minidl.data.handwriting import prepare_digits
from minidl.data.mixtures import ring
from minidl.data.mnist import load_mnist, read_idx
from minidl.data.transforms import one_hot, standardize, train_test_split
