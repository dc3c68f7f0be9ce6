"""The pages where models are registered and planned, and where the versions of a plan stand."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.dosing import services
from cultures.dosing.models import EscalationPlan, ResistanceModel
from cultures.dosing.plan_versions import is_changed_by_hand, said_by
from tests import lab, ladders
from tests.cultures.passaging.pages.conftest import fields_of
from tests.lab import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
NEW = "/models/new/"


# --- registering -----------------------------------------------------------------------------------------------------


@pytest.fixture
def as_manager(db, client: Client) -> Client:
    client.force_login(lab.manager())
    for drug in ("lapatinib", "trastuzumab"):
        lab.compound(drug)
    lab.line("BT474")
    return client


def said(client: Client, **typed: Any) -> dict[str, Any]:
    """The form as it opens, with a name, a line and a drug typed into it."""
    about = {"name": "BT474-L", "parental_line": lab.line("BT474").pk, "compound": lab.compound("lapatinib").pk}
    return fields_of(client.get(NEW), **(about | typed))


def worked_out(client: Client, url: str = NEW, **typed: Any) -> Any:
    """The page after Work it out."""
    sent = said(client, **typed) if url == NEW else fields_of(client.get(url), **typed)
    answer = client.post(url, sent | {"work_out": "1"})
    assert answer.status_code == 200
    return answer


def rungs_of(answer: Any) -> list[str]:
    return [str(row["dose"].value()) for row in answer.context["form"].rungs]


BY_FACTOR = {"strategy": "stepwise", "start": "10", "target": "80", "factor": "2", "unit": "nM"}


def test_a_protocol_fills_in_the_plan_and_saves_nothing(as_manager):
    with nothing_written():
        answer = worked_out(as_manager, template="lapatinib_1000_by_2")
    form = answer.context["form"]
    assert rungs_of(answer) == ["10", "20", "40", "80", "160", "320", "640", "1000"]
    assert (form["unit"].value(), form["factor"].value(), form["planned_days"].value()) == ("nM", "2", "33")
    assert "O&#x27;Shea et al. 2017" in answer.content.decode()
    assert not form.errors


def test_a_protocol_brings_its_drug_when_none_is_chosen(as_manager):
    answer = worked_out(as_manager, template="trastuzumab_20", compound="")
    assert answer.context["form"]["compound"].value() == str(lab.compound("trastuzumab").pk)
    assert rungs_of(answer) == ["1", "2", "4", "8", "16", "20"]


def test_a_protocol_of_another_drug_is_refused_at_its_field(as_manager):
    answer = worked_out(as_manager, template="trastuzumab_20")
    assert answer.context["form"].errors["template"] == [
        "This protocol is of trastuzumab, and the drug that rises is lapatinib. Choose another protocol, or none."
    ]


def test_only_protocols_of_drugs_that_the_lab_has_are_offered(as_manager):
    offered = as_manager.get(NEW).context["form"].fields["template"].choices
    assert [group for group, _ in offered[1:]] == ["lapatinib", "trastuzumab"]


def test_numbers_typed_over_a_protocol_are_no_longer_that_protocol(as_manager):
    first = worked_out(as_manager, template="lapatinib_1000_by_2")
    sent = fields_of(first, target="500", work_out="1")
    again = as_manager.post(NEW, sent)
    assert (again.context["form"]["template"].value(), rungs_of(again)[-1]) == ("", "500")
    slower = as_manager.post(NEW, fields_of(first, planned_days="35", work_out="1"))
    assert slower.context["form"]["template"].value() == "lapatinib_1000_by_2"
    assert {row["planned_days"].value() for row in slower.context["form"].rungs} == {"35"}


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"target": "5"}, "target", "The target 5 is not above the start 10."),
        ({"factor": "1"}, "factor", "A factor of 1 is not above 1"),
        ({"factor": "4"}, "factor", "at most 3"),
        ({"start": ""}, "start", "needs the start"),
        ({"start": "1,5"}, "start", "ambiguous"),
        ({"min_days": "40"}, "min_days", "no more than the 28 days planned"),
        ({"strategy": "pulsed", "on_days": "3"}, "off_days", "needs the off days"),
        ({"strategy": "constant"}, "dose", "needs the dose"),
        ({"strategy": "explicit", "doses": "10 20 15"}, "doses", "15 comes after 20"),
        ({"strategy": "explicit", "doses": "1 1,500"}, "doses", "ambiguous"),
    ],
)
def test_what_comes_to_nothing_is_said_at_its_field_and_is_no_failed_saving(as_manager, typed, field, sentence):
    answer = worked_out(as_manager, **(BY_FACTOR | typed))
    assert sentence in answer.context["form"].errors[field][0]
    assert b"Not saved" not in answer.content


def test_a_list_may_be_written_with_commas_behind_its_numbers(as_manager):
    assert rungs_of(worked_out(as_manager, strategy="explicit", doses="1, 2; 4 8", unit="nM")) == ["1", "2", "4", "8"]


def test_a_pulsed_plan_has_its_days_in_and_out_of_the_drug_in_every_rung(as_manager):
    answer = worked_out(as_manager, **(BY_FACTOR | {"strategy": "pulsed", "on_days": "3", "off_days": "4"}))
    as_manager.post(NEW, fields_of(answer, save="1"))
    rungs = EscalationPlan.objects.get().rungs.values_list("on_days", "off_days")
    assert set(rungs) == {(3, 4)}


def test_what_was_worked_out_is_registered_with_where_it_came_from(as_manager):
    answer = worked_out(as_manager, template="lapatinib_1000_by_2", purpose="cross-resistance")
    saved = as_manager.post(NEW, fields_of(answer))
    model = ResistanceModel.objects.get()
    plan = model.plans.get()
    assert (saved.status_code, saved["Location"]) == (303, model.get_absolute_url())
    assert (plan.strategy, plan.template, plan.vehicle_pct) == ("stepwise", "lapatinib_1000_by_2", Decimal("0.1"))
    assert plan.parameters == {
        "start": "10", "target": "1000", "factor": "2", "planned_days": 33, "min_days": 14, "min_passages": 2,
    }  # fmt: skip
    assert not is_changed_by_hand(said_by(plan))


def test_a_form_that_is_sent_twice_registers_one_model(as_manager):
    sent = fields_of(worked_out(as_manager, **BY_FACTOR))
    assert [as_manager.post(NEW, sent).status_code for _ in range(2)] == [303, 303]
    assert ResistanceModel.objects.count() == 1


def test_rungs_written_by_hand_are_a_list(as_manager):
    sent = said(as_manager, unit="nM")
    for number, dose in enumerate(("10", "30")):
        sent |= {f"rungs-{number}-{name}": "14" for name in ("planned_days", "min_days", "min_passages")}
        sent[f"rungs-{number}-dose"] = dose
    as_manager.post(NEW, sent | {"rungs-TOTAL_FORMS": "2", "rungs-1-min_viability_pct": "90"})
    plan = EscalationPlan.objects.get()
    assert (plan.strategy, plan.parameters["doses"]) == ("explicit", ["10", "30"])
    assert [rung.min_viability_pct for rung in plan.rungs.all()] == [None, 90]


def test_rungs_that_were_worked_out_from_something_else_are_not_saved(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    with nothing_written():
        refused = as_manager.post(NEW, fields_of(answer, factor="1.5"))
    assert refused.status_code == 422
    assert "worked out from something else" in refused.context["form"].errors["strategy"][0]


def test_without_rungs_nothing_is_registered(as_manager):
    with nothing_written():
        refused = as_manager.post(NEW, said(as_manager, unit="nM"))
    assert refused.status_code == 422
    assert "This rung has no dose" in refused.content.decode()


def test_what_the_lab_refuses_of_the_rungs_stands_below_them(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    sent = fields_of(answer, **{"rungs-3-dose": "400"})
    with nothing_written():
        refused = as_manager.post(NEW, sent)
    form = refused.context["form"]
    assert refused.status_code == 422
    assert form.rungs_refused == "From 40 nM to 400 nM the dose rises more than 3×. Put a rung between them."
    assert not form["doses"].errors
    assert form.has_a_large_jump


def test_a_dose_above_the_highest_allowed_names_the_way_to_the_compound(as_manager):
    answer = worked_out(as_manager, **(BY_FACTOR | {"start": "5000", "target": "12000"}))
    refused = as_manager.post(NEW, fields_of(answer))
    assert "above the highest dose allowed, 10000 nM" in refused.context["form"].rungs_refused
    assert refused.context["form"].refusal.ways[0][0] == "Open lapatinib"


def test_a_rung_that_cannot_be_is_refused_in_its_row(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    refused = as_manager.post(NEW, fields_of(answer, **{"rungs-0-min_days": "30", "rungs-1-dose": "0"}))
    first, second = refused.context["form"].rungs.forms[:2]
    assert "held for 30 days at least, and planned for 28" in first.errors["min_days"][0]
    assert second.errors["dose"] == ["More than zero."]


def test_rows_come_and_go_without_script(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    one_more = as_manager.post(NEW, fields_of(answer, add="rungs"))
    assert rungs_of(one_more) == ["10", "20", "40", "80", ""]
    assert one_more.context["form"].rungs.forms[-1]["planned_days"].value() == "28"
    one_less = as_manager.post(NEW, fields_of(one_more, remove="rungs-1"))
    assert rungs_of(one_less) == ["10", "40", "80", ""]
    assert as_manager.post(NEW, fields_of(one_less, remove="rungs-x")).status_code == 200
    last = as_manager.post(NEW, said(as_manager, **{"rungs-0-dose": "5", "remove": "rungs-0"}))
    assert rungs_of(last) == [""]
    kept = as_manager.post(NEW, fields_of(answer, add="kept"))
    assert len(kept.context["form"].kept.forms) == 2


def test_the_totals_are_asked_for_alone_while_one_types(as_manager):
    sent = fields_of(worked_out(as_manager, **BY_FACTOR), add_up="1", **{"rungs-3-dose": "60"})
    fragment = as_manager.post(NEW, sent, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert fragment.context["form"].climb.doublings == pytest.approx(2.585, abs=0.001)


def test_a_drug_kept_beside_is_registered_and_asked_for_in_full(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    typed = {"kept-0-compound": str(lab.compound("trastuzumab").pk), "kept-0-dose": "10"}
    refused = as_manager.post(NEW, fields_of(answer, **typed))
    assert set(refused.context["form"].kept.forms[0].errors) == {"unit", "vehicle_pct"}
    as_manager.post(NEW, fields_of(refused, **{"kept-0-unit": "µg/mL", "kept-0-vehicle_pct": "0.05"}))
    assert str(EscalationPlan.objects.get().maintained.get()) == "trastuzumab 10 µg/mL"


def test_the_drug_that_rises_is_refused_where_the_others_stand(as_manager):
    answer = worked_out(as_manager, **BY_FACTOR)
    same = {"compound": lab.compound("lapatinib").pk, "dose": "10", "unit": "nM", "vehicle_pct": "0.1"}
    refused = as_manager.post(NEW, fields_of(answer, **{f"kept-0-{name}": value for name, value in same.items()}))
    assert "lapatinib is the drug that rises" in refused.context["form"].kept_refused
    assert refused.context["form"].keeps_beside


def test_the_flask_it_starts_from_is_scanned(as_manager):
    flask = lab.growing("BT474")
    answer = worked_out(as_manager, **BY_FACTOR)
    for scanned, sentence in (("C-7K4QZ", "a sign was misread"), (lab.shelf().code, "is not a culture")):
        refused = as_manager.post(NEW, fields_of(answer, starting_culture=scanned))
        assert sentence in refused.context["form"].errors["starting_culture"][0]
    both = as_manager.post(NEW, fields_of(answer, starting_culture=flask.code, starting_vial="MCB 12"))
    assert "not both" in both.context["form"].errors["starting_culture"][0]
    as_manager.post(NEW, fields_of(both, starting_culture=flask.code.lower(), starting_vial=""))
    assert ResistanceModel.objects.get().starting_culture == flask


def test_an_address_may_name_what_a_model_starts_from(as_manager):
    first, flask = ladders.planned(), lab.growing("BT474")
    derived = as_manager.get(NEW, {"derived_from": first.code}).context["form"]
    assert (derived["derived_from"].value(), derived["parental_line"].value()) == (first.pk, first.parental_line_id)
    assert as_manager.get(NEW, {"culture": flask.code}).context["form"]["starting_culture"].value() == flask.code
    assert as_manager.get(NEW, {"culture": "C-1\x00", "derived_from": "nothing"}).status_code == 200


def test_the_drug_that_a_model_resists_already_is_proposed_to_be_kept(as_manager):
    ladder = ladders.climbing()
    form = as_manager.get(NEW, {"derived_from": ladder.model.code}).context["form"]
    (row,) = form.kept.forms
    assert [str(row[name].value()) for name in ("dose", "unit", "vehicle_pct")] == ["1", "µg/mL", "0.1"]
    assert (row["compound"].value(), row["dose"].source) == (ladder.model.compound_id, "as in BT474-T")
    assert form.keeps_beside


def test_a_technician_is_told_who_registers_models(client, db):
    client.force_login(lab.technician())
    answer = client.get(NEW)
    assert answer.status_code == 403
    assert "lab manager or PI" in answer.content.decode()


# --- the next version ------------------------------------------------------------------------------------------------


def page_of(model: ResistanceModel, version: int | str = "") -> str:
    return f"/models/{model.code}/plan/{f'{version}/' if version else ''}"


def test_a_plan_is_revised_from_what_it_says_now(as_manager):
    model = ladders.planned(planned_days=35)
    opened = as_manager.get(page_of(model))
    assert rungs_of(opened) == ["1", "2", "4", "8", "10"]
    assert opened.context["form"]["planned_days"].value() == "35"
    assert opened.context["changes"] is None
    saved = as_manager.post(page_of(model), fields_of(opened, reason="slower", **{"rungs-0-planned_days": "42"}))
    assert (saved.status_code, saved["Location"]) == (303, page_of(model, 1))
    assert [plan.rungs.first().planned_days for plan in model.plans.order_by("version")] == [35, 42]


def test_what_changes_is_told_before_it_is_saved(as_manager):
    model = ladders.planned()
    opened = as_manager.get(page_of(model))
    same = as_manager.post(page_of(model), fields_of(opened, add_up="1"))
    assert same.context["changes"] == []
    assert "Nothing differs from version 1" in same.content.decode()
    changed = as_manager.post(page_of(model), fields_of(opened, add_up="1", **{"rungs-4-dose": "14"}))
    assert changed.context["changes"] == ["new: 14 µg/mL", "dropped: 10 µg/mL"]
    for unclear in ({"rungs-4-planned_days": ""}, {"rungs-4-dose": "x"}, {"vehicle_pct": ""}):
        answer = as_manager.post(page_of(model), fields_of(opened, add_up="1", **unclear))
        assert (answer.status_code, answer.context["changes"]) == (200, None)


def test_a_list_is_worked_out_anew_from_the_doses_it_had(as_manager):
    model = ladders.planned()
    answer = worked_out(as_manager, page_of(model), doses="1 2 4 8 14 20")
    assert rungs_of(answer)[-1] == "20"
    assert answer.context["changes"] == ["new: 14 µg/mL, 20 µg/mL", "dropped: 10 µg/mL"]


def test_where_each_open_ladder_stands_is_said_and_its_dose_is_kept(as_manager):
    ladder = ladders.climbing()
    url = page_of(ladder.model)
    opened = as_manager.get(url)
    assert [one["is_missing"] for one in opened.context["stands"]] == [False]
    assert "Ladder <b>A</b> stands at <b>1 µg/mL</b>, climbing." in opened.content.decode()
    dropped = fields_of(opened, reason="higher", **{"rungs-0-dose": "1.5"})
    assert as_manager.post(url, dropped | {"add_up": "1"}).context["stands"][0]["is_missing"]
    with nothing_written():
        refused = as_manager.post(url, dropped)
    assert refused.status_code == 422
    assert "stands at 1 µg/mL, and the new plan has no such rung" in refused.context["form"].rungs_refused


def test_a_change_needs_its_reason_and_something_that_changes(as_manager):
    model = ladders.planned()
    opened = as_manager.get(page_of(model))
    with nothing_written():
        silent = as_manager.post(page_of(model), fields_of(opened, **{"rungs-4-dose": "14"}))
        same = as_manager.post(page_of(model), fields_of(opened, reason="none"))
    assert silent.context["form"].errors["reason"] == ["Write why the plan changes."]
    assert "what plan v1 says already" in same.content.decode()


def test_who_was_overtaken_hears_by_whom_and_begins_again(as_manager):
    model = ladders.planned()
    opened = as_manager.get(page_of(model))
    services.revise_plan(
        model_id=model.pk, plan=ladders.plan(doses=(1, 2, 4)), reason="shorter", based_on=1, by=lab.manager()
    )
    with nothing_written():
        late = as_manager.post(page_of(model), fields_of(opened, reason="longer", **{"rungs-4-dose": "14"}))
    assert late.status_code == 422
    assert "Lena Marek (LM) has made plan v2 meanwhile" in late.content.decode()
    assert "Begin again from version 2" in late.content.decode()


def test_a_plan_whose_parameters_nobody_can_read_is_opened_all_the_same(as_manager):
    model = ladders.planned(strategy="stepwise", parameters={"start": "x", "factor": ["2"], "planned_days": "inf"})
    opened = as_manager.get(page_of(model))
    assert opened.status_code == 200
    assert opened.context["form"]["start"].value() is None


def test_an_abandoned_model_is_planned_no_further(as_manager):
    model = ladders.planned()
    services.abandon_model(model_id=model.pk, reason="mixed up", at=lab.FRIDAY, by=lab.manager())
    for url in (page_of(model), f"/models/{model.code}/ladders/new/"):
        answer = as_manager.get(url)
        assert (answer.status_code, answer["Location"]) == (303, model.get_absolute_url())


# --- versions --------------------------------------------------------------------------------------------------------


def of_versions(how_many: int, name: str) -> ResistanceModel:
    model = ladders.planned(name)
    for version in range(1, how_many):
        plan = ladders.plan(planned_days=28 + version)
        services.revise_plan(
            model_id=model.pk, plan=plan, reason=f"slower {version}", based_on=version, by=lab.manager()
        )
    return model


def test_an_old_version_stands_beside_the_one_that_followed_it(client, db):
    model = of_versions(2, "BT474-T")
    client.force_login(lab.viewer())
    page = client.get(page_of(model, 1)).content.decode()
    for words in (
        "An older version",
        "Version 1",
        "Version 2",
        "planned 28 d → 29 d",
        "slower 1",
        "the lab's rules",
    ):
        assert words in page, words
    newest = client.get(page_of(model, 2)).content.decode()
    assert "In force" in newest
    assert "Plan anew" not in newest
    assert client.get(page_of(model, 3)).status_code == 404
    assert client.get("/models/M-00000/plan/1/").status_code == 404


def test_limits_of_a_rungs_own_and_drugs_kept_beside_are_shown(as_manager):
    sent = fields_of(worked_out(as_manager, template="lapatinib_pulsed"))
    kept = {"compound": lab.compound("trastuzumab").pk, "dose": "10", "unit": "µg/mL", "vehicle_pct": "0.05"}
    sent |= {f"kept-0-{name}": value for name, value in kept.items()} | {"rungs-0-max_doubling_ratio": "1.5"}
    as_manager.post(NEW, sent)
    page = as_manager.get(page_of(ResistanceModel.objects.get(), 1)).content.decode()
    for words in (
        "doubling time to 1.5×, in the drug 3 d, without it 4 d",
        "trastuzumab 10 µg/mL",
        "Lapatinib in low pulses",
        "Pulsed",
    ):
        assert words in page, words


def test_many_versions_cost_no_more_queries(as_manager, django_assert_max_num_queries: DjangoAssertNumQueries):
    few, many = of_versions(2, "BT474-T"), of_versions(6, "BT474-U")
    with django_assert_max_num_queries(100) as asked:
        as_manager.get(page_of(few, 1))
    with django_assert_max_num_queries(len(asked)):
        as_manager.get(page_of(many, 3))
