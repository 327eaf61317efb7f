"""A workspace: what start makes, keeps and refuses, and which minidl it puts first."""

from __future__ import annotations

import subprocess
import sys

import pytest
from learner import RELU, Notebook, files, fresh, make

from autograder import disk, package, wall, workspace
from autograder.bricks import BRICKS, CHAPTERS
from autograder.quote import quote
from minidl import save
from minidl.models import mlp


@pytest.fixture
def place(tmp_path, monkeypatch):
    return make(tmp_path, monkeypatch)


@pytest.fixture
def unchanged(monkeypatch):
    """Undo what activate does to this process."""
    monkeypatch.setattr(workspace, "_active", None)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = {name: sys.modules.pop(name) for name in package.loaded()}
    yield
    for name in package.loaded():
        del sys.modules[name]
    sys.modules.update(before)


def test_a_workspace_has_every_notebook_and_every_file_of_minidl(tmp_path):
    report = workspace.start(tmp_path / "new" / "course")
    notebooks = {path.name for path in (tmp_path / "new/course").glob("*.ipynb")}
    assert notebooks == {f"{chapter.slug}.ipynb" for chapter in CHAPTERS}
    assert report.kept == []
    ours = {path.relative_to(package.FINISHED.parent).as_posix() for path in sources()}
    assert ours == {name for name in report.made if name.startswith("minidl/")}
    assert (tmp_path / "new/course/README.md").read_text("utf-8") == workspace.README


def sources():
    found = package.FINISHED.rglob("*")
    return [p for p in found if p.is_file() and "__pycache__" not in p.parts]


def test_the_hollow_minidl_contains_no_line_of_a_solution(place):
    for brick in BRICKS.values():
        found = quote(package.finished(brick.module).text, brick.name, brick.hole)
        hollow = package.read(place, brick).segment(brick.name)
        assert found.shown_in(hollow) is None
    assert {row.state for row in wall.status(place)} == {wall.EMPTY}
    assert fresh(place, "import minidl.kernels, minidl.data; print('loads')") == "loads"


def test_starting_again_adds_what_is_missing_and_overwrites_nothing(place):
    notebook = Notebook()
    notebook.cell(RELU)
    notebook.add("relu", place)
    (place / "01-neurons.ipynb").write_text("hers", "utf-8")
    workspace.CHAPTERS.joinpath("02-new.ipynb").write_text("{}", "utf-8")
    workspace.CHAPTERS.joinpath("figures").mkdir()
    workspace.CHAPTERS.joinpath("figures/neuron.svg").write_text("<svg/>", "utf-8")
    (place / "minidl/array.py").unlink()
    before = files(place)
    report = workspace.start(place)
    new = ["02-new.ipynb", "figures/neuron.svg", "minidl/array.py"]
    assert report.made == new
    after = files(place)
    del before[workspace.MARKER], after[workspace.MARKER]
    assert {name: after[name] for name in before} == before
    assert sorted([*report.kept, *new]) == sorted(after)


def test_a_directory_with_other_things_is_refused_and_not_touched(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(workspace.WorkspaceError, match="is not empty and is not a"):
        workspace.start(tmp_path)
    assert files(tmp_path) == {"thesis.txt": b"mine"}


def test_an_empty_directory_becomes_a_workspace(tmp_path):
    assert workspace.start(tmp_path).made[0] == "README.md"
    assert workspace.find(tmp_path) == tmp_path.resolve()


def test_a_file_that_nobody_changed_is_brought_up_to_date(place, monkeypatch):
    newer = [(n, b + b"# newer\n") for n, b in workspace.contents()]
    monkeypatch.setattr(workspace, "contents", lambda: iter(newer))
    (place / "minidl/array.py").write_text("hers", "utf-8")
    report = workspace.start(place)
    assert report.kept == ["minidl/array.py"]
    assert (place / "minidl/array.py").read_text("utf-8") == "hers"
    assert "minidl/errors.py" in report.updated
    assert (place / "minidl/errors.py").read_bytes().endswith(b"# newer\n")
    assert workspace.start(place).updated == []


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "course").write_text("mine", "utf-8")
    with pytest.raises(workspace.WorkspaceError, match="course is a file; name a new"):
        workspace.start(tmp_path / "course")
    with pytest.raises(workspace.WorkspaceError, match=r"^start: .*course"):
        workspace.start(tmp_path / "course" / "below")
    assert files(tmp_path) == {"course": b"mine"}


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path, monkeypatch):
    def forbidden(path, content):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(disk, "write", forbidden)
    with pytest.raises(workspace.WorkspaceError, match="autograder: Permission denied"):
        workspace.start(tmp_path / "course")


def test_an_installation_without_notebooks_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "CHAPTERS", tmp_path)
    with pytest.raises(workspace.WorkspaceError, match="has no notebooks; run: autogr"):
        workspace.start(tmp_path / "course")
    assert files(tmp_path) == {}


def test_a_start_that_was_cut_off_can_be_run_again(tmp_path, monkeypatch):
    write, left = disk.write, iter(range(5))

    def full_soon(path, content):
        if next(left, None) is None:
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    monkeypatch.setattr(disk, "write", full_soon)
    with pytest.raises(workspace.WorkspaceError, match="No space left"):
        workspace.start(tmp_path / "course")
    monkeypatch.setattr(disk, "write", write)
    report = workspace.start(tmp_path / "course")
    assert len(report.kept) == 4
    assert report.made


def test_a_workspace_of_another_version_is_refused(place):
    (place / workspace.MARKER).write_text("2\n", "utf-8")
    for use in (workspace.start, workspace.activate):
        with pytest.raises(workspace.WorkspaceError, match="workspace of version '2'"):
            use(place)


def test_the_workspace_is_found_from_the_folders_below_it(place):
    below = place / "minidl" / "kernels"
    assert workspace.find(below) == workspace.find(place) == place.resolve()
    assert workspace.find(place.parent) is None


def test_the_workspace_is_found_from_the_current_directory(place, monkeypatch):
    monkeypatch.chdir(place / "minidl")
    assert workspace.find() == place.resolve()


@pytest.mark.usefixtures("unchanged")
def test_activating_puts_her_minidl_first_and_forgets_another(place):
    import minidl.kernels

    ours = minidl.kernels
    assert workspace.active() is None
    for _ in range(2):
        workspace.activate(place)
    import minidl.kernels

    hers = minidl.kernels
    assert hers is not ours
    assert hers.__file__ == str(place.resolve() / "minidl/kernels/__init__.py")
    assert sys.path.count(str(place.resolve())) == 1
    assert workspace.active() == place.resolve()
    workspace.activate(place)
    assert sys.modules["minidl.kernels"] is hers


def test_a_service_whose_bricks_are_not_written_names_one(tmp_path):
    course = tmp_path / "course"
    workspace.start(course)
    save(mlp().state_dict(), course / "model.safetensors")
    command = [sys.executable, "-m", "minidl.serving", "model.safetensors"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is not built yet: write it in chapter" in done.stderr
    assert "Traceback" not in done.stderr
