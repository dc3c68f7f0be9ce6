"""Ladders are acted on by the same verbs as on their pages, with the same refusals."""

from typing import Any

from cultures.dosing.models import Decision, DosingState, Ladder
from cultures.passaging.models import Feed
from lims.clock import now
from tests import lab, ladders
from tests.api.conftest import done, of, refused
from tests.cultures.dosing import stories
from tests.lab import DAY


def test_a_ladder_is_started_with_both_arms(anna):
    model, (treated, control) = ladders.planned(), ladders.arms(at=now() - DAY)
    told = done(anna.post(of(model, "ladders/"), {"name": "A", "treated": [treated.code], "control": control.code}))
    assert (told["name"], told["rung"]["number"], told["last_decision"]) == ("A", 1, 1)
    assert (told["treated"], told["control"]) == ([treated.code], [control.code])
    assert Decision.objects.get().source == "api"


def test_a_control_of_another_origin_is_refused(anna):
    model, (treated, _) = ladders.planned(), ladders.arms(at=now() - DAY)
    said = {"name": "A", "treated": [treated.code], "control": lab.growing("BT474").code}
    with lab.nothing_written():
        assert refused(anna.post(of(model, "ladders/"), said)) == (409, "control_not_matched")


def test_a_ladder_branches_and_borrows_the_control(anna):
    ladder = ladders.climbing(at=now() - 8 * DAY)
    ladders.passaged(ladder, into=2)
    spare = ladders.lead(ladder)
    said = {"name": "B", "treated": [spare.code], "reason": "to hold one"}
    told = done(anna.post(of(ladder.model, "ladders/A/branch/"), said))
    assert (told["branched_from"], told["treated"], told["borrows_control"]) == ("A", [spare.code], True)
    assert refused(anna.post(of(ladder.model, "ladders/B/branch/"), said | {"name": "C"}))[1] == "ladder_would_be_empty"


# --- decisions --------------------------------------------------------------------------------------------------------
def test_a_ready_ladder_is_escalated_and_its_flask_follows_with_its_next_medium(anna):
    ladder = stories.ready()
    told = done(anna.post(of(ladder.model, "ladders/A/decide/"), {"kind": "escalate", "based_on": 1}))
    assert (told["number"], told["state"], told["to_rung"]["number"]) == (2, "made", 2)
    assert (told["verdict"], told["by"]) == ("ready", "anna")
    (stands,) = anna.get(of(ladder.model)).json()["ladders"]
    assert (stands["rung"]["number"], stands["still_at"]) == (2, "1 µg/mL")


def test_whoever_saw_an_older_decision_is_told_what_was_decided_since(anna):
    ladder = stories.raised()
    said = {"kind": "hold", "based_on": 1}
    with lab.nothing_written():
        assert refused(anna.post(of(ladder.model, "ladders/A/decide/"), said)) == (409, "decided_meanwhile")
        assert refused(anna.post(of(ladder.model, "ladders/Z/decide/"), said)) == (404, "not_found")


def test_against_the_verdict_a_decision_waits_until_another_person_agrees(anna, jonas):
    ladder = stories.young()
    path = of(ladder.model, "ladders/A/decide/")
    said = {"kind": "escalate", "based_on": 1}
    assert refused(anna.post(path, said)) == (409, "against_the_verdict")
    assert done(anna.post(path, said | {"reason": "the deadline"}))["state"] == "waiting"
    assert anna.get(of(ladder.model)).json()["ladders"][0]["waiting_decision"] == 2
    second = of(ladder.model, "decisions/2/second/")
    assert refused(anna.post(second, {})) == (409, "own_decision")
    assert done(jonas.post(second, {}), 200)["seconded_by"] == lab.another_technician().username
    assert Ladder.objects.get().rung.number == 2
    assert refused(jonas.post(second, {})) == (409, "not_waiting")


def test_a_waiting_decision_is_declined_with_a_reason(anna, jonas):
    ladder = stories.young()
    ladders.decided(ladder, "escalate", at=now(), reason="the deadline")
    decline = of(ladder.model, "decisions/2/decline/")
    assert refused(jonas.post(decline, {})) == (400, "invalid")
    assert done(jonas.post(decline, {"reason": "too early"}), 200)["state"] == "declined"
    assert Ladder.objects.get().rung.number == 1


def test_ones_own_last_decision_is_undone(anna, jonas):
    ladder = stories.ready()
    ladders.decided(ladder, "escalate", at=now())
    undo = of(ladder.model, "decisions/2/undo/")
    assert refused(jonas.post(undo, {})) == (409, "decision_not_undoable")
    assert done(anna.post(undo, {}), 200)["withdrawn_by"] == "anna"
    assert Ladder.objects.get().rung.number == 1


def test_a_model_is_confirmed_and_maintained_by_its_evidence_and_abandoned_with_a_reason(manager):
    model = stories.young().model
    assert refused(manager.post(of(model, "confirm/"), {})) == (409, "not_a_candidate")
    assert refused(manager.post(of(model, "maintain/"), {})) == (409, "not_confirmed")
    assert refused(manager.post(of(model, "abandon/"), {})) == (400, "invalid")
    told = done(manager.post(of(model, "abandon/"), {"reason": "no funds"}))
    assert (told["kind"], told["ladder"], told["reason"]) == ("abandon", None, "no funds")
    assert manager.get(of(model)).json()["status"] == "abandoned"


# --- both arms at once ------------------------------------------------------------------------------------------------
def contents(**changes: Any) -> dict[str, Any]:
    stock = lab.stock("trastuzumab")
    drug = {"compound": "trastuzumab", "dose": 1, "unit": "µg/mL", "stock": stock.code, "vehicle_pct": "0.1"}
    return {"recipe": str(lab.recipe()), "drugs": [drug], **changes}


def test_both_arms_are_fed_the_control_in_as_much_vehicle(anna):
    ladder = stories.young()
    flasks = {"treated": ladders.lead(ladder), "control": ladders.control(ladder)}
    arms = {name: {"culture": flask.code, "volume_ml": 15} for name, flask in flasks.items()}
    told = done(anna.post(of(ladder.model, "ladders/A/feed-pair/"), arms | {"medium": contents()}))
    for name, dose in (("treated", 1), ("control", 0)):
        feed = Feed.objects.get(pk=told[name]["id"])
        assert (feed.culture, feed.drugs.get().dose, feed.source) == (flasks[name], dose, "api")


def test_both_arms_are_passaged_or_neither(anna):
    ladder = ladders.climbing(at=now() - 6 * DAY)
    flasks = {"treated": ladders.lead(ladder), "control": ladders.control(ladder)}
    count = {"live_per_ml": 600_000, "dead_per_ml": 20_000}
    arms = {name: {"culture": one.code, "count": count, "volume_ml": 10} for name, one in flasks.items()}
    daughter = {"vessel": "T75", "cells": 1_000_000, "medium": contents(volume_ml=15)}
    said = arms | {"daughters": [daughter]}
    path = of(ladder.model, "ladders/A/passage-pair/")
    few = {"control": arms["control"] | {"count": {"live_per_ml": 1000}}}
    with lab.nothing_written():
        answer = anna.post(path, said | few)
        assert refused(answer) == (409, "not_enough_cells")
        assert answer.json()["extra"]["arm"] == "control"
    told = done(anna.post(path, said))
    for name, dose in (("treated", 1), ("control", 0)):
        (allocated,) = [one["daughter"] for one in told[name]["allocations"] if one["kind"] == "daughter"]
        assert DosingState.objects.get(culture__code=allocated).dose == dose


def test_a_treated_flask_without_drug_is_asked_why(anna):
    ladder = stories.young()
    flask = ladders.lead(ladder)
    medium = {"recipe": str(lab.recipe()), "volume_ml": 15}
    path = f"/api/v1/cultures/{flask.code}/feed/"
    assert refused(anna.post(path, {"medium": medium}))[0] == 409
    told = done(anna.post(path, {"medium": medium | {"without_drug": "gap"}}))
    assert (told["without_drug"], told["override"]) == ("gap", "")
    corrected = {"changes": {"without_drug": "holiday"}, "reason": "it was meant"}
    done(anna.post(f"/api/v1/entries/feed/{told['id']}/correct/", corrected))
    assert Feed.objects.standing().get(culture=flask, at_seeding=False).without_drug == "holiday"
