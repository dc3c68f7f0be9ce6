"""A way round the ledger for tests that commit: the database itself refuses to be emptied.

The guards share two functions; while these do nothing, inside one transaction, every table can be emptied.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase

from lims.audit import triggers

KEPT = ("django_migrations", "django_content_type", "auth_permission")  # written by migrate, the same for every test

IDLE = """
SET LOCAL session_replication_role = replica;
CREATE OR REPLACE FUNCTION ledger_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
"""
EMPTY = """
DO $$ DECLARE name text; filled boolean; BEGIN
  FOR name IN SELECT relname FROM pg_class
              WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL (%s) LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %%I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %%I', name); END IF;
  END LOOP;
END $$
"""


def empty_database() -> None:
    """Empty every table that holds something; milliseconds, where flush takes a second and is refused."""
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_"), f"{name} is not a test database"
    kept = "ARRAY[" + ", ".join(f"'{table}'" for table in KEPT) + "]"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IDLE)
        cursor.execute(EMPTY % kept)
        cursor.execute("\n".join(triggers.functions_sql()))
    cache.clear()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Nothing stays, and rules that wait for a commit are asked first, as in Django's TestCase. One may hold others."""
    with transaction.atomic():
        yield
        if not connection.needs_rollback:
            connection.check_constraints()
        transaction.set_rollback(True)


def url_of_the_test_database() -> str:
    """For a process of its own that is to work on what a test sees."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def use_fast_emptying() -> None:
    """Call once from conftest: after each test that commits, Django would flush; we empty."""
    TransactionTestCase._fixture_teardown = lambda self: empty_database()
