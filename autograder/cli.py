"""The command line: autograder start, status, catch-up, check, bricks and more."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Build minidl brick by brick, and be told whether you are right.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Course = Annotated[Path, typer.Argument(metavar="COURSE", show_default=False)]
Directory = Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]


@app.command()
def start(directory: Directory) -> None:
    """Make a workspace in DIR: the notebooks, and a minidl with empty bricks.

    In a workspace that exists, add what came out since; what you changed stays.
    """
    from autograder import workspace

    with clear_errors():
        report = workspace.start(directory)
    if not report.kept:
        typer.echo(f"{directory} is your workspace. Begin with 01-neurons.ipynb there.")
        return
    if report.made:
        typer.echo(f"Added: {', '.join(report.made)}.")
    if report.updated:
        typer.echo(f"Brought up to date: {', '.join(report.updated)}.")
    files = "1 file" if len(report.kept) == 1 else f"{len(report.kept)} files"
    typer.echo(f"Kept as they are: the {files} of {directory} that were there already.")


@app.command()
def status() -> None:
    """Show which bricks of your minidl are built."""
    from autograder import extension, wall

    with clear_errors():
        rows = wall.status(here("status"))
    table(
        ("chapter", "brick", "points", "state"),
        [(r.chapter.number, r.brick.name, r.brick.points, r.state) for r in rows],
    )
    typer.echo(extension.summary(rows))


@app.command("catch-up")
def catch_up(
    chapter: Annotated[int, typer.Argument(metavar="N", show_default=False)],
) -> None:
    """Lay our bricks where those of the chapters before N are empty.

    They are marked as ours; what you built stays.
    """
    from autograder import wall
    from autograder.bricks import CHAPTERS

    last = CHAPTERS[-1].number
    if not 1 < chapter <= last + 1:
        fail(f"catch-up: name a chapter from 2 to {last + 1}, not {chapter}")
    with clear_errors():
        done = wall.catch_up(here("catch-up"), chapter)
    for brick in done.laid:
        typer.echo(f"laid {brick.name}")
    if done.laid:
        typer.echo("Marked as ours in minidl/. Restart the kernels of open notebooks.")
    elif not done.trouble:
        typer.echo(f"Nothing to lay: all bricks before chapter {chapter} are built.")
    if done.trouble:
        fail("\n".join(done.trouble))


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", show_default=False)],
) -> None:
    """Run the exercises of NOTEBOOK and check them; the file is not changed."""
    from autograder.notebook import check_notebook

    with clear_errors():
        results = check_notebook(notebook)
    failed = [result for result in results if not result.passed]
    table(
        ("brick", "check"),
        [(r.name, "right" if r.passed else "not yet") for r in results],
    )
    for result in failed:
        typer.echo(f"\n{result.text}")
    raise typer.Exit(1 if failed else 0)


@app.command()
def bricks(
    strength: Annotated[
        bool,
        typer.Option("--strength", help="Measure the checks: what each one catches."),
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="With --strength: write the pages of docs/.")
    ] = False,
) -> None:
    """List the bricks of every chapter."""
    from autograder.bricks import CHAPTERS

    if strength or write:
        show_strength(write)
        return
    table(
        ("chapter", "brick", "points", "cases"),
        [
            (chapter.number, b.name, b.points, sum(len(f.dtypes) for f in b.families))
            for chapter in CHAPTERS
            for b in chapter.bricks
        ],
    )


def show_strength(write: bool) -> None:
    """Print what the checks reject, name and accept; exit 1 unless it is everything."""
    from rich.progress import track

    from autograder.bricks import BRICKS
    from autograder.strength.measure import measure
    from autograder.strength.pages import write as write_pages

    with clear_errors():
        found = track(measure(), "Judging", total=len(BRICKS), transient=True)
        rows = list(found)
    table(
        ("brick", "mistakes", "named", "mutations", "equivalent", "right answers"),
        [
            (
                row.brick,
                f"{row.killed}/{row.planted}",
                f"{row.named}/{row.planted}",
                f"{row.caught}/{row.mutants}",
                row.equivalent,
                f"{row.accepted}/{row.correct}",
            )
            for row in rows
        ],
    )
    if troubles := [trouble for row in rows for trouble in row.troubles]:
        typer.echo("\n".join(troubles), err=True)
        raise typer.Exit(1)
    typer.echo("Every mistake is rejected and named, every right answer accepted.")
    if write:
        with clear_errors():
            typer.echo("\n".join(str(path) for path in write_pages(rows)))


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if one is not current.")
    ] = False,
) -> None:
    """Build the notebooks of chapters/ from their sources."""
    with clear_errors():
        builder = needs("autograder.build", "build")
        said = builder.stale() if check else []
        written = [] if check else builder.build()
    if said:
        typer.echo("\n".join(said), err=True)
        raise typer.Exit(1)
    typer.echo("The notebooks are current." if check else "\n".join(map(str, written)))


@app.command()
def course(directory: Directory) -> None:
    """Make an nbgrader course of the chapters in DIR, for an instructor."""
    with clear_errors():
        made = needs("autograder.grading.course", "grading").create(directory)
    typer.echo(f"{made} is an nbgrader course; its README.md has the commands.")


@app.command()
def grade(
    course: Course,
    assignment: Annotated[str, typer.Argument(metavar="CHAPTER", show_default=False)],
    workers: Annotated[
        int, typer.Option(min=0, help="Submissions at a time; 0: processors + 1.")
    ] = 0,
    dask: Annotated[str, typer.Option(help="Address of a Dask scheduler.")] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where the last run was cut short.")
    ] = False,
    live: Annotated[
        str, typer.Option(metavar="cpu|cuda", help="Let PyTorch answer now, there.")
    ] = "",
) -> None:
    """Grade what is new or has changed in COURSE/submitted, and report on the class."""
    with clear_errors():
        commands = needs("autograder.grading.commands", "grading")
        whole = commands.grade(course, assignment, workers, dask, resume, live)
    raise typer.Exit(0 if whole else 1)


@app.command()
def doctor(
    course: Annotated[
        Path | None, typer.Argument(metavar="[COURSE]", show_default=False)
    ] = None,
) -> None:
    """Report the sandbox, versions, device, recordings and database of grading."""
    with clear_errors():
        facts = needs("autograder.grading.doctor", "grading").examine(course)
    table(("about", "", "what is so"), [fact.row() for fact in facts])
    raise typer.Exit(1 if any(fact.bad for fact in facts) else 0)


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def record(context: typer.Context) -> None:
    """Record anew what PyTorch answers; `record --help` lists the options."""
    with clear_errors():
        main = needs("autograder.reference.record", "reference").main
        code = main(context.args)
    raise typer.Exit(code)


def here(command: str) -> Path:
    """The workspace of the current directory.

    Raises:  ValueError when there is none, or one of another version
    """
    from autograder import workspace

    place = workspace.find()
    if place is None:
        raise ValueError(
            f"{command}: this directory is not in a workspace; "
            "go to yours, or make one: autograder start DIR"
        )
    workspace.refuse_other_version(place)
    return place


def needs(module: str, extra: str) -> Any:
    """The module, imported.

    Raises:  ValueError that names what to install, when a package is missing
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"this command needs {error.name}: pip install 'minidl[{extra}]'"
        ) from error


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn an error that has a sentence for the user into that sentence."""
    from autograder.recording import DamagedRecording

    try:
        yield
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.strerror else str(error))
    except (ValueError, DamagedRecording) as error:
        fail(str(error))


def fail(message: str) -> None:
    """Print the message on stderr and end with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(2)


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Print rows under a header."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*header, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(str(entry)) for entry in row))
    Console().print(shown)
