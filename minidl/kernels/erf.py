"""The error function, which NumPy lacks: for the exact GELU."""

from __future__ import annotations

import numpy as np

from minidl.array import Array


def coefficients(text: str) -> list[tuple[float, float]]:
    """Those of P and Q side by side, highest power first, from a line for each."""
    above, below = (map(float, line.split()) for line in text.strip().splitlines())
    return list(zip(above, below, strict=True))


SMALL = coefficients("""
1.85777706184603153e-1 3.16112374387056560 1.13864154151050156e2 \
    3.77485237685302021e2 3.20937758913846947e3
1.0 2.36012909523441209e1 2.44024637934444173e2 \
    1.28261652607737228e3 2.84423683343917062e3
""")
LARGE = coefficients("""
2.15311535474403846e-8 5.64188496988670089e-1 8.88314979438837594 \
    6.61191906371416295e1 2.98635138197400131e2 8.81952221241769090e2 \
    1.71204761263407058e3 2.05107837782607147e3 1.23033935479799725e3
1.0 1.57449261107098347e1 1.17693950891312499e2 \
    5.37181101862009858e2 1.62138957456669019e3 3.29079923573345963e3 \
    4.36261909014324716e3 3.43936767414372164e3 1.23033935480374942e3
""")


def erf(x: Array) -> Array:
    """Twice the area under e^-t^2 / sqrt(pi) from 0 to x, within 1e-15.

    Shapes:   any -> the same
    Formula:  x P(x^2) / Q(x^2) for |x| < 0.46875, else 1 - e^-x^2 P(|x|) / Q(|x|)
    Source:   Cody, Rational Chebyshev Approximations for the Error Function,
              Mathematics of Computation 23, 1969
    """
    # Cody has a third formula above 4; the second still gives what is left of 1
    # there, 1e-8, to half its digits, and above 6 nothing is left.
    size = np.minimum(np.abs(x), 6)
    small = np.minimum(size, 0.46875)
    tail = np.exp(-size * size) * quotient(size, LARGE)
    inner = small * quotient(small * small, SMALL)
    return np.copysign(np.where(size > small, 1 - tail, inner), x)


def quotient(x: Array, powers: list[tuple[float, float]]) -> Array:
    """P(x) / Q(x) for two polynomials, given by their coefficients."""
    above = below = np.zeros_like(x)
    for p, q in powers:
        above, below = above * x + p, below * x + q
    return above / below
