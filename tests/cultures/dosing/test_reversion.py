"""Reversion tests: cells without drug for weeks, and whether the resistance lasts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cultures.dosing import evidence
from cultures.dosing.errors import reversion as refused
from cultures.dosing.evidence import Point
from cultures.dosing.models import ReversionCheck
from cultures.dosing.reversion_panel import reversions_of
from cultures.dosing.services.reversion import end_reversion_test, settle_reversion_check, start_reversion_test
from cultures.science.resistance import RunResult
from tests import lab, ladders
from tests.lab import DAY, FRIDAY, nothing_written

pytestmark = pytest.mark.django_db
AT = FRIDAY + 6 * DAY


def without_drug(ladder):
    """A daughter of the treated flask, of no arm and without drug; the ladder goes on in its sister."""
    lead = ladders.lead(ladder)
    free, _ = lab.split(
        lead,
        (
            lab.seeding("T75", arm="", cells=1_000_000),
            lab.seeding("T75", said=lab.medium(drugs=[lab.drug("trastuzumab", 1)])),
        ),
        at=AT,
    )
    return free


def started(ladder, flask, **more):
    return start_reversion_test(model_id=ladder.model_id, culture_id=flask.pk, at=AT, by=lab.technician(), **more)


def test_a_test_has_its_weeks_and_follows_the_cells():
    ladder = ladders.climbing()
    flask = without_drug(ladder)
    test = started(ladder, flask, weeks=(4, 8))
    lab.split(flask, at=AT + 6 * DAY)
    (told,) = reversions_of(ladder.model, AT + 30 * DAY)
    assert (told.week, told.passages, told.outcome.verdict) == (4, 1, "pending")
    assert [state for _, state in told.states] == ["late", "to come"]
    check = test.checks.get(week=4)
    settle_reversion_check(check_id=check.pk, note="run 12", at=AT + 30 * DAY, by=lab.technician())
    assert [state for _, state in reversions_of(ladder.model, AT + 30 * DAY)[0].states] == ["settled", "to come"]
    with pytest.raises(refused.CheckSettled, match="Week 4 was settled already: run 12"):
        settle_reversion_check(check_id=check.pk, note="again", at=AT + 30 * DAY, by=lab.technician())


def test_only_cells_of_the_model_that_are_out_of_the_drug_are_tested():
    ladder = ladders.climbing()
    for culture, refusal in (
        (ladders.lead(ladder), refused.StillInTheDrug),
        (ladders.control(ladder), refused.ControlRevertsNothing),
        (lab.growing("BT474"), refused.NotOfTheModel),
    ):
        with pytest.raises(refusal), nothing_written():
            started(ladder, culture)


@pytest.mark.parametrize("weeks", [(), (8, 4), (4, 4), (0, 4), (4, 521)])
def test_weeks_rise(weeks):
    ladder = ladders.climbing()
    flask = without_drug(ladder)
    with pytest.raises(refused.WeeksUnusable), nothing_written():
        started(ladder, flask, weeks=weeks)


def test_a_flask_is_in_one_running_test_and_an_ended_one_keeps_its_reason():
    ladder = ladders.climbing()
    flask = without_drug(ladder)
    test = started(ladder, flask)
    (daughter,) = lab.split(flask, at=AT + 6 * DAY)
    with pytest.raises(refused.UnderTestAlready):
        start_reversion_test(model_id=ladder.model_id, culture_id=daughter.pk, at=AT + 7 * DAY, by=lab.technician())
    end_reversion_test(test_id=test.pk, reason="contaminated", at=AT + 8 * DAY, by=lab.technician())
    with pytest.raises(refused.TestEnded, match="contaminated"):
        end_reversion_test(test_id=test.pk, reason="again", at=AT + 8 * DAY, by=lab.technician())
    assert ReversionCheck.objects.filter(test__ended_at=None).count() == 0


def test_the_verdict_comes_from_the_assays(monkeypatch):
    ladder = ladders.climbing()
    flask = without_drug(ladder)
    started(ladder, flask, weeks=(4,))

    def measured(models):
        start = Point(
            at=AT - DAY, run=RunResult("1", (AT - DAY).date(), 16.0, 12.0, 21.0), culture_id=ladders.lead(ladder).pk,
            control_id=None, ic50_said="", ic50=None, ic50_low=None, ic50_high=None, control_ic50_said="",
            control_ic50=None, unit="nM", url="",
        )  # fmt: skip
        later = AT + timedelta(weeks=4)
        end = replace(
            start, at=later, run=RunResult("2", later.date(), 12.0, 9.0, 15.0), culture_id=flask.pk, is_reversion=True
        )
        return {model.pk: [start, end] for model in models}

    monkeypatch.setattr(evidence, "SOURCES", [measured])
    (told,) = reversions_of(ladder.model, AT + 30 * DAY)
    assert told.outcome.verdict == "stable"
    assert "75 % of 16" in told.outcome.sentence


def test_pages_start_settle_and_end_a_test(client):
    ladder = ladders.climbing()
    flask = without_drug(ladder)
    client.force_login(lab.technician())
    url = f"/models/{ladder.model.code}/reversion"
    assert client.post(f"{url}/new/", {"culture": flask.pk, "weeks": "8, four", "passages": "12"}).status_code == 422
    assert client.post(f"{url}/new/", {"culture": flask.pk, "weeks": "4, 8", "passages": "12"}).status_code == 303
    check = ReversionCheck.objects.get(week=4)
    assert client.post(f"{url}/checks/{check.pk}/", {"note": "run 12"}).status_code == 303
    assert client.post(f"{url}/{check.test_id}/end/", {"reason": ""}).status_code == 422
    assert client.post(f"{url}/{check.test_id}/end/", {"reason": "done"}).status_code == 303
