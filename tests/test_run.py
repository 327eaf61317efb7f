"""A learner's code runs closed in: it can neither hang, print, ask nor change."""

import builtins
import threading
import time
import warnings
from contextlib import suppress

import numpy as np
import pytest

from autograder.bricks.brick import Brick, Case, Family, strided, upstream
from autograder.run import PRINTED, run

BRICK = Brick("minidl.kernels.activations.relu", "ReLU", ("y",), ())
PAIR = Brick("minidl.kernels.activations.pair", "Pair", ("dx", "dW"), ())
CASE = Case("ordinary, float64", {"x": np.array([-1.0, 0.0, 2.0])})


def test_the_outputs_are_what_was_returned():
    outcome = run(BRICK, lambda x: np.maximum(x, 0), CASE)
    assert outcome.problem is None
    np.testing.assert_array_equal(outcome.outputs[0], [0.0, 0.0, 2.0])


@pytest.mark.parametrize(
    ("obj", "stage", "says"),
    [
        (lambda x: None, "nothing", "returned nothing (None)"),
        (lambda x: x.tolist(), "type", "returned a list where a NumPy array is due"),
        (lambda x: "no", "type", "returned a str"),
        (lambda x: (x, x), "count", "returned 2 values where 1 array is due"),
        (lambda x: x.astype(object), "type", "returned an array of dtype object"),
        (lambda x: 1 / 0, "raised", "raised ZeroDivisionError: division by zero"),
        (lambda x: input(), "raised", "input() has nobody to answer it"),
        (lambda x: exit(3), "raised", "raised SystemExit: 3"),
        (lambda: 0, "raised", "takes 0 positional arguments but 1 was given"),
    ],
)
def test_what_cannot_be_compared_is_named(obj, stage, says):
    outcome = run(BRICK, obj, CASE)
    assert outcome.problem is not None
    assert outcome.problem[0] == stage
    assert says in outcome.problem[1]


def test_a_minidl_tensor_is_named_as_such():
    from minidl import Tensor

    outcome = run(BRICK, lambda x: Tensor(x), CASE)
    assert outcome.problem == ("type", "returned a Tensor where a NumPy array is due")


def test_one_array_where_two_are_due_is_named():
    outcome = run(PAIR, lambda x: x, CASE)
    assert outcome.problem == ("count", "returned 1 value where 2 arrays are due")


def test_a_list_of_two_arrays_serves_as_two_outputs():
    assert len(run(PAIR, lambda x: [x, x], CASE).outputs) == 2


def spin(x):
    while True:
        pass


def spin_and_swallow(x):
    while True:
        with suppress(BaseException):
            x + 1


def sleep(x):
    time.sleep(60)


@pytest.mark.parametrize("obj", [spin, spin_and_swallow, sleep])
def test_an_endless_loop_is_stopped(obj):
    begun = time.monotonic()
    outcome = run(BRICK, obj, CASE, seconds=0.2)
    assert outcome.problem == ("endless", "was stopped after 0.2 seconds")
    assert time.monotonic() - begun < 50  # of the 60 that sleep takes


@pytest.mark.parametrize("obj", [spin, spin_and_swallow])
def test_an_endless_loop_is_stopped_away_from_the_main_thread(obj):
    seen = []
    worker = threading.Thread(
        target=lambda: seen.append(run(BRICK, obj, CASE, seconds=0.2)), daemon=True
    )
    worker.start()
    worker.join(timeout=60)
    assert seen
    assert seen[0].problem == ("endless", "was stopped after 0.2 seconds")


def test_prints_are_kept_short_and_off_the_screen(capsys):
    def chatty(x):
        for _ in range(10_000):
            print("here")
        return x

    outcome = run(BRICK, chatty, CASE)
    assert outcome.printed.startswith("here\n")
    assert len(outcome.printed) <= PRINTED
    assert capsys.readouterr() == ("", "")


def test_a_changed_input_is_named_and_the_case_stays_whole():
    def spoil(x):
        x[x < 0] = 0
        return x

    outcome = run(BRICK, spoil, CASE)
    assert outcome.changed == ("x",)
    np.testing.assert_array_equal(CASE.inputs["x"], [-1.0, 0.0, 2.0])


def test_a_floating_point_warning_is_reported_even_when_the_notebook_silenced_it():
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = run(BRICK, lambda x: np.exp(1000 * x), CASE)
    assert outcome.warned == "overflow encountered in exp"


def test_other_warnings_do_not_count():
    def old(x):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return x

    assert run(BRICK, old, CASE).warned == ""


def test_input_is_given_back():
    before = builtins.input
    run(BRICK, lambda x: input(), CASE)
    assert builtins.input is before


def test_the_traceback_shows_the_learners_lines_only():
    def broken(x):
        return np.linalg.inv(x)

    outcome = run(BRICK, broken, CASE)
    assert len(outcome.detail) == 1
    assert "in broken: return np.linalg.inv(x)" in outcome.detail[0]


def test_a_keyboard_interrupt_is_the_learners_own():
    def stop(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(BRICK, stop, CASE)


def test_a_strided_case_arrives_as_a_view_with_the_same_values():
    x = upstream(2, 3)
    assert not strided(x).flags.c_contiguous
    np.testing.assert_array_equal(strided(x), x)


def test_a_family_gives_one_case_a_dtype_and_the_same_for_the_same_seed():
    family = Family("ordinary", lambda rng: {"x": rng.normal(size=3), "dim": -1})
    brick = Brick("minidl.kernels.activations.relu", "ReLU", ("y",), (family,))
    wide, narrow = brick.cases(seed=1)
    assert (wide.name, narrow.name) == ("ordinary, float64", "ordinary, float32")
    assert narrow.inputs["x"].dtype == np.float32
    np.testing.assert_array_equal(wide.inputs["x"], brick.cases(1)[0].inputs["x"])
    assert (wide.inputs["x"] != brick.cases(2)[0].inputs["x"]).all()
