"""The tree of places."""

import pytest

from cultures.places import services
from cultures.places.errors import PlaceDoesNotFit, PlaceInUse, PlaceNameTaken, PlaceNameTooLong, PlaceRetired
from cultures.places.models import Place
from cultures.places.selectors import ids_below, tree
from lims.codes import is_code
from lims.tabular.text import BadText
from tests.lab import growing, manager, nothing_written

pytestmark = pytest.mark.django_db


def put(kind: str, name: str, inside: Place | None = None) -> Place:
    return services.register_place(kind=kind, name=name, parent_id=inside.pk if inside else None, by=manager())


@pytest.fixture
def shelf() -> Place:
    site = put("site", "Main building")
    return put("shelf", "shelf A", put("incubator", "Incubator 1", put("room", "Room 1", site)))


def test_a_place_is_called_by_what_people_say(shelf: Place):
    assert shelf.full_name == "Incubator 1, shelf A"
    assert is_code(shelf.code)
    assert shelf.code.startswith("P-")


def test_two_places_of_one_name_say_which_room_they_are_in(shelf: Place):
    room_2 = put("room", "Room 2", Place.objects.get(kind="site"))
    twin = put("incubator", "Incubator 1", room_2)
    shelf.refresh_from_db()
    assert shelf.full_name == "Room 1, Incubator 1, shelf A"
    assert twin.full_name == "Room 2, Incubator 1"
    services.retire_place(place_id=twin.pk, by=manager())
    shelf.refresh_from_db()
    assert shelf.full_name == "Incubator 1, shelf A"


def test_renaming_names_everything_below_anew(shelf: Place):
    services.rename_place(place_id=shelf.parent_id, name="Heracell", by=manager())
    shelf.refresh_from_db()
    assert shelf.full_name == "Heracell, shelf A"


def test_a_name_is_borne_once_in_a_place_however_it_is_capitalised(shelf: Place):
    with pytest.raises(PlaceNameTaken, match="There is a shelf A already in Incubator 1"), nothing_written():
        put("shelf", "Shelf a", shelf.parent)
    with pytest.raises(PlaceNameTaken), nothing_written():
        put("site", "main building")


def test_the_name_of_a_retired_place_is_free_again(shelf: Place):
    services.retire_place(place_id=shelf.pk, by=manager())
    again = put("shelf", "shelf A", shelf.parent)
    assert again.full_name == "Incubator 1, shelf A"


@pytest.mark.parametrize(
    ("kind", "sentence"), [("shelf", "A shelf stands in an incubator"), ("site", "stands in nothing else")]
)
def test_a_place_stands_only_where_it_fits(kind: str, sentence: str, shelf: Place):
    room = Place.objects.get(kind="room")
    with pytest.raises(PlaceDoesNotFit, match=sentence), nothing_written():
        put(kind, "X", room)


def test_only_a_site_stands_in_nothing():
    manager()
    with pytest.raises(PlaceDoesNotFit, match="An incubator stands in a room or a site"), nothing_written():
        put("incubator", "X")


def test_nothing_is_put_into_a_retired_place(shelf: Place):
    services.retire_place(place_id=shelf.pk, by=manager())
    services.retire_place(place_id=shelf.parent_id, by=manager())
    with pytest.raises(PlaceRetired), nothing_written():
        put("shelf", "B", Place.objects.get(pk=shelf.parent_id))


def test_a_place_is_not_retired_while_cultures_grow_there(shelf: Place):
    growing(where=shelf)
    with pytest.raises(PlaceInUse, match=r"still holds 1 growing culture. Move the cultures first"), nothing_written():
        services.retire_place(place_id=shelf.pk, by=manager())


def test_a_place_is_not_retired_while_others_stand_in_it(shelf: Place):
    with pytest.raises(PlaceInUse, match=r"still holds shelf A. Retire it first"), nothing_written():
        services.retire_place(place_id=shelf.parent_id, by=manager())


@pytest.mark.parametrize("name", ["", " ", "A\x00", "A\u202e", "x" * 61])
def test_a_hostile_or_empty_name_is_refused(name: str):
    manager()
    with pytest.raises(BadText), nothing_written():
        put("site", name)


def test_a_name_too_long_with_its_parents_is_refused():
    """Twins all the way down: each says where it is, and the shelf's label would not hold it."""
    first, _ = [put("incubator", "i" * 60, put("room", "r" * 60, put("site", letter * 60))) for letter in "st"]
    with pytest.raises(PlaceNameTooLong, match="Shorten it"), nothing_written():
        put("shelf", "a" * 60, first)


def test_the_tree_counts_what_grows_in_and_below_each_place(shelf: Place):
    growing(where=shelf)
    growing(where=shelf)
    counted = {branch.place.name: (branch.depth, branch.growing) for branch in tree()}
    assert counted == {"Main building": (0, 2), "Room 1": (1, 2), "Incubator 1": (2, 2), "shelf A": (3, 2)}
    assert set(ids_below(shelf.parent)) == {shelf.parent_id, shelf.pk}
