"""What is installed for the tests, and from where."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import conftest
import provision
import pytest


def test_torch_for_linux_never_comes_with_cuda():
    local, index = provision.torch_sources("linux")
    assert local == ["torch==2.13.0+cpu"]
    assert index == ["--index-url", provision.CPU_INDEX, "torch==2.13.0"]
    assert provision.torch_sources("darwin") == [["torch==2.13.0"]]


def test_torch_of_another_version_is_replaced_before_the_extras_pull_one(monkeypatch):
    tried = record_commands(monkeypatch, {})
    monkeypatch.setattr(provision, "installed", lambda package: "2.12.0")
    provision.install_torch()
    assert [command[-1] for command in tried] == [
        provision.torch_sources(sys.platform)[0][-1]
    ]


def test_torch_that_is_nowhere_ends_with_what_pip_said(monkeypatch):
    record_commands(monkeypatch, {sys.executable: "pip: no such version"})
    monkeypatch.setattr(provision, "installed", lambda package: None)
    with pytest.raises(SystemExit, match=r"no such version(?s:.*)install it by hand"):
        provision.install_torch()


def test_a_chromium_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    program(tmp_path / "chromium", "echo needs the snap; exit 1")
    works = program(tmp_path / "google-chrome", "echo Google Chrome 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provision.chromium() == str(works)


def test_without_any_chromium_the_install_goes_on_and_says_so(monkeypatch, capsys):
    nothing = dict.fromkeys(("apt-get", sys.executable), "cannot be reached")
    record_commands(monkeypatch, nothing)
    monkeypatch.setattr(provision, "chromium", lambda: None)
    provision.install_chromium()
    printed = capsys.readouterr().out
    assert "cannot be reached" in printed
    assert "No Chromium: no browser tests." in printed


def test_what_is_missing_skips_a_test_but_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        conftest.do_without("no Chromium")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        conftest.do_without("no Chromium")


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("old-python", "needs Python 3.11 or newer, and old-python is 3.10"),
        ("no-python", "needs Python 3.11 or newer, and there is no no-python"),
    ],
)
def test_make_names_the_python_it_needs(root, tmp_path, python, message):
    shutil.copy(root / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    pretend = "import sys; sys.version_info = (3, 10, 12); exec(sys.argv[1])"
    program(tmp_path / "old-python", f'exec "{sys.executable}" -c "{pretend}" "$2"')
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["make", "course", "LAB=no", f"PYTHON={python}"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / ".venv").exists()


def program(path: Path, line: str) -> Path:
    """An executable shell script of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)
    return path


def record_commands(monkeypatch, errors: dict[str, str]) -> list[tuple[str, ...]]:
    """Run nothing: list the commands, and let those in errors fail."""
    commands: list[tuple[str, ...]] = []

    def run(*command: str) -> str | None:
        commands.append(command)
        return errors.get(command[0])

    monkeypatch.setattr(provision, "run", run)
    return commands
