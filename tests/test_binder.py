"""Binder: its pins, its Dockerfile, the README's link; conda's environment.yml."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from conftest import do_without
from image import Image, clone
from lab import Notebook, browse, serve
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from playwright.sync_api import expect
from rattler import MatchSpec, Version, VersionSpec
from test_chapters_run import outputs, solved

from autograder import build, pins, wall
from autograder.bricks import CHAPTERS

CONDA_NAMES = {"pytorch": "torch"}
SERVED = """\
import minidl
from minidl.models import cnn
minidl.save(cnn().state_dict(), "model.safetensors")
!python -m minidl.serving model.safetensors --port 0"""


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def dockerfile(root):
    """What repo2docker would build for Binder."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Building conda environment for python=3.11" in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def link(root):
    """The README's link to Binder, in parts."""
    readme = (root / "README.md").read_text("utf-8")
    (address,) = re.findall(r"https://mybinder\.org/v2/\S+", readme)
    assert f"\n[binder]: {address}\n" in readme
    return urlsplit(address)


def pinned(root):
    """Package and version of each pin."""
    lines = (root / "binder/requirements.txt").read_text("utf-8").splitlines()[1:]
    return dict(line.split("==") for line in lines)


def requirements(project, extra):
    """What pyproject asks for in an extra, in those that it names, and always."""
    found = map(Requirement, project["optional-dependencies"][extra])
    for each in (*map(Requirement, project["dependencies"]), *found):
        if each.name == project["name"]:
            for inner in each.extras:
                yield from requirements(project, inner)
        else:
            yield each


def test_the_pins_are_what_a_learner_installs(root, project):
    versions = pinned(root)
    for each in requirements(project, "learn"):
        assert each.specifier.contains(versions[pins.canonical(each.name)]), each
    assert versions.keys().isdisjoint({"torch", "nbgrader", "minidl"})


def test_binder_has_the_oldest_python_that_pyproject_allows(root, project):
    oldest = project["requires-python"].removeprefix(">=")
    assert (root / "binder/runtime.txt").read_text("utf-8") == f"python-{oldest}\n"


def test_pins_are_not_made_with_another_python():
    pins.refuse_another_python("python-3.11", "linux")
    with pytest.raises(
        pins.PinsError,
        match=r"Binder has python-3\.11 on linux, this is python-3\.12 on darwin, "
        r"which may need other packages; run it with python-3\.11 on linux",
    ):
        pins.refuse_another_python("python-3.12", "darwin")


def test_pins_that_pip_does_not_find_again_are_named(root, monkeypatch):
    text = (root / "binder/requirements.txt").read_text("utf-8")
    monkeypatch.setattr(pins, "resolved", lambda *_: text)
    pins.check()
    monkeypatch.setattr(pins, "resolved", lambda *_: f"{text}zlib-ng==1.0\n")
    with pytest.raises(
        pins.PinsError,
        match=r"requirements\.txt and pyproject\.toml differ in zlib-ng==1\.0; "
        "run: make pins",
    ):
        pins.check()


def test_pins_that_clash_are_refused_with_the_words_of_pip(tmp_path):
    with pytest.raises(pins.PinsError, match=r"run: make pins\n(.|\n)*missing\.txt"):
        pins.resolved("--constraint", str(tmp_path / "missing.txt"))


def test_binder_installs_the_pins_then_minidl_without_what_it_needs(root, dockerfile):
    steps = [
        'RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/require',
        "COPY --chown=0:0 src/ ${REPO_DIR}/",
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ]
    places = [dockerfile.index(step) for step in steps]
    assert places == sorted(places)
    assert dockerfile.count("pip install") == 1
    assert "environment.yml" not in dockerfile
    post_build = (root / "binder/postBuild").read_text("utf-8")
    assert "pip install --no-cache-dir --no-deps .\n" in post_build


def test_binder_starts_one_thread_a_library_and_then_what_it_is_told(root):
    for library in ("OPENBLAS", "OMP"):
        command = [root / "binder/start", "printenv", f"{library}_NUM_THREADS"]
        assert subprocess.check_output(command, text=True) == "1\n"
    assert os.access(root / "binder/postBuild", os.X_OK)


def test_the_badge_and_the_sentence_share_one_link(root, link):
    readme = (root / "README.md").read_text("utf-8")
    assert "[![Open in Binder](https://mybinder.org/badge_logo.svg)][binder]" in readme
    assert len(re.findall(r"\]\[binder\]", readme)) == 2
    assert re.fullmatch(r"/v2/gh/[\w.-]+/[\w.-]+/HEAD", link.path)


def test_the_link_opens_the_workspace_that_binder_makes(root, link):
    post_build = (root / "binder/postBuild").read_text("utf-8")
    (made,) = re.findall(r"^autograder start (\w+)$", post_build, re.MULTILINE)
    assert parse_qs(link.query) == {"urlpath": [f"lab/tree/{made}"]}


def test_the_conda_environment_has_the_versions_of_pyproject(root, project):
    asked = {"python": SpecifierSet(project["requires-python"])}
    for extra in ("dev", "reference"):
        for each in requirements(project, extra):
            asked[pins.canonical(each.name)] = each.specifier
    environment = yaml.safe_load((root / "environment.yml").read_text("utf-8"))
    *packages, pip = environment["dependencies"]
    assert pip == {"pip": ["--editable .[dev]"]}
    specs = [MatchSpec(package, strict=True) for package in packages]
    names = {spec.name.normalized for spec in specs}
    assert names >= {"python", "jupyterlab", "pytorch", "nbgrader", "pytest", "pip"}
    for spec in specs:
        name = spec.name.normalized
        if name == "pip":
            continue
        (wanted,) = asked[CONDA_NAMES.get(name, name)]
        assert VersionSpec(str(spec.version)).matches(Version(wanted.version)), name
        assert wanted.operator == "==" or spec.version == str(wanted), name


@pytest.fixture(scope="module")
def image(root, dockerfile, tmp_path_factory):
    """The steps of the Dockerfile that are ours, taken in a fresh environment."""
    if sys.version_info[:2] != (3, 11):
        do_without("Binder has Python 3.11; see make PYTHON=python3.11 test")
    place = tmp_path_factory.mktemp("binder")
    python, repository = place / "python", place / "repository"
    venv.create(python, with_pip=True)
    clone(root, repository)
    environment = {
        **{name: os.environ[name] for name in os.environ if name[:7] != "JUPYTER"},
        "KERNEL_PYTHON_PREFIX": str(python),
        "PATH": f"{python / 'bin'}:{os.environ['PATH']}",
        "IPYTHONDIR": str(place / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
    }
    made = Image(repository, environment)
    steps = re.findall(
        r"^RUN (.*(?:pip install|\./binder/).*)$", dockerfile, re.MULTILINE
    )
    assert len(steps) == 2
    for step in steps:
        made.run("bash", "-c", step.replace(" --no-cache-dir", ""))
    return made


@pytest.mark.binder
def test_pip_held_to_the_pins_resolves_just_these():
    pins.check()


@pytest.mark.binder
def test_the_image_has_the_pins_and_minidl_and_no_more(image, root):
    assert image.run("pip", "check") == "No broken requirements found.\n"
    lines = image.run("pip", "list", "--format=freeze").splitlines()
    have = {pins.canonical(name): version for name, version in map(split, lines)}
    assert have.keys() - {"minidl", "pip", "setuptools"} == pinned(root).keys()
    assert have.items() >= pinned(root).items()


def split(pin):
    """The two sides of ==."""
    return pin.split("==")


@pytest.mark.binder
def test_chapter_1_runs_in_the_image_on_the_notebooks_own_kernel(image):
    chapter, course = CHAPTERS[0], image.repository / "course"
    notebook = solved(course, chapter)
    notebook.cells.append(nbformat.v4.new_code_cell("import sys; print(sys.prefix)"))
    path = course / "solved.ipynb"
    nbformat.write(notebook, path)
    start = str(image.repository / "binder/start")
    image.run(start, "jupyter", "execute", "--inplace", path.name, at="course")
    notebook = nbformat.read(path, as_version=4)
    assert outputs(notebook, "error") == outputs(notebook, "stderr") == []
    (stream,) = notebook.cells[-1].outputs
    assert stream.text.strip() == image.environment["KERNEL_PYTHON_PREFIX"]
    states = {r.state for r in wall.status(course) if r.chapter is chapter}
    assert states == {wall.BUILT}


@pytest.fixture
def lab(image, chromium, tmp_path, monkeypatch):
    """JupyterLab in the image: where it is, and a page to open it with."""
    for name, value in image.environment.items():
        monkeypatch.setenv(name, value)
    program = [str(image.repository / "binder/start"), "jupyter-lab"]
    with (
        serve(image.repository, tmp_path, program) as url,
        browse(chromium, tmp_path / "profile") as page,
    ):
        yield url, page


@pytest.mark.binder
def test_the_link_shows_the_notebooks_in_jupyterlab(lab, link):
    url, page = lab
    (urlpath,) = parse_qs(link.query)["urlpath"]
    page.goto(url.format(urlpath.removeprefix("lab/tree/")))
    files = page.get_by_role("region", name="File Browser Section")
    for chapter in CHAPTERS:
        expect(files).to_contain_text(f"{chapter.slug}.ipynb")


@pytest.mark.binder
def test_a_network_is_served_from_a_cell_and_jupyter_passes_its_page_on(image, lab):
    url, page = lab
    image.run("autograder", "catch-up", str(1 + len(CHAPTERS)), at="course")
    cells = [nbformat.v4.new_code_cell(SERVED)]
    book = nbformat.v4.new_notebook(cells=cells, metadata=build.METADATA)
    nbformat.write(book, image.repository / "course/served.ipynb")
    cell = Notebook(page, url.format("course/served.ipynb")).cell("minidl.serving")
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    address = re.compile(r"running on http://127\.0\.0\.1:(\d+)")
    expect(cell).to_contain_text(address)
    (port,) = address.findall(cell.inner_text())
    service = page.context.new_page()
    service.goto(f"{url.partition('lab')[0]}proxy/{port}/")
    expect(service.get_by_role("heading")).to_have_text("Draw a digit")
    service.close()
    page.get_by_role("button", name="Interrupt the kernel").click()
    expect(cell).to_contain_text("Finished server process")
