"""Two people at once, each with a connection of their own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from cultures.compounds.services import Component, register_recipe, revise_recipe
from cultures.lines.models import CellLine
from cultures.lines.services import derive_subline, edit_line, register_line
from cultures.places.models import Place
from cultures.places.services import register_place, rename_place
from lims.errors import DomainError
from tests.lab import manager, room, shelf

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def together(*verbs: Callable[[], object]) -> Counter[str]:
    """Runs the verbs at the same moment; what came of them, by the refusal's code, "done" for a success."""
    start = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> str:
        try:
            start.wait(10)
            verb()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return Counter(pool.map(run, verbs))


def test_of_many_registering_one_name_exactly_one_succeeds():
    by = manager()
    spellings = ["SKBR3", "SK-BR-3", "sk br 3", "SK.BR.3"] * (AT_ONCE // 4)
    came = together(*(lambda name=name: register_line(name=name, by=by) for name in spellings))
    assert came == {"done": 1, "line_name_taken": AT_ONCE - 1}
    assert CellLine.objects.count() == 1


def test_two_crossing_changes_of_descent_never_close_a_circle():
    by = manager()
    one, other = register_line(name="A", by=by), register_line(name="B", by=by)
    came = together(
        lambda: edit_line(line_id=one.pk, changes={"parent_id": other.pk}, by=by),
        lambda: edit_line(line_id=other.pk, changes={"parent_id": one.pk}, by=by),
    )
    assert came == {"done": 1, "line_descends_from_itself": 1}


def test_of_two_revisions_of_a_recipe_one_is_told_of_the_other():
    by = manager()
    dmem = Component(kind="medium", product="DMEM", amount=Decimal(90), unit="% v/v")
    first = register_recipe(name="R", components=[dmem], by=by)
    changed = [Component(kind="medium", product=name, amount=Decimal(90), unit="% v/v") for name in ("RPMI", "L-15")]
    came = together(
        *(lambda part=part: revise_recipe(recipe_id=first.pk, components=[part], note="x", by=by) for part in changed)
    )
    assert came == {"done": 1, "not_the_newest_version": 1}


def test_places_named_at_once_wait_for_each_other():
    by, incubator, inside = manager(), shelf().parent, room()
    same = [lambda: register_place(name="shelf Z", kind="shelf", parent_id=incubator.pk, by=by)] * 4
    others = [lambda n=n: rename_place(place_id=inside.pk, name=f"Room {n}", by=by) for n in range(4)]
    assert together(*same, *others) == {"done": 5, "place_name_taken": 3}
    assert Place.objects.filter(name="shelf Z").count() == 1


def test_a_subline_of_a_line_that_is_edited_meanwhile_waits_for_it():
    by = manager()
    parent = register_line(name="A", by=by)
    came = together(
        lambda: edit_line(line_id=parent.pk, changes={"tissue": "breast"}, by=by),
        lambda: derive_subline(parent_id=parent.pk, name="A-R", by=by),
    )
    assert came == {"done": 2}
