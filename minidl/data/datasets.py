"""Real data that scikit-learn carries: nothing is downloaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from minidl.array import Array, IntArray


def load_digits() -> tuple[Array, IntArray]:
    """Handwritten digits: x (1797, 64), 8 x 8 images row by row, and y (1797,).

    Columns:  ink in each of 64 places, 0 (white) to 16 (black)
    Target:   the digit, 0 to 9
    Source:   Alpaydin, Kaynak, Optical Recognition of Handwritten Digits, UCI
              Machine Learning Repository, 1998 (its test part)
    """
    return bundled("load_digits", np.int64)


def load_diabetes() -> tuple[Array, Array]:
    """Ten facts about 442 people with diabetes: x (442, 10) and y (442,).

    Columns:  age (years), sex (1 or 2), bmi (kg/m^2), bp (mean blood pressure, mm Hg),
              s1 total cholesterol, s2 LDL, s3 HDL (mg/dl), s4 total cholesterol / HDL,
              s5 logarithm of triglycerides, s6 blood sugar (mg/dl)
    Target:   how far the disease has gone one year later, 25 to 346, without a unit
    Source:   Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression, 2004
    """
    return bundled("load_diabetes", np.float64, scaled=False)


def load_breast_cancer() -> tuple[Array, IntArray]:
    """Cell nuclei of 569 breast tumours: x (569, 30) and y (569,).

    Columns:  radius, texture, perimeter, area, smoothness, compactness, concavity,
              concave points, symmetry and fractal dimension of the nuclei in an image
              (lengths in pixels): ten means, ten standard errors, and the ten means
              of the three largest values
    Target:   0 malignant (212), 1 benign (357)
    Source:   Street, Wolberg, Mangasarian, Nuclear feature extraction for breast
              tumor diagnosis, 1993
    """
    return bundled("load_breast_cancer", np.int64)


def bundled(name: str, target: Any, **options: bool) -> tuple[Array, Any]:
    """The table of scikit-learn's function of this name, and what to predict."""
    try:
        datasets = import_module("sklearn.datasets")
    except ImportError:
        raise ImportError(
            f"{name}: the data comes with scikit-learn, which is not installed; run "
            "pip install scikit-learn"
        ) from None
    bunch = getattr(datasets, name)(**options)
    return bunch.data.astype(np.float64), bunch.target.astype(target)
