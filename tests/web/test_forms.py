"""Forms: answers with and without htmx, proposals, refusals, one command per key."""

import json
from uuid import UUID

import pytest
from django.contrib.messages import get_messages

from tests.web.pages import PassageForm

pytestmark = [pytest.mark.urls("tests.web.urls"), pytest.mark.django_db]
HTMX = {"HX-Request": "true"}
GOOD = {"live_per_ml": "0.72", "volume_ml": "10", "rest": "discard"}


def test_a_saved_form_goes_on_with_303_and_says_so(client):
    answer = client.post("/parts/form/", GOOD)
    assert (answer.status_code, answer["Location"]) == (303, "/parts/round/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Passaged into two."]


def test_for_htmx_a_saved_form_is_204_and_a_redirect(client):
    answer = client.post("/parts/form/", GOOD, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/parts/round/")


def test_a_refused_form_is_422_with_what_was_typed_and_ways_on(client):
    answer = client.post("/parts/form/", GOOD | {"volume_ml": "120", "command_key": str(UUID(int=5))})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="120"' in text
    assert str(UUID(int=5)) in text
    assert "Not saved: No flask here holds 100 mL." in text
    assert "Use 10 mL" in text


def test_the_htmx_settings_of_the_page_are_json_and_strict(client, person):
    client.force_login(person)
    text = client.get("/parts/states/").content.decode()
    settings = json.loads(text.split('name="htmx-config" content=\'')[1].split("'")[0])
    assert settings["allowEval"] is False
    assert settings["includeIndicatorStyles"] is False
    assert {"code": "422", "swap": True} in settings["responseHandling"]


def test_a_proposal_keeps_its_source_until_it_is_changed(client):
    text = client.get("/parts/form/").content.decode()
    assert "Counter 1, 14:03" in text
    assert 'value="0.72"' in text
    changed = client.post("/parts/form/", GOOD | {"volume_ml": "120", "live_per_ml": "0.8"}).content.decode()
    assert "Counter 1, 14:03" not in changed


def test_each_page_has_a_command_key_of_its_own():
    assert PassageForm()["command_key"].value() != PassageForm()["command_key"].value()


def test_a_number_with_its_power_of_ten_is_taken_as_it_stands():
    for typed in ("0.72", "7.2e5", "0.72e6"):
        form = PassageForm(GOOD | {"live_per_ml": typed})
        assert form.is_valid()
        assert form.cleaned_data["live_per_ml"] == 720_000
