"""`record --verify`, which CI runs here on the CPU, notices what PyTorch changes."""

import json
import re
import shutil

import pytest
import torch

from autograder import recording
from autograder.bricks import BRICKS
from autograder.recording import load
from autograder.reference import record
from autograder.reference.verify import disagreements


def verified(name):
    return disagreements(BRICKS[name], "cpu", record.SEED, recording.DIRECTORY)


def test_pytorch_answers_today_what_is_recorded(capsys):
    assert record.main(["--verify", "--device", "cpu"]) == 0
    assert f"{len(BRICKS)} of {len(BRICKS)} bricks agree" in capsys.readouterr().out


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(recording.DIRECTORY, tmp_path / "recordings")
    yield tmp_path / "recordings"
    load.cache_clear()


def test_a_planted_change_is_told_with_entry_both_values_and_what_is_allowed(
    copy, capsys, monkeypatch
):
    brick = BRICKS["softmax_backward"]
    old = load(brick, copy)
    right = old.expected[0].outputs[0].copy()
    old.expected[0].outputs[0][1, 2] += 1e-9
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][brick.file] = recording.save(old, copy / brick.file)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    load.cache_clear()
    monkeypatch.setattr("autograder.reference.verify.BRICKS", {brick.name: brick})
    assert record.main(["--verify", "--device", "cpu", "--out", str(copy)]) == 1
    told, count = capsys.readouterr().out.splitlines()
    said = re.fullmatch(
        r"softmax_backward: case '(.+)', (\w+), entry \[1, 2\]: recorded (\S+), "
        r"now (\S+), allowed (\S+) \(1 of (\d+) entries differ\)",
        told,
    )
    assert said, told
    case, _, recorded, now, allowed, entries = said.groups()
    assert case == old.cases[0].name
    assert float(recorded) == right[1, 2] + 1e-9
    assert float(now) == pytest.approx(right[1, 2], abs=1e-14)
    assert 0 < float(allowed) < 1e-12
    assert int(entries) == right.size
    assert count.startswith("0 of 1 bricks agree")


def test_a_function_of_pytorch_that_computes_otherwise_is_noticed(monkeypatch):
    assert verified("tanh") == []
    honest = torch.tanh
    monkeypatch.setitem(
        record.import_module("autograder.reference.ch02").ANSWERS,
        "tanh",
        lambda x: honest(x) * (1 + 1e-12),
    )
    problems = verified("tanh")
    assert problems
    assert all("entry" in each and "recorded" in each for each in problems)


def test_a_change_in_float32_alone_is_noticed(monkeypatch):
    honest = torch.tanh

    def coarse(x):
        y = honest(x)
        return y if x.dtype == torch.float64 else y + 1e-4

    answers = record.import_module("autograder.reference.ch02").ANSWERS
    monkeypatch.setitem(answers, "tanh", coarse)
    problems = verified("tanh")
    assert problems
    assert all("float32" in each for each in problems)


def test_a_shape_and_a_dtype_that_change_are_noticed(monkeypatch):
    answers = record.import_module("autograder.reference.ch02").ANSWERS
    honest = torch.tanh
    monkeypatch.setitem(answers, "tanh", lambda x: honest(x)[None])
    assert "recorded shape" in verified("tanh")[0]
    monkeypatch.setitem(answers, "tanh", lambda x: honest(x).double())
    assert "recorded ['float32'], now ['float64']" in verified("tanh")[0]


def test_cases_inputs_and_mistakes_that_are_not_those_recorded_are_told(monkeypatch):
    brick = BRICKS["tanh"]
    other = disagreements(brick, "cpu", record.SEED + 1, recording.DIRECTORY)
    assert re.match(r"input \w+ of case '.+' is not as recorded", other[0])
    monkeypatch.setattr("autograder.reference.verify.mistakes", lambda brick: ())
    assert verified("tanh") == [
        "its known mistakes are not those recorded; record anew"
    ]
    few = type("Few", (), {"__getattr__": lambda self, name: getattr(brick, name)})()
    few.cases = lambda seed: brick.cases(seed)[:1]
    found = disagreements(few, "cpu", record.SEED, recording.DIRECTORY)
    assert found == ["its cases are not those recorded; record anew"]
