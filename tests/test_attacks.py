"""Hostile notebooks, graded: no undeserved point, nothing leaked, nothing harmed."""

from __future__ import annotations

import json
import re

import handing
import pytest
from attacks.attack import BROKEN_OUT, SECRET, targets
from attacks.forgery import FORGERIES
from attacks.isolation import ATTACKS
from handing import NAMES, feedback, graded, messages, passed

from autograder.sandbox import tiers
from autograder.sandbox.limits import MB, Limits

SMALL = Limits(
    cell_seconds=6,
    memory_bytes=600 * MB,
    scratch_bytes=16 * MB,
    file_bytes=8 * MB,
    output_bytes=MB // 4,
)
HOLDING = [tier.name for tier in tiers.probe() if tier.holds]
OTHERS = [pytest.param(name, marks=pytest.mark.attacks) for name in HOLDING[1:]]
QUIET = [attack for attack in ATTACKS if not attack.fatal]
FATAL = [attack for attack in ATTACKS if attack.fatal]
SHOWN = [
    *FATAL[::6],
    *(pytest.param(each, marks=pytest.mark.attacks) for each in FATAL),
]


@pytest.fixture(scope="module")
def about(tmp_path_factory):
    """Files, processes and sockets of the grader's that nobody may reach."""
    with targets(tmp_path_factory.mktemp("grader") / "course") as found:
        yield found


@pytest.fixture(params=[*HOLDING[:1], *OTHERS])
def tier(request, monkeypatch):
    """The best tier; with -m attacks every other one that this machine has."""
    monkeypatch.setenv(tiers.VARIABLE, request.param)
    return request.param


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_earns_nothing(forgery, tier, about):
    book = handing.notebook(forgery.answers, forgery.cells)
    if forgery.edit:
        forgery.edit(book)
    text = json.dumps(book)
    result = graded(forgery.file(text) if forgery.file else book, SMALL)
    assert passed(result) == forgery.earned, messages(result)
    assert all(messages(result).values())
    assert forgery.says in feedback(result)
    assert SECRET not in result.to_json()
    about.unharmed()


def test_a_notebook_full_of_attacks_on_the_machine_reaches_nothing(tier, about):
    cells = [about.aim(cell) for each in QUIET for cell in each.cells]
    result = graded(handing.notebook(handing.solutions(), cells), SMALL)
    said = feedback(result)
    assert passed(result) == NAMES, messages(result)
    assert BROKEN_OUT not in said
    assert SECRET not in said
    assert [each.name for each in QUIET if not re.search(each.says, said)] == []
    about.unharmed()


@pytest.mark.parametrize("attack", SHOWN, ids=lambda attack: attack.name)
def test_who_uses_up_the_machine_loses_that_cell_alone(attack, tier, about):
    cells = [about.aim(cell) for cell in attack.cells]
    result = graded(handing.notebook(handing.solutions(), cells), SMALL)
    said = feedback(result)
    assert passed(result), said
    assert BROKEN_OUT not in said
    assert SECRET not in said
    assert re.search(attack.says, said)
    about.unharmed()


def test_the_suite_is_as_large_as_promised():
    assert len(FORGERIES) + len(ATTACKS) >= 40
