"""Models and their plans: registered, planned anew as a next version, and never edited under a ladder."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError

from cultures.dosing import services
from cultures.dosing.commands import KeptDrug, PlannedDose, PlanOfDoses
from cultures.dosing.errors import plans as refused
from cultures.dosing.errors.ladders import ModelIsOver
from cultures.dosing.models import EscalationPlan, MaintainedDrug, ReadinessRules, ResistanceModel, Rung
from cultures.dosing.services.rules import RulesChangedMeanwhile, RulesUnchanged
from cultures.passaging.errors import KeeperGone, NotANumber, NotThere, NumberOutOfRange
from cultures.science.escalation import TEMPLATES
from lims.audit.models import Entry
from lims.rules import RULES, RefusedByTheDatabase
from lims.tabular.text import BadText
from tests import lab, ladders
from tests.lab import nothing_written

pytestmark = pytest.mark.django_db


def registered(name: str = "BT474-T", of: str = "trastuzumab", **changes) -> ResistanceModel:
    fields = {
        "parental_line_id": lab.line("BT474").pk,
        "compound_id": lab.compound(of).pk,
        "keeper_id": lab.technician().pk,
        "plan": changes.pop("plan", None) or ladders.plan(of),
    }
    return services.register_model(name=name, by=lab.manager(), **(fields | changes))


def revised(model: ResistanceModel, doses=(1, 2, 4, 8, 14, 20), *, based_on: int = 1, reason="further", **more):
    more.setdefault("by", lab.manager())
    plan = more.pop("plan", None) or ladders.plan(doses=doses, **more.pop("said", {}))
    return services.revise_plan(model_id=model.pk, plan=plan, reason=reason, based_on=based_on, **more)


def kept(name: str = "trastuzumab", dose="10", unit="µg/mL", vehicle_pct="0.05") -> KeptDrug:
    return KeptDrug(compound_id=lab.compound(name).pk, dose=Decimal(dose), unit=unit, vehicle_pct=Decimal(vehicle_pct))


def doses_of(plan: EscalationPlan) -> list[str]:
    return [rung.dose_in_words for rung in plan.rungs.all()]


# --- registering -----------------------------------------------------------------------------------------------------


def test_a_model_is_registered_with_the_first_version_of_its_plan_and_is_planned():
    model = registered(purpose="resistance as in the clinic", starting_vial="BT474 MCB 12")
    plan = model.plans.get()
    assert (model.status, model.code[:2], model.starting_vial) == ("planned", "M-", "BT474 MCB 12")
    assert (plan.version, plan.reason, plan.made_by) == (1, "", lab.manager())
    assert doses_of(plan) == ["1 µg/mL", "2 µg/mL", "4 µg/mL", "8 µg/mL", "10 µg/mL"]
    assert Entry.objects.filter(verb="register_model", table="cultures_resistancemodel").count() == 1


def test_a_dose_stands_as_it_was_written_and_in_the_unit_of_its_compound():
    rungs = registered(of="lapatinib", plan=ladders.plan("lapatinib", ("0.01", "0.02"), unit="µM")).plans.get().rungs
    assert [(str(one.dose.normalize()), one.dose_unit, int(one.dose_canonical)) for one in rungs.all()] == [
        ("0.01", "µM", 10),
        ("0.02", "µM", 20),
    ]


def test_another_drug_is_kept_at_one_dose_while_the_first_rises():
    model = registered(of="lapatinib", plan=ladders.plan("lapatinib", maintained=(kept(),)))
    (beside,) = model.plans.get().maintained.all()
    assert str(beside) == "trastuzumab 10 µg/mL"


def test_a_model_starts_where_another_one_ended():
    first = registered()
    assert registered("BT474-TL", "lapatinib", plan=ladders.plan("lapatinib"), derived_from_id=first.pk).derived_from
    assert list(first.derived_models.values_list("name", flat=True)) == ["BT474-TL"]


def test_two_models_do_not_share_a_name_however_it_is_written():
    model = registered()
    with pytest.raises(refused.ModelNameTaken, match="There is a model BT474-T already") as refusal, nothing_written():
        registered(" bt474-t ")
    assert refusal.value.ways == (("Open BT474-T", model.get_absolute_url()),)


def test_a_model_starts_from_a_culture_or_a_vial_not_from_both():
    flask = lab.growing("BT474")
    assert registered(starting_culture_id=flask.pk).starting_culture == flask
    with pytest.raises(refused.StartUnclear, match="not both"), nothing_written():
        registered("BT474-U", starting_culture_id=flask.pk, starting_vial="BT474 MCB 12")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parental_line_id": 0}, "parental_line"),
        ({"compound_id": 0}, "compound"),
        ({"keeper_id": 0}, "keeper"),
        ({"starting_culture_id": 999_999}, "starting_culture"),
        ({"derived_from_id": 999_999}, "derived_from"),
    ],
)
def test_what_a_model_names_must_be_there(changes, field):
    with pytest.raises(NotThere) as refusal, nothing_written():
        registered(**changes)
    assert refusal.value.field == field


def test_a_model_needs_a_name_and_a_keeper_who_is_still_here():
    with pytest.raises(BadText, match="The name is still empty"), nothing_written():
        registered("  ")
    gone = lab.another_technician()
    gone.is_active = False
    gone.save()
    with pytest.raises(KeeperGone), nothing_written():
        registered(keeper_id=gone.pk)


# --- what no plan may say --------------------------------------------------------------------------------------------


def dose(amount, planned_days=28, **more) -> PlannedDose:
    return PlannedDose(dose=Decimal(str(amount)), planned_days=planned_days, **more)


def of_trastuzumab(*doses, unit="µg/mL", vehicle_pct="0.1", **more) -> PlanOfDoses:
    return PlanOfDoses(unit=unit, rungs=[*doses], vehicle_pct=Decimal(vehicle_pct), **more)


REFUSED_PLANS = {
    "no rung": (of_trastuzumab(), refused.RungDoseUnusable, "at least one rung", "doses"),
    "too many": (
        of_trastuzumab(*(dose(1 + n) for n in range(61))), refused.RungDoseUnusable, "at most 60 rungs", "doses"
    ),
    "no unit": (of_trastuzumab(dose(1), unit=""), refused.RungDoseUnusable, "'No unit' is not a unit", "doses"),
    "wrong unit": (of_trastuzumab(dose(1), unit="IU"), refused.RungDoseUnusable, "'IU' is not a unit", "doses"),
    "zero": (of_trastuzumab(dose(0)), refused.RungDoseUnusable, "is above zero", "doses"),
    "negative": (of_trastuzumab(dose(-1)), NumberOutOfRange, "The dose of trastuzumab", "doses"),
    "above the most": (
        of_trastuzumab(dose(100), dose("200.1")), refused.RungAboveMaximum, "above the highest dose allowed", "doses"
    ),
    "not rising": (of_trastuzumab(dose(2), dose(1)), refused.DosesNotRising, "1 µg/mL comes after 2 µg/mL", "doses"),
    "twice the same": (of_trastuzumab(dose(2), dose("2.0")), refused.DosesNotRising, "above the last", "doses"),
    "a jump": (of_trastuzumab(dose(1), dose("3.01")), refused.JumpInPlan, "rises more than 3×", "doses"),
    "no planned day": (of_trastuzumab(dose(1, 0)), NumberOutOfRange, "The planned days", "doses"),
    "more least than planned": (
        of_trastuzumab(dose(1, 10, min_days=14)), NumberOutOfRange, "The least days", "doses"
    ),
    "no such strategy": (of_trastuzumab(dose(1), strategy="leaps"), refused.PlanUnusable, "stepwise", "strategy"),
    "vehicle of more than all": (
        of_trastuzumab(dose(1), vehicle_pct="101"), NumberOutOfRange, "The vehicle of trastuzumab", "vehicle_pct"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED_PLANS)
def test_a_plan_is_refused_in_a_sentence_and_nothing_is_registered(case):
    plan, refusal, sentence, field = REFUSED_PLANS[case]
    with pytest.raises(refusal, match=sentence) as found, nothing_written():
        registered(plan=plan)
    assert found.value.field == field


def test_three_times_the_dose_before_is_allowed():
    assert doses_of(registered(plan=of_trastuzumab(dose("0.1"), dose("0.3"))).plans.get()) == ["0.1 µg/mL", "0.3 µg/mL"]


def test_a_jump_is_measured_by_the_rules_of_the_lab():
    services.change_readiness_rules(reason="slow lines", based_on=1, by=lab.manager(), largest_jump=Decimal("1.5"))
    with pytest.raises(refused.JumpInPlan, match=r"more than 1\.5×"), nothing_written():
        registered(plan=of_trastuzumab(dose(1), dose(2)))


def test_a_mass_is_planned_for_a_small_molecule_only_through_its_molar_mass():
    with pytest.raises(refused.RungDoseUnusable, match="refametinib is dosed in nM"), nothing_written():
        registered(of="refametinib", plan=of_trastuzumab(dose(1)))
    (rung,) = registered(of="lapatinib", plan=of_trastuzumab(dose("0.58106"))).plans.get().rungs.all()
    assert rung.dose_canonical == 1000


def test_a_plan_brings_no_more_vehicle_than_the_compound_allows():
    with pytest.raises(refused.PlanVehicleTooMuch, match=r"at most 0\.5 % v/v of DMSO"), nothing_written():
        registered(of="lapatinib", plan=ladders.plan("lapatinib", vehicle_pct="0.6"))


def test_the_drug_that_rises_is_not_kept_at_one_dose_too():
    with pytest.raises(refused.MaintainedRises, match="trastuzumab is the drug that rises"), nothing_written():
        registered(plan=ladders.plan(maintained=(kept(),)))


def test_a_drug_is_kept_at_one_dose_not_at_two():
    with pytest.raises(RefusedByTheDatabase, match="Name it once"), nothing_written():
        registered(of="lapatinib", plan=ladders.plan("lapatinib", maintained=(kept(), kept(dose="20"))))


def test_a_limit_nobody_can_meet_is_refused_in_words():
    with pytest.raises(RefusedByTheDatabase, match="limits that can be met"), nothing_written():
        registered(plan=of_trastuzumab(dose(1, max_doubling_ratio=Decimal("0.5"))))
    with pytest.raises(RefusedByTheDatabase, match="Give both, or neither"), nothing_written():
        registered(plan=of_trastuzumab(dose(1, on_days=3)))


# --- strategies and templates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_published_protocol_makes_a_plan_that_is_accepted(code):
    template = TEMPLATES[code]
    plan = services.plan_by_strategy(template.strategy, template.parameters, template.unit, template.vehicle_pct)
    made = registered(of=template.compound, plan=replace(plan, template=code)).plans.get()
    assert made.template == code
    assert made.rungs.count() == template.raises + 1
    assert {rung.planned_days for rung in made.rungs.all()} == {template.planned_days}


def test_a_strategy_that_comes_to_nothing_says_at_which_field():
    with pytest.raises(refused.PlanUnusable, match="not above the start") as refusal:
        services.plan_by_strategy("stepwise", {"start": "10", "target": "5", "factor": "2"}, "nM", Decimal("0.1"))
    assert refusal.value.field == "target"
    given = {"start": "10", "target": "50", "factor": "2", "on_days": 3}
    with pytest.raises(refused.PlanUnusable, match="needs the off days") as refusal:
        services.plan_by_strategy("pulsed", given, "nM", Decimal("0.1"))
    assert refusal.value.field == "off_days"


# --- the next version ------------------------------------------------------------------------------------------------


def test_a_change_is_a_next_version_and_what_was_planned_before_stays():
    model = registered()
    plan = revised(model)
    assert (plan.version, plan.reason) == (2, "further")
    assert [len(doses_of(one)) for one in model.plans.order_by("version")] == [5, 6]


def test_an_open_ladder_goes_on_at_its_dose_on_the_rung_of_the_new_version():
    ladder = ladders.climbing()
    ladders.climbed(ladder)
    plan = revised(ladder.model, ("0.5", 1, 2, 4, 8))
    stands = ladders.again(ladder).rung
    assert (stands.plan, stands.number, stands.dose) == (plan, 3, 2)
    assert not ladder.decisions.filter(to_rung__plan=plan).exists()


def test_the_dose_at_which_a_ladder_stands_stays_in_the_plan():
    ladder = ladders.climbing()
    with pytest.raises(refused.RungInUseMissing, match="ladder A stands at 1 µg/mL"), nothing_written():
        revised(ladder.model, (2, 4, 8))
    lost = ladders.decided(ladder, "lost", at=ladder.started_at + lab.DAY, reason="died")
    assert lost.state == "made"
    assert doses_of(revised(ladder.model, (2, 4, 8))) == ["2 µg/mL", "4 µg/mL", "8 µg/mL"]


def test_a_candidate_with_a_higher_target_is_deriving_again():
    ladder = ladders.climbing(doses=(1, 2))
    at = ladders.climbed(ladder)
    ladders.fed(ladders.lead(ladder), at + lab.HOUR)
    assert ladders.again(ladder).model.status == "candidate"
    revised(ladder.model, (1, 2, 4))
    assert ladders.again(ladder).model.status == "deriving"


def test_a_next_version_needs_a_reason_a_change_and_the_newest_one_before_it():
    model = registered()
    with pytest.raises(BadText, match="The reason is still empty"), nothing_written():
        revised(model, reason=" ")
    with pytest.raises(refused.NothingChanged, match="what plan v1 says already"), nothing_written():
        revised(model, ladders.DOSES["trastuzumab"])
    revised(model)
    with pytest.raises(refused.PlanChangedMeanwhile, match=r"Lena Marek \(LM\) has made plan v2"), nothing_written():
        revised(model, (1, 2, 4))


@pytest.mark.parametrize(
    "changes",
    [{"planned_days": 35}, {"min_days": 21}, {"min_passages": 3}, {"vehicle_pct": "0.05"}, {"strategy": "stepwise"}],
)
def test_every_number_of_a_plan_counts_as_a_change(changes):
    model = registered()
    assert revised(model, ladders.DOSES["trastuzumab"], said=changes).version == 2


def test_a_model_that_was_given_up_is_planned_no_further():
    model = registered()
    services.abandon_model(model_id=model.pk, reason="the line was mixed up", at=lab.FRIDAY, by=lab.manager())
    with pytest.raises(ModelIsOver, match="is abandoned"), nothing_written():
        revised(model)


def test_a_refused_version_leaves_no_trace():
    model = registered()
    with pytest.raises(refused.JumpInPlan), nothing_written():
        revised(model, (1, 20))
    assert (model.plans.count(), Rung.objects.count()) == (1, 5)


# --- the database keeps it -------------------------------------------------------------------------------------------


@pytest.fixture
def followed():
    """The plan of an open ladder, with a drug kept beside."""
    model = ladders.planned(of="lapatinib", maintained=(kept(),))
    treated, control = ladders.arms("lapatinib")
    services.start_ladder(
        model_id=model.pk, name="A", treated_ids=[treated.pk], control_id=control.pk, at=lab.FRIDAY, by=lab.technician()
    )
    return model.plans.get()


def refuses(change) -> bool:
    """Whether the database says no, and by which of its rules."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return error.value.__cause__.diag.constraint_name == "a_plan_is_not_edited"


def sql(statement: str, *values):
    def run():
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def test_the_plan_of_a_ladder_is_not_edited_by_any_way(followed):
    rung, beside = followed.rungs.first(), followed.maintained.get()
    other = lab.compound("copanlisib")
    assert "Make a new version" in RULES["a_plan_is_not_edited"]
    for change in (
        lambda: Rung.objects.filter(pk=rung.pk).update(planned_days=99),
        lambda: EscalationPlan.objects.filter(pk=followed.pk).update(vehicle_pct=1),
        lambda: MaintainedDrug.objects.filter(pk=beside.pk).update(dose=1, dose_canonical=1),
        lambda: Rung.objects.create(
            plan=followed, number=9, dose=90, dose_unit="nM", dose_canonical=90, planned_days=9, min_days=1,
            min_passages=1,
        ),
        lambda: MaintainedDrug.objects.create(
            plan=followed, compound=other, dose=1, dose_unit="nM", dose_canonical=1, vehicle_pct=0
        ),
        sql("UPDATE cultures_rung SET dose = 11 WHERE id = %s", rung.pk),
        sql("UPDATE cultures_escalationplan SET parameters = '{}', reason = 'tidied' WHERE id = %s", followed.pk),
        sql("UPDATE cultures_maintaineddrug SET vehicle_pct = 0.4 WHERE plan_id = %s", followed.pk),
    ):  # fmt: skip
        assert refuses(change)
    rung.dose = 11
    assert refuses(rung.save)


def test_a_followed_plan_is_kept_when_a_newer_version_has_taken_over(followed):
    revised(followed.model, plan=ladders.plan("lapatinib", (10, 20)))
    assert refuses(lambda: followed.rungs.update(min_days=1))


def test_no_row_of_a_followed_plan_is_deleted(followed):
    with pytest.raises(ProtectedError):
        followed.rungs.first().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        sql("DELETE FROM cultures_rung WHERE plan_id = %s", followed.pk)()


def test_a_plan_nobody_follows_yet_is_not_the_databases_business():
    plan = registered().plans.get()
    assert plan.rungs.update(planned_days=21) == 5


# --- the rules of readiness ------------------------------------------------------------------------------------------


def changed(based_on: int = 1, reason: str = "as in the protocol", **decided) -> ReadinessRules:
    return services.change_readiness_rules(reason=reason, based_on=based_on, by=lab.manager(), **decided)


def test_the_defaults_are_the_first_version_and_a_change_keeps_the_rest_of_them():
    assert ReadinessRules.current().version == 1
    rules = changed(min_viability_pct=90, backup_vials=3)
    assert (rules.version, rules.min_viability_pct, rules.backup_vials, rules.loss_days) == (2, 90, 3, 7)
    assert (rules.by, rules.reason) == (lab.manager(), "as in the protocol")
    assert changed(2, loss_days=5).min_viability_pct == 90


def test_rules_change_for_a_reason_and_only_when_something_changes():
    with pytest.raises(BadText, match="Write why the rules change"), nothing_written():
        changed(reason=" ", loss_days=5)
    with pytest.raises(RulesUnchanged), nothing_written():
        changed(min_viability_pct=85)


def test_who_changes_rules_that_were_overtaken_hears_who_was_faster():
    changed(loss_days=5)
    with pytest.raises(RulesChangedMeanwhile, match=r"Lena Marek \(LM\) has changed the rules"), nothing_written():
        changed(loss_days=6)


def test_the_first_rules_follow_no_version():
    with pytest.raises(RulesChangedMeanwhile, match="These are the first rules"), nothing_written():
        changed(based_on=3, loss_days=5)


@pytest.mark.parametrize(
    "decided",
    [
        {"back_viability_pct": 90},
        {"min_viability_pct": 101},
        {"max_doubling_ratio": Decimal("0.9")},
        {"back_doubling_ratio": Decimal("1.2")},
        {"confluent_pct": 101},
        {"resume_confluence_pct": 101},
        {"largest_jump": 1},
    ],
)
def test_limits_out_of_order_are_refused_in_words(decided):
    with pytest.raises(RefusedByTheDatabase, match="limits of stepping back lie beyond"), nothing_written():
        changed(**decided)


@pytest.mark.parametrize("decided", [{"loss_days": Decimal("1.5")}, {"backup_vials": -1}, {"largest_jump": "x"}])
def test_a_rule_is_a_number_of_its_kind(decided):
    with pytest.raises((NotANumber, NumberOutOfRange)) as refusal, nothing_written():
        changed(**decided)
    assert refusal.value.field in decided


def test_a_rule_nobody_knows_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="moon_phase"):
        changed(moon_phase=3)
