"""Decisions as they are kept: seconded, declined, taken back, and read again with the evidence as it was."""

import pytest
from django.test import Client

from cultures.dosing import services
from cultures.dosing.models import Decision
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, cost, message_of, signed_in, text_of
from tests.lab import DAY, HOUR, nothing_written

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


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
