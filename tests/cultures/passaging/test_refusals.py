"""What the database refuses reaches people as a sentence, never as a trace."""

import pytest
from django.db import IntegrityError, connection, transaction

from cultures.passaging import errors
from cultures.passaging.models import Allocation, Culture, Harvest, HarvestSource
from lims.audit.context import acting
from lims.errors import DomainError
from lims.rules import RefusedByTheDatabase
from tests.lab import growing, harvest, technician

pytestmark = pytest.mark.django_db


def test_a_rule_of_the_bench_is_said_in_its_own_words():
    made = harvest(growing())
    source = made.sources.get()
    with (
        pytest.raises(RefusedByTheDatabase, match="Someone else has just harvested this culture") as refusal,
        acting(technician(), "passage_culture"),
    ):
        HarvestSource.objects.create(harvest=made, culture=source.culture)
    assert refusal.value.code == "culture_is_harvested_once"


def test_a_culture_that_ended_has_a_fate():
    culture = growing()
    with (
        pytest.raises(RefusedByTheDatabase, match="A culture that has ended has a fate"),
        acting(technician(), "discard_culture"),
    ):
        Culture.objects.filter(pk=culture.pk).update(fate="lost")


def test_a_number_too_large_for_its_column_is_said():
    culture = growing()
    with pytest.raises(RefusedByTheDatabase), acting(technician(), "passage_culture"):
        Culture.objects.filter(pk=culture.pk).update(passage_number=10**6)


def test_the_database_itself_counts_what_is_allocated():
    made = harvest(growing())
    with pytest.raises(IntegrityError, match="allocated 6000001 cells of 6000000 harvested"), transaction.atomic():
        _take_one_more(made)


def _take_one_more(made: Harvest) -> None:
    """Past every service; the sum is checked as at the end of a transaction."""
    Allocation.objects.create(harvest=made, kind="lysate", cells=1, volume_ml=0)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS never_more_cells_than_harvested IMMEDIATE")


def test_every_refusal_has_a_code_of_its_own():
    refusals = [thing for name in errors.__all__ if isinstance(thing := getattr(errors, name), type)]
    codes = [refusal.code for refusal in refusals if issubclass(refusal, DomainError)]
    assert len(codes) > 50
    assert len(set(codes)) == len(codes)
    assert "refused" not in codes
