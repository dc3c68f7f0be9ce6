"""Round every request: its name, the lab's clock, honest answers when something is wrong."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from lims.lab.models import LabSettings

pytestmark = [pytest.mark.urls("tests.web.urls"), pytest.mark.django_db]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def test_each_request_has_a_name_of_its_own(client):
    first, second = client.get("/parts/slow/"), client.get("/parts/slow/")
    assert first["X-Request-ID"] == first.content.decode() != second["X-Request-ID"]
    assert len(first["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcd-1234.ef", True), ("short", False), ("a" * 65, False), ("abcd 12345", False), ("é" * 9, False)],
)
def test_a_given_name_is_kept_when_it_is_one(client, given, kept):
    assert (client.get("/parts/slow/", headers={"X-Request-ID": given})["X-Request-ID"] == given) is kept


def test_a_lost_database_is_503_in_words(visitor):
    answer = visitor.get("/parts/database-down/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database does not answer." in answer.content.decode()


def test_a_lost_database_is_503_in_json_for_machines(visitor):
    answer = visitor.get("/api/parts/database-down/")
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_down"


def test_a_database_lost_before_the_view_is_503_too(visitor):
    with patch("lims.web.middleware.lab_zone", side_effect=OperationalError):
        assert visitor.get("/parts/slow/").status_code == 503


def test_our_mistake_is_a_page_of_ours_that_needs_nothing(visitor):
    answer = visitor.get("/parts/wrong/")
    assert answer.status_code == 500
    assert "Subline made a mistake." in answer.content.decode()


@pytest.mark.parametrize(("path", "status", "words"), [("/parts/nowhere/", 404, "nothing at this address")])
def test_missing_pages_say_what_to_do(visitor, path, status, words):
    answer = visitor.get(path)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_stale_form_is_told_to_load_again():
    answer = Client(enforce_csrf_checks=True).post("/parts/form/", {"volume_ml": "10"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
    assert 'href="/parts/form/"' in answer.content.decode()


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_too_much_at_once_is_413(visitor):
    answer = visitor.post("/parts/form/", "x" * 200, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "more than can be taken" in answer.content.decode()


def test_pages_tell_the_labs_time_and_leave_no_zone_behind(client):
    LabSettings.objects.create(time_zone="Asia/Tokyo")
    with patch("lims.web.middleware.timezone.activate") as activate:
        client.get("/parts/slow/")
    assert str(activate.call_args.args[0]) == "Asia/Tokyo"
    client.get("/parts/slow/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_look_is_kept_on_the_device_and_leads_back(client):
    answer = client.post("/look", {"theme": "dark", "next": "/parts/states/"})
    assert (answer.status_code, answer["Location"]) == (303, "/parts/states/")
    assert client.cookies["theme"].value == "dark"
    client.post("/look", {"theme": "purple"})
    assert client.cookies["theme"].value == ""
    assert client.post("/look", {"theme": "dark", "next": "https://elsewhere.example/"})["Location"] == "/"


def test_the_frame_costs_a_known_number_of_queries(client, person, django_assert_num_queries):
    client.force_login(person)
    client.get("/parts/states/")
    with django_assert_num_queries(3):  # session, person, bench; the settings are cached
        client.get("/parts/states/")
