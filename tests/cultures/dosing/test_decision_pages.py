"""Deciding on a ladder by its pages: what is proposed, what is refused, who must agree, and what is kept."""

from typing import Any

import pytest
from django.test import Client

from cultures.dosing import services
from cultures.dosing.models import Decision
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, message_of, signed_in
from tests.lab import HOUR, nothing_written

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


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


@pytest.mark.parametrize(
    ("story", "kind", "waits"),
    [
        (stories.young, "escalate", True),
        (stories.young, "hold", False),
        (stories.ready, "escalate", False),
        (stories.crashed, "hold", True),
        (stories.crashed, "step_back", False),
        (stories.on_holiday, "resume", True),
    ],
)
def test_the_page_says_that_a_second_person_must_agree_exactly_when_the_decision_waits(bench, story, kind, waits):
    ladder = story()
    assert page_for(bench, ladder, kind).context["goes_against"] == waits
    message_of(bench, send(bench, ladder, kind, reason="as we agreed"))
    assert (Decision.objects.latest("number").state == Decision.State.WAITING) == waits
