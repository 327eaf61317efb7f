"""Metrics against scikit-learn, on random and on degenerate classes and scores."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import metrics as theirs
from sklearn.exceptions import UndefinedMetricWarning

from minidl.metrics import accuracy, confusion_matrix, precision_recall_f1, roc_auc

ROUNDING = 1e-12
KINDS = (np.int64, np.uint8, np.int8)

quick = settings(deadline=None, max_examples=100)


@st.composite
def classes(draw, most=5):
    """True and predicted classes of 1 to 40 samples; often one class only."""
    n, top = draw(st.integers(1, 40)), draw(st.integers(0, most - 1))
    kind = draw(st.sampled_from(KINDS))
    column = arrays.arrays(kind, n, elements=st.integers(0, top))
    return draw(column), draw(column)


@st.composite
def scores(draw):
    """Classes 0 and 1 and scores, from few values, so that ties are frequent."""
    n = draw(st.integers(1, 40))
    top = draw(st.sampled_from([0, 2, 10, 1000]))
    kind = draw(st.sampled_from([np.float64, np.float32]))
    y_true = draw(arrays.arrays(np.int64, n, elements=st.integers(0, 1)))
    steps = draw(arrays.arrays(np.int64, n, elements=st.integers(-top, top)))
    return y_true, (steps / 8).astype(kind)


@quick
@given(classes())
def test_accuracy_is_that_of_scikit_learn(pair):
    assert_allclose(accuracy(*pair), theirs.accuracy_score(*pair), atol=ROUNDING)


@quick
@given(classes(), st.integers(5, 8))
def test_a_confusion_matrix_is_that_of_scikit_learn(pair, num_classes):
    got = confusion_matrix(*pair, num_classes)
    assert got.dtype == np.int64
    labels = range(num_classes)
    assert_array_equal(got, theirs.confusion_matrix(*pair, labels=labels))


@quick
@given(classes(), st.integers(0, 6))
def test_precision_recall_and_f1_are_those_of_scikit_learn(pair, label):
    expected = theirs.precision_recall_fscore_support(
        *pair, labels=[label], average=None, zero_division=0
    )
    got = precision_recall_f1(*pair, pos_label=label)
    assert_allclose(got, [float(column[0]) for column in expected[:3]], atol=ROUNDING)


@quick
@given(classes(most=2))
def test_class_1_is_looked_for_as_in_scikit_learn_s_binary_average(pair):
    *expected, _ = theirs.precision_recall_fscore_support(
        *pair, average="binary", zero_division=0
    )
    assert_allclose(precision_recall_f1(*pair), expected, atol=ROUNDING)


@quick
@given(scores())
def test_the_area_is_that_of_scikit_learn_ties_included(pair):
    assume(len(np.unique(pair[0])) == 2)
    assert_allclose(roc_auc(*pair), theirs.roc_auc_score(*pair), atol=ROUNDING)


@pytest.mark.parametrize("only", [0, 1])
def test_the_area_of_one_class_is_nan_as_in_scikit_learn(only):
    y_true, y_score = np.full(4, only), np.arange(4.0)
    with pytest.warns(UndefinedMetricWarning, match="Only one class"):
        assert np.isnan(theirs.roc_auc_score(y_true, y_score))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(roc_auc(y_true, y_score))


def test_the_area_of_many_scores_takes_neither_long_nor_much_memory():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, 200_000)
    y_score = np.round(rng.normal(y_true, 2.0), 2)
    expected = theirs.roc_auc_score(y_true, y_score)
    assert_allclose(roc_auc(y_true, y_score), expected, atol=ROUNDING)


def test_answers_are_plain_numbers():
    pair = np.array([0, 1, 1]), np.array([0, 1, 0])
    found = [accuracy(*pair), *precision_recall_f1(*pair), roc_auc(*pair)]
    assert {type(number) for number in found} == {float}


def test_floats_and_booleans_count_as_classes_as_in_scikit_learn():
    y_true, y_pred = [0, 1, 1, 0], [1, 1, 0, 0]
    for kind in (
        list,
        np.array,
        lambda y: np.array(y, float),
        lambda y: np.array(y, bool),
    ):
        pair = kind(y_true), kind(y_pred)
        assert accuracy(*pair) == theirs.accuracy_score(*pair) == 0.5
        assert confusion_matrix(*pair, 2).tolist() == [[1, 1], [1, 1]]
    assert roc_auc(np.array(y_true, float), y_pred) == 0.5


DEGENERATE = [
    (([], []), "there are no samples; pass at least one"),
    (([0, 1], [0, 1, 1]), "y_true has shape (2,) and {} (3,)"),
    (([0, 1], [[0], [1]]), "y_true has shape (2,) and {} (2, 1)"),
    (([[0, 1]], [[0, 1]]), "pass one number for each sample in both, shape (N,)"),
]


@pytest.mark.parametrize(("pair", "says"), DEGENERATE)
@pytest.mark.parametrize(
    ("ours", "name", "second", "more"),
    [
        (accuracy, "accuracy", "y_pred", ()),
        (confusion_matrix, "confusion_matrix", "y_pred", (2,)),
        (precision_recall_f1, "precision_recall_f1", "y_pred", ()),
        (roc_auc, "roc_auc", "y_score", ()),
    ],
)
def test_what_cannot_be_compared_is_named(pair, says, ours, name, second, more):
    y_true, other = (np.array(part, int) for part in pair)
    said = f"{name}: .*{re.escape(says.format(second))}"
    with pytest.raises(ValueError, match=said):
        ours(y_true, other, *more)


@pytest.mark.parametrize(
    "judge", [theirs.accuracy_score, theirs.confusion_matrix, theirs.roc_auc_score]
)
def test_scikit_learn_refuses_no_samples_and_other_lengths_too(judge):
    for pair in (([], []), ([0, 1], [0, 1, 1])):
        with pytest.raises(ValueError, match="sample"):
            judge(*pair)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: accuracy(np.array([0, 1]), np.array([0.25, 1.0])),
            "accuracy: y_pred has entries that are no whole numbers, such as 0.25;",
        ),
        (
            lambda: precision_recall_f1(np.array([0.5]), np.array([1])),
            "precision_recall_f1: y_true has entries that are no whole numbers",
        ),
        (
            lambda: accuracy(np.array([0.0, np.nan]), np.array([0, 1])),
            "accuracy: y_true has entries that are no whole numbers, such as nan",
        ),
        (
            lambda: confusion_matrix(np.array([0, 3]), np.array([0, 1]), 3),
            "confusion_matrix: y_true has classes 0 to 3, but num_classes is 3",
        ),
        (
            lambda: confusion_matrix(np.array([0, 2]), np.array([-1, 1]), 3),
            "confusion_matrix: y_pred has classes -1 to 1, but num_classes is 3",
        ),
        (
            lambda: roc_auc(np.array([0, 1, 2]), np.array([0.1, 0.2, 0.3])),
            "roc_auc: y_true has the values [0 1 2]; pass 0 and 1",
        ),
        (
            lambda: roc_auc(np.array([0, 1]), np.array([0.1, np.nan])),
            "roc_auc: y_score has nan or inf in it; pass finite scores",
        ),
        (
            lambda: roc_auc(np.array([0, 1]), np.array([np.inf, 0])),
            "roc_auc: y_score has nan or inf in it; pass finite scores",
        ),
    ],
)
def test_classes_and_scores_that_make_no_sense_are_named(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
