"""What the builder says to an author who got a chapter wrong."""

import re

import pytest
from tiny_chapter import TINY, edit, write_tiny

from autograder import build
from autograder.bricks.brick import Brick, Chapter
from autograder.build import ChapterError, instructor, learner

RELU = '# %% exercise="relu"\nfrom minidl.kernels.activations import relu\n'
CHECK = '# %% check="relu"\ncheck(relu)\n'


@pytest.fixture
def place(tmp_path):
    """A chapters directory that holds one tiny chapter."""
    return write_tiny(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            '="relu"',
            '="relo"',
            "exercise relo: 'relo' is not a brick; did you mean relu",
            id="no brick",
        ),
        pytest.param(
            RELU,
            RELU + '\n# %% exercise="softmax"\nfrom minidl import softmax\n',
            "exercise softmax: this is a brick of 02-activations; move it there",
            id="brick of another chapter",
        ),
        pytest.param(CHECK, "", "exercise relu has no check; add", id="no check"),
        pytest.param(RELU, "", "check relu has no exercise; add", id="no exercise"),
        pytest.param(
            RELU + "\n" + CHECK,
            "",
            "brick relu has no exercise; write one, or drop the brick",
            id="brick without exercise",
        ),
        pytest.param(RELU, RELU * 2, "exercise relu stands twice", id="twice"),
        pytest.param(CHECK, CHECK * 2, "check relu stands twice", id="checked twice"),
        pytest.param(
            RELU + "\n" + CHECK,
            CHECK + "\n" + RELU,
            "check relu stands before its exercise; move it behind",
            id="check first",
        ),
        pytest.param(
            "import relu",
            "import relu as r",
            'exercise-relu should be the line "from minidl.kernels.activations import '
            'relu"; it is "from minidl.kernels.activations import relu as r"',
            id="no quotable line",
        ),
        pytest.param(
            "check(relu)",
            "check(tanh)",
            'check-relu should be the line "check(relu)"; it is "check(tanh)"',
            id="checks something else",
        ),
        pytest.param(
            'exercise="relu"',
            'exercize="relu"',
            "cell 09-03 has the unknown mark exercize; the marks are check, exercise,",
            id="unknown mark",
        ),
        pytest.param(
            'tags=["demo"]',
            'tags=["show"]',
            "cell 09-05 has the tags ['show']; the only tag is \"demo\"",
            id="unknown tag",
        ),
        pytest.param(
            'tags=["demo"]',
            'lang="zh"',
            "cell 09-05 is code with a language; languages share the code",
            id="code of one language",
        ),
        pytest.param(
            'lang="zh"', 'check="relu"', "is text; only code can be", id="text checks"
        ),
        pytest.param(
            "# # 9. Tiny",
            "# The answer is np.maximum( x,0 ).",
            "cell 09-00 gives relu away: np.maximum(x, 0); say it otherwise",
            id="solution in the text",
        ),
        pytest.param(
            'print("watch")',
            "def f(g, y, target):\n    return g*2*(y - target) / y.size",
            "cell 09-05 gives mse_loss_backward away: g * 2 * (y - target) / y.size",
            id="solution in a demo",
        ),
    ],
)
def test_a_mistake_of_the_author_is_named(place, old, new, says):
    edit(place, old, new)
    with pytest.raises(ChapterError, match=re.escape(says)) as caught:
        learner(TINY, place)
    assert str(caught.value).startswith("09-tiny.py: ")


def test_all_mistakes_are_named_at_once(place):
    edit(place, CHECK, "")
    edit(place, 'tags=["demo"]', 'tags=["show"]')
    with pytest.raises(ChapterError, match=r"(?s)the tags.*relu has no check"):
        instructor(TINY, place)


def test_a_chapter_without_a_source_is_named(place):
    (place / "source" / "09-tiny.py").unlink()
    with pytest.raises(ChapterError, match=r"09-tiny\.py is missing, but 09-tiny is"):
        learner(TINY, place)


def test_a_mistake_in_one_chapter_leaves_every_notebook_as_it_was(place):
    (path,) = build.build(place, [TINY])
    before = path.read_bytes()
    edit(place, 'print("watch")', 'print("look")')
    with pytest.raises(ChapterError):
        build.build(place, [TINY, Chapter("10-none", "None", ())])
    assert path.read_bytes() == before


def test_a_brick_that_minidl_lacks_is_named_with_its_chapter(place):
    brick = Brick("minidl.kernels.activations.swish", "Swish", (), ())
    (place / "source" / "09-tiny.py").write_text(
        f'# %% exercise="swish"\nfrom {brick.module} import swish\n\n'
        '# %% check="swish"\ncheck(swish)\n',
        "utf-8",
    )
    with pytest.raises(ChapterError, match=r"activations\.swish: there is no function"):
        learner(Chapter("09-tiny", "Tiny", (brick,)), place)


@pytest.mark.parametrize(
    "hidden",
    [
        {"metadata": {"note": {"old": ["y = 1\nreturn np.maximum(x, 0)"]}}},
        {"metadata": {"np.maximum(x, 0)": True}},
        {"attachments": {"a.txt": {"text/plain": "np.maximum(x, 0)"}}},
    ],
)
def test_a_solution_is_found_in_metadata_and_attachments(place, hidden):
    notebook, quotes = build.read(TINY, place)
    assert list(build.leaks(notebook, quotes)) == []
    notebook.cells[0].update(hidden)
    (said,) = build.leaks(notebook, quotes)
    assert said.startswith("cell 09-00 gives relu away: np.maximum(x, 0)")
