"""What the ladders add at the bench: the dose proposed, what is refused, what is said before saving."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cultures.dosing.errors.ladders import AboveTheRung, DoseJump, LaddersDoNotMix
from cultures.passaging.errors import TreatedWithoutDrug, WithoutAndWithDrug
from cultures.passaging.proposals import proposal_for
from cultures.passaging.warnings import feed_warnings_for, warnings_for
from tests import lab, ladders
from tests.lab import DAY, FRIDAY, HOUR, nothing_written
from tests.ladders import Grown

pytestmark = pytest.mark.django_db


def proposed(culture, at):
    return proposal_for(lab.again(culture), at)


def test_the_next_medium_has_the_dose_of_the_rung_and_the_control_as_much_vehicle():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder)
    treated, control = proposed(ladders.lead(ladder), at), proposed(ladders.control(ladder), at)
    assert [(drug.dose, drug.dose_unit, drug.vehicle_pct) for drug in treated.drugs] == [(2, "µg/mL", Decimal("0.1"))]
    assert [(drug.dose, drug.vehicle_pct) for drug in control.drugs] == [(0, Decimal("0.1"))]
    assert treated.drugs_source == "rung 2 of plan v1"


def test_a_drug_that_is_maintained_beside_is_proposed_with_it():
    from cultures.dosing.commands import KeptDrug

    lab.stock("trastuzumab")
    kept = KeptDrug(
        compound_id=lab.compound("trastuzumab").pk, dose=Decimal(10), unit="µg/mL", vehicle_pct=Decimal("0.05")
    )
    ladder = ladders.climbing(ladders.planned("BT474-RES-L", "lapatinib", maintained=(kept,)))
    said = [str(drug.compound) for drug in proposed(ladders.lead(ladder), FRIDAY + DAY).drugs]
    assert said == ["lapatinib", "trastuzumab"]


def test_on_a_holiday_no_drug_is_proposed_and_the_reason_is():
    ladder = ladders.climbing()
    ladders.decided(ladder, "holiday", at=FRIDAY + DAY, reason="they shrink")
    found = proposed(ladders.lead(ladder), FRIDAY + DAY)
    assert (found.drugs, found.without_drug) == ([], "holiday")
    ladders.fed(ladders.lead(ladder), FRIDAY + 2 * DAY)


def test_a_pulsed_rung_takes_turns():
    ladder = ladders.climbing(ladders.planned(strategy="pulsed", on_days=3, off_days=4))
    flask = ladders.lead(ladder)
    assert proposed(flask, FRIDAY + 2 * DAY).drugs
    ladders.fed(flask, FRIDAY + 3 * DAY)
    assert lab.Feed.objects.latest("pk").without_drug == "pulse"
    assert proposed(flask, FRIDAY + 5 * DAY).without_drug == "pulse"
    assert proposed(flask, FRIDAY + 7 * DAY).drugs


def test_a_treated_flask_is_not_left_without_its_drug_in_silence_even_if_it_gets_another():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    with pytest.raises(TreatedWithoutDrug), nothing_written():
        ladders.fed(flask, FRIDAY + DAY, drugs=(lab.drug("lapatinib", 50),))
    with pytest.raises(WithoutAndWithDrug), nothing_written():
        ladders.fed(flask, FRIDAY + DAY, without_drug="holiday")


def test_a_dose_above_the_rung_or_more_than_three_times_the_last_needs_a_reason():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    with pytest.raises(AboveTheRung, match=r"Rung 1, 1 µg/mL, is decided .* 2 µg/mL is more"), nothing_written():
        ladders.fed(flask, FRIDAY + DAY, drugs=(lab.drug("trastuzumab", 2),))
    with pytest.raises(DoseJump, match="from 1 µg/mL to 4 µg/mL, more than 3×"), nothing_written():
        ladders.fed(flask, FRIDAY + DAY, drugs=(lab.drug("trastuzumab", 4),))
    feed = ladders.fed(flask, FRIDAY + DAY, drugs=(lab.drug("trastuzumab", 4),), override="a kill curve")
    assert feed.override == "a kill curve"


def test_ladders_and_arms_are_never_pooled():
    one = ladders.climbing()
    other = ladders.climbing(one.model, "B")
    for pair in (
        (ladders.lead(one), ladders.lead(other)),
        (ladders.lead(one), ladders.control(one)),
    ):
        with pytest.raises(LaddersDoNotMix, match="neither would be independent"), nothing_written():
            lab.pooled(pair, [lab.seeding(said=lab.medium(drugs=[lab.drug("trastuzumab", 1)]))])


def codes(warnings) -> set[str]:
    return {warning.code for warning in warnings}


def test_a_gap_a_low_dose_and_another_vehicle_are_said_before_saving():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder)
    flask = lab.again(ladders.lead(ladder))
    medium = proposal_for(flask, at).medium
    assert codes(feed_warnings_for(flask, medium, at)) <= {"late", "short_stay"}
    low = replace(medium, drugs=(lab.drug("trastuzumab", 1, vehicle_pct="0.2"),))
    assert codes(feed_warnings_for(flask, low, at)) >= {"below_the_rung", "vehicle_differs"}
    late = [one for one in feed_warnings_for(flask, medium, at + 10 * DAY) if one.code == "dose_gap"]
    assert "trastuzumab lasts 7 d. The 73 h between are a gap" in late[0].sentence


def test_the_passage_screen_says_what_the_verdict_would_be_and_how_far_the_control_is():
    ladder = ladders.climbing()
    for _ in range(2):
        at = ladders.passaged(ladder)
    at = ladders.passaged(ladder, only="treated")
    at = ladders.passaged(ladder, only="treated")
    at = ladders.passaged(ladder, only="treated")
    flask = lab.again(ladders.lead(ladder))
    plan = lab.Plan(
        daughters=[lab.Seeding(vessel_id=flask.vessel_id, medium=proposal_for(flask, at).medium, cells=1_000_000)]
    )
    said = {
        one.code: one.sentence
        for one in warnings_for([flask], lab.counted(6_000_000, dead=500_000), Decimal(10), plan, at + 6 * DAY)
    }
    assert "3 passages and 18 d apart" in said["control_drift"]
    assert "The rung's verdict would be hold. Viability is 54.5 %" in said["verdict_would_be"]


def test_a_lost_control_is_said():
    ladder = ladders.climbing()
    lab.discarded(ladders.control(ladder), at=FRIDAY + HOUR)
    flask = lab.again(ladders.lead(ladder))
    plan = lab.Plan(
        daughters=[lab.Seeding(vessel_id=flask.vessel_id, medium=proposal_for(flask, FRIDAY).medium, cells=1_000)]
    )
    assert "control_lost" in codes(warnings_for([flask], lab.counted(), Decimal(10), plan, FRIDAY + 6 * DAY))
    assert Grown().viability == 95.0
