"""The last guard on numbers: no column of the lab holds what is no number, whoever writes it."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from cultures.models import CellLine, Lot
from tests import lab
from tests.lims.audit.instances import saved

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
NUMBERS = [
    field
    for model in apps.get_models()
    if model._meta.app_label in {"lims", "cultures", "assays"}
    for field in model._meta.concrete_fields
    if isinstance(field, models.DecimalField | models.FloatField)
]


@pytest.mark.parametrize("field", NUMBERS, ids=[f"{field.model.__name__}.{field.name}" for field in NUMBERS])
@pytest.mark.parametrize("said", ["NaN", "Infinity", "-Infinity", "1e300", "-1e12"])
def test_what_is_no_number_of_the_bench_is_refused(field: models.Field, said: str):
    row = saved(field.model)
    statement = f"UPDATE {field.model._meta.db_table} SET {field.column} = %s WHERE id = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [said, row.pk])


def test_there_are_numbers_to_guard():
    assert len(NUMBERS) > 10


@pytest.mark.parametrize("ends", ["split_ratio_{}", "seeding_density_{}_per_cm2"])
@pytest.mark.parametrize("end", ["min", "max"])
def test_a_range_with_one_end_is_refused(ends: str, end: str):
    line = saved(CellLine)
    both = {ends.format("min"): None, ends.format("max"): None}
    assert CellLine.objects.filter(pk=line.pk).update(**both) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        CellLine.objects.filter(pk=line.pk).update(**{ends.format(end): 10})


def test_a_drug_stock_without_its_concentration_is_refused():
    stock = lab.stock()
    with pytest.raises(DatabaseError), transaction.atomic():
        Lot.objects.filter(pk=stock.pk).update(concentration=None)
