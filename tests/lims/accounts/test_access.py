"""The one table of verbs, and the three answers of a door: sign in, set your own password, this is who may."""

import pytest
from django.http import HttpResponse

from lims.accounts.access import ACTIONS, INSTRUMENT_ACTIONS, may, requires, who_may
from lims.accounts.models import Role, User
from lims.instruments.models import Instrument
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db


def test_a_role_may_what_the_table_says_and_nobody_when_deactivated():
    technician, viewer = saved(User, role="technician"), saved(User, role="viewer")
    assert may(technician, "passage_culture")
    assert not may(viewer, "passage_culture")
    assert may(viewer, "view_bench")
    assert not may(saved(User, role="pi", is_active=False), "view_bench")
    assert not may(saved(User, role="viewer", is_superuser=True, is_staff=True), "manage_people")


def test_an_instrument_may_what_its_key_says_and_never_what_people_do():
    counter = saved(Instrument)
    counter.scopes = frozenset({"post_count", "passage_culture"})
    assert may(counter, "post_count")
    assert not may(counter, "read_bench")
    assert not may(counter, "passage_culture")


def test_no_person_posts_as_an_instrument():
    assert not any(may(saved(User, role=role), verb) for role in Role for verb in ("post_count", "post_test"))


def test_an_unknown_verb_is_a_mistake_of_ours_and_found_at_once():
    with pytest.raises(ValueError, match="not in ACTIONS"):
        requires("pasage_culture")
    with pytest.raises(KeyError):
        may(saved(User), "pasage_culture")


def test_who_may_is_said_in_words():
    assert who_may("manage_people") == "lab manager or PI"
    assert who_may("passage_culture") == "technician, lab manager or PI"
    assert who_may("post_count") == "an instrument"


def test_verbs_are_spelled_alike_and_those_of_keys_are_in_the_table():
    assert all(verb.isascii() and verb.replace("_", "").islower() for verb in ACTIONS)
    assert set(ACTIONS) >= INSTRUMENT_ACTIONS


def test_somebody_unknown_is_sent_to_the_door_and_comes_back(client):
    response = client.get("/people/?q=1")
    assert (response.status_code, response.url) == (302, "/sign-in/?next=/people/%3Fq%3D1")


def test_a_fragment_sends_the_whole_page_to_the_door(client):
    response = client.get("/people/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/sign-in/?next=/people/"


def test_with_a_password_that_was_given_nothing_else_opens(client):
    client.force_login(saved(User, role="pi", must_change_password=True))
    assert client.get("/people/").url == "/account/password/"
    assert client.get("/account/password/").status_code == 200


def test_who_may_not_is_told_who_may(client):
    client.force_login(saved(User, role="viewer"))
    response = client.get("/people/")
    assert response.status_code == 403
    assert "lab manager or PI" in response.content.decode()


def test_a_refused_view_is_not_run(rf):
    ran = []

    @requires("manage_people")
    def view(request) -> HttpResponse:
        ran.append(request)
        return HttpResponse()

    request = rf.post("/")
    request.user = saved(User, role="technician")
    assert view(request).status_code == 403
    assert ran == []
