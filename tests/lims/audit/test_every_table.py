"""On every table of the lab, however it is written: exactly one ledger row per changed record."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.db import IntegrityError, connection, models, transaction

from lims.audit.context import acting
from lims.audit.models import Entry
from lims.audit.tables import (
    DELETABLE,
    SECRETS,
    UNAUDITED,
    WatchedTable,
    managed_models,
    watched_models,
    watched_tables,
)
from tests.lims.audit.instances import change, saved, unsaved

pytestmark = pytest.mark.django_db
every_model = pytest.mark.parametrize("model", watched_models(), ids=lambda model: model._meta.db_table)
every_table = pytest.mark.parametrize("table", watched_tables(), ids=lambda table: table.name)


class Recorded:
    """The ledger rows written inside the block, all under one verb."""

    def __enter__(self) -> "Recorded":
        self.before = Entry.objects.count()
        self._acting = acting("system:test", "test_verb", "because")
        self._acting.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._acting.__exit__(*error)
        self.rows = list(Entry.objects.order_by("pk")[self.before :])

    def is_exactly(self, changes: str, *records: models.Model) -> None:
        """One row for each record and no other; under the verb; with the images that belong to the change."""
        assert [row.change for row in self.rows] == list(changes)
        assert sorted(row.record for row in self.rows) == sorted(str(record.pk) for record in records)
        for row in self.rows:
            assert (row.actor, row.actor_label, row.verb, row.reason) == ("system:test", "test", "test_verb", "because")
            assert row.table == records[0]._meta.db_table
            assert (row.old is None) == (row.change == "I")
            assert (row.new is None) == (row.change == "D")


@every_model
def test_save_leaves_one_row_at_each_change_and_none_without_one(model):
    record = unsaved(model)
    with Recorded() as created:
        record.save(force_insert=True)
    created.is_exactly("I", record)
    name, value = change(record)
    setattr(record, name, value)
    with Recorded() as changed:
        record.save()
    changed.is_exactly("U", record)
    assert changed.rows[0].old == created.rows[0].new
    column = model._meta.get_field(name).column
    assert {key for key, new in changed.rows[0].new.items() if new != changed.rows[0].old[key]} == {column}
    with Recorded() as unchanged:
        record.save()
    assert unchanged.rows == []


@every_model
def test_update_and_bulk_update_leave_one_row_per_record(model):
    first, second = saved(model), saved(model)
    name, value = change(first)
    with Recorded() as updated:
        model._base_manager.filter(pk=first.pk).update(**{name: value})
    updated.is_exactly("U", first)
    name, value = change(second)
    setattr(second, name, value)
    with Recorded() as bulk_updated:
        model._base_manager.bulk_update([second], [name])
    bulk_updated.is_exactly("U", second)


@every_model
def test_bulk_create_leaves_one_row_per_record(model):
    records = [unsaved(model), unsaved(model)]
    with Recorded() as created:
        model._base_manager.bulk_create(records)
    created.is_exactly("II", *records)
    again = unsaved(model)
    with Recorded() as ignoring:
        model._base_manager.bulk_create([again], ignore_conflicts=True)
    assert [row.change for row in ignoring.rows] == ["I"]


@every_model
def test_typed_sql_and_copy_leave_one_row_per_record(model):
    quote = connection.ops.quote_name
    typed, copied = unsaved(model), unsaved(model)
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(quote(field.column) for field in fields)
    table, key = quote(model._meta.db_table), model._meta.pk.column
    with Recorded() as inserted, connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(fields))
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {quote(key)}", _values(typed, fields)
        )
        typed.pk = cursor.fetchone()[0]
    inserted.is_exactly("I", typed)
    with Recorded() as loaded, connection.cursor() as cursor:
        line = StringIO(",".join(_as_csv(value) for value in _values(copied, fields)))
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", line)
    copied.pk = loaded.rows[0].new[key]
    loaded.is_exactly("I", copied)


def _values(record: models.Model, fields: list[models.Field]) -> list[object]:
    return [field.get_db_prep_save(field.pre_save(record, add=True), connection) for field in fields]


def _as_csv(value: object) -> str:
    """For COPY: nothing is null, quotes make text."""
    if isinstance(value, timedelta):
        value = f"{value.total_seconds()} seconds"
    if hasattr(value, "adapted"):  # JSON
        value = json.dumps(value.adapted)
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'


@every_model
def test_a_delete_is_refused_or_where_it_is_allowed_recorded(model):
    record = saved(model)
    key = record.pk
    if next(table for table in watched_tables() if table.name == model._meta.db_table).deletable:
        with Recorded() as deleted:
            record.delete()
        record.pk = key
        deleted.is_exactly("D", record)
        return
    before = Entry.objects.count()
    for delete in (model._base_manager.filter(pk=key)._raw_delete, _delete_by_sql(record)):
        with pytest.raises(IntegrityError, match="is refused"), transaction.atomic():
            delete("default")
    assert model._base_manager.filter(pk=key).exists()
    assert Entry.objects.count() == before


def _delete_by_sql(record: models.Model):
    table, key = record._meta.db_table, record._meta.pk.column

    def delete(_using: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', [record.pk])

    return delete


@every_table
def test_a_table_is_not_emptied(table: WatchedTable):
    with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'TRUNCATE "{table.name}" CASCADE')


@every_model
def test_a_record_keeps_its_key(model):
    record = saved(model)
    table, key = model._meta.db_table, model._meta.pk.column
    with pytest.raises(IntegrityError, match="keeps its key"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{key}" = %s WHERE "{key}" = %s', [987654, record.pk])


def test_every_table_is_watched_or_left_out_with_a_reason():
    tables = {model._meta.db_table for model in managed_models()}
    watched = {table.name for table in watched_tables()}
    assert watched | set(UNAUDITED) >= tables
    assert set(UNAUDITED) <= tables
    assert {*DELETABLE, *SECRETS} <= watched
    assert all(UNAUDITED.values())
