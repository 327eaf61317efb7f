"""The sources that are timed do the same in PyTorch and in minidl."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
import torch
from numpy.testing import assert_allclose

import minidl
from benchmarks import machine, mnist, train_steps
from benchmarks.mnist_worker import EPOCHS, NETWORKS
from benchmarks.peers import losses
from benchmarks.turns import Turn, environment
from benchmarks.workloads import WORKLOADS, first_weights


@pytest.mark.parametrize("workload", WORKLOADS.values())
def test_three_steps_lose_as_much_in_minidl_as_in_pytorch(workload):
    batch = 4  # float32: a few thousand additions, each right to 6e-8
    expected, got = (
        [step().item() for _ in range(3)]
        for step in (workload(torch, batch), workload(minidl, batch))
    )
    assert_allclose(got, expected, rtol=1e-5)
    assert expected[2] < expected[0] or workload.__name__ == "gan"


def test_every_workload_has_a_target_and_a_form_for_the_peers():
    assert train_steps.TARGETS.keys() == WORKLOADS.keys()
    for name in WORKLOADS.keys() - {"gan"}:
        assert callable(getattr(losses, name))


def test_the_peers_start_from_the_weights_of_the_torch_source(monkeypatch):
    shapes = []

    def noted(shape):
        shapes.append(shape)
        return first_weights(shape)

    monkeypatch.setattr("benchmarks.workloads.first_weights", noted)
    for name, workload in WORKLOADS.items():
        shapes.clear()
        workload(minidl, 4)
        expected = losses.GENERATOR + losses.DISCRIMINATOR
        assert tuple(shapes) == losses.SHAPES.get(name, expected)


def test_a_worker_answers_with_losses_then_with_times_and_memory():
    turn = Turn("benchmarks.worker", "minidl", "tiny", "keep")
    assert len(turn.answer()) == 3
    answer = turn.ask(0.01)
    turn.end()
    assert sum(answer["seconds"][:-1]) < 0.01 <= sum(answer["seconds"])
    assert answer["memory"] >= 0


def test_a_worker_that_fails_is_not_waited_for(capfd):
    turn = Turn("benchmarks.worker", "minidl", "no such workload")
    with pytest.raises(RuntimeError, match="ended without an answer"):
        turn.answer()
    turn.end()
    assert "KeyError" in capfd.readouterr().err


def test_workers_have_two_threads_and_openblas_its_own_choice(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert "OPENBLAS_CORETYPE" not in environment()
    assert environment()["OPENBLAS_NUM_THREADS"] == "2"


def test_tables_show_ratios_to_pytorch_and_leave_gaps(capsys):
    def result(milliseconds):
        return train_steps.Result([1.0], [milliseconds / 1000] * 3, 2.0)

    times = {"PyTorch": 4, "minidl": 2, "PyTorch, heap kept": 3, "minidl, heap kept": 1}
    results = {"cnn": {name: result(each) for name, each in times.items()}}
    train_steps.print_times(results, [*times, "autograd"])
    row = capsys.readouterr().out.splitlines()[2]
    assert row == "| cnn | 4.00 | 0.90 | 0.50 | 0.75 | 0.25 | – | 0.33 |"


def test_losses_that_are_not_pytorchs_stop_the_benchmark():
    results = {"tiny": {"PyTorch": train_steps.Result([2.0, 1.0])}}
    results["tiny"]["minidl"] = train_steps.Result([2.0, 1.001])
    with pytest.raises(SystemExit, match="not PyTorch's: minidl, tiny"):
        train_steps.print_conditions(results, [], {})
    results["tiny"]["minidl"] = train_steps.Result([float("nan"), 1.0])
    with pytest.raises(SystemExit, match="not PyTorch's: minidl, tiny"):
        train_steps.print_conditions(results, [], {})


def test_the_work_of_other_processes_is_told_from_our_own():
    if machine.busy_seconds() is None:
        assert train_steps.others_share(None, 1.0) == "?"
        return
    work = "import time\nwhile time.process_time() < 0.5: pass\nprint(1, flush=True)"
    before, start = machine.busy_seconds(), time.perf_counter()
    command = [sys.executable, "-c", f"{work}\ntime.sleep(600)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"1\n"
        worked = machine.busy_seconds() - before
        seconds = time.perf_counter() - start
        other.kill()
    assert 0.4 < worked < (seconds + 0.1) * os.cpu_count()


def test_mnist_trains_the_networks_that_have_an_aim():
    assert mnist.AIMS.keys() == EPOCHS.keys() == NETWORKS.keys() == mnist.NAMES.keys()
