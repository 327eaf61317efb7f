"""The service under requests drawn from its own description, and under many at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from served import served

import minidl
from benchmarks import serving
from minidl.models import cnn, mlp
from minidl.serving import create_app


def test_no_request_drawn_from_its_description_breaks_the_service(tmp_path):
    program = [sys.executable, "-m", "schemathesis.cli", "run", "--no-color"]
    # what the description allows may still be no picture
    checks = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    drawn = ["--max-examples", "60", "--seed", "1", "--generation-database", "none"]
    with served(create_app(mlp())) as url:
        command = [*program, f"{url}/openapi.json", *checks, *drawn]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 2" in done.stdout


@pytest.mark.parametrize("network", [mlp, cnn])
def test_64_clients_at_once_get_the_answers_that_each_gets_alone(network, tmp_path):
    minidl.save(network().state_dict(), tmp_path / "model.safetensors")
    with serving.service(tmp_path / "model.safetensors") as address:
        found = serving.load(address, clients=64, seconds=1.0)
    assert found.errors == 0
    assert len(found.latencies) >= 64
