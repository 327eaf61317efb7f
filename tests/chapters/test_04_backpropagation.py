"""Chapter 4 runs from top to bottom, and what it states is so."""

from __future__ import annotations

import runpy

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from minidl.tape import backward, topological_order
from minidl.tensor import Tensor
from minidl.viz import boundary
from minidl.viz.expression import Graph, Unreadable
from minidl.viz.graph import EXPRESSION, VALUES, Film, explore

SOURCE = "chapters/source/04-backpropagation.py"


@pytest.fixture(scope="module")
def chapter(root):
    """The names that the chapter leaves behind when it runs as a script."""
    mpl.use("Agg")
    yield runpy.run_path(str(root / SOURCE))
    plt.close("all")


@pytest.fixture
def text(root):
    """The chapter's source, with its lines joined."""
    return " ".join((root / SOURCE).read_text("utf-8").replace("\n# ", " ").split())


@pytest.fixture
def film():
    return Film(topological_order, backward, EXPRESSION, VALUES)


@pytest.fixture
def widget():
    """The figure's two lines of text, its four buttons, the sentence, the picture."""
    line, values, row, picture = explore(topological_order, backward).children
    *buttons, said = row.children
    return line, values, buttons, said, picture


def test_sending_gradients_on_at_once_takes_a_turn_for_every_way(chapter, text):
    y = Tensor(np.array(1.0), requires_grad=True)
    for _ in range(7):
        y = y + y
    chapter["turns"].clear()
    chapter["eagerly"](y.node, np.array(1.0))
    assert len(chapter["turns"]) == 2**7 - 1
    assert "$2^n - 1$" in text


def test_a_turn_before_all_gradients_are_in_gives_what_the_text_says(chapter, text):
    assert (chapter["from_y"], chapter["from_c"]) == (1, 3)
    x = Tensor(np.array(1.0), requires_grad=True)
    b = x * 2
    (b + b * 3).backward()
    assert x.grad.item() == 8
    assert "a share of 3 would come too late, and $x$ would get 2 in place of 8" in text


def test_recursion_fails_where_the_chapters_own_walk_does_not(chapter):
    assert chapter["depth"](chapter["chain"](300).node) == 301
    deep = chapter["chain"](100_000)
    with pytest.raises(RecursionError):
        chapter["depth"](deep.node)
    assert len(topological_order(deep.node)) == 100_001


def test_the_gradients_by_hand_are_those_of_the_tape(chapter):
    for p, name in zip(chapter["leaves"], ("dW1", "db1", "dW2", "db2"), strict=True):
        assert_allclose(p.grad.array, chapter[name], rtol=1e-12, atol=1e-14)


def test_the_published_delta_is_corrected(text):
    a, y = 0.8, 0.5
    assert_allclose(a * (1 - a) * (a - y), 0.048, rtol=1e-12)
    assert_allclose((1 - a) * (y - a), -0.06, rtol=1e-12)
    assert_allclose(1 / (1 + np.exp(-2)), 0.8808, atol=5e-5)
    for number in ("0.048", "−0.06 and not 0.032", "0.8808"):
        assert number in text


def test_the_published_rule_for_all_layers_is_wrong(chapter):
    right = chapter["delta2"].T @ chapter["h"]
    assert np.abs(chapter["published"].T @ chapter["h"] - right).min() > 0.01
    assert (chapter["published"].T @ chapter["h"]).shape == right.shape


def test_the_numbers_of_the_figure_are_those_of_the_answer(film, text):
    found = {
        name: box.tensor.grad.item()
        for name, box in film.graph.names.items()
        if name != "d"
    }
    assert found == {"a": -12, "b": 8, "c": 4, "f": 16}
    assert "$c$ has 2, $a$ has −6 and $b$ has 4: half of what is right" in text


def test_a_change_in_place_is_noticed_after_a_product_only(chapter):
    product, total = chapter["mul"], chapter["add"]
    assert [g.item() for g in chapter["later"](total)] == [1, 1]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        chapter["later"](product)


def test_how_small_a_step_may_be_is_as_stated(chapter):
    error = chapter["error_of"]
    assert error(1e-6, np.array(1.0)) < 1e-9
    one = np.array(1, np.float32)
    errors = [error(np.float32(e), one) for e in chapter["sizes"]]
    assert 1e-7 < min(errors) < 1e-4
    assert 1e-3 < error(np.float32(1e-6), one) < 0.1


def test_gradcheck_accepts_the_right_rule_and_refuses_the_published_ones(chapter):
    x = Tensor(np.array([-1.0, 0.5, 3.0]), requires_grad=True)
    check = chapter["gradcheck"]
    assert check(chapter["square"], x)
    assert not check(chapter["sigmoid_of_output"], x, raise_exception=False)
    assert not check(chapter["squared_error"], x, raise_exception=False)


def test_a_single_neuron_does_no_better_on_xor_than_answer_one_half(chapter):
    target = chapter["xor"][:, 0]
    design = np.c_[chapter["corners"], np.ones(4)]
    weights, *_ = np.linalg.lstsq(design, target, rcond=None)
    assert_allclose(design @ weights, 0.5, atol=1e-6)
    assert_allclose(np.mean((design @ weights - target) ** 2), 0.25, atol=1e-6)


def test_xor_is_learned_as_often_as_stated(chapter, text):
    learned = 0
    for seed in range(10):
        layers = chapter["tensors"](chapter["build"]([2, 2, 1], seed))
        *_, (_, loss) = chapter["train"](
            chapter["corners"], chapter["xor"], layers, 500
        )
        learned += loss < 0.05
    assert learned == 6
    assert len(chapter["losses"]) == 10
    assert max(chapter["losses"]) < 0.05  # those of four neurons, the last in the loop
    assert "six of these ten beginnings" in text


def test_the_network_separates_the_moons_as_stated(chapter, text):
    x, y, right = chapter["x_test"], chapter["y_test"], chapter["right"]
    assert f"{right(x, y, chapter['line']):.0f} %" == "88 %"
    assert f"{right(x, y, chapter['layers']):.1f} %" == "96.5 %"
    assert "gets 88 % of the unseen points right" in text
    assert "gets 96.5 %" in text


def test_the_boundary_moves_while_the_network_learns(chapter):
    x, y, frames = (chapter[name] for name in ("x_train", "y_train", "frames"))
    assert len({frame[2].tobytes() for frame in frames}) == len(frames) == 51
    row, picture = boundary.film(x, y, frames).children
    play, slider = row.children
    seen = {bytes(picture.value)}
    slider.value = 3
    seen.add(bytes(picture.value))
    play.value = 7
    seen.add(bytes(picture.value))
    assert slider.value == 7
    assert len(seen) == 3
    assert all(image[:4] == b"\x89PNG" for image in seen)


def test_the_film_of_an_expression_shows_results_and_then_gradients(film):
    said = [film.says(moment) for moment in range(len(film) + 1)]
    assert said[0] == "the numbers that were typed"
    assert said[1] == "forward: * of 2 and -3 gives -6"
    assert said[5] == "back: the slope of the result with respect to itself is 1"
    assert said[-1] == "back: * has 4 and gives -12 to a and 8 to b"
    boxes = film.graph.names
    assert film.gradient(boxes["a"], 4) == "grad"
    assert film.gradient(boxes["a"], len(film)) == "grad -12"
    assert film.gradient(film.graph.root, 5) == "grad 1"


def test_a_gradient_is_shown_as_incomplete_while_more_comes():
    film = Film(topological_order, backward, "a*b + a", "a = 2, b = 5")
    shown = [film.gradient(film.graph.names["a"], n) for n in range(len(film) + 1)]
    assert shown == ["grad", "grad", "grad", "grad", "grad 1 + …", "grad 6"]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a*b + c", "a = 2, b = -3, c = 10", {"a": -3, "b": 2, "c": 1}),
        ("a ** 3 / 2", "a = 2", {"a": 6}),
        ("a ** b", "a = 2, b = 3", {"a": 12, "b": 8 * np.log(2)}),
        ("-(a - b)", "", {"a": -1, "b": 1}),
        ("d = a*b; d*d", "a=2, b=3", {"a": 36, "b": 24}),
        ("exp(a) + log(b) + sqrt(b)", "a = 0, b = 4", {"a": 1, "b": 0.5}),
        ("relu(a) * abs(b) + 2", "a=3, b=-2", {"a": 2, "b": -3}),
        ("sin(a) + cos(a)", "a = 0", {"a": 1}),
        ("tanh(a) + sigmoid(a) + -3", "a = 0", {"a": 1.25}),
        ("a", "", {"a": 1}),
    ],
)
def test_any_expression_is_computed_and_gone_back_through(text, values, expected):
    film = Film(topological_order, backward, text, values)
    found = {
        name: box.tensor.grad.item()
        for name, box in film.graph.names.items()
        if box.tensor.grad is not None
    }
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("", "", "Type an expression"),
        ("a +", "", "This cannot be read: look at its brackets"),
        ("((((", "", "This cannot be read"),
        ("a^2", "", "a power is **"),
        ("import os", "", "Type an expression, or d ="),
        ("__import__('os')", "", "__import__ is not known here; there are exp, log"),
        ("a.real", "", "a.real cannot be drawn"),
        ("a[0]", "", "cannot be drawn"),
        ("lambda: a", "", "cannot be drawn"),
        ("a if b else c", "", "cannot be drawn"),
        ("True * a", "", "True cannot be drawn"),
        ("'x' * a", "", "cannot be drawn"),
        ("exp", "", "exp is a function: write exp"),
        ("exp(a, b)", "", "cannot be drawn"),
        ("log(a)", "a = -1", "log gives nan"),
        ("a / 0", "", "/ gives inf"),
        ("9 ** 9 ** 9 * a", "", "gives inf"),
        ("1 + 2", "", "no name in it"),
        ("a * b", "a = two", "not a = two"),
        ("+".join("abcdefghijklmnop"), "", "Only 24 boxes fit"),
        ("a" * 300, "", "too long"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(text, values, says):
    with pytest.raises(Unreadable, match=r"[.…?]$") as caught:
        Graph(text, values)
    assert says in str(caught.value)


def test_the_figure_is_stepped_to_and_fro_by_its_buttons(widget):
    _, _, (start, back, step, end), said, picture = widget
    seen = [bytes(picture.value)]
    for button, expected in (
        (start, "step 0 of 9"),
        (step, "step 1 of 9"),
        (step, "step 2 of 9"),
        (back, "step 1 of 9"),
        (back, "step 0 of 9"),
        (back, "step 0 of 9"),
        (end, "step 9 of 9"),
        (step, "step 9 of 9"),
    ):
        button.click()
        assert said.value == expected
        seen.append(bytes(picture.value))
    assert seen[2] == seen[4] != seen[3]
    assert seen[0] == seen[-1]
    assert len(set(seen)) == 4


def test_a_new_expression_is_drawn_and_a_bad_one_leaves_the_picture(widget):
    line, values, _, said, picture = widget
    first = bytes(picture.value)
    line.value = "a * b"
    second = bytes(picture.value)
    assert said.value == "step 0 of 3"
    line.value = "a * "
    assert said.value.startswith("This cannot be read")
    assert bytes(picture.value) == second != first
    line.value, values.value = "a + b", "a = 7"
    assert said.value == "step 0 of 3"


def test_the_figures_leave_no_open_figures_behind(chapter):
    before = plt.get_fignums()
    explore(topological_order, backward)
    boundary.film(chapter["x_train"], chapter["y_train"], chapter["frames"][:2])
    assert plt.get_fignums() == before
