"""Two escalations at once: one succeeds, the others hear who decided and when."""

import pytest

from cultures.dosing.errors.ladders import DecidedMeanwhile, NotWaiting
from cultures.dosing.models import Decision, DosingState
from cultures.dosing.services import decide, last_decision, second_decision
from lims.audit.models import Entry
from tests import lab, ladders
from tests.harness.test_races import PEOPLE, at_once, refusals
from tests.lab import HOUR

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def test_of_32_simultaneous_escalations_exactly_one_succeeds():
    ladder = ladders.climbing()
    for _ in range(3):
        at = ladders.passaged(ladder)
    seen = last_decision(ladder).number
    people = [lab.technician(), lab.another_technician(), lab.manager(), lab.person("PI")]

    def escalate(who: object) -> Decision:
        return decide(ladder_id=ladder.pk, kind="escalate", based_on=seen, at=at + HOUR, by=who)

    outcomes = at_once([lambda who=people[number % 4]: escalate(who) for number in range(PEOPLE)])
    assert len(refusals(outcomes)) == PEOPLE - 1
    assert all(isinstance(refusal, DecidedMeanwhile) for refusal in refusals(outcomes))
    (made,) = [outcome for outcome in outcomes if isinstance(outcome, Decision)]
    assert all(f"({made.by.initials}) has decided meanwhile: escalated to 2" in str(one) for one in refusals(outcomes))
    assert ladders.again(ladder).rung.number == 2
    assert list(Decision.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Entry.objects.filter(table="cultures_decision", verb="decide_on_ladder", change="I").count() == 1


def test_a_waiting_decision_is_seconded_once():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder) + HOUR
    waiting = ladders.decided(ladder, "escalate", at=at, reason="the deadline")
    seconds = [lab.another_technician(), lab.manager(), lab.person("PI")]
    outcomes = at_once(
        [lambda who=seconds[number % 3]: second_decision(decision_id=waiting.pk, at=at, by=who) for number in range(12)]
    )
    assert len(refusals(outcomes)) == 11
    assert all(isinstance(refusal, NotWaiting) for refusal in refusals(outcomes))


def test_feeds_of_both_arms_and_a_decision_at_once_leave_right_states():
    from cultures.dosing.following import differences

    ladder = ladders.climbing()
    for _ in range(3):
        at = ladders.passaged(ladder)
    flasks = [ladders.lead(ladder), ladders.control(ladder)]
    acts = [lambda f=flask, n=n: ladders.fed(f, at + n * HOUR) for flask in flasks for n in range(1, 6)]
    acts.append(lambda: ladders.decided(ladder, "escalate", at=at + HOUR))
    at_once(acts)
    assert differences() == []
    assert DosingState.objects.filter(ladder=ladder).count() == 8
