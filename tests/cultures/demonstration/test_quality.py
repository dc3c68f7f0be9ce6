"""The demonstration lab tests what it grows: monthly runs, a borderline retested, a contamination caught and traced."""

import pytest

from cultures.models import (
    ContaminationTrace,
    Culture,
    Ladder,
    PlannedTest,
    QCRun,
    QCTest,
    Quarantine,
    QuarantineMember,
    STRProfile,
)
from cultures.quality.services.folding import differences
from cultures.quality.standing import standings_of

pytestmark = [pytest.mark.worker]  # beside the other slow ones: it plays eight months


def test_everything_that_grew_was_in_a_run_each_month():
    assert QCRun.objects.filter(state="valid").count() >= 8
    assert QCTest.objects.standing().filter(method="mycoplasma_luminescence", verdict="pass").count() > 80


def test_a_borderline_sample_was_held_until_its_retest_was_clean():
    borderline = QCTest.objects.standing().get(verdict="inconclusive")
    hold = Quarantine.objects.get(test=borderline)
    assert hold.kind == "hold"
    assert not hold.members.filter(until=None).exists()


def test_a_contaminated_branch_was_put_apart_traced_and_discarded():
    positive = QCTest.objects.standing().get(verdict="fail")
    assert positive.culture.line.name == "BT474-RES"
    trace = ContaminationTrace.objects.get(test=positive)
    assert trace.members.filter(is_tested=True).exists()
    assert not PlannedTest.objects.filter(settled_at=None).exists()
    held = QuarantineMember.objects.filter(quarantine__test=positive).select_related("culture")
    assert all(not member.culture.is_growing for member in held)
    assert Ladder.objects.get(model__name="BT474-RES", name="B").state == "lost"


def test_a_flask_from_outside_waits_in_quarantine_for_its_first_result():
    flask = Culture.objects.growing().get(receipts__is_taken_over=False, origin="received")
    assert flask.quarantine_memberships.filter(until=None).exists()
    assert flask.qc_tests.get(withdrawn_at=None).is_pending


def test_profiles_are_marked_as_made_up():
    assert STRProfile.objects.filter(kind="reference").count() == 3
    assert not STRProfile.objects.filter(is_demonstration=False).exists()


def test_a_subline_has_lost_an_allele_and_is_related_all_the_same():
    test = QCTest.objects.standing().get(method="str", culture__line__name="SKBR3-L")
    assert test.verdict == "pass"
    assert test.findings["lost"]


def test_every_growing_flask_but_the_one_from_outside_is_clean_of_mycoplasma():
    growing = Culture.objects.growing().exclude(origin="received")
    standings = standings_of(list(growing.values_list("pk", flat=True)))
    assert all(stood["mycoplasma"].clean for stood in standings.values())


def test_what_is_stored_is_what_the_events_say():
    assert differences() == []
