"""Who may import whom, how long things may get, and what a start loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

NUMPY = ("numpy",)
MINIDL = (*NUMPY, "minidl")
AUTOGRADER = (*MINIDL, "autograder", "IPython")
JUPYTER = ("jupyter_client", "traitlets", "zmq")
NBGRADER = (
    *("nbgrader", "nbformat", "nbclient", "nbconvert"),
    *("jupyter_client", "traitlets"),
)
WEB = (
    *("PIL", "anyio", "fastapi", "fastapi_offline", "pydantic", "starlette"),
    *("threadpoolctl", "uvicorn"),
)

# What a file may import beside the standard library. The longest prefix counts.
ARROWS = {
    "minidl/": MINIDL,
    "minidl/array.py": NUMPY,
    "minidl/errors.py": (),
    "minidl/kernels/": (*NUMPY, "minidl.array", "minidl.errors", "minidl.kernels"),
    "minidl/data/": (*MINIDL, "sklearn", "pooch", "tqdm"),
    "minidl/serialization.py": (*MINIDL, "safetensors"),
    "minidl/serving/": (*MINIDL, *WEB),
    "minidl/viz/": (*MINIDL, "matplotlib", "ipywidgets", "IPython"),
    "minidl/viz/pad.py": (*MINIDL, "anywidget", "traitlets"),
    "autograder/": AUTOGRADER,
    "autograder/bricks/": (*NUMPY, "autograder.bricks"),
    "autograder/cli.py": (*AUTOGRADER, "typer", "rich"),
    "autograder/build.py": (*AUTOGRADER, "jupytext", "nbformat"),
    "autograder/grading/clean.py": ("bleach",),
    "autograder/grading/": (*AUTOGRADER, *NBGRADER),
    "autograder/grading/batch.py": (*AUTOGRADER, "distributed"),
    "autograder/grading/commands.py": (*AUTOGRADER, "rich"),
    "autograder/grading/doctor.py": (*AUTOGRADER, "sqlalchemy"),
    "autograder/grading/figures.py": (*AUTOGRADER, "matplotlib"),
    "autograder/grading/report.py": (*AUTOGRADER, "jinja2"),
    "autograder/grading/signals.py": (*AUTOGRADER, "rapidfuzz"),
    "autograder/grading/writer.py": (*AUTOGRADER, *NBGRADER, "sqlalchemy"),
    "autograder/sandbox/": (*AUTOGRADER, *JUPYTER, "packaging", "pyseccomp"),
    "autograder/sandbox/launcher.py": (),  # runs outside the package
    "autograder/sandbox/submitted.py": (),  # is the autograder of a submission
    "autograder/reference/": (*NUMPY, "autograder", "torch"),
    "autograder/strength/": (*NUMPY, "minidl", "autograder"),
    "chapters/source/": (*MINIDL, "autograder", "ipywidgets", "sklearn"),
}
ABOVE_TENSOR = {
    *("minidl.data", "minidl.functional", "minidl.metrics", "minidl.models"),
    "minidl.nn",
    *("minidl.optim", "minidl.serialization", "minidl.serving", "minidl.training"),
    *("minidl.utils", "minidl.viz"),
}
# What it may not import all the same: kernels <- tensor <- functional <- nn.
ONLY_DOWN = {
    "": set(),
    "minidl/": ABOVE_TENSOR,  # tensor.py, and the files beside it, which are its parts
    "minidl/functional/": ABOVE_TENSOR - {"minidl.functional"},
    "minidl/nn/": {"minidl.data", "minidl.optim", "minidl.viz"},
    "minidl/optim/": {"minidl.data", "minidl.nn", "minidl.viz"},
    "minidl/data/": {"minidl.nn", "minidl.optim", "minidl.viz"},
    "minidl/viz/": set(),
    "minidl/utils/": set(),
    "minidl/__init__.py": set(),
    "minidl/adversarial.py": {"minidl.data", "minidl.viz"},
    "minidl/checkpoint.py": set(),
    "minidl/metrics.py": set(),
    "minidl/perturbation.py": set(),
    "minidl/serialization.py": set(),
    "minidl/models.py": set(),
    "minidl/serving/": set(),
    "minidl/training.py": set(),
}
SIZED = ("minidl", "autograder", "tests", "benchmarks")
LINES, FUNCTION_LINES = 300, 40


def broken_arrows(root: Path) -> list[str]:
    """The imports below root that ARROWS does not allow."""
    return [
        f"{place}:{line} imports {name}"
        for top in {prefix.partition("/")[0] for prefix in ARROWS}
        for path in sorted((root / top).rglob("*.py"))
        for place in [path.relative_to(root).as_posix()]
        for line, name in imports(path)
        if not allowed(name, place)
    ]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, also inside functions.

    Only what a driver imports from minidl is its own affair: it runs elsewhere.
    """
    tree = ast.parse(path.read_text("utf-8"))
    drivers = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("drive_")
    ]
    theirs = {id(inner) for driver in drivers for inner in ast.walk(driver)}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = [f"{module}.{name.name}" for name in node.names]
        for name in names:
            if id(node) not in theirs or not lies_in(name, ["minidl"]):
                yield node.lineno, name


def allowed(name: str, place: str) -> bool:
    """Whether the file at this place may import this name."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return True
    return lies_in(name, at(ARROWS, place)) and not lies_in(name, at(ONLY_DOWN, place))


def at(rules: dict[str, Collection[str]], place: str) -> Collection[str]:
    """What the longest prefix of the place says."""
    return rules[max((p for p in rules if place.startswith(p)), key=len, default="")]


def lies_in(name: str, packages: Collection[str]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def too_long(root: Path) -> list[str]:
    """The files and functions below root that are longer than the house allows."""
    found = []
    for path in sorted(path for top in SIZED for path in (root / top).rglob("*.py")):
        text = path.read_text("utf-8")
        place = path.relative_to(root).as_posix()
        if (lines := text.count("\n")) > LINES:
            found.append(f"{place} has {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found.append(f"{place}: {node.name} has {lines} lines")
    return found


def loaded_by(statement: str, first_on_path: Path) -> set[str]:
    """Top-level packages, not of the standard library, that a statement loads.

    What has no file is no package: Cython registers such names.
    """
    code = (
        "import sys; before = set(sys.modules); sys.path.insert(0, sys.argv[1])\n"
        f"{statement}\n"
        "new = [(n, m) for n, m in sys.modules.items() if n not in before]\n"
        "print(*(n.partition('.')[0] for n, m in new if hasattr(m, '__file__')))"
    )
    command = [sys.executable, "-c", code, str(first_on_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split()) - sys.stdlib_module_names


def test_imports_follow_the_arrows(root):
    assert broken_arrows(root) == []


@pytest.mark.parametrize(
    ("place", "line", "name"),
    [
        ("minidl/tensor.py", "import autograder", "autograder"),
        ("minidl/functional/pooling.py", "import torch.nn", "torch.nn"),
        ("minidl/nn/linear.py", "from minidl import optim", "minidl.optim"),
        ("minidl/optim/sgd.py", "import minidl.nn", "minidl.nn"),
        ("minidl/inplace.py", "from minidl.nn import M", "minidl.nn.M"),
        ("minidl/training.py", "from matplotlib import pyplot", "matplotlib.pyplot"),
        ("minidl/data/mnist.py", "def f():\n    import ipywidgets", "ipywidgets"),
        ("minidl/data/datasets.py", "from minidl import nn", "minidl.nn"),
        ("minidl/viz/neuron.py", "import torch", "torch"),
        ("minidl/kernels/linear.py", "from minidl.tensor import T", "minidl.tensor.T"),
        ("minidl/kernels/linear.py", "import minidl", "minidl"),
        ("minidl/kernels/losses.py", "from ..tensor import T", "..tensor.T"),
        ("minidl/tensor.py", "from minidl import functional", "minidl.functional"),
        ("minidl/functional/loss.py", "from minidl import data", "minidl.data"),
        ("autograder/check.py", "from torch import nn", "torch.nn"),
        ("autograder/check.py", "import chapters.figures", "chapters.figures"),
        ("autograder/bricks/ch01_neurons.py", "import minidl", "minidl"),
        ("autograder/wall.py", "import nbgrader.api", "nbgrader.api"),
        ("autograder/run.py", "import nbclient", "nbclient"),
        ("autograder/build.py", "import nbgrader", "nbgrader"),
        ("autograder/cli.py", "import nbformat", "nbformat"),
        ("autograder/grading/course.py", "import jupytext", "jupytext"),
        ("chapters/source/01-neurons.py", "import torch", "torch"),
        ("chapters/source/01-neurons.py", "import matplotlib", "matplotlib"),
    ],
)
def test_an_import_against_the_arrows_is_reported(tmp_path, place, line, name):
    plant(tmp_path / place, line)
    (report,) = broken_arrows(tmp_path)
    assert report.startswith(f"{place}:")
    assert report.endswith(f" imports {name}")


def test_imports_along_the_arrows_are_not_reported(tmp_path):
    plant(tmp_path / "minidl/kernels/linear.py", "import math\nimport numpy.linalg")
    plant(tmp_path / "minidl/functional/loss.py", "from minidl import kernels")
    plant(tmp_path / "minidl/viz/neuron.py", "import matplotlib.pyplot as plt")
    plant(tmp_path / "autograder/reference/ch01.py", "import torch")
    plant(tmp_path / "autograder/grading/course.py", "from nbgrader import api")
    assert broken_arrows(tmp_path) == []


def test_files_and_functions_are_short(root):
    assert too_long(root) == []


def test_a_long_file_and_a_long_function_are_reported(tmp_path):
    plant(tmp_path / "minidl/long.py", "x = 1\n" * 300)
    plant(tmp_path / "tests/test_long.py", "def f():\n" + "    x = 1\n" * 40)
    plant(tmp_path / "autograder/short.py", "def f():\n" + "    x = 1\n" * 39)
    assert too_long(tmp_path) == [
        "minidl/long.py has 301 lines",
        "tests/test_long.py: f has 41 lines",
    ]


def test_importing_minidl_loads_numpy_and_nothing_else(root):
    everything = "import minidl, minidl.kernels, minidl.functional, minidl.data"
    assert loaded_by("import minidl", root) <= {"minidl", "numpy"}
    assert loaded_by(everything, root) == {"minidl", "numpy"}


def test_importing_check_loads_neither_torch_nor_grading_nor_building(root):
    heavy = {"torch", "nbgrader", "nbclient", "nbformat", "jupytext", "matplotlib"}
    loaded = loaded_by("from autograder import check", root)
    assert {"autograder", "numpy"} <= loaded
    assert loaded & heavy == set()


def test_a_heavier_start_is_noticed(tmp_path):
    plant(tmp_path / "minidl/__init__.py", "import numpy, heavy")
    plant(tmp_path / "heavy.py", "import json")
    assert loaded_by("import minidl", tmp_path) == {"minidl", "numpy", "heavy"}


def plant(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", "utf-8")
