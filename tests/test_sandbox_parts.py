"""The sandbox's parts: tiers, environment, stages, folders, and what the watch sees."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sandboxed import Kernel

from autograder import wall
from autograder.bricks import CHAPTERS
from autograder.sandbox import environment, folder, stage, tiers, watch

TIERS = [tier.name for tier in tiers.probe() if tier.holds]


@pytest.fixture
def untried(monkeypatch):
    """A machine on which no tier has been tried yet."""
    tiers.attempt.cache_clear()
    monkeypatch.delenv(tiers.VARIABLE, raising=False)
    yield
    tiers.attempt.cache_clear()


def test_the_best_tier_that_holds_is_chosen(monkeypatch):
    monkeypatch.delenv(tiers.VARIABLE, raising=False)
    assert tiers.choose() == next(tier for tier in tiers.probe() if tier.holds)


def test_only_the_variable_switches_the_sandbox_off(monkeypatch):
    assert tiers.UNSAFE not in {each.name for each in tiers.probe()}
    monkeypatch.setenv(tiers.VARIABLE, tiers.UNSAFE)
    assert tiers.choose().name == tiers.UNSAFE


def test_a_variable_that_names_no_tier_is_refused(monkeypatch):
    monkeypatch.setenv(tiers.VARIABLE, "docker")
    with pytest.raises(tiers.SandboxUnavailable, match="'docker' is none of 'bwrap'"):
        tiers.choose()


def test_without_bubblewrap_landlock_is_chosen(untried, monkeypatch):
    if "landlock" not in TIERS:
        pytest.skip("this machine has no Landlock")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    first, _, third = tiers.probe()
    assert (first.holds, first.why) == (False, "bwrap is not installed")
    assert tiers.choose() == third


def test_without_any_tier_the_refusal_says_how_to_get_one(untried, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(tiers.SandboxUnavailable) as refused:
        tiers.choose()
    text = str(refused.value)
    assert text.startswith("sandbox: no tier holds on this machine\n  bwrap: needs")
    assert "apt-get install bubblewrap" in text
    assert "set AUTOGRADER_SANDBOX=none" in text


def test_a_kernel_does_not_start_without_a_sandbox(untried, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(tiers.SandboxUnavailable), Kernel():
        pass


@pytest.mark.parametrize("number", [chapter.number for chapter in CHAPTERS])
def test_bricks_of_earlier_chapters_are_there_and_others_are_not(number):
    place = stage.stage(number)
    for chapter in CHAPTERS:
        for brick in chapter.bricks:
            path = place.joinpath(*brick.module.split("."))
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            empty = f'raise NotBuiltYet("{brick.name}: chapter' in path.read_text()
            assert empty == (chapter.number >= number), brick.name
    assert sorted(path.name for path in place.iterdir()) == ["autograder", "minidl"]
    assert {p.suffix for p in (place / "autograder").rglob("*.*")} == {".py", ".pyc"}


def test_the_stage_changes_with_minidl(monkeypatch):
    before = stage.stage(1).name
    monkeypatch.setattr(wall, "hollow", lambda source, bricks: f"{source}\n# new")
    changed = stage.contents(1)
    assert stage.stage(1).name == before
    stage.staged.cache_clear()
    try:
        after = stage.stage(1)
        assert after.name != before
        assert all((after / name).read_bytes() == changed[name] for name in changed)
        shutil.rmtree(after)
    finally:
        stage.staged.cache_clear()


def test_the_environment_has_what_chapters_need_and_no_answers():
    packages = next(environment.environment().glob("lib/*/site-packages"))
    names = {path.name for path in packages.iterdir()}
    assert {"numpy", "matplotlib", "sklearn", "ipykernel"} <= names
    assert names.isdisjoint({"torch", "nbgrader", "minidl", "autograder"})


def test_an_environment_that_lacks_a_package_names_it(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", absent)
    with pytest.raises(RuntimeError, match=r"need tqdm.*pip install 'minidl\[grading"):
        environment.distributions()


def test_a_folder_is_made_once_and_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "cache", lambda: tmp_path)

    def broken(draft: Path, place: Path) -> None:
        (draft / "half").touch()
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        environment.once("thing-1", broken)
    assert list(tmp_path.iterdir()) == []
    made = environment.once("thing-1", lambda draft, place: (draft / "a").touch())
    assert environment.once("thing-1", broken) == made
    assert [path.name for path in made.iterdir()] == ["a"]


def test_what_no_grading_used_for_a_month_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "cache", lambda: tmp_path)
    for name in ("stage-01-old", "stage-01-used", "stage-02-old"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    environment.once("stage-01-used", lambda draft, place: None)
    environment.once("stage-01-new", lambda draft, place: None)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["stage-01-new", "stage-01-used", "stage-02-old"]


def test_two_kernels_have_two_folders_and_two_accounts():
    first, second = folder.take(), folder.take()
    try:
        assert first.path != second.path
        if os.geteuid() == 0:
            assert first.user != second.user
            assert first.work.stat().st_uid == first.user
        assert first.path.stat().st_mode & 0o777 == 0o700
    finally:
        first.release()
        second.release()
    assert not first.path.exists()


def test_what_a_killed_grader_left_is_removed_by_the_next():
    code = "from autograder.sandbox import folder; import os\nf = folder.take()\n"
    code += (
        "(f.work / 'left').touch(); print(f.path, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    left = Path(done.stdout.strip())
    assert (left / "work/left").exists()
    taken = [folder.take()]
    try:
        while taken[-1].path != left:
            taken.append(folder.take())
        assert not (left / "work/left").exists()
    finally:
        for each in taken:
            each.release()


def test_a_place_that_another_user_made_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "ROOT", tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"autograder-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RuntimeError, match="is not a folder of user"):
        folder.take()


def test_too_many_kernels_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "ROOT", tmp_path)
    monkeypatch.setattr(folder, "SLOTS", 1)
    only = folder.take()
    with pytest.raises(RuntimeError, match="use fewer workers"):
        folder.take()
    only.release()


def test_a_folder_hides_nothing_from_the_watch(tmp_path):
    assert not watch.holds_more(tmp_path, 1 << 20)
    (tmp_path / "big").write_bytes(bytes(2 << 20))
    assert watch.holds_more(tmp_path, 1 << 20)
    (tmp_path / "big").unlink()
    for number in range(watch.FILES + 1):
        (tmp_path / str(number)).touch()
    assert watch.holds_more(tmp_path, 1 << 20)
