"""Both arms at once: passaged or fed alike, both or neither."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from cultures.dosing.errors import ladders as refused
from cultures.dosing.errors.pairs import OfOneArm, RatioInAPair
from cultures.dosing.members import arms_of
from cultures.dosing.models import Ladder
from cultures.dosing.pair_panels import pairs_with
from cultures.dosing.pairs import Pair, matched, said_of_pair
from cultures.dosing.services import ArmFeed, ArmHarvest, branch_ladder, feed_pair, passage_pair
from cultures.passaging.commands import CellCount, Medium, Plan, Seeding
from cultures.passaging.errors import InTheFuture, LotFinished, NotThere, TreatedWithoutDrug
from cultures.passaging.models import Count, Culture, DrugInMedium, Feed, Harvest
from cultures.passaging.proposals import proposal_for
from cultures.passaging.warnings import Warning
from lims.audit.models import Entry
from lims.clock import now
from tests import lab, ladders
from tests.lab import DAY, FRIDAY, HOUR, nothing_written

pytestmark = pytest.mark.django_db
AT = FRIDAY + 6 * DAY


@pytest.fixture
def ladder() -> Ladder:
    """On its first rung, both arms six days in their flasks at AT."""
    return ladders.climbing()


def drug_of(culture: Culture, at: datetime = AT) -> Medium:
    """What the ladder proposes for it, in 15 mL."""
    return proposal_for(lab.again(culture), at).medium


def arm(culture: Culture, harvested: int = 6_000_000, **changes: Any) -> ArmHarvest:
    asked = {"culture_id": culture.pk, "count": lab.counted(harvested, dead=20_000), "volume_ml": Decimal(10)}
    return ArmHarvest(**asked | changes)


def passage(ladder: Ladder, **changes: Any) -> tuple[Harvest, Harvest]:
    """Both leading flasks into one T75 of a million cells each, as the ladder proposes."""
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    medium = changes.pop("medium", None) or drug_of(treated)
    amount = changes.pop("amount", {"cells": 1_000_000})
    daughters = [Seeding(vessel_id=lab.vessel(one).pk, medium=medium, **amount) for one in changes.pop("into", ["T75"])]
    asked = {"treated": arm(treated), "control": arm(control), "plan": Plan(daughters=daughters), "at": AT}
    return passage_pair(ladder_id=ladder.pk, by=lab.technician(), **asked | changes)


def feed(ladder: Ladder, **changes: Any) -> tuple[Feed, Feed]:
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    asked = {
        "treated": ArmFeed(culture_id=treated.pk, volume_ml=Decimal(15)),
        "control": ArmFeed(culture_id=control.pk, volume_ml=Decimal(12)),
        "medium": drug_of(treated),
        "at": FRIDAY + 3 * DAY,
    }
    return feed_pair(ladder_id=ladder.pk, by=lab.technician(), **asked | changes)


def drugs_of(feed: Feed) -> list[tuple[Decimal, Decimal]]:
    return list(DrugInMedium.objects.filter(feed=feed).order_by("pk").values_list("dose", "vehicle_pct"))


# --- alike -----------------------------------------------------------------------------------------------------------


def test_both_arms_get_the_same_daughters_one_in_drug_and_one_in_as_much_vehicle(ladder):
    of_treated, of_control = passage(ladder, into=["T75", "T25"])
    for harvest, arm_name, dose in ((of_treated, "treated", 1), (of_control, "vehicle", 0)):
        daughters = list(harvest.daughters)
        assert [(one.vessel.name, one.seeded_cells, one.arm) for one in daughters] == [
            ("T75", 1_000_000, arm_name),
            ("T25", 1_000_000, arm_name),
        ]
        assert drugs_of(daughters[0].feeds.get()) == [(dose, Decimal("0.1"))]
    assert of_treated.at == of_control.at == AT


def test_by_density_both_arms_are_equally_dense_whatever_they_yielded(ladder):
    control = ladders.control(ladder)
    harvests = passage(ladder, amount={"density_per_cm2": Decimal(20_000)}, control=arm(control, 3_000_000))
    assert [harvest.daughters.get().seeded_cells for harvest in harvests] == [1_500_000, 1_500_000]
    assert [harvest.viable_cells for harvest in harvests] == [6_000_000, 3_000_000]


def test_a_split_ratio_would_make_the_arms_unlike(ladder):
    with pytest.raises(RatioInAPair, match="Say cells or a density"), nothing_written():
        passage(ladder, amount={"split_ratio": Decimal(4)})


def test_daughters_stay_in_their_arms_whatever_the_plan_says(ladder):
    of_treated, of_control = passage(ladder, amount={"cells": 1_000_000, "arm": "vehicle"})
    assert [one.daughters.get().arm for one in (of_treated, of_control)] == ["treated", "vehicle"]


def test_each_arm_has_its_own_count_and_one_on_record_can_be_named(ladder):
    treated = ladders.lead(ladder)
    reading = lab.count_of(treated, 700_000, at=AT - HOUR, by=lab.counter())
    of_treated, of_control = passage(ladder, treated=arm(treated, count=reading.pk))
    assert of_treated.used_count == reading
    assert of_control.used_count.live_per_ml == 600_000


def test_a_feed_of_both_gives_drug_to_one_and_as_much_vehicle_to_the_other(ladder):
    of_treated, of_control = feed(ladder)
    assert drugs_of(of_treated) == [(1, Decimal("0.1"))]
    assert drugs_of(of_control) == [(0, Decimal("0.1"))]
    assert [one.volume_ml for one in (of_treated, of_control)] == [15, 12]


def test_on_a_holiday_neither_arm_gets_drug_or_vehicle(ladder):
    ladders.decided(ladder, "holiday", at=FRIDAY + DAY, reason="they shrink")
    of_treated, of_control = feed(ladder)
    assert [(drugs_of(one), one.without_drug) for one in (of_treated, of_control)] == [([], "holiday"), ([], "")]


def test_a_reason_to_depart_from_the_rung_is_written_to_the_treated_arm_alone(ladder):
    high = replace(drug_of(ladders.lead(ladder)), drugs=(lab.drug("trastuzumab", 2),), override="a kill curve")
    of_treated, of_control = feed(ladder, medium=high)
    assert [one.override for one in (of_treated, of_control)] == ["a kill curve", ""]


def test_a_branch_is_passaged_with_the_control_of_the_ladder_it_left(ladder):
    passage(ladder, into=["T75", "T75"])
    flask = ladders.lead(ladder)
    branch = branch_ladder(
        ladder_id=ladder.pk, name="B", treated_ids=[flask.pk], reason="a replicate", at=AT + HOUR, by=lab.technician()
    )
    of_treated, of_control = passage(branch, at=AT + 6 * DAY)
    assert of_treated.sources.get().culture == flask
    assert of_control.sources.get().culture.dosing.ladder == ladder


def test_the_ledger_knows_it_as_one_act(ladder):
    before = set(Entry.objects.values_list("pk", flat=True))
    passage(ladder)
    assert set(Entry.objects.exclude(pk__in=before).exclude(verb="sql").values_list("verb", flat=True)) == {
        "passage_pair"
    }


# --- both or neither -------------------------------------------------------------------------------------------------


def test_when_the_control_is_refused_the_treated_arm_is_not_passaged_either(ladder):
    control = ladders.control(ladder)
    with pytest.raises(OfOneArm, match=rf"^Control {control.code}: The plan takes 1.00×10⁶"), nothing_written():
        passage(ladder, control=arm(control, 500_000))
    assert lab.again(ladders.lead(ladder)).is_growing
    assert not Count.objects.filter(culture=ladders.lead(ladder)).exists()


def test_when_the_control_is_refused_the_treated_arm_is_not_fed_either(ladder):
    control = ladders.control(ladder)
    lab.fed(control, at=FRIDAY + 3 * DAY)
    before = Feed.objects.count()
    with pytest.raises(OfOneArm, match=r"^Control.* got its medium at that very"), nothing_written():
        feed(ladder)
    assert Feed.objects.count() == before


def test_a_refusal_names_its_arm_and_keeps_its_code_and_its_ways_on(ladder):
    treated, control, medium = ladders.lead(ladder), ladders.control(ladder), drug_of(ladders.lead(ladder))
    lab.discarded(control, at=FRIDAY + DAY)
    plan = Plan(daughters=[Seeding(vessel_id=lab.vessel().pk, medium=medium, cells=1_000_000)])
    arms = {"treated": arm(treated), "control": arm(control)}
    with pytest.raises(OfOneArm, match=r"^Control: ") as gone, nothing_written():
        passage_pair(ladder_id=ladder.pk, plan=plan, at=AT, by=lab.technician(), **arms)
    assert (gone.value.code, gone.value.extra["arm"]) == ("culture_not_growing", "control")
    assert gone.value.ways == ((f"Open {control.code}", control.get_absolute_url()),)


@pytest.mark.parametrize(("of", "field"), [("treated", "treated-live"), ("control", "control-live")])
def test_a_number_of_one_arm_is_refused_at_that_arms_field(ladder, of, field):
    flask = ladders.lead(ladder) if of == "treated" else ladders.control(ladder)
    wrong = arm(flask, count=CellCount(live_per_ml=Decimal(10**14)))
    with pytest.raises(OfOneArm) as refusal, nothing_written():
        passage(ladder, **{of: wrong})
    assert refusal.value.field == field


def test_what_both_arms_share_is_refused_without_naming_one(ladder):
    gone = lab.lot("DMEM", "2", finished_on=FRIDAY.date())
    with pytest.raises(LotFinished, match=r"^DMEM"), nothing_written():
        passage(ladder, medium=replace(drug_of(ladders.lead(ladder)), lot_ids=(gone.pk,)))
    with pytest.raises(TreatedWithoutDrug), nothing_written():
        feed(ladder, medium=replace(drug_of(ladders.lead(ladder)), drugs=()))
    with pytest.raises(InTheFuture), nothing_written():
        passage(ladder, at=now() + DAY)


# --- who belongs together --------------------------------------------------------------------------------------------


def test_only_flasks_of_the_ladder_in_their_own_arms_are_handled_together(ladder):
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    other, stranger = ladders.climbing(ladder.model, "B"), lab.growing("BT474")
    with pytest.raises(refused.NotInThisLadder), nothing_written():
        passage(ladder, treated=arm(ladders.lead(other)))
    with pytest.raises(refused.NotInThisLadder), nothing_written():
        passage(ladder, control=arm(stranger))
    with pytest.raises(refused.WrongArm, match="cannot be the treated flask of a pair"), nothing_written():
        passage(ladder, treated=arm(control), control=arm(treated))
    with pytest.raises(NotThere), nothing_written():
        passage_pair(ladder_id=0, treated=arm(treated), control=arm(control), plan=Plan(), at=AT, by=lab.technician())


def test_a_ladder_that_has_ended_is_not_passaged_as_one(ladder):
    asked = {"treated": arm(ladders.lead(ladder)), "control": arm(ladders.control(ladder))}
    ladders.decided(ladder, "lost", at=FRIDAY + DAY, reason="mould")
    with pytest.raises(refused.LadderEnded), nothing_written():
        passage_pair(ladder_id=ladder.pk, plan=Plan(), at=AT, by=lab.technician(), **asked)


def test_of_several_flasks_those_in_the_same_kind_of_vessel_belong_together(ladder):
    passage(ladder, into=["T75", "T25"])
    arms = arms_of([ladders.again(ladder)])[ladder.pk]
    for member in arms.treated:
        found = matched(member.culture, arms.control)
        assert found.vessel == member.culture.vessel
    growing = [member.culture for member in (*arms.treated, *arms.control)]
    pairs = pairs_with(growing)
    assert {(pair.treated.vessel.name, pair.control.vessel.name) for pair in pairs} == {("T75", "T75"), ("T25", "T25")}
    assert len(pairs) == 2
    assert pairs_with([lab.growing("BT474")]) == []


def test_a_control_is_shared_by_no_two_pairs(ladder):
    ladders.passaged(ladder, into=2)
    arms = arms_of([ladders.again(ladder)])[ladder.pk]
    (pair,) = pairs_with(member.culture for member in (*arms.control, *reversed(arms.treated)))
    assert pair.treated == ladders.lead(ladder)
    (other,) = pairs_with([arms.treated[1].culture])
    assert other.cultures == (arms.treated[1].culture, pair.control)


def test_a_control_leads_to_its_treated_flask_and_a_treated_flask_without_control_to_none(ladder):
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    (pair,) = pairs_with([control])
    assert pair.cultures == (treated, control)
    lab.discarded(control, at=FRIDAY + DAY)
    assert pairs_with([treated]) == []


# --- what is said of them --------------------------------------------------------------------------------------------


def pair_of(ladder: Ladder) -> Pair:
    return Pair(arms_of([ladders.again(ladder)])[ladder.pk], ladders.lead(ladder), ladders.control(ladder))


def test_a_pair_knows_how_far_apart_it_is_and_whether_its_rung_is_reached(ladder):
    assert (pair_of(ladder).drift.words, pair_of(ladder).is_too_far) == ("0 passages and 0 d apart", False)
    assert (pair_of(ladder).in_words, pair_of(ladder).still_at) == ("trastuzumab 1 µg/mL", "")
    at = ladders.climbed(ladder)
    assert pair_of(ladder).still_at == "rung 2 is decided, still at 1 µg/mL"
    passage(ladder, at=at + 5 * DAY)
    assert (pair_of(ladder).in_words, pair_of(ladder).still_at) == ("trastuzumab 2 µg/mL", "")
    ladders.passaged(ladder, only="treated")
    assert pair_of(ladder).is_too_far
    assert pair_of(ladder).drift.words == "1 passage and 6 d apart"


def test_a_warning_names_its_arm_and_what_holds_for_both_is_said_once(ladder):
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    late = Warning("late", "5 Mar is more than a day ago.", "at")
    said = said_of_pair(
        {
            treated: [late, Warning("low_viability", "Viability is 61.0 %.", "dead")],
            control: [
                late,
                Warning("short_stay", f"{control.code} was seeded only 3 h before.", "at"),
                Warning("control_without_vehicle", "The T75 gets no vehicle.", "drugs"),
            ],
        }
    )
    assert {one.code: one.sentence for one in said} == {
        "late": "5 Mar is more than a day ago.",
        "treated_low_viability": f"Treated {treated.code}: Viability is 61.0 %.",
        "control_short_stay": f"Control: {control.code} was seeded only 3 h before.",
    }
