"""What a learner sees: JupyterLab, her workspace, a real browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from lab import Notebook, browse, serve
from playwright.sync_api import Locator, expect

from autograder import build

LINEAR = "def linear(x: Array, W: Array, b: Array) -> Array:\n"
WITHOUT_BIAS = f"{LINEAR}    return x @ W.T"
RIGHT = f"{LINEAR}    y = x @ W.T\n    return y + b"
MSE_LOSS = (
    "def mse_loss(y: Array, target: Array) -> Array:\n"
    "    return np.mean((y - target) ** 2)"
)

FIGURES = {
    "graph": "from minidl.tape import backward, topological_order\n"
    "from minidl.viz import graph\n"
    "graph.explore(topological_order, backward)",
    "descent": "from minidl.optim import SGD, Adam, RMSprop\n"
    "from minidl.viz import descent\n"
    "descent.explore(SGD, RMSprop, Adam)",
    "training": "from minidl.nn import Linear, Sequential\n"
    "from minidl.training import predict, train_epoch\n"
    "from minidl.viz import training\n"
    "training.explore(Sequential, Linear, train_epoch, predict)",
    "convolution": "from minidl.data import load_digits\n"
    "from minidl.kernels import cross_correlate\n"
    "from minidl.viz import convolution\n"
    "x, _ = load_digits()\n"
    "convolution.explore(cross_correlate, x[:9].reshape(-1, 8, 8) / 16)",
    "recurrent": "import numpy as np\n"
    "from minidl.kernels import lstm_cell\n"
    "from minidl.viz import recurrent\n"
    "rng = np.random.default_rng(0)\n"
    "shapes = (8, 2), (24, 2), (24, 6), (24,), (24,)\n"
    "table, *weights = (rng.normal(size=shape) for shape in shapes)\n"
    "recurrent.explore(lstm_cell, table, weights, 'adehmot ', 3)",
    "adversarial": "from minidl.adversarial import gan_step\n"
    "from minidl.metrics import mode_counts\n"
    "from minidl.viz import adversarial\n"
    "adversarial.explore(gan_step, mode_counts)",
    "handwriting": "from minidl import tensor\n"
    "from minidl.data import load_digits, prepare_digits\n"
    "from minidl.models import mlp\n"
    "from minidl.perturbation import fgsm\n"
    "from minidl.viz import handwriting\n"
    "x, y = load_digits()\n"
    "x, y = prepare_digits(x[:9].reshape(-1, 8, 8)), y[:9]\n"
    "handwriting.explore(fgsm, mlp(), tensor(x), tensor(y))",
}


def test_a_learner_writes_bricks_reads_the_verdicts_and_moves_a_slider(
    tmp_path, chromium
):
    workspace = tmp_path / "course"
    program = Path(sys.executable).with_name("autograder")
    subprocess.run([program, "start", workspace], check=True)
    (tmp_path / "jupyter").mkdir()
    with (
        serve(workspace, tmp_path / "jupyter") as url,
        browse(chromium, tmp_path / "profile") as page,
    ):
        notebook = Notebook(page, url.format("01-neurons.ipynb"))
        linear, check = notebook.cell("def linear("), notebook.cell("check(linear)")
        notebook.run_above(linear)

        said = answer(notebook, linear, WITHOUT_BIAS, check)
        assert "linear: values differ in" in said
        assert "Likely:" in said
        assert "bias" in said
        assert "Traceback" not in said
        expect(check.get_by_role("img", name="where the arrays differ")).to_be_visible()
        assert "x @ W.T" not in built(workspace)

        said = answer(notebook, linear, RIGHT, check)
        assert "linear: right" in said
        assert RIGHT.partition("\n")[2] in built(workspace)

        mse_loss = notebook.cell("def mse_loss(")
        said = answer(notebook, mse_loss, MSE_LOSS, notebook.cell("check(mse_loss)"))
        assert "mse_loss: right" in said

        figure = notebook.cell("explore(linear")
        notebook.run_above(figure)
        notebook.run(figure)
        picture = figure.locator("img")
        before = picture.get_attribute("src")
        figure.get_by_role("slider").first.press("ArrowRight")
        expect(picture).not_to_have_attribute("src", before)


def answer(notebook: Notebook, exercise: Locator, code: str, check: Locator) -> str:
    """Write code into the exercise, run it and its check; what the check says."""
    notebook.write(exercise, code)
    notebook.run(exercise)
    return notebook.run(check)


def built(workspace: Path) -> str:
    """The learner's minidl, as far as linear goes."""
    return (workspace / "minidl/kernels/linear.py").read_text("utf-8")


def test_the_figures_of_the_later_chapters_answer_to_a_hand(tmp_path, chromium):
    workspace = tmp_path / "course"
    program = Path(sys.executable).with_name("autograder")
    subprocess.run([program, "start", workspace], check=True)
    subprocess.run([program, "catch-up", "11"], check=True, cwd=workspace)
    cells = [nbformat.v4.new_code_cell("%load_ext autograder")]
    cells += [nbformat.v4.new_code_cell(code) for code in FIGURES.values()]
    book = nbformat.v4.new_notebook(cells=cells, metadata=build.METADATA)
    nbformat.write(book, workspace / "figures.ipynb")
    (tmp_path / "jupyter").mkdir()
    with (
        serve(workspace, tmp_path / "jupyter") as url,
        browse(chromium, tmp_path / "profile") as page,
    ):
        notebook = Notebook(page, url.format("figures.ipynb"))
        notebook.run(notebook.cell("%load_ext"))
        for name in FIGURES:
            figure = notebook.cell(f"{name}.explore(")
            notebook.run(figure)
            picture = figure.locator("img")
            before = picture.get_attribute("src")
            if name == "graph":
                figure.get_by_role("button", name="back").click()
            elif name == "convolution":
                figure.locator("select").first.select_option(index=2)
            else:
                figure.get_by_role("slider").first.press("ArrowLeft")
            expect(picture).not_to_have_attribute("src", before)
