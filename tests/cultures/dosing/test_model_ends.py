"""Decisions on a whole model by its pages: confirmed by assays, maintained, abandoned."""

from typing import Any

import pytest
from django.test import Client

from cultures.dosing import evidence
from cultures.dosing.evidence import Point
from cultures.dosing.models import ResistanceModel
from cultures.science.resistance import RunResult
from lims.clock import now
from tests import lab
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import message_of, signed_in, text_of
from tests.lab import DAY, nothing_written

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


@pytest.fixture
def lead_of_the_lab() -> Client:
    return signed_in(lab.manager())


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
