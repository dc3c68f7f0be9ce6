"""The triggers that write the ledger: made anew after every migrate, and compared with the database by readiness.

Migrations may rename what a trigger reads, so they run disarmed; what they change is not recorded row by row, but each
migration itself is. All triggers are ENABLE ALWAYS: a session that calls itself a replica does not get past them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.signals import post_migrate, pre_migrate

from lims.audit.tables import LEDGER_TABLES, WatchedTable, watched_tables

# Every function has its owner's rights (the serving role needs none on the ledger) and one spelling of time.
FIXED = "SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET intervalstyle = 'iso_8601'"

RECORD = """
DECLARE
  key text := TG_ARGV[0];
  before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN ledger_image(to_jsonb(OLD), TG_ARGV[1], TG_ARGV[2]) END;
  after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN ledger_image(to_jsonb(NEW), TG_ARGV[1], TG_ARGV[2]) END;
BEGIN
  INSERT INTO lims_entry
    (at, "table", record, change, old, new, actor, actor_label, verb, reason, request_id, transaction)
  VALUES (
    clock_timestamp(), TG_TABLE_NAME, coalesce(after, before) ->> key, left(TG_OP, 1), before, after,
    coalesce(nullif(current_setting('subline.actor', true), ''), 'sql:' || session_user),
    coalesce(nullif(current_setting('subline.actor_label', true), ''), session_user),
    coalesce(nullif(current_setting('subline.verb', true), ''), 'sql'),
    coalesce(current_setting('subline.reason', true), ''),
    left(coalesce(current_setting('subline.request_id', true), ''), 64),
    txid_current());
  RETURN NULL;
END
"""
IMAGE = """
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY string_to_array(secrets, ',') LOOP
    image := jsonb_set(image, ARRAY[name],
      to_jsonb('hidden ' || left(encode(sha256(convert_to(image ->> name, 'UTF8')), 'hex'), 8)));
  END LOOP;
  FOREACH name IN ARRAY string_to_array(binaries, ',') LOOP
    IF image ->> name IS NOT NULL THEN
      image := jsonb_set(image, ARRAY[name],
        to_jsonb('sha256 ' || encode(sha256(decode(substr(image ->> name, 3), 'hex')), 'hex')));
    END IF;
  END LOOP;
  RETURN image;
END
"""
REFUSE = """
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation';
END
"""
FUNCTIONS = {
    "ledger_image": ("image jsonb, secrets text, binaries text", "jsonb", "IMMUTABLE SET bytea_output = 'hex'", IMAGE),
    "ledger_record": ("", "trigger", f"SET bytea_output = 'hex' {FIXED}", RECORD),
    "ledger_refuse": ("", "trigger", FIXED, REFUSE),
}

# pg_trigger.tgtype, bit by bit
ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True)
class Trigger:
    table: str
    name: str
    function: str
    arguments: tuple[str, ...]
    type: int
    event: str  # as SQL: "AFTER INSERT OR DELETE"
    condition: str = ""

    def sql(self) -> str:
        level = "ROW" if self.type & ROW else "STATEMENT"
        when = f"WHEN ({self.condition}) " if self.condition else ""
        arguments = ", ".join("'" + argument.replace("'", "''") + "'" for argument in self.arguments)
        return (
            f'CREATE OR REPLACE TRIGGER {self.name} {self.event} ON "{self.table}" FOR EACH {level} {when}'
            f"EXECUTE FUNCTION {self.function}({arguments});\n"
            f'ALTER TABLE "{self.table}" ENABLE ALWAYS TRIGGER {self.name};'
        )


def triggers_of(table: WatchedTable) -> list[Trigger]:
    def refuse(name: str, why: str, kind: int, event: str, condition: str = "") -> Trigger:
        return Trigger(table.name, name, "ledger_refuse", (why,), kind, event, condition)

    arguments = (table.key, ",".join(table.secrets), ",".join(table.binaries))
    record = ("ledger_record", arguments)
    key_changes = f'OLD."{table.key}" IS DISTINCT FROM NEW."{table.key}"'
    found = [
        Trigger(table.name, "ledger_record", *record, ROW | INSERT | DELETE, "AFTER INSERT OR DELETE"),
        Trigger(table.name, "ledger_record_change", *record, ROW | UPDATE, "AFTER UPDATE", "OLD IS DISTINCT FROM NEW"),
        refuse("ledger_keep_key", "a record keeps its key", ROW | BEFORE | UPDATE, "BEFORE UPDATE", key_changes),
        refuse("ledger_keep_all", "history is kept", BEFORE | TRUNCATE, "BEFORE TRUNCATE"),
    ]
    if not table.deletable:
        found.append(refuse("ledger_keep", "end or correct the record", ROW | BEFORE | DELETE, "BEFORE DELETE"))
    return found


def triggers_of_the_ledger(name: str) -> list[Trigger]:
    why = ("the ledger is only ever added to",)
    edits, emptying = ROW | BEFORE | UPDATE | DELETE, BEFORE | TRUNCATE
    found = [
        Trigger(name, "ledger_keep", "ledger_refuse", why, edits, "BEFORE UPDATE OR DELETE"),
        Trigger(name, "ledger_keep_all", "ledger_refuse", why, emptying, "BEFORE TRUNCATE"),
    ]
    if name == "lims_entry":  # rows come from ledger_record, that is from inside another trigger
        why = ("only the triggers write the ledger",)
        by_hand = (ROW | BEFORE | INSERT, "BEFORE INSERT", "pg_trigger_depth() = 0")
        found.append(Trigger(name, "ledger_no_forgery", "ledger_refuse", why, *by_hand))
    return found


def wanted_triggers() -> list[Trigger]:
    watched = [trigger for table in watched_tables() for trigger in triggers_of(table)]
    return [*watched, *(trigger for name in LEDGER_TABLES for trigger in triggers_of_the_ledger(name))]


def functions_sql() -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE plpgsql {settings} AS $body${body}$body$;"
        for name, (takes, gives, settings, body) in FUNCTIONS.items()
    ]


def arm() -> None:
    """Install every trigger on every table that exists. Running it again changes nothing."""
    existing = set(connection.introspection.table_names())
    with transaction.atomic(), connection.cursor() as cursor:
        disarm()
        cursor.execute("\n".join(functions_sql() + [t.sql() for t in wanted_triggers() if t.table in existing]))


def disarm() -> None:
    """Remove every trigger of ours, also from tables that no longer have a model."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            r"""SELECT format('DROP TRIGGER %I ON %s;', tgname, tgrelid::regclass) FROM pg_trigger
                JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname IN ('ledger_record', 'ledger_refuse')"""
        )
        if drops := [row[0] for row in cursor.fetchall()]:
            cursor.execute("\n".join(drops))


def drift() -> list[str]:
    """How the installed triggers differ from the wanted ones, as sentences; empty when the ledger is armed."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"""SELECT relname, tgname, proname, tgtype, encode(tgargs, 'hex'), tgenabled, tgqual IS NOT NULL
                FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
                WHERE proname IN ('ledger_record', 'ledger_refuse')"""
        )
        installed = {tuple(row) for row in cursor.fetchall()}
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)", [list(FUNCTIONS)])
        sources = dict(cursor.fetchall())
    wanted = {_as_installed(trigger) for trigger in wanted_triggers()}
    return [
        *(f"The function {name} differs." for name in FUNCTIONS if sources.get(name) != FUNCTIONS[name][3]),
        *(f"{table} lacks its trigger {name}." for table, name, *_ in sorted(wanted - installed)),
        *(f"{table} has an unknown or altered trigger {name}." for table, name, *_ in sorted(installed - wanted)),
    ]


def _as_installed(trigger: Trigger) -> tuple[Any, ...]:
    arguments = b"".join(argument.encode() + b"\0" for argument in trigger.arguments).hex()
    return (trigger.table, trigger.name, trigger.function, trigger.type, arguments, "A", bool(trigger.condition))


def connect() -> None:
    """Disarm before a migrate and arm after it; migrate tells us in no other way than by its signals."""
    from django.apps import apps

    frame = apps.get_app_config("lims")
    pre_migrate.connect(_before_migrate, sender=frame, dispatch_uid="disarm_ledger")
    post_migrate.connect(_after_migrate, sender=frame, dispatch_uid="arm_ledger")


def _before_migrate(**_: Any) -> None:
    disarm()


def _after_migrate(plan: Iterable[tuple[Any, bool]] = (), **_: Any) -> None:
    if "lims_entry" not in connection.introspection.table_names():
        return
    disarm()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO lims_entry
                 (at, "table", record, change, actor, actor_label, verb, reason, request_id, transaction)
               VALUES (clock_timestamp(), 'django_migrations', %s, %s, 'system:migrate', 'migrate', 'migrate',
                       'data changed by a migration is not recorded row by row', '', txid_current())""",
            [(f"{step.app_label}.{step.name}"[:64], "D" if backwards else "I") for step, backwards in plan],
        )
        arm()
