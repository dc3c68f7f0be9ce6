"""Decisions on a ladder: what the engine proposes, what a person decides, and who must agree."""

from datetime import timedelta

import pytest

from cultures.dosing.errors import ladders as refused
from cultures.dosing.gates import BARS, JUDGES, register_bar, register_gate
from cultures.dosing.models import Decision, DosingState, Ladder
from cultures.dosing.readiness import Readiness, readiness_of
from cultures.dosing.services import branch_ladder, decline_decision, second_decision, start_ladder, undo_decision
from cultures.passaging.errors import CultureNotGrowing
from cultures.science.readiness import Finding, Mark, Verdict
from lims.clock import now
from tests import lab, ladders
from tests.lab import DAY, FRIDAY, HOUR, nothing_written
from tests.ladders import Grown

pytestmark = pytest.mark.django_db


def judged(ladder: Ladder, at) -> Readiness:
    return readiness_of([ladders.again(ladder)], at)[ladder.pk]


def ready(**more) -> tuple[Ladder, object]:
    """A ladder whose first rung meets every criterion, and an hour later."""
    ladder = ladders.climbing(**more)
    for _ in range(3):
        at = ladders.passaged(ladder)
    return ladder, at + HOUR


# --- the verdict -----------------------------------------------------------------------------------------------------


def test_a_rung_that_meets_every_criterion_is_ready():
    ladder, at = ready()
    found = judged(ladder, at)
    assert found.verdict is Verdict.READY, found.judgement
    assert found.facts.passages_at_dose == 3
    assert found.facts.days_at_dose == pytest.approx(18 + 1 / 24)


def test_dying_cells_hold_a_rung_and_dead_ones_step_it_back():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder, treated=Grown(viability=70))
    assert judged(ladder, at).verdict is Verdict.HOLD
    at = ladders.passaged(ladder, treated=Grown(viability=45))
    assert judged(ladder, at).verdict is Verdict.STEP_BACK
    assert "Viability is 45" in judged(ladder, at).judgement.sentence


def test_the_doubling_time_is_held_against_the_matched_control():
    ladder = ladders.climbing()
    for _ in range(3):
        at = ladders.passaged(ladder, treated=Grown(harvested=2_500_000), vehicle=Grown(harvested=6_000_000))
    found = next(one for one in judged(ladder, at).findings if one.code == "doubling_time")
    assert (found.mark, found.value) == (Mark.HOLD, "1.96×")


def test_without_a_control_a_rung_is_never_ready():
    ladder = ladders.climbing()
    lab.discarded(ladders.control(ladder), at=FRIDAY + DAY)
    for _ in range(3):
        at = ladders.passaged(ladder, only="treated")
    assert judged(ladder, at).verdict is Verdict.NOT_ASSESSED


def test_a_gate_whose_domain_does_not_exist_yet_blocks_nothing_and_one_that_fails_holds(monkeypatch):
    ladder, at = ready()
    assert {one.code: one.mark for one in judged(ladder, at).findings}["mycoplasma"] is Mark.NOT_ASSESSED
    monkeypatch.setattr("cultures.dosing.gates.JUDGES", {})
    overdue = Finding("mycoplasma", "Mycoplasma", Mark.HOLD, "The mycoplasma test is 3 d overdue.")
    monkeypatch.setitem(JUDGES, "mycoplasma", lambda questions: {one.ladder.pk: overdue for one in questions})
    monkeypatch.setattr("cultures.dosing.gates.JUDGES", JUDGES)
    assert judged(ladder, at).judgement.sentence == "The mycoplasma test is 3 d overdue."
    with pytest.raises(refused.AgainstTheVerdict, match="3 d overdue"), nothing_written():
        ladders.decided(ladder, "escalate", at=at)


def test_a_rung_whose_dose_is_used_up_is_not_ready():
    ladder, at = ready()
    assert judged(ladder, at).verdict is Verdict.READY
    late = judged(ladder, at + 8 * DAY)
    assert late.verdict is Verdict.HOLD
    assert "without drug" in late.judgement.sentence


def test_only_known_gates_are_filled():
    with pytest.raises(ValueError, match="no gate that another domain fills"):
        register_gate("moon_phase", lambda questions: {})


def test_a_rung_that_is_decided_but_not_reached_is_not_judged_as_if_it_were():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder) + HOUR
    found = judged(ladder, at)
    assert found.verdict is Verdict.HOLD
    assert "Rung 2 is decided; " in next(one for one in found.findings if one.code == "at_rung").sentence


# --- deciding --------------------------------------------------------------------------------------------------------


def test_a_decision_sets_the_rung_and_the_flask_follows_at_its_next_medium():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder)
    assert ladders.again(ladder).rung.number == 2
    flask = ladders.lead(ladder)
    assert DosingState.objects.get(culture=flask).dose == 1
    ladders.fed(flask, at + 2 * DAY)
    assert DosingState.objects.get(culture=flask).dose == 2


def test_a_decision_keeps_the_evidence_as_it_was():
    ladder, at = ready()
    decision = ladders.decided(ladder, "escalate", at=at)
    ladders.passaged(ladder, treated=Grown(viability=30))
    decision.refresh_from_db()
    found = {one["code"]: one for one in decision.judgement["findings"]}
    assert decision.verdict == "ready"
    assert (found["viability"]["value"], found["viability"]["mark"]) == ("95.0", "pass")
    assert decision.judgement["culture"] == decision.culture.code


def test_escalating_against_the_verdict_waits_for_a_second_person():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder) + HOUR
    with pytest.raises(refused.AgainstTheVerdict, match="needs a reason"), nothing_written():
        ladders.decided(ladder, "escalate", at=at)
    decision = ladders.decided(ladder, "escalate", at=at, reason="the deadline")
    assert decision.state == Decision.State.WAITING
    assert ladders.again(ladder).rung.number == 1
    with pytest.raises(refused.OwnDecision), nothing_written():
        second_decision(decision_id=decision.pk, at=at + HOUR, by=lab.technician())
    second_decision(decision_id=decision.pk, at=at + HOUR, by=lab.manager())
    assert ladders.again(ladder).rung.number == 2
    with pytest.raises(refused.NotWaiting, match=r"was seconded by Lena Marek \(LM\)"):
        second_decision(decision_id=decision.pk, at=at + HOUR, by=lab.another_technician())


def test_while_a_decision_waits_no_other_is_made_and_declined_it_changes_nothing():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder) + HOUR
    waiting = ladders.decided(ladder, "escalate", at=at, reason="the deadline")
    with pytest.raises(refused.DecisionWaits, match="waits for a second person"):
        ladders.decided(ladder, "hold", at=at)
    decline_decision(decision_id=waiting.pk, reason="one passage more", by=lab.manager())
    ladders.decided(ladder, "hold", at=at + HOUR)
    assert ladders.again(ladder).state == Ladder.State.HOLDING
    assert ladders.again(ladder).rung.number == 1


def test_more_caution_than_the_verdict_needs_a_reason_and_nobody_else():
    ladder, at = ready()
    with pytest.raises(refused.ReasonNeeded, match="why the ladder is held"):
        ladders.decided(ladder, "hold", at=at)
    assert ladders.decided(ladder, "hold", at=at, reason="backup vials first").state == Decision.State.MADE


def test_who_decides_on_what_is_overtaken_hears_who_was_faster():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder)
    with pytest.raises(
        refused.DecidedMeanwhile, match=r"Anna Meier \(AM\) has decided meanwhile: escalated to 2 µg/mL"
    ):
        ladders.decided(ladder, "escalate", at=at + DAY, based_on=1)


def test_a_jump_of_more_than_three_times_needs_a_reason_and_a_second_person():
    ladder, at = ready()
    with pytest.raises(refused.JumpNeedsReason, match="1 µg/mL to 4 µg/mL the dose rises more than 3×"):
        ladders.decided(ladder, "escalate", to_rung=3, at=at)
    jump = ladders.decided(ladder, "escalate", to_rung=3, at=at, reason="they hardly notice it")
    assert (jump.state, jump.is_large_jump, jump.is_against_verdict) == (Decision.State.WAITING, True, False)


def test_one_does_not_escalate_downwards_nor_step_back_upwards_nor_beyond_the_plan():
    ladder, at = ready()
    with pytest.raises(refused.NoRungBelow, match="first rung"):
        ladders.decided(ladder, "step_back", at=at, reason="a fright")
    with pytest.raises(refused.NotThatRung, match="no rung 9"):
        ladders.decided(ladder, "escalate", to_rung=9, at=at)
    ladders.decided(ladder, "escalate", at=at)
    with pytest.raises(refused.WrongWay, match="does not escalate to 1 µg/mL"):
        ladders.decided(ladder, "escalate", to_rung=1, at=at, reason="no")
    with pytest.raises(refused.WrongWay, match="does not step back to 4 µg/mL"):
        ladders.decided(ladder, "step_back", to_rung=3, at=at, reason="no")


def test_at_its_target_a_ladder_has_no_rung_above():
    ladder, at = ready(doses=(8, 10))
    ladders.decided(ladder, "escalate", at=at)
    with pytest.raises(refused.NoRungAbove, match="at its target"):
        ladders.decided(ladder, "escalate", at=at, reason="more")


def test_a_decision_is_not_dated_before_the_last_one():
    ladder, at = ready()
    ladders.decided(ladder, "escalate", at=at)
    with pytest.raises(refused.DecidedLater, match="cannot lie before it"):
        ladders.decided(ladder, "hold", at=at - DAY)


# --- from which flask ------------------------------------------------------------------------------------------------


def test_nothing_is_decided_from_a_control_a_dead_or_a_foreign_flask():
    ladder, at = ready()
    earlier = Ladder.objects.get().starts.get(arm="treated").culture
    other = lab.growing("BT474")
    for culture, refusal in (
        (ladders.control(ladder), refused.ControlIsNotEscalated),
        (earlier, CultureNotGrowing),
        (other, refused.NotInThisLadder),
    ):
        with pytest.raises(refusal), nothing_written():
            ladders.decided(ladder, "escalate", at=at, culture_id=culture.pk)


def test_a_flask_in_quarantine_is_not_escalated_from(monkeypatch):
    ladder, at = ready()
    flask = ladders.lead(ladder)
    monkeypatch.setattr("cultures.dosing.gates.BARS", [])
    register_bar(lambda ids: {})
    monkeypatch.setattr(
        "cultures.dosing.gates.BARS", [*BARS, lambda ids: {flask.pk: f"{flask.code} is in quarantine. Release it."}]
    )
    with pytest.raises(refused.CultureBarred, match="in quarantine"), nothing_written():
        ladders.decided(ladder, "escalate", at=at)


def test_without_a_living_treated_flask_a_ladder_can_only_be_declared_lost():
    ladder, at = ready()
    lab.discarded(ladders.lead(ladder), "dead", at=at)
    with pytest.raises(refused.NothingAlive, match="declare the ladder lost"):
        ladders.decided(ladder, "escalate", at=at)
    ladders.decided(ladder, "lost", at=at, reason="died after the last feed")
    assert ladders.again(ladder).model.status == "lost"
    with pytest.raises(refused.LadderEnded, match="was lost on 17 Mar 2026"):
        ladders.decided(ladder, "hold", at=at + DAY)


# --- holiday, undo, branch -------------------------------------------------------------------------------------------


def test_a_holiday_ends_once_the_flask_is_covered_again():
    ladder, at = ready()
    ladders.decided(ladder, "holiday", at=at, reason="they shrink")
    assert ladders.again(ladder).model.status == "drug_holiday"
    flask = ladders.lead(ladder)
    ladders.fed(flask, at + HOUR)
    lab.observed(flask, 40, at=at + DAY)
    with pytest.raises(refused.AgainstTheVerdict, match="Confluence is 40 %; a holiday ends from 70 % on"):
        ladders.decided(ladder, "resume", at=at + DAY)
    lab.observed(flask, 75, at=at + 3 * DAY)
    assert ladders.decided(ladder, "resume", at=at + 3 * DAY).state == Decision.State.MADE
    assert ladders.again(ladder).state == Ladder.State.CLIMBING


@pytest.mark.parametrize("deed", ["hold", "escalate", "step_back"])
def test_the_drug_comes_back_after_a_holiday_by_resuming_alone(deed):
    ladder = ladders.climbing()
    at = ladders.climbed(ladder)
    ladders.decided(ladder, "holiday", at=at, reason="they shrink")
    with pytest.raises(refused.OnHoliday, match="Resume it first"), nothing_written():
        ladders.decided(ladder, deed, at=at + HOUR, reason="on with it")


def test_nothing_is_resumed_that_goes_on():
    ladder, at = ready()
    with pytest.raises(refused.NothingToResume):
        ladders.decided(ladder, "resume", at=at)


def test_a_decision_is_taken_back_while_no_medium_was_given_because_of_it():
    ladder, at = ready()
    decision = ladders.decided(ladder, "escalate", at=at)
    with pytest.raises(refused.NotUndoable, match="Somebody else made"):
        undo_decision(decision_id=decision.pk, at=now(), by=lab.manager())
    undo_decision(decision_id=decision.pk, at=now(), by=lab.technician())
    assert ladders.again(ladder).rung.number == 1
    again = ladders.decided(ladder, "escalate", at=at)
    assert again.number == decision.number + 1
    ladders.fed(ladders.lead(ladder), at + HOUR)
    with pytest.raises(refused.NotUndoable, match="A medium was given since"):
        undo_decision(decision_id=again.pk, at=now(), by=lab.technician())


def test_a_branch_goes_on_from_the_rung_beside_the_same_control():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder, into=2)
    first, second = [one for one in Ladder.objects.get().members.all() if one.culture.is_growing and one.dose]
    branch = branch_ladder(
        ladder_id=ladder.pk, name="B", treated_ids=[second.pk], reason="a replicate", at=at + HOUR, by=lab.technician()
    )
    assert DosingState.objects.get(pk=second.pk).ladder == branch
    assert DosingState.objects.get(pk=first.pk).ladder == ladder
    assert ladders.control(branch) == ladders.control(ladder)
    with pytest.raises(refused.LadderWouldBeEmpty, match="only living treated flask"):
        branch_ladder(
            ladder_id=ladder.pk, name="C", treated_ids=[first.pk], reason="all", at=at + HOUR, by=lab.technician()
        )


# --- starting --------------------------------------------------------------------------------------------------------


def test_arms_that_do_not_come_from_one_vial_are_no_match():
    model = ladders.planned()
    treated, _ = ladders.arms()
    _, control = ladders.arms()
    with pytest.raises(refused.ControlNotMatched, match="no common ancestor"), nothing_written():
        start_ladder(
            model_id=model.pk, name="A", treated_ids=[treated.pk], control_id=control.pk, at=FRIDAY, by=lab.technician()
        )


def test_a_flask_belongs_to_one_ladder_and_a_control_is_not_started_as_treated():
    ladder = ladders.climbing()
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    with pytest.raises(refused.InALadderAlready, match="belongs to BT474-T, ladder A"):
        start_ladder(
            model_id=ladder.model_id,
            name="B",
            treated_ids=[treated.pk],
            control_id=control.pk,
            at=FRIDAY + DAY,
            by=lab.technician(),
        )
    one, other = ladders.arms()
    with pytest.raises(refused.WrongArm, match="cannot be treated"):
        start_ladder(
            model_id=ladder.model_id,
            name="B",
            treated_ids=[other.pk],
            control_id=one.pk,
            at=FRIDAY,
            by=lab.technician(),
        )


def test_replicate_ladders_of_one_model_have_names_of_their_own():
    ladder = ladders.climbing()
    with pytest.raises(refused.LadderNameTaken):
        ladders.climbing(ladder.model, "a", at=FRIDAY + DAY)
    assert ladders.climbing(ladder.model, "B", at=FRIDAY + DAY).model.ladders.count() == 2


def test_a_model_is_a_candidate_once_a_living_flask_is_at_the_target():
    ladder, at = ready(doses=(8, 10))
    ladders.decided(ladder, "escalate", at=at)
    assert ladders.again(ladder).model.status == "deriving"
    ladders.fed(ladders.lead(ladder), at + HOUR)
    assert ladders.again(ladder).model.status == "candidate"
    ladders.decided(ladder, "step_back", at=at + 2 * HOUR, reason="they suffer")
    assert ladders.again(ladder).model.status == "deriving"


def test_days_at_a_rung_are_days_in_the_drug_not_days_since():
    ladder = ladders.climbing(of="lapatinib", line="SKBR3")
    flask = ladders.lead(ladder)
    state = DosingState.objects.get(culture=flask)
    every = ladder.model.compound.redose_interval
    found = judged(ladder, FRIDAY + timedelta(days=10))
    assert state.at_dose_since == FRIDAY
    assert found.facts.days_at_dose == pytest.approx(every.days)
