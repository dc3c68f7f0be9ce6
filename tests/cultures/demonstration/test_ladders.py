"""The demonstration's ladders were climbed through the services: planned by template, decided on verdicts, dosed so."""

from datetime import timedelta
from itertools import pairwise

import pytest

from cultures.demonstration.table1 import TABLE_1
from cultures.dosing.exposure import exposure_of
from cultures.dosing.following import differences
from cultures.dosing.members import arms_of
from cultures.dosing.models import (
    Decision,
    EscalationPlan,
    Hypothesis,
    HypothesisEvidence,
    Ladder,
    ReadinessRules,
    ResistanceModel,
)
from cultures.dosing.readiness import readiness_of
from cultures.dosing.standing import standing_decisions
from cultures.models import Feed, Lot
from cultures.science.escalation import TEMPLATES
from cultures.science.readiness import Verdict

pytestmark = [pytest.mark.worker]  # beside the other slow ones: it plays nine months


def ladder(model: str, name: str = "A") -> Ladder:
    return Ladder.objects.select_related("rung__plan", "model__compound").get(model__name=model, name=name)


def exposure(model: str, at):
    return exposure_of(arms_of([ladder(model)])[ladder(model).pk].lead.culture.pk, at)


def test_every_resistant_line_of_the_table_is_a_model_of_its_parent():
    told = {row.line: row.parent for row in TABLE_1 if row.parent}
    assert dict(ResistanceModel.objects.values_list("name", "parental_line__name")) == told


def test_one_is_a_candidate_one_climbs_one_holds_and_one_is_on_a_holiday():
    assert dict(ResistanceModel.objects.values_list("name", "status")) == {
        "BT474-RES": "candidate", "SKBR3-T": "deriving", "SKBR3-L": "holding", "HCC1954-L": "drug_holiday",
    }  # fmt: skip


def test_the_candidate_stands_in_its_target_dose(lab):
    found = exposure("BT474-RES", lab)
    assert (found.ledger.dose, found.unit) == (10, "µg/mL")
    assert ladder("BT474-RES").rung.number == ladder("BT474-RES").rung.plan.rungs.count()


def test_the_one_at_its_last_rungs_is_ready(lab):
    last_but_one = ladder("SKBR3-T")
    assert last_but_one.rung.number == last_but_one.rung.plan.rungs.count() - 1
    found = readiness_of([last_but_one], lab)[last_but_one.pk]
    assert found.verdict is Verdict.READY, found.judgement


def test_the_one_that_holds_crashed_and_stepped_back():
    held = ladder("SKBR3-L")
    kinds = [one.kind for one in standing_decisions(ladder=held)]
    assert kinds[-3:] == ["escalate", "step_back", "hold"]
    crash, back = list(standing_decisions(ladder=held))[-3:-1]
    assert back.verdict == Verdict.STEP_BACK
    assert back.to_rung == crash.from_rung


def test_the_one_on_holiday_is_without_drug_since_it_was_decided(lab):
    found = exposure("HCC1954-L", lab).ledger
    assert found.dose == 0
    assert [interval.is_open for interval in found.holidays] == [True]
    assert not found.gaps


def test_every_plan_follows_its_template_and_one_was_revised_with_a_reason():
    for plan in EscalationPlan.objects.all():
        assert [rung.dose for rung in plan.rungs.all()] == [rung.dose for rung in TEMPLATES[plan.template].rungs()]
    revised = EscalationPlan.objects.get(version__gt=1)
    assert (revised.model.name, bool(revised.reason)) == ("HCC1954-L", True)


def test_people_escalated_on_a_ready_verdict_but_for_one_that_was_seconded():
    raised = Decision.objects.filter(kind=Decision.Kind.ESCALATE)
    assert raised.count() > 20
    against = raised.exclude(verdict=Verdict.READY)
    assert [(one.is_against_verdict, one.state, one.seconded_by.initials) for one in against] == [(True, "made", "MK")]
    assert set(Decision.objects.values_list("source", flat=True)) == {"demonstration"}


def test_each_treated_flask_got_the_dose_of_the_rung_decided_before_it():
    """And nothing more was ever given; without drug only on the holiday and in the one gap."""
    for one in Ladder.objects.select_related("model"):
        decided = list(standing_decisions(ladder=one))
        for feed in Feed.objects.filter(culture__dosing__ladder=one, culture__arm="treated").prefetch_related("drugs"):
            last = (
                [decision for decision in decided if decision.at <= feed.at][-1] if feed.at >= decided[0].at else None
            )
            rung = (last or decided[0]).to_rung
            if feed.without_drug:
                assert feed.without_drug == ("holiday" if last and last.kind == "holiday" else "gap")
            else:
                assert [drug.dose_canonical for drug in feed.drugs.all()] == [rung.dose_canonical]


def test_one_medium_was_without_drug_and_is_a_gap(lab):
    assert Feed.objects.get(without_drug="gap").culture.line.name == "SKBR3-L"
    (gap,) = exposure("SKBR3-L", lab).ledger.gaps
    assert gap.days < 4
    assert not exposure("BT474-RES", lab).ledger.gaps
    assert not exposure("SKBR3-T", lab).ledger.gaps


def test_a_branch_was_lost_and_its_model_goes_on():
    lost = ladder("BT474-RES", "B")
    assert (lost.state, lost.branched_from) == (Ladder.State.LOST, ladder("BT474-RES"))
    assert not arms_of([lost])[lost.pk].treated


def test_each_open_ladder_has_its_control_beside_it():
    open_ones = list(Ladder.objects.exclude(state__in=Ladder.ENDED).select_related("rung", "model"))
    for arms in arms_of(open_ones).values():
        assert not arms.has_lost_control
        assert not arms.drift().is_too_far(ReadinessRules.current())


def test_two_lots_of_lapatinib_followed_each_other(lab):
    first, second = Lot.objects.filter(compound__name="lapatinib").order_by("opened_on")
    assert exposure("SKBR3-L", lab).ledger.stocks == [first.number, second.number]
    assert first.finished_on == second.opened_on
    assert second.aliquots_used < second.aliquots
    assert second.freeze_thaws <= second.max_freeze_thaws


def test_hypotheses_of_how_they_resist_bear_a_reference():
    assert set(Hypothesis.objects.values_list("statements__status", flat=True)) == {"suspected", "supported", "refuted"}
    assert set(HypothesisEvidence.objects.values_list("doi", flat=True)) == {"10.18632/oncotarget.19461"}


def test_the_rungs_were_held_for_weeks_as_planned():
    for one in Ladder.objects.filter(name="A"):
        raised = [each for each in standing_decisions(ladder=one) if each.kind in ("start", "escalate")]
        weeks = [(after.at - before.at) / timedelta(weeks=1) for before, after in pairwise(raised)]
        assert 3.5 < sum(weeks) / len(weeks) < 10


def test_what_is_derived_is_what_the_events_say():
    assert differences() == []
