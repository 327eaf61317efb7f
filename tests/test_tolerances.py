"""Every tolerance follows from the committed table, and that from a measurement."""

import ast
import csv
import dataclasses
import json
import math
import shutil

import numpy as np
import pytest

from autograder import recording, tolerance
from autograder.bricks import BRICKS, CHAPTERS
from autograder.recording import DIRECTORY, DamagedRecording, load
from autograder.reference import formulations, measure, record, tolerances
from autograder.reference.measured import DRAWS, GOAL, Measured, rule

FIRST = [chapter.bricks[0] for chapter in CHAPTERS]


@pytest.fixture(scope="module")
def table():
    return tolerances.read()


@pytest.fixture
def copy(tmp_path):
    for name in (tolerance.FILE, tolerances.TABLE):
        shutil.copy(DIRECTORY / name, tmp_path)
    return tmp_path


def test_table_and_page_are_what_the_command_makes():
    assert tolerances.problems() == []


@pytest.mark.parametrize("brick", FIRST, ids=lambda brick: brick.name)
def test_measuring_again_gives_what_the_table_says(brick, table):
    again = measure.measure(brick, "cpu", draws=1)
    old = table[brick.name]
    assert again.mistakes == old.mistakes
    for now, was in zip(again.rows, old.rows, strict=True):
        assert (now.case, now.output, now.kind) == (was.case, was.output, was.kind)
        assert now.rounding == was.rounding
        # Another processor rounds otherwise, though no worse than ever seen.
        assert now.units <= tolerance.rules()[now.kind].largest
        assert now.errors.keys() <= was.errors.keys()


@pytest.mark.parametrize("brick", FIRST, ids=lambda brick: brick.name)
def test_right_answers_come_by_at_least_four_ways(brick):
    ways = formulations.formulations(brick, "cpu")
    assert len(ways[formulations.NUMPY]) >= 4
    assert len(ways) == (2 if brick.draws else 5)
    on_gpu = formulations.formulations(brick, "cuda")
    assert (formulations.GPU in on_gpu) == (not brick.draws)


def test_sums_reversed_are_the_same_sums_with_other_rounding():
    import torch

    x = torch.rand(40, 30, generator=torch.Generator().manual_seed(1))
    images, kernel = x.reshape(1, 12, 10, 10), x[:18].reshape(5, 12, 3, 3)
    square = x.reshape(-1)[: 12 * 12 * 4].reshape(12, 12, 2, 2)
    for sums in (
        lambda: x.sum(),
        lambda: x.sum(dim=0),
        lambda: x.mean(dim=1, keepdim=True),
        lambda: x.mT @ x,
        lambda: x @ x[0],
        lambda: x[0] @ x[1],
        lambda: torch.nn.functional.linear(x, x, x[:, 0]),
        lambda: torch.bmm(x[None], x.mT[None]),
        lambda: torch.nn.functional.conv2d(images, kernel),
        lambda: torch.nn.functional.conv2d(images, kernel[:4, :3], groups=4),
        lambda: torch.nn.functional.conv_transpose2d(images, square),
    ):
        plain = sums()
        with formulations.Reversed():
            turned = sums()
        torch.testing.assert_close(turned, plain)
    with formulations.Reversed():
        turned = x.mT @ x
    assert not torch.equal(turned, x.mT @ x)


def test_the_factor_is_the_largest_error_grown_from_the_draws_to_the_goal():
    assert (DRAWS, GOAL) == (16, 1_048_576)
    steady = rule([2.0] * DRAWS, [5.0, 3.0])
    assert (steady.largest, steady.growth, steady.factor) == (2.0, 1.0, 2.0)
    assert steady.caught == 3.0
    rare = rule([1.0] * 15 + [17.0], [1e9, 4.0])
    assert rare.growth == pytest.approx((17 / 2) ** (1 / 4), rel=1e-3)
    assert rare.factor == math.ceil(17 * rare.growth**16)
    assert rule([3.0, 1.0], []).factor == math.ceil(3 * 1.5**19)
    assert rare.caught == 1e9  # what is 4 units wrong is no longer rejected here


def test_between_right_answers_and_known_mistakes_there_is_room():
    for kind, found in tolerance.rules().items():
        assert found.largest < found.factor < found.caught, kind


def test_a_mistake_that_would_pass_is_named_and_nothing_is_written():
    right = {"float64": [1.0] * DRAWS}
    near = {"too near": {"float64": 0.9}, "far": {"float64": 1e6}}
    told = tolerances.missed({"relu": Measured("", near, {"float64": 1}, right)})
    assert len(told) == 1
    assert "relu: the mistake 'too near' is wrong by no more than is allowed" in told[0]
    assert "right answers that are farthest off, of relu; nothing written" in told[0]


# Files may compare otherwise: this one looks for numbers that were copied.
COMPARES = {"grading/signals.py"}
NAMES = {"atol", "rtol", "tol", "tolerance", "abs_tol", "rel_tol"}


def typed_by_hand(path):
    """Whether a call in the file has a tolerance that is a number other than 0.

    Or leaves it out, where the function has one of its own.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            given = [each.value for each in node.keywords if each.arg in NAMES]
            if any(isinstance(v, ast.Constant) and v.value for v in given):
                return True
            asked = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if asked in ("allclose", "isclose", "assert_allclose") and not given:
                return True
    return False


def test_no_tolerance_is_typed_by_hand(root, tmp_path):
    package = root / "autograder"
    files = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "strength" not in path.parts and typed_by_hand(path)
    ]
    # A case of gradcheck says rtol, as the learner's function takes it.
    assert set(files) - COMPARES == {"bricks/ch04_autograd.py"}
    for line in ("np.allclose(a, b)", "np.isclose(a, b, rtol=1e-3, atol=0)"):
        (tmp_path / "one.py").write_text(line)
        assert typed_by_hand(tmp_path / "one.py")


def test_a_number_that_was_changed_by_hand_is_noticed(copy):
    path = copy / tolerance.FILE
    path.write_text(path.read_text().replace('"factor": ', '"factor": 1', 1))
    assert "the rules are not what was measured" in tolerances.problems(copy)[0]
    shutil.copy(DIRECTORY / tolerance.FILE, path)
    lines = (copy / tolerances.TABLE).read_text().splitlines(keepends=True)
    rows = [line for line in lines if line.startswith("linear,")]
    allowed = next(csv.reader(rows))[7]
    other = rows[0].replace(f",{allowed},", ",1.0,")
    (copy / tolerances.TABLE).write_text("".join(lines).replace(rows[0], other))
    (told,) = tolerances.problems(copy)
    assert told.startswith("tolerances.csv: linear, ")
    assert "tolerance 1.0 where " in told


@pytest.mark.parametrize("few", [0, 3])
def test_a_row_that_is_missing_is_noticed_and_measured(copy, few):
    path = copy / tolerances.TABLE
    lines = path.read_text().splitlines(keepends=True)
    rows = [line for line in lines if line.startswith("linear,")]
    others = [line for line in lines if line not in rows]
    path.write_text("".join(others + rows[:few]))
    (told,) = tolerances.problems(copy)
    assert told.startswith("linear: its recording, its right answers or its rows of ")
    assert "tolerances.csv have changed; run: " in told
    assert tolerances.changed(tolerances.read(copy)) == [BRICKS["linear"]]


def test_a_recording_or_a_right_answer_that_changed_is_noticed(monkeypatch):
    known = recording.manifest()
    files = {**known["files"], "relu.npz": "0" * 64}
    monkeypatch.setattr(recording, "manifest", lambda: {**known, "files": files})
    (told,) = tolerances.problems()
    assert told.startswith("relu: its recording, its right answers or its rows of ")
    monkeypatch.undo()
    before = measure.inputs(BRICKS["relu"])
    monkeypatch.setattr(measure, "VARIANTS", DIRECTORY)
    assert measure.inputs(BRICKS["relu"]) != before


def test_only_what_changed_is_measured_again(monkeypatch, capsys):
    written = {}
    known = tolerances.read()
    known["relu"] = dataclasses.replace(known["relu"], inputs="old")
    monkeypatch.setattr(tolerances, "read", lambda: known)
    monkeypatch.setattr(tolerances, "write", written.update)
    fast = measure.measure
    monkeypatch.setattr(tolerances, "measure", lambda b, device: fast(b, device, 2))
    assert tolerances.main(["--device", "cpu"]) == 0
    assert capsys.readouterr().out.startswith(f"1 of {len(BRICKS)} bricks measured")
    assert list(written) == list(BRICKS)
    assert written["relu"].inputs != "old"


def test_a_table_that_is_missing_or_broken_says_what_to_do(tmp_path):
    message = r"tolerances.json cannot be read; reinstall minidl, or"
    with pytest.raises(DamagedRecording, match=message):
        tolerance.rules(tmp_path)
    (tmp_path / tolerance.FILE).write_text(json.dumps({"rules": {}}))
    with pytest.raises(DamagedRecording, match=message):
        tolerance.rules(tmp_path)


def test_the_unit_is_rounding_of_condition_and_size_or_what_float32_loses():
    brick = BRICKS["sigmoid"]
    expected = load(brick).expected[0]
    size = np.abs(expected.outputs[0]).max()
    lost = expected.spread[0] / np.finfo(np.float32).eps
    due = np.finfo(np.float64).eps * np.maximum(expected.condition[0] + size, lost)
    np.testing.assert_array_equal(tolerance.scale(brick, expected, 0), due)
    factor = tolerance.rules()["float64"].factor
    np.testing.assert_array_equal(tolerance.tolerance(brick, expected, 0), factor * due)


def test_what_float32_loses_counts_in_float64_too():
    case = BRICKS["softmax"].cases(record.SEED)[0]
    assert case.name.endswith("float64")
    assert record.expect_in_torch(BRICKS["softmax"], case).spread[0] > 1e-9
