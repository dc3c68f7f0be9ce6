"""The passage screen as a form: what it proposes, what it saves, what it refuses."""

import pytest

from cultures.passaging.models import Culture, Harvest
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of

pytestmark = pytest.mark.django_db


def url(flask: Culture) -> str:
    return f"/cultures/{flask.code}/passage/"


def test_the_page_proposes_the_last_passage(bench, flask):
    page = bench.get(url(flask))
    assert page.status_code == 200
    form = page.context["form"]
    assert form["volume_ml"].value() == "10.00"
    assert form.daughters[0]["amount"].value() == "1.5"


def test_a_passage_as_proposed_is_saved(bench, flask):
    sent = fields_of(bench.get(url(flask)), live="0.6", dead="0.02", save="labels")
    answer = bench.post(url(flask), sent)
    assert answer.status_code == 303, answer.context["form"].errors
    harvest = Harvest.objects.latest("pk")
    assert answer["Location"] == f"/harvests/{harvest.pk}/?labels=1"
    assert harvest.daughters.get().seeded_cells == 1_500_000
    assert lab.again(flask).fate == Culture.Fate.PASSAGED
