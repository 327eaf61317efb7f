"""A chapter of two bricks, for tests of the builder."""

import nbformat

from autograder.bricks import find
from autograder.bricks.brick import Chapter

TINY = Chapter("09-tiny", "Tiny", (find("relu"), find("mse_loss_backward")))
SOURCE = """\
# %% [markdown]
# # 9. Tiny

# %% [markdown] lang="zh"
# # 9. 小

# %%
# %load_ext autograder
from autograder import check

# %%
from minidl.array import Array

# %% exercise="relu"
from minidl.kernels.activations import relu

# %% check="relu"
check(relu)

# %% tags=["demo"]
print("watch")

# %% exercise="mse_loss_backward"
from minidl.kernels.losses import mse_loss_backward

# %% check="mse_loss_backward"
check(mse_loss_backward)
"""


def write_tiny(place):
    """Make place a chapters directory that holds the tiny chapter."""
    (place / "source").mkdir()
    (place / "source" / "09-tiny.py").write_text(SOURCE, "utf-8")
    return place


def edit(place, old, new):
    """Replace the first old in the source by new."""
    source = place / "source" / "09-tiny.py"
    text = source.read_text("utf-8")
    assert old in text
    source.write_text(text.replace(old, new, 1), "utf-8")


def cells_of(text):
    """The cells of a notebook's text."""
    return nbformat.reads(text, as_version=4).cells
