"""Models are read by machines: where their ladders stand, what was planned, decided and given."""

import csv
from datetime import timedelta

import pytest

from cultures.dosing.exposure_table import KINDS
from cultures.dosing.models import HypothesisStatement, Mechanism, ReadinessRules, ResistanceModel
from cultures.dosing.services import mechanisms, revise_plan
from cultures.dosing.services.mechanisms import register_mechanism
from cultures.science.stays import Kind
from lims.clock import now
from tests import lab, ladders
from tests.api.conftest import MODELS, of
from tests.api.test_reading import queries
from tests.cultures.dosing import stories


def read(caller, path: str, query: dict | None = None):
    answer = caller.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def held(model: ResistanceModel, name: str = "p95HER2"):
    known = Mechanism.objects.filter(name=name).first()
    mechanism = known or register_mechanism(name=name, group="HER2 itself", by=lab.manager())
    return mechanisms.propose_hypothesis(model_id=model.pk, mechanism_id=mechanism.pk, at=None, by=lab.technician())


# --- models and their ladders -----------------------------------------------------------------------------------------
def test_a_model_tells_where_its_ladder_stands_and_what_a_decision_is_based_on(counter):
    ladder = stories.raised()
    told = read(counter, of(ladder.model))
    (stands,) = told["ladders"]
    assert (told["name"], told["status"], told["compound"], told["unit"]) == (
        "BT474-T",
        "deriving",
        "trastuzumab",
        "µg/mL",
    )
    assert told["parental_line"]["name"] == "BT474"
    assert stands["rung"] == {"number": 2, "dose": "2.000000", "unit": "µg/mL"}
    assert stands["target"]["dose"] == "10.000000"
    assert (stands["last_decision"], stands["waiting_decision"]) == (2, None)
    assert stands["treated"] == [ladders.lead(ladder).code]
    assert stands["control"] == [ladders.control(ladder).code]


def test_until_its_next_medium_a_flask_is_told_to_be_in_another_dose(counter):
    (stands,) = read(counter, of(stories.raised().model))["ladders"]
    assert stands["still_at"] == "1 µg/mL"
    assert stands["verdict"] == "hold"


def test_a_climbing_ladder_has_a_forecast_with_its_interval_and_what_is_needed(counter):
    ladder = stories.ready()
    (stands,) = read(counter, of(ladder.model))["ladders"]
    forecast = stands["forecast"]
    days = [forecast[name] for name in ("from_on", "half_from_on", "median_on", "half_to_on", "to_on")]
    assert days == sorted(days)
    assert days[0] < days[-1]
    assert float(forecast["needs"]["medium_ml"]) > 0


def test_a_ladder_that_has_ended_has_no_verdict_and_no_forecast(counter):
    ladder = stories.young()
    ladders.decided(ladder, "lost", at=now(), reason="contaminated")
    told = read(counter, of(ladder.model))
    (stands,) = told["ladders"]
    assert (told["status"], stands["state"], stands["verdict"], stands["forecast"]) == ("lost", "lost", None, None)
    assert stands["ended_at"]


def test_a_model_is_found_by_its_code_however_typed(counter):
    model = ladders.planned()
    assert read(counter, f"{MODELS}{model.code.lower()}/")["ladders"] == []
    for rest in ("", "plans/", "decisions/", "exposure/", "exposure.csv", "readiness/", "hypotheses/"):
        answer = counter.get(f"{MODELS}M-00000/{rest}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), rest


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "deriving"}, ["BT474-T"]),
        ({"status": "planned"}, ["SKBR3-L"]),
        ({"compound": "Lapatinib"}, ["SKBR3-L"]),
        ({"mechanism": "p95"}, ["SKBR3-L"]),
        ({"mechanism": "her2 itself"}, ["SKBR3-L"]),
        ({"mechanism": "EGFR"}, []),
        ({"keeper": "anna"}, ["BT474-T", "SKBR3-L"]),
        ({"keeper": "nobody"}, []),
        ({}, ["BT474-T", "SKBR3-L"]),
    ],
)
def test_models_are_filtered(counter, query, found):
    stories.young()
    held(ladders.planned("SKBR3-L", "lapatinib", line="SKBR3"))
    assert [row["name"] for row in read(counter, MODELS, query)["results"]] == found


def test_models_of_a_line(counter):
    model = ladders.planned("SKBR3-L", "lapatinib", line="SKBR3")
    ladders.planned()
    found = read(counter, MODELS, {"line": model.parental_line_id})["results"]
    assert [row["code"] for row in found] == [model.code]


@pytest.mark.parametrize("query", ["statsu=lost", "status=dead", "line=x", "mechanism=%00", "after=x", "size=0"])
def test_a_strange_filter_is_refused(counter, query):
    assert counter.get(f"{MODELS}?{query}").status_code == 400


def test_a_page_of_models_costs_the_same_at_one_ladder_and_at_many(counter):
    ladder = stories.ready()
    few = queries(counter, MODELS)
    for number in range(4):
        model = ladders.planned(f"model {number}", derived_from_id=ladder.model_id)
        ladders.climbing(model, "A", at=now() - timedelta(days=9))
        ladders.climbing(model, "B", at=now() - timedelta(days=3))
    assert queries(counter, MODELS) == few <= 40


# --- plans, rules, readiness ------------------------------------------------------------------------------------------
def test_all_versions_of_a_plan_are_told_the_newest_first(counter):
    model = ladders.planned()
    revise_plan(model_id=model.pk, plan=ladders.plan(doses=(1, 2, 4)), reason="too steep", based_on=1, by=lab.manager())
    newest, first = read(counter, of(model, "plans/"))["results"]
    assert (newest["version"], newest["reason"], first["version"], first["reason"]) == (2, "too steep", 1, "")
    assert [rung["dose"] for rung in newest["rungs"]] == ["1.000000", "2.000000", "4.000000"]
    assert len(first["rungs"]) == 5


def test_readiness_tells_every_gate_with_its_sentence_and_what_is_proposed(counter):
    (judged,) = read(counter, of(stories.ready().model, "readiness/"))["ladders"]
    assert (judged["verdict"], judged["proposes"]) == ("ready", "escalate")
    assert judged["passages_at_dose"] == 3
    assert {"viability", "doubling_time", "mycoplasma"} <= {gate["code"] for gate in judged["findings"]}
    assert all(gate["sentence"] for gate in judged["findings"])


def test_before_anyone_has_decided_the_rules_are_the_defaults(counter):
    told = read(counter, "/api/v1/readiness-rules/")
    assert (told["version"], told["at"], told["by"]) == (1, None, None)
    assert told["largest_jump"] == str(ReadinessRules.current().largest_jump)


# --- decisions --------------------------------------------------------------------------------------------------------
def test_decisions_are_told_newest_first_with_the_evidence_they_were_made_on(counter):
    ladder = stories.raised()
    raised, started = read(counter, of(ladder.model, "decisions/"))["results"]
    assert [(one["number"], one["kind"], one["ladder"]) for one in (raised, started)] == [
        (2, "escalate", "A"),
        (1, "start", "A"),
    ]
    assert raised["verdict"] == raised["judgement"]["verdict"] == "ready"
    assert (raised["from_rung"]["number"], raised["to_rung"]["number"]) == (1, 2)
    assert read(counter, of(ladder.model, "decisions/2/")) == raised
    assert counter.get(of(ladder.model, "decisions/3/")).status_code == 404


def test_pages_of_decisions_follow_one_another_and_cost_the_same(counter):
    ladder = stories.young()
    few = queries(counter, of(ladder.model, "decisions/"))
    for kind in ("hold", "resume") * 3:
        ladders.decided(ladder, kind, at=now(), reason="to see")
    assert queries(counter, of(ladder.model, "decisions/")) == few <= 6
    page = read(counter, of(ladder.model, "decisions/"), {"size": 4})
    rest = read(counter, page["next"].removeprefix("http://testserver"))
    assert [row["number"] for row in page["results"] + rest["results"]] == [7, 6, 5, 4, 3, 2, 1]


def test_decisions_of_another_model_are_not_among_them(counter):
    ladder, other = stories.young(), ladders.planned("another")
    assert read(counter, of(other, "decisions/"))["results"] == []
    assert counter.get(of(other, "decisions/1/")).status_code == 404
    assert counter.get(of(ladder.model, "decisions/1/")).status_code == 200


# --- exposure ---------------------------------------------------------------------------------------------------------
def test_exposure_tells_intervals_that_add_up_to_its_totals(counter):
    ladder = stories.on_holiday()
    told = read(counter, of(ladder.model, "exposure/"))
    (of_ladder,) = told["ladders"]
    (drug,) = of_ladder["drugs"]
    assert (of_ladder["ladder"], of_ladder["culture"]) == ("A", ladders.lead(ladder).code)
    assert (drug["compound"], drug["unit"]) == ("trastuzumab", "µg/mL")
    in_drug = [one for one in drug["intervals"] if one["kind"] == "on"]
    assert drug["days_in_drug"] == pytest.approx(sum(one["days"] for one in in_drug))
    assert drug["dose_days"] == pytest.approx(sum(one["days"] * float(one["dose"]) for one in in_drug))
    assert drug["days_by_dose"] == [{"dose": "1.000000", "days": pytest.approx(drug["days_in_drug"])}]
    assert all(one["stocks"] and set(one["stocks"]) <= set(drug["stocks"]) for one in in_drug)
    *before, last = drug["intervals"]
    assert last["end"] is None
    assert all(one["end"] for one in before)


def test_exposure_as_csv_has_a_row_for_each_interval(counter):
    ladder = stories.raised()
    answer = counter.get(of(ladder.model, "exposure.csv"))
    rows = list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))
    (told,) = read(counter, of(ladder.model, "exposure/"))["ladders"]
    intervals = told["drugs"][0]["intervals"]
    assert [row["What"] for row in rows] == [KINDS[Kind(one["kind"])].word for one in intervals]
    assert rows[0]["Culture"] == ladders.lead(ladder).code


def test_a_client_may_ask_for_csv_by_its_type(counter):
    path = of(stories.young().model, "exposure.csv")
    answer = counter.client.get(path, headers=counter.headers | {"Accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/csv")
    refused = counter.client.get(f"{MODELS}M-00000/exposure.csv", headers=counter.headers | {"Accept": "text/csv"})
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")


def test_a_model_without_a_ladder_has_no_exposure_and_nothing_to_judge(counter):
    model = ladders.planned()
    assert read(counter, of(model, "exposure/")) == {"model": model.code, "ladders": []}
    assert read(counter, of(model, "readiness/")) == {"model": model.code, "ladders": []}


# --- mechanisms -------------------------------------------------------------------------------------------------------
def test_the_vocabulary_tells_of_how_many_models_each_word_is_held(counter):
    held(ladders.planned())
    register_mechanism(name="HSP90", group="HER2 itself", by=lab.manager())
    told = read(counter, "/api/v1/mechanisms/", {"words": "HER2 itself"})["results"]
    held_of = {one["name"]: (one["suspected"], one["supported"]) for one in told}
    assert held_of.pop("p95HER2") == (1, 0)
    assert held_of == {"HSP90": (0, 0)}


def test_hypotheses_cost_the_same_at_one_and_at_many(counter):
    model = ladders.planned()
    path = of(model, "hypotheses/")
    hypothesis = held(model)
    few = queries(counter, path)
    for number in range(5):
        held(model, f"gene {number}")
    mechanisms.state_hypothesis(hypothesis_id=hypothesis.pk, status="supported", note="blot", by=lab.technician())
    assert queries(counter, path) == few <= 8
    told = read(counter, path)["results"][-1]
    assert told["status"] == HypothesisStatement.Status.SUPPORTED
    assert [one["status"] for one in told["statements"]] == ["supported", "suspected"]
