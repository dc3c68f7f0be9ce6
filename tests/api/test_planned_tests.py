"""Tests that are asked for besides the policy, over REST: planned, called off, settled by a sample."""

from typing import Any

import pytest

from cultures.passaging.models import Culture
from cultures.quality.models import PlannedTest
from lims.clock import now
from tests import lab
from tests.api.conftest import done, refused, signed_in
from tests.api.test_quality import DUE, QC, read
from tests.api.test_reading import queries
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

PLANS = f"{QC}planned-tests/"
DUE_AT = lab.FRIDAY + 8 * DAY


def a_plan(*cultures: Culture, **changes: Any) -> dict[str, Any]:
    said = {"cultures": [one.code for one in cultures], "family": "mycoplasma", "why": "shares a hood"}
    return said | {"due_at": DUE_AT.isoformat()} | changes


def planned(caller: Any, *cultures: Culture, **changes: Any) -> list[dict[str, Any]]:
    return done(caller.post(PLANS, a_plan(*cultures, **changes)))["planned"]


def test_a_planned_test_is_due_until_it_is_called_off(anna):
    culture = lab.growing()
    (told,) = planned(anna, culture)
    assert (told["culture"], told["family"], told["why"], told["by"]) == (
        culture.code,
        "mycoplasma",
        "shares a hood",
        "anna",
    )
    assert (told["due_at"], told["settled_at"], told["trace"]) == ("2026-03-07T09:00:00Z", None, None)
    assert read(anna, f"{PLANS}{told['id']}/") == told
    (due,) = read(anna, DUE, {"culture": culture.code})["results"]
    assert (due["due_at"], due["why"]) == (told["due_at"], "planned")
    off = done(anna.post(f"{PLANS}{told['id']}/call-off/", {"reason": "another hood after all"}))
    assert (off["settled_how"], bool(off["settled_at"])) == ("another hood after all", True)
    assert read(anna, DUE, {"culture": culture.code})["results"] == []
    again = anna.post(f"{PLANS}{told['id']}/call-off/", {"reason": "x"})
    assert refused(again) == (409, "plan_unknown")


def test_without_a_time_a_planned_test_is_due_now(anna):
    said = a_plan(lab.growing())
    del said["due_at"]
    done(anna.post(PLANS, said))
    assert now() - HOUR < PlannedTest.objects.get().due_at <= now()


def test_planned_twice_it_is_one_test_at_the_earlier_time(anna, jonas):
    one, other = lab.growing(), lab.growing()
    planned(anna, one)
    both = planned(jonas, one, other, due_at=(DUE_AT - DAY).isoformat(), why="closer than we thought")
    assert [(row["culture"], row["by"], row["due_at"]) for row in both] == [
        (one.code, "anna", "2026-03-06T09:00:00Z"),
        (other.code, "jonas", "2026-03-06T09:00:00Z"),
    ]
    (kept,) = planned(anna, one)
    assert kept["due_at"] == "2026-03-06T09:00:00Z"
    assert PlannedTest.objects.count() == 2


def test_a_sample_settles_what_was_planned(anna):
    culture = lab.growing()
    (told,) = planned(anna, culture)
    code = qc.negative(culture).code
    settled = read(anna, f"{PLANS}{told['id']}/")
    assert (settled["settled_how"], bool(settled["settled_at"])) == (code, True)
    assert read(anna, PLANS, {"is_open": "true"})["results"] == []


def test_a_command_with_a_key_plans_once(anna):
    said = a_plan(lab.growing())
    first, again = (anna.post(PLANS, said, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert again["Idempotency-Replayed"] == "true"


def test_what_cannot_be_planned_is_refused_and_leaves_nothing(anna):
    culture, ended = lab.growing(), lab.growing("BT474")
    lab.discarded(ended)
    with lab.nothing_written():
        assert refused(anna.post(PLANS, a_plan(culture, ended))) == (409, "culture_not_growing")
        for changes in (
            {"family": "tea leaves"},
            {"family": qc.PCR},  # a method; what is planned is what a sample speaks for
            {"why": " "},
            {"why": None},
            {"cultures": []},
            {"cultures": ["C-00000"]},
            {"due_at": "2026-03-07T09:00:00"},
            {"by": "jonas"},
        ):
            assert refused(anna.post(PLANS, a_plan(culture) | changes)) == (400, "invalid"), changes


def test_a_test_is_called_off_with_a_reason_only(anna):
    (told,) = planned(anna, lab.growing())
    with lab.nothing_written():
        for said in ({}, {"reason": ""}, {"reason": "x" * 121}):
            assert refused(anna.post(f"{PLANS}{told['id']}/call-off/", said)) == (400, "invalid")
        assert refused(anna.post(f"{PLANS}999999/call-off/", {"reason": "x"})) == (404, "not_found")


def test_a_viewer_and_an_instrument_read_plans_and_make_none(anna, counter):
    culture = lab.growing()
    (told,) = planned(anna, culture)
    for caller in (counter, signed_in("VW")):
        assert read(caller, PLANS)["results"] == [told]
        assert refused(caller.post(PLANS, a_plan(culture))) == (403, "not_allowed")
        assert refused(caller.post(f"{PLANS}{told['id']}/call-off/", {"reason": "x"})) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["early", "late", "sterile"]),
        ({"family": "sterility"}, ["sterile"]),
        ({"due_before": DUE_AT.isoformat()}, ["early"]),
        ({"is_open": "false"}, ["late"]),
        ({"is_open": "true"}, ["early", "sterile"]),
    ],
)
def test_plans_are_filtered_and_the_earliest_is_first(anna, query, found):
    one, other = lab.growing(), lab.growing("BT474")
    made = dict(zip(["late"], planned(anna, one), strict=True))
    done(anna.post(f"{PLANS}{made['late']['id']}/call-off/", {"reason": "x"}))
    made |= {"early": planned(anna, other, due_at=(DUE_AT - DAY).isoformat())[0]}
    made |= {"sterile": planned(anna, one, family="sterility", due_at=(DUE_AT + DAY).isoformat())[0]}
    assert [row["id"] for row in read(anna, PLANS, query)["results"]] == [made[name]["id"] for name in found]
    assert [row["id"] for row in read(anna, PLANS, {"culture": other.code.lower()})["results"]] == [made["early"]["id"]]
    assert len(read(anna, PLANS, {"line": one.line_id})["results"]) == 2
    assert refused(anna.get(PLANS, {"famly": "str"}))[0] == 400


def test_plans_cost_the_same_at_one_and_at_many(anna):
    planned(anna, lab.growing())
    few = queries(anna, PLANS)
    planned(anna, *(lab.growing(("SKBR3", "BT474")[number % 2]) for number in range(6)))
    assert queries(anna, PLANS) == few <= 4
    page = read(anna, PLANS, {"size": 4})
    rest = read(anna, page["next"].removeprefix("http://testserver"))
    assert len({row["id"] for row in page["results"] + rest["results"]}) == 7
