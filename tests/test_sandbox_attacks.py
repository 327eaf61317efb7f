"""What a hostile cell must not reach, on every tier that this machine has."""

from __future__ import annotations

import re

import pytest
from attacks.attack import BROKEN_OUT, SECRET, targets
from attacks.isolation import ATTACKS, QUIET
from sandboxed import HASTY, Kernel, grader_holds, wait_until_gone

from autograder.sandbox import folder, tiers
from autograder.sandbox.limits import MB

TIERS = [tier.name for tier in tiers.probe() if tier.holds]
HELD = 300 * MB  # by the grader, more than before; a flood sends gigabytes
LOUD = [attack for attack in ATTACKS if attack.fatal]
BEST, *OTHERS = TIERS
REAL = (
    "read a file of the grader",
    "learn who uses the machine",
    "see what the machine runs",
    "call the grader's machine by TCP",
    "call a local service through its file",
)


@pytest.fixture(scope="module")
def prey(tmp_path_factory):
    """What lies about on the machine."""
    with targets(tmp_path_factory.mktemp("machine") / "course") as found:
        yield found


@pytest.fixture(scope="module", params=TIERS)
def kernel(request, prey):
    """One kernel of each tier, for all that leaves it alive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(tiers.VARIABLE, request.param)
        with Kernel() as opened:
            yield opened


@pytest.mark.parametrize("attack", QUIET, ids=lambda attack: attack.name)
def test_nothing_of_the_machine_is_in_reach(kernel, prey, attack):
    for cell in attack.cells:
        shown = kernel.run(prey.aim(cell))
        assert BROKEN_OUT not in shown.text
        assert SECRET not in shown.text
        assert shown.ended == ""
    prey.unharmed()


@pytest.mark.parametrize("name", REAL)
def test_without_a_sandbox_the_same_cells_reach_it(monkeypatch, tmp_path, name):
    monkeypatch.setenv(tiers.VARIABLE, tiers.UNSAFE)
    (attack,) = (each for each in QUIET if each.name == name)
    with targets(tmp_path / "course") as prey, Kernel() as kernel:
        shown = [kernel.run(prey.aim(cell)).text for cell in attack.cells]
    assert any(BROKEN_OUT in text or SECRET in text for text in shown)


@pytest.mark.parametrize("attack", LOUD, ids=lambda attack: attack.name)
@pytest.mark.parametrize(
    "tier", [BEST, *(pytest.param(t, marks=pytest.mark.attacks) for t in OTHERS)]
)
def test_the_machine_survives(monkeypatch, prey, tier, attack):
    monkeypatch.setenv(tiers.VARIABLE, tier)
    before = grader_holds()
    with Kernel(limits=HASTY) as kernel:
        user, place = user_of(kernel), place_of(kernel)
        shown = [kernel.run(prey.aim(cell)) for cell in attack.cells]
        held = grader_holds() - before
        started = kernel.processes()
    told = " ".join(f"{each.text} {each.ended}" for each in shown)
    told += " cut" if any(each.dropped for each in shown) else ""
    assert BROKEN_OUT not in told
    assert re.search(attack.says, told), told[-2000:]
    assert held < HELD
    assert not place.exists()
    wait_until_gone(started)
    assert user is None or folder.processes.owned_by(user) == []
    prey.unharmed()


def user_of(kernel):
    return kernel.manager.provisioner._folder.user


def place_of(kernel):
    return kernel.manager.provisioner._folder.path
