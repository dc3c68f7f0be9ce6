"""The screens of places."""

from datetime import timedelta

import pytest
from django.test import Client

from cultures.passaging.models import BenchSession
from cultures.places.models import Place
from lims.clock import now
from lims.codes import new_codes
from tests.lab import growing, hood, manager, nothing_written, room, shelf, technician, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(manager())
    client.get("/places/")  # the lab's settings are remembered from here on
    return client


def shelves(how_many: int, first: int = 0) -> None:
    incubator = shelf().parent
    Place.objects.bulk_create(
        Place(code=code, name=f"s{number}", kind="shelf", parent=incubator, full_name=f"s{number}")
        for number, code in enumerate(new_codes("P", how_many), first)
    )


def test_the_tree_costs_the_same_at_10_and_at_200_places(as_manager: Client, django_assert_max_num_queries):
    shelves(10)
    with django_assert_max_num_queries(12) as few:
        as_manager.get("/places/")
    shelves(190, first=10)
    with django_assert_max_num_queries(12) as many:
        assert as_manager.get("/places/").status_code == 200
    assert len(many) == len(few)


def test_a_place_shows_what_grows_in_it_and_below_it(as_manager: Client):
    culture = growing(where=shelf())
    for place in (shelf(), shelf().parent, room()):
        assert culture.code in as_manager.get(place.get_absolute_url()).content.decode()


def test_a_page_of_many_cultures_costs_the_same_as_of_few(as_manager: Client, django_assert_max_num_queries):
    growing(where=shelf())
    growing(where=shelf())
    with django_assert_max_num_queries(30) as few:
        as_manager.get(shelf().get_absolute_url())
    for _ in range(10):
        growing(where=shelf())
    with django_assert_max_num_queries(30) as many:
        as_manager.get(shelf().get_absolute_url())
    assert len(many) == len(few)


def test_a_hood_tells_who_worked_there_on_which_day(as_manager: Client):
    at = now() - timedelta(days=2)
    BenchSession.objects.create(person=technician(), hood=hood(), started_at=at, ended_at=at + timedelta(hours=2))
    text = as_manager.get(hood().get_absolute_url()).content.decode()
    assert "Who worked here" in text
    assert "Anna Meier" in text


def test_places_are_registered_named_and_retired_on_screen(as_manager: Client):
    at = shelf().get_absolute_url()
    incubator = shelf().parent
    answer = as_manager.post("/places/new/", {"kind": "shelf", "name": "shelf B", "parent": incubator.pk})
    made = Place.objects.get(name="shelf B")
    assert (answer.status_code, answer["Location"]) == (303, made.get_absolute_url())
    assert as_manager.post(f"{at}rename/", {"name": "shelf C"}).status_code == 303
    assert as_manager.post(f"{at}retire/").status_code == 303
    assert shelf("shelf C").full_name == "Incubator 1, shelf C"
    assert "shelf C" in as_manager.get("/places/?retired=1").content.decode()
    assert as_manager.get(f"{made.get_absolute_url()}label/")["Content-Type"] == "application/pdf"


def test_a_refusal_is_422_and_leaves_no_trace(as_manager: Client):
    growing(where=shelf())
    with nothing_written():
        answer = as_manager.post(f"{shelf().get_absolute_url()}retire/")
        assert answer.status_code == 422
        assert "Move the cultures first" in answer.content.decode()
        assert as_manager.post("/places/new/", {"kind": "shelf", "name": "X"}).status_code == 422


@pytest.mark.parametrize("who", [technician, viewer])
def test_only_the_lead_of_the_lab_changes_the_tree(who, client: Client):
    at = shelf().get_absolute_url()
    client.force_login(who())
    for url in ("/places/new/", f"{at}rename/", f"{at}retire/"):
        assert client.post(url, {"name": "X"}).status_code == 403
    assert client.get(at).status_code == 200


def test_the_csv_names_every_place_in_full(as_manager: Client):
    shelf()
    body = b"".join(as_manager.get("/places/csv/").streaming_content).decode()
    assert '"Incubator 1, shelf A",shelf,Incubator 1,0,' in body


def test_a_scanned_label_opens_the_place(as_manager: Client):
    assert as_manager.get("/scan", {"q": shelf().code})["Location"] == shelf().get_absolute_url()
