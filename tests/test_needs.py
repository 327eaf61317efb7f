"""What a function needs comes along into her minidl."""

from __future__ import annotations

import pytest
from learner import RELU, Notebook, fresh, make

from autograder import bricks, wall

HELPERS = (
    "def half(x):\n    return x / TWO\n\n\ndef quarter(x):\n    return half(half(x))"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def notebook():
    return Notebook()


# Cells before the brick's, the brick's cell, a call in her minidl and its value.
BROUGHT = {
    "Python's own functions": (
        [],
        "def relu(x):\n    return sum(max(i, 0) for i in range(int(x)))",
        "relu(3)",
        "3",
    ),
    "what the module imports already": ([], RELU, "float(relu(2.0))", "2.0"),
    "an imported module": (
        ["import math"],
        "def relu(x):\n    return math.floor(x)",
        "relu(2.5)",
        "2",
    ),
    "a module under another name": (
        ["import numpy.linalg as la"],
        "def relu(x):\n    return float(la.norm(x))",
        "relu([3, 4])",
        "5.0",
    ),
    "a module inside a package": (
        ["import xml.dom"],
        "def relu(x):\n    return xml.dom.__name__",
        "relu(1)",
        "xml.dom",
    ),
    "a function of a module": (
        ["from math import sqrt"],
        "def relu(x):\n    return sqrt(x)",
        "relu(4)",
        "2.0",
    ),
    "a function under another name": (
        ["from numpy import exp as e"],
        "def relu(x):\n    return float(e(x))",
        "relu(0)",
        "1.0",
    ),
    "everything of a module": (
        ["from math import *"],
        "def relu(x):\n    return floor(x * pi)",
        "relu(1)",
        "3",
    ),
    "a function of minidl": (
        ["from minidl.kernels import linear"],
        "def relu(x):\n    return linear.__name__",
        "relu(1)",
        "linear",
    ),
    "a type of minidl in an annotation": (
        [],
        "def relu(x: IntArray) -> IntArray:\n    return x",
        "relu(1)",
        "1",
    ),
    "a name that nothing defines in an annotation": (
        [],
        "from __future__ import annotations\n\ndef relu(x: Nothing):\n    return x",
        "relu(1)",
        "1",
    ),
    "a helper, its helper and their constant": (
        [f"TWO = 2.0\n\n{HELPERS}"],
        "def relu(x):\n    return quarter(x)",
        "relu(4)",
        "1.0",
    ),
    "a constant of the cell": (
        [],
        "EPS: float = -1e-12\nPAIR = (1, 'a')\n\ndef relu(x=EPS):\n    return x, PAIR",
        "relu()",
        "(-1e-12, (1, 'a'))",
    ),
    "a decorator": (
        ["import functools"],
        "def twice(f):\n    @functools.wraps(f)\n    def g(x):\n"
        "        return 2 * f(x)\n    return g\n\n@twice\ndef relu(x):\n    return x",
        "relu(2)",
        "4",
    ),
    "itself": (
        [],
        "def relu(x):\n    return relu(x - 1) if x > 1 else x",
        "relu(3)",
        "1",
    ),
    "an inner function and its variables": (
        [],
        "def relu(x):\n    y = 2\n    def inner(z: int):\n        return y * z\n"
        "    return [inner(k) for k in range(x)]",
        "relu(3)",
        "[0, 2, 4]",
    ),
}


@pytest.mark.parametrize("what", BROUGHT)
def test_a_brick_brings_along(place, notebook, what):
    before, cell, call, value = BROUGHT[what]
    for each in (*before, cell):
        notebook.cell(each)
    added = notebook.add("relu", place)
    assert added.built, str(added)
    code = f"from minidl.kernels.activations import relu; print({call})"
    assert fresh(place, code) == value


def test_imports_stand_where_a_sorted_list_has_them(place, notebook):
    notebook.cell("import math\nfrom os import path\nfrom minidl.kernels import linear")
    notebook.cell("def relu(x):\n    return math.pi, path, linear")
    notebook.add("relu", place)
    text = (place / "minidl/kernels/activations.py").read_text("utf-8")
    assert text.startswith(
        '"""Activations: what bends the straight lines between layers."""\n\n'
        "from __future__ import annotations\n\n"
        "import math\nfrom os import path\n\n"
        "import numpy as np\n\n"
        "from minidl.array import Array\n"
        "from minidl.errors import NotBuiltYet\n"
        "from minidl.kernels.linear import linear\n\n\n"
    )


def test_a_brick_calls_her_other_bricks_where_they_stand(place, notebook):
    notebook.cell("def softmax(x):\n    return 7.0")
    notebook.cell("def sigmoid(x):\n    return softmax(x)")
    notebook.cell("def hinge_loss(x, target):\n    return sigmoid(x) + softmax(x)")
    for name in ("softmax", "sigmoid", "hinge_loss"):
        assert notebook.add(name, place).built
    code = "from minidl.kernels import hinge_loss; print(hinge_loss(1, 1))"
    assert fresh(place, code) == "14.0"


def test_an_import_in_a_later_kernel_counts_too(place, notebook):
    notebook.cell("def softmax(x):\n    return 7.0")
    notebook.add("softmax", place)
    later = Notebook("from minidl.kernels.activations import softmax as soft, softmax")
    later.cell("def hinge_loss(x, target):\n    return soft(x) + softmax(x)")
    assert later.add("hinge_loss", place).built
    code = "from minidl.kernels import hinge_loss; print(hinge_loss(1, 1))"
    assert fresh(place, code) == "14.0"


def test_a_function_of_a_script_is_found_in_its_file(place, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import numpy as np\n\n\n{RELU}", "utf-8")
    names = {"__name__": "__main__", "Array": None}
    exec(compile(script.read_text("utf-8"), str(script), "exec"), names)
    assert wall.add(bricks.find("relu"), names["relu"], place).built
