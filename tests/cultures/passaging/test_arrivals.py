from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache

from cultures.passaging.errors import (
    InTheFuture,
    KeeperGone,
    LineRetired,
    NotAChoice,
    NotThere,
    NumberOutOfRange,
    PlaceKeepsNoCultures,
)
from cultures.passaging.models import Culture, Receipt
from cultures.passaging.services import receive_culture
from lims.accounts.models import User
from lims.audit.models import Entry
from lims.clock import now
from lims.codes import is_code
from lims.lab.models import LabSettings
from lims.tabular.numbers import NotANumber
from lims.tabular.text import BadText
from tests.lab import FRIDAY, drug, growing, hood, line, medium, person, recipe, technician, thawed

pytestmark = pytest.mark.django_db


def test_cells_from_outside_keep_the_passage_number_on_their_label():
    culture = growing("SKBR3", passage=12, pdl=41.5)
    assert (culture.passage_number, culture.passages_since_thaw, culture.cpdl) == (12, 0, 41.5)
    assert culture.origin == Culture.Origin.RECEIVED
    assert culture.medium == recipe()
    assert is_code(culture.code)


def test_a_thaw_adds_what_the_lab_decided():
    assert thawed(frozen_at_passage=8).passage_number == 9


def test_changing_the_thaw_increment_rewrites_nothing():
    before = thawed(frozen_at_passage=8)
    LabSettings.objects.create(thaw_increment=0)
    cache.clear()
    after = thawed(frozen_at_passage=8)
    before.refresh_from_db()
    assert (before.passage_number, after.passage_number) == (9, 8)
    assert [receipt.thaw_increment for receipt in Receipt.objects.order_by("pk")] == [1, 0]


def test_what_is_in_the_medium_is_part_of_the_arrival():
    culture = growing(drugs=[drug(dose=50)], arm="treated")
    assert culture.feeds.get(at_seeding=True).drugs.get().dose == 50


def test_an_arrival_is_one_act_in_the_ledger():
    culture = growing()
    rows = Entry.objects.filter(table="cultures_culture", record=str(culture.pk))
    assert [(row.verb, row.actor_label) for row in rows] == [("receive_culture", "Anna Meier (AM)")]


def test_a_retired_line_is_not_received():
    old = line("BT20", retired_at=now() - timedelta(days=400))
    with pytest.raises(LineRetired):
        growing(old.name)


def test_a_person_who_left_keeps_no_cultures():
    User.objects.filter(pk=person("JT").pk).update(is_active=False)
    with pytest.raises(KeeperGone):
        growing(keeper="JT")


def test_cells_do_not_grow_in_a_hood():
    with pytest.raises(PlaceKeepsNoCultures):
        growing(where=hood())


def test_an_arrival_in_the_future_is_refused():
    with pytest.raises(InTheFuture):
        growing(at=now() + timedelta(hours=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"passage": -1},
        {"passage": 10_000},
        {"seeded": 0},
        {"seeded": -5},
        {"seeded": 10**13},
        {"pdl": -1.0},
        {"pdl": 1e9},
        {"viability_pct": Decimal(101)},
        {"viability_pct": Decimal("-0.1")},
    ],
)
def test_numbers_no_flask_bears_are_refused(wrong: dict):
    with pytest.raises(NumberOutOfRange):
        growing(**wrong)


@pytest.mark.parametrize("wrong", [{"pdl": float("nan")}, {"pdl": float("inf")}, {"viability_pct": Decimal("NaN")}])
def test_what_is_no_number_is_refused(wrong: dict):
    with pytest.raises(NotANumber):
        growing(**wrong)


def test_an_unknown_arm_is_refused():
    with pytest.raises(NotAChoice):
        growing(arm="placebo")


def test_an_unknown_line_is_refused_in_words():
    culture = growing()
    with pytest.raises(NotThere, match="There is no such line"):
        _receive_as(culture, line_id=999_999)


def test_a_hostile_name_is_refused():
    with pytest.raises(BadText):
        _receive_as(growing(), came_from="a\x00b")
    with pytest.raises(BadText):
        _receive_as(growing(), came_from="x" * 121)


def _receive_as(culture: Culture, **other: object) -> Culture:
    options = {
        "line_id": culture.line_id,
        "vessel_id": culture.vessel_id,
        "place_id": culture.place_id,
        "keeper_id": culture.keeper_id,
        "medium": medium(),
        "came_from": "elsewhere",
        "label_passage_number": 3,
        "at": FRIDAY,
        "by": technician(),
        **other,
    }
    return receive_culture(**options)
