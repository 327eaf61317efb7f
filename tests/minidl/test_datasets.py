"""The data sets that scikit-learn carries."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from minidl.data import load_breast_cancer, load_diabetes, load_digits


def test_digits_are_8_by_8_images_of_ink():
    x, y = load_digits()
    assert (x.shape, x.dtype) == ((1797, 64), np.float64)
    assert (y.shape, y.dtype) == ((1797,), np.int64)
    assert (x.min(), x.max()) == (0, 16)
    assert set(y) == set(range(10))


def test_diabetes_is_in_the_units_of_the_clinic():
    x, y = load_diabetes()
    assert (x.shape, x.dtype) == ((442, 10), np.float64)
    assert (y.shape, y.dtype) == ((442,), np.float64)
    np.testing.assert_array_equal(x[0, :5], [59, 2, 32.1, 101, 157])
    assert (x[:, 0].min(), x[:, 0].max()) == (19, 79)
    assert (y.min(), y.max()) == (25, 346)


def test_breast_cancer_has_212_malignant_and_357_benign_tumours():
    x, y = load_breast_cancer()
    assert (x.shape, x.dtype) == ((569, 30), np.float64)
    assert (y.shape, y.dtype) == ((569,), np.int64)
    assert list(np.bincount(y)) == [212, 357]
    # ten means, ten errors, ten worst: the worst radius is no smaller than the mean
    assert (x[:, 20] >= x[:, 0]).all()
    assert (x[:, 10] < x[:, 0]).all()


def test_two_loads_share_no_array():
    load_digits()[0][:] = -1
    assert load_digits()[0].min() == 0


@pytest.mark.parametrize("load", [load_digits, load_diabetes, load_breast_cancer])
def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch, load):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    message = f"{load.__name__}: .* not installed; run pip install scikit-learn"
    with pytest.raises(ImportError, match=message):
        load()


def test_importing_the_data_package_loads_neither_scikit_learn_nor_pooch():
    code = "import sys, minidl.data; print({'sklearn', 'pooch'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
