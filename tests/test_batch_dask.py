"""`autograder grade --dask`: a cluster does the work, and may lose workers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import dask
import pytest
import yaml
from classroom import (
    FULL,
    SLUG,
    command,
    environment,
    grade,
    points,
    released,
    solutions,
    submit,
)
from conftest import do_without
from distributed import Client
from test_readme import blocks

HERE = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with chapter 2 released and nothing handed in."""
    return released(tmp_path_factory.mktemp("teaching") / "course")


@pytest.fixture
def secured(root, tmp_path, monkeypatch):
    """A certificate, and Dask configured to use it, as the instructor's page says."""
    page = root / "docs/instructors.md"
    (make,) = (block for block in blocks(page, "sh") if "openssl" in block)
    (text,) = blocks(page, "yaml")
    if not shutil.which("openssl"):
        do_without("no openssl to make a certificate with")
    subprocess.run(["sh", "-c", make], cwd=tmp_path, capture_output=True, check=True)
    path = tmp_path / "tls.yaml"
    path.write_text(text.replace("/PATH", str(tmp_path)), "utf-8")
    monkeypatch.setenv("DASK_CONFIG", str(path))
    ours = yaml.safe_load(path.read_text("utf-8"))
    with dask.config.set(dask.config.merge(dask.config.config, ours)):
        yield


@pytest.fixture
def scheduler(secured, tmp_path):
    """The address of a Dask scheduler without workers."""
    process, address = started(tmp_path, "scheduler", "--port", "0", *HERE)
    yield address
    end(process)


def started(place, kind, *options):
    """A Dask process, and the first tls:// address that it says."""
    log = place / f"{kind}.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", kind, *options],
            env=environment(place),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for word in log.read_text().split():
            if word.startswith("tls://"):
                return process, word
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def end(process):
    """Stop the process and its children."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def pids(address):
    """The processes that do the work, by the address of each."""
    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return list(client.run(os.getpid).values())


def test_a_cluster_without_workers_is_refused(course, scheduler):
    submit(course, "ada", {})
    done = grade(course, "--dask", scheduler)
    assert done.returncode == 2
    assert "has no workers; start some: dask worker" in done.stderr


def test_a_worker_killed_in_the_middle_loses_nothing(course, scheduler, tmp_path):
    place = shutil.copytree(course, tmp_path / "course")
    shutil.rmtree(place / "submitted", ignore_errors=True)
    for i in range(6):
        submit(place, f"s{i}", solutions(), first="import time\ntime.sleep(1)")
    options = ("--nworkers", "2", "--nthreads", "1")
    workers, _ = started(tmp_path, "worker", scheduler, *options, *HERE)
    try:
        before = pids(scheduler)
        grader = subprocess.Popen(
            command("grade", str(place), SLUG, "--dask", scheduler),
            cwd=place,
            env=environment(place),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_for_a_result(place, grader)
        os.kill(before[0], signal.SIGKILL)
        said, _ = grader.communicate(timeout=240)
        assert grader.returncode == 0, said
        assert "6/6" in said
        assert before[0] not in pids(scheduler)
    finally:
        end(workers)
    assert points(place) == {f"s{i}": FULL for i in range(6)}


def wait_for_a_result(place, process):
    """Return when the first submission is stored."""
    deadline = time.monotonic() + 120
    while not list((place / ".autograder").glob("results/*/*.json")):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
