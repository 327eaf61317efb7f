"""Losses against PyTorch: every option, value, gradients of input and target."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from against_torch import leaf, normal
from functions_against_torch import assert_like_torch

from minidl import nn, tensor

RNG = np.random.default_rng(0)
X, Y = normal(4, 3), normal(4, 3)[::-1].copy()
CHANCES, OTHERS = RNG.uniform(0.05, 0.95, (2, 4, 3))
WEIGHTS = RNG.uniform(0.5, 2, (4, 3))
SIGNS = np.where(RNG.uniform(size=(4, 3)) < 0.5, -1.0, 1.0)
CLASS_WEIGHT = np.array([0.5, 2.0, 1.5])
REDUCTIONS = "mean", "sum", "none"
KINK = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 1.0, 5.0]])


def rows(*shape: int) -> np.ndarray:
    """Probabilities along dimension 1."""
    e = np.exp(normal(*shape))
    return e / e.sum(axis=min(1, e.ndim - 1), keepdims=True)


ENTRY_LOSSES = [
    ("mse_loss", X, Y, {}),
    ("l1_loss", X, Y, {}),
    ("l1_loss", *KINK, {}),
    *(("smooth_l1_loss", X, Y, {"beta": beta}) for beta in (1.0, 0.3, 0.0)),
    ("smooth_l1_loss", *KINK, {}),
    ("binary_cross_entropy", CHANCES, OTHERS, {}),
    ("binary_cross_entropy", CHANCES, OTHERS, {"weight": WEIGHTS}),
    ("binary_cross_entropy", CHANCES, OTHERS, {"weight": WEIGHTS[0]}),
    ("binary_cross_entropy_with_logits", 5 * X, OTHERS, {}),
    ("binary_cross_entropy_with_logits", X, 3 * Y, {}),
    ("binary_cross_entropy_with_logits", X, OTHERS, {"weight": WEIGHTS}),
    ("binary_cross_entropy_with_logits", X, OTHERS, {"pos_weight": CLASS_WEIGHT}),
    (
        "binary_cross_entropy_with_logits",
        100 * X,
        OTHERS,
        {"weight": WEIGHTS[:, :1], "pos_weight": np.array(3.0)},
    ),
    ("kl_div", np.log(CHANCES), OTHERS, {}),
    ("kl_div", np.log(CHANCES), np.log(OTHERS), {"log_target": True}),
    ("kl_div", np.log(CHANCES), OTHERS[0], {}),
]


@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize(("name", "input", "target", "options"), ENTRY_LOSSES)
def test_a_loss_of_entries_matches_pytorch(name, input, target, options):
    for reduction in REDUCTIONS:
        assert_like_torch(name, input, target, reduction=reduction, **options)


@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div_s_batchmean_divides_by_the_rows(log_target):
    target = np.log(OTHERS) if log_target else OTHERS
    options = {"reduction": "batchmean", "log_target": log_target}
    assert_like_torch("kl_div", np.log(CHANCES), target, **options)


@pytest.mark.filterwarnings("ignore:Using a target size", "ignore:.*they broadcast")
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss"])
def test_a_smaller_target_broadcasts_and_gets_its_gradient(name):
    for target, reduction in product((Y[0], Y[:, :1]), REDUCTIONS):
        assert_like_torch(name, X, target, reduction=reduction)
        assert_like_torch(name, target, X, reduction=reduction)


def without_target_gradient(name, input, target, **options):
    """Both packages' loss and input gradient for a target that requires none."""
    results = []
    for package, make in ((nn.functional, tensor), (torch.nn.functional, torch.tensor)):
        x = make(input).requires_grad_()
        y = getattr(package, name)(x, make(target), **options)
        (y * y).sum().backward()
        results.append((y.detach().numpy(), x.grad.numpy()))
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_edges_of_probability_stay_finite(reduction):
    certain = np.array([0.0, 1.0, 0.0, 1.0])
    sure = np.array([0.0, 1.0, 1.0, 0.0])
    options = {"reduction": reduction}
    without_target_gradient("binary_cross_entropy", certain, sure, **options)
    extreme = np.array([1000.0, -1000.0, 0.0, 30.0])
    name = "binary_cross_entropy_with_logits"
    without_target_gradient(name, extreme, sure, **options)


@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_kl_div_counts_nothing_where_the_target_is_0(reduction):
    target = np.array([[0.0, 0.4, 0.6], [1.0, 0.0, 0.0]])
    logs = np.log(CHANCES[:2])
    without_target_gradient("kl_div", logs, target, reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [1.0, 0.2])
def test_hinge_embedding_loss_matches_pytorch(margin, reduction):
    options = {"margin": margin, "reduction": reduction}
    without_target_gradient("hinge_embedding_loss", X, SIGNS, **options)
    integers = SIGNS.astype(np.int64)
    without_target_gradient("hinge_embedding_loss", X, integers, **options)


SHAPES = [(4, 3), (1, 3), (3,), (2, 3, 5), (2, 3, 2, 2)]
CLASS_OPTIONS = [
    {},
    {"weight": CLASS_WEIGHT},
    {"ignore_index": 1},
    {"label_smoothing": 0.1},
    {"weight": CLASS_WEIGHT, "ignore_index": 0, "label_smoothing": 0.3},
    {"ignore_index": -1, "label_smoothing": 1.0},
]


def classes(shape, ignore_index=-100):
    """Classes for scores of this shape; the second is the one to ignore."""
    inner = shape[:1] * (len(shape) > 1) + shape[2:]
    target = np.random.default_rng(shape).integers(0, 3, inner)
    if target.size > 1:
        target.flat[0], target.flat[1] = 2, ignore_index if ignore_index > -100 else 1
    return target if target.size > 1 else np.full(target.shape, 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", CLASS_OPTIONS)
def test_cross_entropy_matches_pytorch_for_class_numbers(shape, options):
    target = classes(shape, options.get("ignore_index", -100))
    for reduction in REDUCTIONS:
        scores = 3 * normal(*shape)
        assert_like_torch(
            "cross_entropy", scores, target, reduction=reduction, **options
        )


@pytest.mark.parametrize("shape", SHAPES[::2])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weight", [None, CLASS_WEIGHT])
def test_cross_entropy_matches_pytorch_for_probabilities(shape, smoothing, weight):
    options = {"label_smoothing": smoothing, "weight": weight}
    for reduction in REDUCTIONS:
        options["reduction"] = reduction
        assert_like_torch("cross_entropy", normal(*shape), rows(*shape), **options)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", CLASS_OPTIONS[:3])
def test_nll_loss_matches_pytorch(shape, options):
    target = classes(shape, options.get("ignore_index", -100))
    logs = np.log(rows(*shape))
    for reduction in REDUCTIONS:
        assert_like_torch("nll_loss", logs, target, reduction=reduction, **options)


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("weight", [None, CLASS_WEIGHT])
def test_multi_margin_loss_matches_pytorch(shape, p, weight):
    options, target = {"p": p, "weight": weight}, classes(shape)
    for options["margin"], options["reduction"] in product((1.0, 0.3), REDUCTIONS):
        assert_like_torch("multi_margin_loss", normal(*shape), target, **options)


def test_a_score_of_minus_infinity_for_another_class_does_no_harm():
    scores = np.array([[0.5, -np.inf, 1.0], [2.0, 0.0, -np.inf]])
    for options in ({}, {"reduction": "sum"}, {"ignore_index": 2}):
        without_target_gradient("cross_entropy", scores, np.array([2, 1]), **options)


def test_cross_entropy_is_one_step_on_the_tape():
    x = leaf(normal(4, 3))
    loss = nn.functional.cross_entropy(x, tensor(classes((4, 3))))
    assert list(loss.node.inputs) == [x.node]


MODULES = {
    "MSELoss": [{}],
    "L1Loss": [{"reduction": "sum"}],
    "SmoothL1Loss": [{"beta": 0.5}],
    "CrossEntropyLoss": [
        {"weight": CLASS_WEIGHT, "ignore_index": 1},
        {"label_smoothing": 0.1},
    ],
    "NLLLoss": [{"weight": CLASS_WEIGHT}],
    "BCELoss": [{"weight": WEIGHTS}],
    "BCEWithLogitsLoss": [{"weight": WEIGHTS, "pos_weight": CLASS_WEIGHT}, {}],
    "KLDivLoss": [{"reduction": "batchmean"}, {"reduction": "sum", "log_target": True}],
    "HingeEmbeddingLoss": [{"margin": 0.5}],
    "MultiMarginLoss": [{"p": 2, "margin": 0.5, "weight": CLASS_WEIGHT}],
}
TARGETS = {
    "CrossEntropyLoss": classes((4, 3)),
    "NLLLoss": classes((4, 3)),
    "MultiMarginLoss": classes((4, 3)),
    "HingeEmbeddingLoss": SIGNS,
}


@pytest.mark.parametrize("name", MODULES)
def test_a_loss_module_prints_computes_and_keeps_weights_as_pytorch_s(name):
    for options in MODULES[name]:
        losses, states = [], []
        for package, make in ((nn, tensor), (torch.nn, torch.tensor)):
            arguments = {
                key: make(value) if isinstance(value, np.ndarray) else value
                for key, value in options.items()
            }
            module = getattr(package, name)(**arguments)
            target = make(TARGETS.get(name, OTHERS))
            losses.append(module(make(CHANCES), target).numpy())
            states.append((repr(module), list(module.state_dict())))
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-12)
        assert states[0] == states[1]


def test_a_loss_module_s_weight_moves_with_it():
    loss = nn.CrossEntropyLoss(tensor(CLASS_WEIGHT))
    loss.to(np.float32)
    assert loss.weight.dtype == np.float32
    value = loss(tensor(X.astype(np.float32)), tensor(classes((4, 3))))
    assert value.dtype == np.float32


@pytest.mark.grid
@pytest.mark.parametrize("shape", [*SHAPES, (5, 3, 2), (1, 3, 1, 1), (6, 3)])
@pytest.mark.parametrize("weight", [None, CLASS_WEIGHT])
@pytest.mark.parametrize("ignored", [-100, -1, 0, 1])
@pytest.mark.parametrize("smoothing", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_cross_entropy_matches_pytorch_everywhere(
    shape, weight, ignored, smoothing, scale
):
    target = classes(shape, ignored)
    if ignored in target and (target == ignored).all():
        return
    for reduction in REDUCTIONS:
        assert_like_torch(
            "cross_entropy",
            scale * normal(*shape),
            target,
            weight=weight,
            ignore_index=ignored,
            label_smoothing=smoothing,
            reduction=reduction,
        )


@pytest.mark.grid
@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize("shape", [(5,), (3, 4), (1, 1), (2, 3, 4)])
@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_every_loss_of_entries_matches_pytorch_at_every_scale(shape, scale):
    x, y = scale * normal(*shape), scale * normal(*shape[::-1]).T
    for reduction, beta in product(REDUCTIONS, (0.0, 0.1, 1.0, 7.0)):
        assert_like_torch("smooth_l1_loss", x, y, reduction=reduction, beta=beta)
    for reduction in REDUCTIONS:
        for name in ("mse_loss", "l1_loss"):
            assert_like_torch(name, x, y, reduction=reduction)
        for positive in (0.2, 1.0, 9.0):
            chance = 1 / (1 + np.exp(-y / scale))
            options = {"reduction": reduction, "pos_weight": np.array(positive)}
            name = "binary_cross_entropy_with_logits"
            assert_like_torch(name, x, chance, **options)
