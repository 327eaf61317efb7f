"""What an instructor may want to look at: hints from the text alone, never a verdict.

Submissions are cut into tokens and not parsed: hostile text can upset a parser.
"""

from __future__ import annotations

import io
import itertools
import keyword
import re
import tokenize
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from autograder import recording
from autograder.bricks import BRICKS
from autograder.bricks.brick import AnyArray, Brick, Chapter
from autograder.notebook import without_magics

LOOKED_AT = 200_000  # characters of a submission; a chapter's answers have 5,000
VALUES = 4  # fewer numbers may agree by chance
ALIKE = 0.95  # of the words
WORTH = 80  # words; below, answers are alike because there is one way to write them
PAIRS = 20  # shown
TRUTH = ("autograder.reference", "autograder.recording", "autograder.strength")
SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING}
NESTING = set("[](),-+")
WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Signal:
    """One thing to look at: whose submission, and what is in it."""

    students: tuple[str, ...]
    says: str


def own_code(cells: Sequence[str], released: Sequence[str]) -> str:
    """What a student wrote: the cells that the released notebook does not have."""
    given = {cell.strip() for cell in released}
    return "\n".join(cell for cell in cells if cell.strip() not in given)[:LOOKED_AT]


def signals(codes: Mapping[str, str], given: str, chapter: Chapter) -> list[Signal]:
    """Everything to look at in a class.

    codes:  of each student, what own_code gives
    given:  the code of the released exercise cells, which all share
    """
    arrays = public_arrays(chapter)
    found = []
    for student, code in sorted(codes.items()):
        read = tokens(code)
        said = [*imports(read, chapter), *copied(read, arrays)]
        found += [Signal((student,), says) for says in dict.fromkeys(said)]
    return [*found, *alike(codes, given)]


def tokens(code: str) -> list[tokenize.TokenInfo]:
    """The tokens of a text, as far as it is Python."""
    read = []
    try:
        lines = io.StringIO(without_magics(code))
        for token in tokenize.generate_tokens(lines.readline):
            read.append(token)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return read


def imports(read: Sequence[tokenize.TokenInfo], chapter: Chapter) -> Iterator[str]:
    """What is imported that an answer should do without, in sentences."""
    answers = {brick.target for brick in chapter.bricks}
    for name in imported(read):
        if name.partition(".")[0] == "torch":
            yield "imports torch"
        elif name in answers:
            yield f"imports the answer {name}"
        elif f"{name}.".startswith(tuple(f"{module}." for module in TRUTH)):
            yield f"imports {name}"
    for token in read:
        if token.type == tokenize.STRING and re.fullmatch(r"\W*torch\W*", token.string):
            yield 'names "torch" in a string, as import_module would'


def imported(read: Sequence[tokenize.TokenInfo]) -> Iterator[str]:
    """The dotted names that import statements name."""
    for line in logical_lines(read):
        text = " ".join(line).replace(" . ", ".")
        if match := re.fullmatch(r"from ([\w.]+) import \(?(.*?)\)?", text):
            for each in match[2].split(","):
                yield f"{match[1]}.{each.split(' as ')[0].strip()}"
        elif text.startswith("import "):
            for each in text.removeprefix("import ").split(","):
                yield each.split(" as ")[0].strip()


def logical_lines(read: Sequence[tokenize.TokenInfo]) -> Iterator[list[str]]:
    """The words of each statement; a semicolon ends one as well."""
    line: list[str] = []
    for token in read:
        if token.type == tokenize.NEWLINE or token.string in (";", ":"):
            yield line
            line = []
        elif token.string.strip() and token.type not in SKIPPED:
            line.append(token.string)
    yield line


def copied(
    read: Sequence[tokenize.TokenInfo], arrays: Mapping[int, tuple[AnyArray, list[str]]]
) -> Iterator[str]:
    """Lists of numbers that are an array of a public case, in sentences."""
    for values in literals(read):
        rows, names = arrays.get(len(values), (np.empty((0, len(values))), []))
        same = np.isclose(rows, values, rtol=1e-4, atol=1e-6).all(axis=1)
        if same.any():
            yield f"has the {len(values)} numbers of {names[int(same.argmax())]}"


def literals(read: Sequence[tokenize.TokenInfo]) -> Iterator[list[float]]:
    """The numbers of each list or tuple that holds nothing but numbers."""
    values: list[float] = []
    sign, depth = 1.0, 0
    for token in read:
        if token.type == tokenize.NUMBER and depth:
            values.append(sign * as_float(token.string))
            sign = 1.0
        elif token.type == tokenize.OP and token.string in NESTING:
            depth = max(0, depth + (token.string in "[(") - (token.string in "])"))
            sign = -1.0 if token.string == "-" else 1.0
            if depth:
                continue
        elif token.type in SKIPPED:
            continue
        else:
            depth = 0
        if not depth:
            if len(values) >= VALUES:
                yield values
            values = []


def as_float(text: str) -> float:
    """The value of a number in source, nan where that is no float."""
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return float("nan")


def public_arrays(chapter: Chapter) -> dict[int, tuple[AnyArray, list[str]]]:
    """Inputs and results of the chapter's recorded cases, by how many numbers.

    Left out are arrays that anybody may write: few values, or evenly spaced ones.
    """
    found: dict[int, dict[tuple[float, ...], str]] = {}
    for brick in chapter.bricks:
        for name, array in arrays_of(brick):
            flat = np.asarray(array, dtype=float).ravel()
            steps = np.diff(flat)
            if len(np.unique(flat)) < VALUES or np.allclose(steps, steps[0]):
                continue
            found.setdefault(flat.size, {}).setdefault(tuple(flat), name)
    return {n: (np.array(list(each)), [*each.values()]) for n, each in found.items()}


def arrays_of(brick: Brick) -> Iterator[tuple[str, AnyArray]]:
    """The arrays of a brick's public cases, and what they are."""
    record = recording.load(brick)
    for case, expected in zip(record.cases, record.expected, strict=True):
        for name, value in case.inputs.items():
            if isinstance(value, np.ndarray):
                yield f'{brick.name}, input {name} of the case "{case.name}"', value
        for value in expected.outputs:
            yield f'{brick.name}, the result of the case "{case.name}"', value


def alike(codes: Mapping[str, str], given: str) -> Iterator[Signal]:
    """Pairs of submissions that say nearly the same, the most alike first.

    Lines that the chapter gives, comments and spaces do not count, and all variables
    are one: to rename them hides nothing.
    """
    read = {student: letters(code, given) for student, code in sorted(codes.items())}
    long = [student for student, text in read.items() if len(text) >= WORTH]
    if len(long) < 2:
        return
    texts = [read[student] for student in long]
    scores = process.cdist(texts, texts, scorer=Indel.normalized_similarity)
    i, j = np.nonzero(np.triu(scores >= ALIKE, 1))
    order = np.argsort(-scores[i, j], kind="stable")
    for k in order[:PAIRS]:
        share = f"{100 * scores[i[k], j[k]]:.0f} % of their words"
        yield Signal((long[i[k]], long[j[k]]), f"are alike in {share}")
    if (rest := len(order) - PAIRS) > 0:
        yield Signal((), f"{rest} more pairs are alike in {100 * ALIKE:.0f} % or more")


def letters(code: str, given: str) -> str:
    """One letter for each word and sign of what the chapter does not give.

    The library compares letters at the speed of text; 53,000 of them are enough to
    make two words with the same one rare.
    """
    lines = {line.strip() for line in given.splitlines()}
    own = (line.partition("#")[0].strip() for line in code.splitlines())
    words = WORD.findall("\n".join(line for line in own if line not in lines))
    kept = {*keyword.kwlist, *BRICKS}
    return "".join(
        chr(256 + zlib.crc32(said.encode("utf-8", "replace")) % 53_000)
        for before, word in itertools.pairwise(["", *words])
        for said in [word if before == "." or word in kept else variable(word)]
    )


def variable(word: str) -> str:
    """An underscore for a name, else the word."""
    return "_" if word.isidentifier() else word
