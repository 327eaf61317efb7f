"""Classes on the wall: the method that a learner writes, in all that lives already."""

from __future__ import annotations

from pathlib import Path

import pytest
from learner import RELU, Notebook, fresh, make

from autograder import wall


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def notebook():
    return Notebook()


SGD = """\
from minidl.optim.optimizer import Optimizer, kept, options


def shrink(g, lr):
    return lr * g


class SGD(Optimizer):
    \"\"\"A simple one.\"\"\"

    nonnegative = ("lr",)

    def __init__(self, params, lr=1e-3):
        super().__init__(params, options(locals()))

    def update(self, p, g, state, group):
        p -= shrink(g, group["lr"])
"""
LIVING = """\
import minidl
from minidl import optim
from minidl.errors import NotBuiltYet
from learner import Notebook
w = minidl.ones(2, requires_grad=True)
w.grad = minidl.ones(2)
optimizer, kind = optim.SGD([w], lr=0.5), optim.SGD
try:
    optimizer.step()
except NotBuiltYet as error:
    print(str(error).partition(":")[0])
notebook = Notebook()
notebook.cell(SGD)
print(notebook.add("SGD", place))
optimizer.step()
print(w.tolist(), optim.SGD is kind, optim.SGD([w], lr=1).param_groups[0]["lr"])
"""


def test_a_class_joins_the_wall_and_what_lives_already_has_the_new_method(place):
    start = (
        f"sys.path.append({str(Path(__file__).parent)!r})\n"
        f"from pathlib import Path\nplace, SGD = Path(sys.argv[1]), {SGD!r}\n"
    )
    said = fresh(place, start + LIVING).splitlines()
    assert said == [
        "SGD is not built yet",
        "It is in your minidl/optim/sgd.py now.",
        "[0.5, 0.5] True 1",
    ]
    text = (place / "minidl/optim/sgd.py").read_text("utf-8")
    assert "def shrink(g, lr):" in text
    assert "def update(self, p, g, state, group):\n        p -= shrink" in text
    states = {row.brick.name: row.state for row in wall.status(place)}
    assert states["SGD"] == wall.BUILT


def test_a_class_of_the_notebook_that_is_no_brick_is_refused(place, notebook):
    notebook.cell("class Scale:\n    def __init__(self):\n        self.k = 2\n")
    notebook.cell(RELU.replace("0)", "Scale().k)"))
    assert "relu uses Scale, a class of the notebook" in str(
        notebook.add("relu", place)
    )
