"""Models are registered and planned by machines as on their pages, and the lab's rules changed."""

from decimal import Decimal
from typing import Any

import pytest

from cultures.dosing.models import ReadinessRules, ResistanceModel
from tests import lab, ladders
from tests.api.conftest import MODELS, done, of, refused

STEPWISE = {"strategy": "stepwise", "parameters": {"start": 1, "target": "10", "factor": 2, "planned_days": 21}}


def a_plan(**changes: Any) -> dict[str, Any]:
    return {"unit": "µg/mL", "vehicle_pct": "0.1", **(changes or STEPWISE)}


def a_model(**changes: Any) -> dict[str, Any]:
    lab.line("BT474"), ladders.redosed("trastuzumab")
    return {
        "name": "BT474-T",
        "parental_line": "BT-474",
        "compound": "trastuzumab",
        "plan": a_plan(),
    } | changes


def plan_of(model: ResistanceModel):
    return model.plans.latest("version")


def test_a_model_is_registered_with_the_rungs_its_strategy_comes_to(manager):
    told = done(manager.post(MODELS, a_model()))
    model = ResistanceModel.objects.get(code=told["code"])
    assert (told["status"], model.keeper, told["ladders"]) == ("planned", lab.manager(), [])
    assert [int(rung.dose) for rung in plan_of(model).rungs.all()] == [1, 2, 4, 8, 10]
    assert plan_of(model).parameters == {"start": "1", "target": "10", "factor": "2", "planned_days": 21}


def test_a_plan_may_be_written_out_rung_by_rung_with_what_is_kept_beside(manager):
    lab.compound("lapatinib")
    rungs = [{"dose": "1", "on_days": 3, "off_days": 4, "min_viability_pct": 80}, {"dose": 2.5}]
    kept = [{"compound": "lapatinib", "dose": 50, "unit": "nM", "vehicle_pct": "0.05"}]
    told = done(manager.post(MODELS, a_model(plan=a_plan(rungs=rungs, maintained=kept))))
    plan = plan_of(ResistanceModel.objects.get(code=told["code"]))
    assert (plan.strategy, plan.parameters) == ("pulsed", {"doses": ["1", "2.5"]})
    first, second = plan.rungs.all()
    assert (first.on_days, first.min_viability_pct, second.min_days) == (3, Decimal(80), 14)
    assert plan.maintained.get().dose == 50


@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({**STEPWISE, "rungs": [{"dose": 1}]}, 400, "invalid"),
        ({"strategy": "stepwise"}, 400, "invalid"),
        ({"strategy": "stepwise", "parameters": {}}, 409, "plan_unusable"),
        ({"strategy": "stepwise", "parameters": {"start": 5, "target": 1, "factor": 2}}, 409, "plan_unusable"),
        ({"rungs": []}, 409, "rung_dose_unusable"),
        ({"rungs": [{"dose": 2}, {"dose": 1}]}, 409, "doses_not_rising"),
        ({"rungs": [{"dose": 1}, {"dose": 9}]}, 409, "jump_in_plan"),
        ({"rungs": [{"dose": 1, "on_days": 3}]}, 400, "invalid"),
        ({"rungs": [{"dose": 1, "planned_days": 7}]}, 400, "invalid"),
        ({"rungs": [{"dose": 0}]}, 400, "invalid"),
    ],
)
def test_a_plan_that_cannot_be_climbed_is_refused_and_nothing_is_registered(manager, plan, status, code):
    said = a_model(plan={"unit": "µg/mL", "vehicle_pct": "0.1", **plan})
    with lab.nothing_written():
        assert refused(manager.post(MODELS, said)) == (status, code)


def test_a_name_that_is_taken_is_refused(manager):
    ladders.planned("BT474-T")
    assert refused(manager.post(MODELS, a_model(name="bt474-t")))[0] == 409


def test_a_plan_is_revised_on_the_version_that_was_looked_at(manager):
    model = ladders.planned()
    revised = {"plan": a_plan(rungs=[{"dose": 1}, {"dose": 2}]), "reason": "slower", "based_on": 1}
    told = done(manager.post(of(model, "plans/"), revised))
    assert (told["version"], [rung["dose"] for rung in told["rungs"]]) == (2, ["1.000000", "2.000000"])
    assert refused(manager.post(of(model, "plans/"), revised)) == (409, "plan_changed_meanwhile")


def test_models_are_registered_and_planned_by_who_leads(anna):
    model = ladders.planned()
    for path in (MODELS, of(model, "plans/"), of(model, "abandon/"), "/api/v1/readiness-rules/"):
        assert refused(anna.post(path, {})) == (403, "not_allowed"), path
    assert anna.get(of(model, "plans/")).status_code == 200


def test_a_command_sent_again_under_its_key_is_not_done_again(manager):
    first, again = (manager.post(MODELS, a_model(), key="m-1") for _ in range(2))
    assert (done(first), again["Idempotency-Replayed"]) == (done(again), "true")
    assert ResistanceModel.objects.count() == 1


def test_the_rules_change_on_the_version_that_was_looked_at(manager):
    path = "/api/v1/readiness-rules/"
    said = {"min_viability_pct": "90", "backup_vials": 3, "reason": "stricter", "based_on": 1}
    told = done(manager.post(path, said))
    assert (told["version"], told["min_viability_pct"], told["by"]) == (2, "90.0", lab.manager().username)
    assert ReadinessRules.current().backup_vials == 3
    assert refused(manager.post(path, said)) == (409, "rules_changed_meanwhile")
    assert refused(manager.post(path, {"reason": "none", "based_on": 2})) == (409, "rules_unchanged")
