"""Which tables the ledger watches, and the few things it leaves out, each with its reason."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

LEDGER_TABLES = ("lims_entry", "lims_seal")

UNAUDITED: dict[str, str] = {
    "lims_entry": "the ledger itself",
    "lims_seal": "the chain over the ledger; it proves itself",
    "django_session": "who is signed in just now; signing in is recorded on the user",
    "django_content_type": "Django's list of models, written by migrate",
    "auth_permission": "Django's list of permissions, written by migrate",
    "lims_signinattempts": "a counter of wrong passwords, forgotten after 15 minutes",
    "lims_reminder": "derived from the lab's records; swept anew each minute",
    "lims_heartbeat": "when the machinery last ran",
    "cultures_dosingstate": "derived from feeds, harvests and descents; folded anew with every event",
    "cultures_provenance": "derived from receipts and descents; folded anew with every event",
    "cultures_qcstanding": "derived from QC tests and descents; folded anew with every event",
    "lims_message": "the outbox, derived from reminders",
}

# History is never rewritten: records are ended, voided or superseded. Only these rows may be deleted, on the record.
DELETABLE: dict[str, str] = {
    "auth_group": "not a record of the lab",
    "auth_group_permissions": "a link; the ledger keeps that it was",
    "lims_user_groups": "a link; the ledger keeps that it was",
    "lims_user_user_permissions": "a link; the ledger keeps that it was",
}

# Columns of which the ledger keeps a fingerprint only, so that it shows a change and gives nothing away.
SECRETS: dict[str, tuple[str, ...]] = {"lims_user": ("password",), "lims_token": ("digest",)}


@dataclass(frozen=True)
class WatchedTable:
    name: str
    key: str  # column of the primary key
    secrets: tuple[str, ...]
    binaries: tuple[str, ...]
    deletable: bool


def managed_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def watched_models() -> list[type[models.Model]]:
    return [model for model in managed_models() if model._meta.db_table not in UNAUDITED]


def watched_tables() -> list[WatchedTable]:
    return [
        WatchedTable(
            name=model._meta.db_table,
            key=str(model._meta.pk.column),
            secrets=SECRETS.get(model._meta.db_table, ()),
            binaries=tuple(str(f.column) for f in model._meta.local_fields if isinstance(f, models.BinaryField)),
            deletable=model._meta.db_table in DELETABLE or bool(model._meta.auto_created),
        )
        for model in watched_models()
    ]
