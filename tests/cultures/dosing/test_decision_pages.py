"""Deciding on a ladder by its pages: what is proposed, what is refused, who must agree, and what is kept."""

from typing import Any

import pytest
from django.test import Client

from cultures.dosing import evidence, services
from cultures.dosing.evidence import Point
from cultures.dosing.models import Decision, ResistanceModel
from cultures.science.resistance import RunResult
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, cost, signed_in, text_of
from tests.lab import DAY, HOUR, nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


@pytest.fixture
def lead_of_the_lab() -> Client:
    return signed_in(lab.manager())


def said(answer: Any, **changes: str) -> dict[str, Any]:
    """What the form of a page would send as it stands, with some fields typed over."""
    fields = {field.html_name: field.value() for field in answer.context["form"]}
    return {name: value for name, value in fields.items() if value is not None} | changes


def page_for(client: Client, ladder: Any, kind: str) -> Any:
    return client.get(address(ladder, f"ladders/{ladder.name}/decide/?kind={kind}"))


def send(client: Client, ladder: Any, kind: str, **changes: str) -> Any:
    """Open the page, and press its button."""
    page = page_for(client, ladder, kind)
    return client.post(page.request["PATH_INFO"], said(page, **changes))


def message_of(client: Client, answer: Any) -> str:
    assert answer.status_code == 303
    return text_of(client, answer["Location"])


# --- a decision with the verdict --------------------------------------------------------------------------------------
def test_the_page_shows_the_verdict_its_gates_and_what_would_be_done(bench):
    ladder = stories.ready()
    page = page_for(bench, ladder, "escalate")
    text = page.content.decode()
    assert "Ready for 2 µg/mL." in text
    assert "Doubling time to control" in text
    assert "This goes against the verdict." not in text
    assert page.context["form"]["to_rung"].value() == 2
    assert [label for _, label in page.context["form"].fields["to_rung"].choices] == [
        "2 µg/mL, rung 2",
        "4 µg/mL, rung 3: a large jump, a second person must agree",
        "8 µg/mL, rung 4: a large jump, a second person must agree",
        "10 µg/mL, rung 5: a large jump, a second person must agree",
    ]


def test_one_tap_escalates_and_says_when_the_flask_follows(bench):
    ladder = stories.ready()
    text = message_of(bench, send(bench, ladder, "escalate"))
    flask = ladders.lead(ladder).code
    assert f"Escalated 1 → 2 µg/mL. {flask} follows at its next medium. You can undo this for 15 minutes." in text
    assert ladders.again(ladder).rung.number == 2


def test_a_page_sent_twice_decides_once(bench):
    ladder = stories.ready()
    page = page_for(bench, ladder, "escalate")
    answers = [bench.post(page.request["PATH_INFO"], said(page)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Decision.objects.filter(kind="escalate").count() == 1


def test_the_lower_rungs_are_offered_the_nearest_first_to_step_back_to(bench):
    ladder = stories.ready()
    made = ladders.decided(ladder, "escalate", to_rung=3, at=now() - 2 * HOUR, reason="the deadline")
    services.second_decision(decision_id=made.pk, at=now() - HOUR, by=lab.manager())
    page = page_for(bench, ladder, "step_back")
    assert [label for _, label in page.context["form"].fields["to_rung"].choices] == [
        "2 µg/mL, rung 2",
        "1 µg/mL, rung 1",
    ]
    assert message_of(bench, send(bench, ladder, "step_back", to_rung="1", reason="viability fell"))
    assert ladders.again(ladder).rung.number == 1


@pytest.mark.parametrize(("kind", "state"), [("hold", "holding"), ("holiday", "holiday"), ("lost", "lost")])
def test_a_ladder_is_held_rested_or_declared_lost(bench, kind, state):
    ladder = stories.ready()
    message_of(bench, send(bench, ladder, kind, reason="as we agreed"))
    assert ladders.again(ladder).state == state


def test_a_ladder_on_holiday_is_resumed_at_its_dose(bench):
    ladder = stories.on_holiday(confluence=80)
    message_of(bench, send(bench, ladder, "resume"))
    assert ladders.again(ladder).state == "climbing"


def test_of_several_flasks_one_is_chosen(bench):
    ladder = stories.ready()
    ladders.passaged(ladder, days=0.5, into=2)
    page = page_for(bench, ladder, "hold")
    flasks = [pk for pk, _ in page.context["form"].fields["culture"].choices]
    assert len(flasks) == 2
    message_of(bench, send(bench, ladder, "hold", culture=str(flasks[1]), reason="a rest"))
    assert Decision.objects.get(kind="hold").culture_id == flasks[1]


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_against_the_verdict_the_failing_clause_is_said_and_a_reason_asked_for(bench):
    ladder = stories.young()
    assert "This goes against the verdict." in page_for(bench, ladder, "escalate").content.decode()
    with nothing_written():
        answer = send(bench, ladder, "escalate")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "No passage at this dose yet. Against the verdict it needs a reason" in text
    assert answer.context["form"].errors["reason"]


def test_with_a_reason_it_waits_and_changes_nothing(bench):
    ladder = stories.young()
    text = message_of(bench, send(bench, ladder, "escalate", reason="the deadline"))
    assert "Decision 2 waits for a second person. Nothing changes until somebody else agrees." in text
    assert "Against the verdict" in text
    assert ladders.again(ladder).rung.number == 1


def test_a_large_jump_asks_for_a_reason_even_when_it_is_ready(bench):
    ladder = stories.ready()
    answer = send(bench, ladder, "escalate", to_rung="3")
    assert answer.status_code == 422
    assert "the dose rises more than 3×" in answer.content.decode()
    assert answer.context["form"].errors["reason"]


def test_who_decides_on_an_older_page_hears_who_was_faster_even_when_the_rungs_have_moved(bench):
    ladder = stories.ready()
    page = page_for(bench, ladder, "escalate")
    ladders.decided(ladder, "escalate", at=now() - HOUR, by=lab.another_technician())
    with nothing_written():
        answer = bench.post(page.request["PATH_INFO"], said(page))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Jonas Thiel (JT) has decided meanwhile: escalated to 2 µg/mL" in text
    assert f'href="{address(ladder)}">Open BT474-T' in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to_rung": "99"}, "to_rung"),
        ({"to_rung": "1"}, "to_rung"),
        ({"to_rung": "x"}, "to_rung"),
        ({"culture": "999999"}, "culture"),
        ({"based_on": "later"}, "based_on"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-02-01T09:00"}, "at"),
        ({"reason": "x" * 301}, "reason"),
        ({"reason": "a\x00b"}, "reason"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(bench, changes, field):
    ladder = stories.ready()
    with nothing_written():
        answer = send(bench, ladder, "escalate", **changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_while_a_decision_waits_the_page_leads_to_it(bench):
    ladder = stories.young()
    made = ladders.decided(ladder, "escalate", at=now() - HOUR, reason="the deadline")
    answer = page_for(bench, ladder, "hold")
    assert answer["Location"] == made.get_absolute_url()
    assert "waits for a second person. Second or decline that first." in message_of(bench, answer)


def test_on_a_ladder_that_has_ended_nothing_is_decided(bench):
    ladder = stories.young()
    ladders.decided(ladder, "lost", at=now() - HOUR, reason="contaminated")
    assert "Nothing is decided on it any more." in message_of(bench, page_for(bench, ladder, "hold"))


def test_an_unknown_deed_shows_the_one_that_is_proposed(bench):
    ladder = stories.ready()
    assert page_for(bench, ladder, "dance").context["deed"].kind == "escalate"
    assert bench.post(address(ladder, "ladders/A/decide/"), {"kind": "confirm"}).status_code == 422
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("kind", ["escalate", "hold", "step_back", "holiday", "lost"])
@pytest.mark.parametrize("story", [stories.ready, stories.young, stories.raised])
def test_the_page_says_that_a_second_person_must_agree_exactly_when_the_decision_waits(bench, story, kind):
    ladder = story()
    page = page_for(bench, ladder, kind)
    if page.context["deed"].kind != kind:
        return  # not offered here
    message_of(bench, bench.post(page.request["PATH_INFO"], said(page, reason="as we agreed")))
    waits = Decision.objects.latest("number").state == Decision.State.WAITING
    assert page.context["goes_against"] == waits


# --- the second person, and undoing -----------------------------------------------------------------------------------
@pytest.fixture
def waiting() -> Decision:
    ladder = stories.young()
    return ladders.decided(ladder, "escalate", at=now() - HOUR, reason="the deadline")


def test_a_second_person_sees_the_evidence_and_agrees(waiting):
    other = signed_in(lab.another_technician())
    text = text_of(other, waiting.get_absolute_url())
    assert "the deadline" in text
    assert "No passage at this dose yet." in text
    assert "Second it" in text
    text = message_of(other, other.post(f"{waiting.get_absolute_url()}second/"))
    assert "Seconded. Escalated 1 → 2 µg/mL." in text
    assert "Seconded by" in text_of(other, waiting.get_absolute_url())


def test_nobody_seconds_their_own(bench, waiting):
    assert "Second it" not in text_of(bench, waiting.get_absolute_url())
    with nothing_written():
        answer = bench.post(f"{waiting.get_absolute_url()}second/")
    assert "Nobody seconds a decision of their own." in message_of(bench, answer)


def test_it_is_declined_with_a_reason_and_stays_to_be_read(waiting):
    other = signed_in(lab.another_technician())
    at = f"{waiting.get_absolute_url()}decline/"
    assert "Decline decision 2" in text_of(other, at)
    assert other.post(at, {"reason": ""}).status_code == 422
    assert "Decision 2 is declined." in message_of(other, other.post(at, {"reason": "wait for the passage"}))
    text = text_of(other, waiting.get_absolute_url())
    assert "Declined" in text
    assert "Jonas Thiel" in text
    assert other.post(at, {"reason": "again"}).status_code == 422


def test_its_maker_takes_it_back(bench, waiting):
    at = f"{waiting.get_absolute_url()}decline/"
    assert "Take back decision 2" in text_of(bench, at)
    assert "Decision 2 is taken back." in message_of(bench, bench.post(at, {"reason": "too early"}))


def test_a_decision_is_undone_from_its_page_until_a_medium_was_given(bench):
    ladder = stories.raised()
    made = Decision.objects.latest("number")
    assert "Undo" in text_of(bench, made.get_absolute_url())
    assert "Decision 2 is taken back." in message_of(bench, bench.post(f"{made.get_absolute_url()}undo/"))
    assert ladders.again(ladder).rung.number == 1
    assert "taken back" in text_of(bench, made.get_absolute_url()).lower()
    assert "Undo" not in text_of(bench, made.get_absolute_url())
    answer = bench.post(f"{made.get_absolute_url()}undo/")
    assert "Only the last decision on a ladder is taken back." in message_of(bench, answer)


# --- the record -------------------------------------------------------------------------------------------------------
def test_the_evidence_stays_as_it_was_when_the_rules_change(bench):
    stories.raised()
    made = Decision.objects.latest("number")
    before = text_of(bench, made.get_absolute_url())
    services.change_readiness_rules(min_viability_pct=99, reason="a stricter lab", based_on=1, by=lab.manager())
    after = text_of(bench, made.get_absolute_url())
    assert "≥ 85 %" in before
    assert "≥ 85 %" in after
    assert "rules v1" in after


def test_all_decisions_are_listed_with_their_ladders_in_as_many_queries_for_few_as_for_many(bench):
    ladder = stories.ready()
    ladders.climbing(ladder.model, "B", at=now() - DAY)
    text = text_of(bench, address(ladder, "decisions/"))
    assert "ladder A" in text
    assert "ladder B" in text
    few = cost(bench, address(ladder, "decisions/"))
    for number, kind in enumerate(["hold", "resume"] * 4):
        ladders.decided(ladder, kind, at=now() - (20 - number) * HOUR, reason="as we agreed")
    assert text_of(bench, address(ladder, "decisions/")).count("Evidence<span") == 10
    assert cost(bench, address(ladder, "decisions/")) == few < 20


def test_a_decision_that_is_not_there_is_not_found(bench):
    ladder = stories.young()
    assert bench.get(address(ladder, "decisions/99/")).status_code == 404
    assert bench.post(address(ladder, "decisions/99/second/")).status_code == 404


# --- decisions on the whole model -------------------------------------------------------------------------------------
@pytest.fixture
def candidate() -> ResistanceModel:
    return stories.young(doses=(1,)).model


def shown_resistant(models: Any) -> dict[int, list[Point]]:
    days = [(now() - nth * DAY).date() for nth in (30, 20, 10)]
    runs = [RunResult(f"run {nth}", day, ri=12.0, low=9.0, high=16.0) for nth, day in enumerate(days)]
    rest = {"culture_id": 1, "control_id": None, "ic50": 1240.0, "ic50_low": 900.0, "ic50_high": 1600.0, "unit": "nM"}
    words = {"ic50_said": "1,240", "control_ic50_said": "103", "control_ic50": 103.0, "url": "/"}
    return {model.pk: [Point(at=now(), run=run, msr=1.5, **rest, **words) for run in runs] for model in models}


def test_a_candidate_without_assays_is_told_what_its_evidence_lacks(lead_of_the_lab, candidate):
    at = f"{candidate.get_absolute_url()}confirm/"
    text = text_of(lead_of_the_lab, at)
    assert "Resistance is not shown yet." in text
    assert "0 of 3 independent runs" in text
    assert '<button class="btn do big"' not in text
    with nothing_written():
        answer = lead_of_the_lab.post(at, {"reason": "", "at": "", "subline_name": ""})
    assert answer.status_code == 422
    assert "Until then the model stays a candidate." in answer.content.decode()


def test_a_candidate_that_is_proven_is_confirmed_and_becomes_a_line(lead_of_the_lab, candidate, monkeypatch):
    monkeypatch.setattr(evidence, "SOURCES", [shown_resistant])
    at = f"{candidate.get_absolute_url()}confirm/"
    assert "Resistance is shown." in text_of(lead_of_the_lab, at)
    answer = lead_of_the_lab.post(at, {"subline_name": "BT474-TR", "reason": "", "at": ""})
    text = message_of(lead_of_the_lab, answer)
    assert "BT474-T is confirmed." in text
    assert "BT474-TR" in text
    answer = lead_of_the_lab.post(f"{candidate.get_absolute_url()}maintain/", {"reason": "", "at": ""})
    assert "BT474-T is maintained from now on." in message_of(lead_of_the_lab, answer)


def test_only_what_was_confirmed_is_maintained(lead_of_the_lab, candidate):
    at = f"{candidate.get_absolute_url()}maintain/"
    assert "there is nothing to maintain" in text_of(lead_of_the_lab, at)
    assert lead_of_the_lab.post(at, {"reason": "", "at": ""}).status_code == 422


def test_a_model_is_abandoned_with_a_reason_and_its_ladders_end(lead_of_the_lab, candidate):
    at = f"{candidate.get_absolute_url()}abandon/"
    assert lead_of_the_lab.post(at, {"reason": "", "at": ""}).status_code == 422
    text = message_of(lead_of_the_lab, lead_of_the_lab.post(at, {"reason": "the project ended", "at": ""}))
    assert "BT474-T is abandoned." in text
    assert candidate.ladders.get().state == "abandoned"
    assert "there is nothing to abandon" in text_of(lead_of_the_lab, at)


def test_only_leads_decide_on_a_whole_model(bench, candidate):
    for verb in ("confirm", "maintain", "abandon"):
        assert bench.get(f"{candidate.get_absolute_url()}{verb}/").status_code == 403
