"""Cells kept apart stay on their rung: a dose is not raised on them, whoever was first."""

from collections.abc import Callable
from threading import Event

import pytest
from django.db import transaction

from cultures.dosing import evidence
from cultures.dosing.errors.ladders import CultureBarred, NotTested
from cultures.dosing.gates import leads_of
from cultures.dosing.models import Decision, Ladder
from cultures.dosing.services import confirm_model, second_decision
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import PolicyRule, QCTest
from cultures.quality.services.policies import Rule
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.test_model_ends import shown_resistant
from tests.cultures.quality import qc
from tests.harness.test_races import at_once
from tests.lab import DAY, HOUR, nothing_written

A_MOMENT = 0.5  # seconds in which a decision that does not wait would be made


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_cells_in_quarantine_are_held_or_stepped_back_and_not_escalated(self):
        ladder = stories.ready()
        qc.positive(ladders.lead(ladder), at=now() - HOUR)
        with pytest.raises(CultureBarred, match="in quarantine"), nothing_written():
            ladders.decided(ladder, "escalate", at=now(), reason="the deadline")
        ladders.decided(ladder, "hold", at=now())
        assert ladders.again(ladder).rung.number == 1

    def test_a_decision_that_waits_is_not_seconded_once_its_cells_are_in_quarantine(self):
        ladder, waiting = waited()
        qc.positive(ladders.lead(ladder), at=now() - HOUR)
        with pytest.raises(CultureBarred, match="in quarantine"), nothing_written():
            second_decision(decision_id=waiting.pk, at=now(), by=lab.manager())
        waiting.refresh_from_db()
        assert waiting.state == Decision.State.WAITING

    def test_of_two_flasks_the_one_that_was_chosen_counts(self):
        ladder = ladders.climbing(at=now() - 10 * DAY)
        at = ladders.passaged(ladder, into=2)
        lead = ladders.lead(ladder)
        growing = ladder.members.filter(culture__arm="treated", culture__ended_at=None)
        chosen = growing.exclude(culture=lead).get().culture
        waiting = ladders.decided(ladder, "escalate", at=at + HOUR, reason="the deadline", culture_id=chosen.pk)
        assert waiting.state == Decision.State.WAITING
        qc.positive(chosen, at=now() - HOUR)
        with pytest.raises(CultureBarred, match="in quarantine"), nothing_written():
            second_decision(decision_id=waiting.pk, at=now(), by=lab.manager())


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
class TestInTheSameMoment:
    """A result is being entered, not yet saved, while somebody decides: the decision waits, and is told."""

    def test_an_escalation_waits_for_the_result(self):
        ladder = stories.ready()
        flask = ladders.lead(ladder)
        outcome = decided_while(
            lambda: qc.positive(flask, at=now() - HOUR), lambda: ladders.decided(ladder, "escalate", at=now())
        )
        assert isinstance(outcome, CultureBarred)
        assert ladders.again(ladder).rung.number == 1

    def test_so_does_the_second_person(self):
        ladder, waiting = waited()
        flask = ladders.lead(ladder)
        outcome = decided_while(
            lambda: qc.positive(flask, at=now() - HOUR),
            lambda: second_decision(decision_id=waiting.pk, at=now(), by=lab.manager()),
        )
        assert isinstance(outcome, CultureBarred)

    def test_so_does_the_confirmation_of_a_model(self, monkeypatch):
        monkeypatch.setattr(evidence, "SOURCES", [shown_resistant])
        qc.policy(Rule(family=MYCOPLASMA, phase=PolicyRule.Phase.CONFIRMATION, every=90 * DAY))
        model = stories.young(doses=(1,)).model
        (flask,) = leads_of(model)
        qc.negative(flask, at=now() - 2 * HOUR)
        outcome = decided_while(
            lambda: qc.positive(flask, at=now() - HOUR),
            lambda: confirm_model(model_id=model.pk, at=now(), by=lab.manager()),
        )
        assert isinstance(outcome, NotTested)


def waited() -> tuple[Ladder, Decision]:
    """A young ladder whose escalation waits for a second person."""
    ladder = stories.young()
    waiting = ladders.decided(ladder, "escalate", at=now() - HOUR, reason="the deadline")
    assert waiting.state == Decision.State.WAITING
    return ladder, waiting


def decided_while(result: Callable[[], QCTest], decide: Callable[[], object]) -> object:
    """What comes of a decision that begins after a result was entered and before it is saved."""
    qc.kit(), lab.technician(), lab.manager()
    entered, over = Event(), Event()

    def enter() -> None:
        with transaction.atomic():
            result()
            entered.set()
            over.wait(A_MOMENT)

    def begin() -> object:
        entered.wait(30)
        try:
            return decide()
        finally:
            over.set()

    return at_once([enter, begin])[1]
