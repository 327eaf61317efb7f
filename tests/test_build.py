"""Notebooks from sources: the same bytes each time, and no solutions in them."""

import pytest
from tiny_chapter import TINY, cells_of, edit, write_tiny

from autograder import build, package
from autograder.bricks import find
from autograder.bricks.brick import Brick, Chapter
from autograder.build import instructor, learner


@pytest.fixture
def place(tmp_path):
    """A chapters directory that holds one tiny chapter."""
    return write_tiny(tmp_path)


def test_two_builds_are_the_same_to_the_byte(place):
    (path,) = build.build(place, [TINY])
    first = path.read_bytes()
    build.build(place, [TINY])
    assert path.read_bytes() == first
    assert instructor(TINY, place) == instructor(TINY, place)


def test_a_fresh_build_is_current(place):
    build.build(place, [TINY])
    assert build.stale(place, [TINY]) == []


def test_a_missing_notebook_is_stale(place):
    (said,) = build.stale(place, [TINY])
    assert said == "09-tiny.ipynb is missing; run: autograder build"


def test_an_edited_source_makes_its_notebook_stale(place):
    build.build(place, [TINY])
    edit(place, 'print("watch")', 'print("look")')
    (said,) = build.stale(place, [TINY])
    assert said == "09-tiny.ipynb differs from its source; run: autograder build"


def test_an_edited_notebook_is_stale(place):
    (path,) = build.build(place, [TINY])
    path.write_bytes(path.read_bytes().replace(b"watch", b"WATCH"))
    (said,) = build.stale(place, [TINY])
    assert said.startswith("09-tiny.ipynb differs")


def test_files_that_belong_to_no_chapter_are_named(place):
    build.build(place, [TINY])
    (place / "08-gone.ipynb").write_text("{}")
    (place / "source" / "07-new.py").write_text("")
    assert build.stale(place, [TINY]) == [
        "08-gone.ipynb belongs to no chapter of autograder.bricks",
        "07-new.py belongs to no chapter of autograder.bricks",
    ]


def test_a_learner_gets_signature_docstring_and_an_empty_body(place):
    exercise = next(
        c for c in cells_of(learner(TINY, place)) if c.id == "exercise-relu"
    )
    assert exercise.source.startswith('def relu(x: Array) -> Array:\n    """Keep')
    assert exercise.source.endswith(
        '    """\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )


def test_a_learner_sees_tags_and_nothing_of_nbgrader(place):
    kept = {c.id: dict(c.metadata) for c in cells_of(learner(TINY, place))}
    assert kept == {
        "09-00": {},
        "09-01": {},
        "09-02": {},
        "exercise-relu": {"tags": ["exercise"]},
        "check-relu": {"tags": ["check"]},
        "09-05": {"tags": ["demo"]},
        "exercise-mse_loss_backward": {"tags": ["exercise"]},
        "check-mse_loss_backward": {"tags": ["check"]},
    }


def test_text_of_another_language_is_left_out(place):
    assert "小" not in learner(TINY, place) + instructor(TINY, place)


def test_an_instructor_gets_the_solution_in_a_fence_and_the_points(place):
    cells = {c.id: c for c in cells_of(instructor(TINY, place))}
    exercise, check = cells["exercise-relu"], cells["check-relu"]
    assert exercise.source.endswith(
        "    ### BEGIN SOLUTION\n    return np.maximum(x, 0)\n    ### END SOLUTION"
    )
    marks = {"schema_version": 3, "task": False}
    assert exercise.metadata.nbgrader == {
        **marks,
        "grade_id": "exercise-relu",
        "grade": False,
        "locked": False,
        "solution": True,
    }
    assert check.metadata.nbgrader == {
        **marks,
        "grade_id": "check-relu",
        "grade": True,
        "locked": True,
        "solution": False,
        "points": find("relu").points,
    }


def test_the_magic_line_becomes_a_magic(place):
    assert "%load_ext autograder\n" in cells_of(learner(TINY, place))[1].source


def test_a_class_is_quoted_whole_with_one_method_to_write(place, monkeypatch):
    (place / "shapes.py").write_text(
        "class Scale:\n"
        "    def __init__(self, k):\n        self.k = k\n\n"
        '    def forward(self, x):\n        """Return k x."""\n'
        "        return self.k * x\n",
        "utf-8",
    )
    monkeypatch.setattr(package, "FINISHED", place / "minidl")
    scale = Brick("shapes.Scale", "Scale", (), (), hole="forward")
    chapter = Chapter("09-tiny", "Tiny", (scale,))
    (place / "source" / "09-tiny.py").write_text(
        '# %% exercise="Scale"\nfrom shapes import Scale\n\n'
        '# %% check="Scale"\ncheck(Scale)\n',
        "utf-8",
    )
    exercise, _ = cells_of(learner(chapter, place))
    assert "        self.k = k\n" in exercise.source
    assert exercise.source.endswith(
        'x."""\n        # YOUR CODE HERE\n        raise NotImplementedError()'
    )
    exercise, _ = cells_of(instructor(chapter, place))
    assert "        ### BEGIN SOLUTION\n        return self.k * x\n" in exercise.source
