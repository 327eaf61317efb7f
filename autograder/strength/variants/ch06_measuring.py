"""Chapter 6, measuring and training: right answers in other formulations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.strength.variants import ch06_data, ch06_fitting, ch06_metrics

VARIANTS: dict[str, tuple[Callable[..., Any], ...]] = {
    **ch06_metrics.VARIANTS,
    **ch06_fitting.VARIANTS,
    **ch06_data.VARIANTS,
}
