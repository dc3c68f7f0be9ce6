"""What a plan comes to, and what one version of it says beside another. No database."""

import doctest
from decimal import Decimal

import pytest

from cultures.compounds.models import Compound
from cultures.dosing import candidates, climb
from cultures.dosing.climb import Climb, Step
from cultures.dosing.plan_versions import changes_in_words, is_changed_by_hand, side_by_side
from cultures.science.escalation import TEMPLATES
from tests import ladders


@pytest.mark.parametrize("module", [climb, candidates])
def test_the_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("code", "raises", "doublings", "weeks_per_rung"),
    [
        ("lapatinib_1000_by_2", 7, 6.64, (26 / 7, 39 / 7)),
        ("lapatinib_2000_by_1_5", 14, 7.64, (26 / 14, 39 / 14)),
        ("trastuzumab_20", 5, 4.32, (26 / 5, 39 / 5)),
    ],
)
def test_the_published_protocols_come_to_what_was_published(code, raises, doublings, weeks_per_rung):
    rungs = TEMPLATES[code].rungs()
    found = Climb([Step(rung.dose, rung.planned_days, rung.min_days) for rung in rungs])
    shortest, longest = weeks_per_rung
    assert found.raises == raises
    assert found.doublings == pytest.approx(doublings, abs=0.005)
    assert shortest < found.weeks_per_rung < longest
    assert 6 < found.months < 9


def test_a_constant_dose_lasts_as_long_as_it_is_planned_and_doubles_nothing():
    found = Climb([Step(Decimal(105), 546, 14)])
    assert (found.raises, found.doublings, found.jumps, found.weeks) == (0, None, None, 78)
    assert found.line == "M0 22.0 H360.0"


def test_doses_that_do_not_rise_are_drawn_but_not_reckoned_with():
    found = Climb([Step(Decimal(dose), 28, 14) for dose in (2, 1, 4)])
    assert (found.rises, found.doublings, found.jumps) == (False, None, None)
    assert found.line.count("V") == 2


LAPATINIB = Compound(name="lapatinib", kind="small_molecule", molar_mass_g_per_mol=Decimal("581.06"))


def test_the_same_dose_in_another_unit_is_the_same_rung():
    before, after = ladders.plan("lapatinib", (500, 1000)), ladders.plan("lapatinib", ("0.5", 1), unit="µM")
    assert [(row.dose, row.changed) for row in side_by_side(before, after, LAPATINIB)] == [
        ("500 nM", frozenset()),
        ("1000 nM", frozenset()),
    ]
    assert changes_in_words(before, after, LAPATINIB) == []


def test_changes_are_told_dose_by_dose_and_what_changed_alike_together():
    before = ladders.plan("lapatinib", (10, 20, 40))
    after = ladders.plan("lapatinib", (10, 20, 60), planned_days=35, vehicle_pct="0.05", strategy="stepwise")
    assert changes_in_words(before, after, LAPATINIB) == [
        "stepwise by a list → stepwise by a factor",
        "vehicle 0.1 → 0.05 % v/v",
        "new: 60 nM",
        "dropped: 40 nM",
        "10 nM, 20 nM: planned 28 d → 35 d",
    ]


def test_limits_and_pulses_that_come_or_go_are_told_too():
    before, after = ladders.plan("lapatinib", (10,)), ladders.plan("lapatinib", (10,), on_days=3, off_days=4)
    assert changes_in_words(before, after, LAPATINIB) == ["10 nM: in the drug always → 3 d, without it never → 4 d"]


def test_a_plan_knows_whether_its_rungs_are_those_of_its_strategy():
    given = {"start": "10", "target": "40", "factor": "2", "planned_days": 28}
    as_worked_out = ladders.plan("lapatinib", (10, 20, 40), strategy="stepwise", parameters=given)
    assert not is_changed_by_hand(as_worked_out)
    assert is_changed_by_hand(ladders.plan("lapatinib", (10, 25, 40), strategy="stepwise", parameters=given))
    assert is_changed_by_hand(ladders.plan("lapatinib", (10, 20), strategy="stepwise", parameters={"start": "x"}))
    assert not is_changed_by_hand(ladders.plan("lapatinib", (10, 25, 40)))
