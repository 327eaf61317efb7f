"""`autograder course`: what it makes, keeps and refuses."""

import pytest

from autograder import build, workspace
from autograder.bricks import CHAPTERS
from autograder.grading import course, fresh


@pytest.fixture
def place(tmp_path):
    return course.create(tmp_path / "course")


def contents(place):
    files = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def test_a_course_has_a_configuration_a_readme_and_every_chapter(place):
    notebooks = {f"source/{c.slug}/{c.slug}.ipynb" for c in CHAPTERS}
    ours = {"nbgrader_config.py", "README.md", course.RECORD, fresh.SECRET}
    assert set(contents(place)) == {*ours, *notebooks}
    for chapter in CHAPTERS:
        path = place / f"source/{chapter.slug}/{chapter.slug}.ipynb"
        assert path.read_text("utf-8") == build.instructor(chapter)


def test_an_empty_directory_becomes_a_course(tmp_path):
    assert course.create(tmp_path) == tmp_path
    assert (tmp_path / "nbgrader_config.py").exists()


def test_making_a_course_again_changes_nothing_and_says_nothing(place, capsys):
    before = contents(place)
    course.create(place)
    assert contents(place) == before
    assert capsys.readouterr().out == ""


def test_each_course_is_closed_to_others_and_has_a_secret_of_its_own(place, tmp_path):
    other = course.create(tmp_path / "other")
    assert fresh.read_secret(place) != fresh.read_secret(other)
    assert (place / fresh.SECRET).stat().st_mode & 0o777 == 0o600
    assert place.stat().st_mode & 0o777 == 0o700


def test_what_is_missing_is_added_again(place):
    before = contents(place)
    (place / "README.md").unlink()
    course.create(place)
    assert contents(place) == before


def test_what_the_instructor_changed_is_kept_and_named(place, capsys):
    config = place / "nbgrader_config.py"
    config.write_text("c.CourseDirectory.course_id = 'mine'\n")
    course.create(place)
    assert config.read_text() == "c.CourseDirectory.course_id = 'mine'\n"
    assert capsys.readouterr().out.startswith("kept nbgrader_config.py: you changed it")
    course.create(place)
    assert config.read_text() == "c.CourseDirectory.course_id = 'mine'\n"


def test_what_nobody_changed_is_brought_up_to_date(place, monkeypatch, capsys):
    monkeypatch.setattr(course, "CONFIG", "# new\n")
    course.create(place)
    assert (place / "nbgrader_config.py").read_text() == "# new\n"
    assert capsys.readouterr().out == ""


def test_what_nbgrader_and_the_instructor_added_stays(place):
    added = place / "submitted" / "ada" / "notes.txt"
    added.parent.mkdir(parents=True)
    added.write_text("mine")
    course.create(place)
    assert added.read_text() == "mine"


def test_a_directory_with_something_else_is_refused_untouched(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="exists and is no course made by auto"):
        course.create(tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_file_is_refused(tmp_path):
    (tmp_path / "course").write_text("")
    with pytest.raises(FileExistsError, match="choose a new or an empty directory"):
        course.create(tmp_path / "course")


def test_a_place_inside_a_workspace_is_refused(tmp_path):
    workspace.start(tmp_path / "mine")
    inside = tmp_path / "mine" / "course"
    with pytest.raises(ValueError, match="lies in the workspace"):
        course.create(inside)
    assert not inside.exists()


def test_an_authors_mistake_leaves_no_half_made_course(tmp_path, monkeypatch):
    def broken(chapter):
        raise build.ChapterError("01-neurons.py: exercise relu has no check")

    monkeypatch.setattr(build, "instructor", broken)
    with pytest.raises(build.ChapterError):
        course.create(tmp_path / "course")
    assert not (tmp_path / "course").exists()
