"""What somebody with full rights on the database changes behind the ledger's back is found, and named."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from lims.audit.context import acting
from lims.audit.models import Entry, Seal
from lims.audit.seal import seal_now, verify
from lims.instruments.models import Instrument
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db
COLUMNS = 'at, "table", record, change, old, new, actor, actor_label, verb, reason, request_id, transaction'


def write(how_many: int = 3) -> None:
    with acting("system:test", "test_verb", "because"):
        for _ in range(how_many):
            saved(Instrument)


@pytest.fixture
def chain(db) -> list[Seal]:
    """Three links over known entries, and two entries not sealed yet."""
    for _ in range(3):
        write()
        seal_now()
    write(2)
    return list(Seal.objects.order_by("pk"))


def tamper(sql: str, *arguments: object) -> None:
    """As a superuser who knows the triggers: off, edit, on again."""
    with connection.cursor() as cursor:
        for table in ("lims_entry", "lims_seal", "lims_instrument"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, arguments or None)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    call_command("arm_ledger", stdout=StringIO())


def test_an_untouched_ledger_is_sound(chain):
    verdict = verify(anchor=chain[-1].digest)
    assert verdict.is_sound
    assert (verdict.seals, verdict.unsealed, verdict.anchor) == (3, 2, chain[-1].digest)
    assert verdict.entries == Entry.objects.count() - 2


def test_sealing_again_without_new_entries_adds_nothing(chain):
    seal_now()
    before = Seal.objects.count()
    assert seal_now() == Seal.objects.last()
    assert Seal.objects.count() == before


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE lims_entry SET actor = 'user:9' WHERE id = %s", "edited"),
        ("UPDATE lims_entry SET new = jsonb_set(new, '{maker}', '\"x\"') WHERE id = %s", "edited"),
        ("UPDATE lims_entry SET at = at + interval '1 microsecond' WHERE id = %s", "edited"),
        ("UPDATE lims_entry SET reason = '' WHERE id = %s", "edited"),
        ("DELETE FROM lims_entry WHERE id = %s", "missing"),
    ],
)
def test_an_edited_or_deleted_entry_is_found_in_its_link(chain, sql, kind):
    middle = chain[1]
    tamper(sql, middle.first_entry + 1)
    broken = verify().broken
    assert (broken.kind, broken.first_entry, broken.last_entry) == (kind, middle.first_entry, middle.last_entry)


def test_an_entry_replaced_by_another_is_found(chain):
    number, another = chain[1].first_entry, chain[0].first_entry
    tamper("DELETE FROM lims_entry WHERE id = %s", number)
    tamper(
        f"INSERT INTO lims_entry (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM lims_entry WHERE id = %s", number, another
    )
    assert verify().broken.kind == "edited"


def test_a_number_left_free_by_a_rollback_cannot_be_filled_later(chain):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('lims_entry', 'id'))")
        free = cursor.fetchone()[0]
    write()
    sealed = seal_now()
    tamper(f"INSERT INTO lims_entry (id, {COLUMNS}) SELECT %s, {COLUMNS} FROM lims_entry WHERE id = %s", free, free - 1)
    broken = verify().broken
    assert (broken.kind, broken.last_entry) == ("inserted", sealed.last_entry)


def test_a_link_taken_out_or_changed_is_found(chain):
    tamper("DELETE FROM lims_seal WHERE id = %s", chain[1].pk)
    assert verify().broken.kind == "missing"


def test_another_key_does_not_verify(chain, settings):
    settings.LEDGER_KEY = "somebody else's key"
    assert verify().broken.kind == "edited"


def test_cutting_the_end_off_is_found_against_an_anchor_kept_elsewhere(chain):
    tamper("DELETE FROM lims_seal WHERE id = %s", chain[2].pk)
    tamper("DELETE FROM lims_entry WHERE id > %s", chain[1].last_entry)
    tamper("DELETE FROM lims_instrument WHERE id > %s", -1)
    assert verify().broken is None
    assert verify(anchor=chain[2].digest).broken.kind == "cut"


def test_a_live_record_changed_with_the_triggers_off_is_found(chain):
    edited, gone = Instrument.objects.order_by("pk")[:2]
    tamper("UPDATE lims_instrument SET serial_number = 'x' WHERE id = %s", edited.pk)
    tamper("DELETE FROM lims_instrument WHERE id = %s", gone.pk)
    tamper("INSERT INTO lims_instrument (id, name, kind, maker, serial_number) VALUES (987654, 'n', 'counter', '', '')")
    assert set(verify().strayed) == {
        f"lims_instrument {edited.pk} differs",
        f"lims_instrument {gone.pk} is gone",
        "lims_instrument 987654 was never recorded",
    }


def test_the_commands_print_the_anchor_and_fail_on_a_broken_ledger(chain):
    out = StringIO()
    call_command("seal_ledger", stdout=out)
    anchor = Seal.objects.last().digest
    assert anchor in out.getvalue()
    call_command("verify_ledger", anchor=anchor, stdout=out)
    assert "Sound." in out.getvalue()
    tamper("UPDATE lims_entry SET verb = 'x' WHERE id = %s", chain[0].last_entry)
    report = StringIO()
    with pytest.raises(CommandError, match="not sound"):
        call_command("verify_ledger", "--json", stdout=report)
    found = json.loads(report.getvalue())
    assert found["sound"] is False
    assert found["broken"]["kind"] == "edited"


@pytest.mark.django_db(transaction=True)
def test_an_open_write_is_waited_for_so_that_a_late_commit_is_no_false_alarm():
    write()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO lims_instrument (name, kind, maker, serial_number) VALUES ('late', 'counter', '', '')"
            )
            write()
            assert seal_now() is None  # the horizon is not known while a number drawn before is not committed
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert seal_now().last_entry == Entry.objects.order_by("-pk").first().pk
    assert verify().is_sound
