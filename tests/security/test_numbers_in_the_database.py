"""The last guard on numbers: no column of the lab holds what is no number, whoever writes it."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

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
