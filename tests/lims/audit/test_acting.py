"""Who is named in the ledger, and for how long."""

from contextlib import suppress

import pytest
from django.db import connection, transaction

from lims.accounts.models import User
from lims.audit.context import acting, current_request_id
from lims.audit.models import Entry
from lims.instruments.models import Instrument
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db


def newest() -> Entry:
    return Entry.objects.order_by("-pk").first()


def test_a_person_an_instrument_and_the_system_are_named():
    anna = saved(User, first_name="Anna", last_name="Meier", initials="AM")
    counter = saved(Instrument, name="Counter 1")
    for by, actor, label in (
        (anna, f"user:{anna.pk}", "Anna Meier (AM)"),
        (counter, f"instrument:{counter.pk}", "Counter 1"),
        ("system:sweep", "system:sweep", "sweep"),
    ):
        with acting(by, "test_verb", "because"):
            saved(Instrument)
        assert (newest().actor, newest().actor_label, newest().reason) == (actor, label, "because")


def test_a_write_outside_any_verb_bears_the_database_user():
    saved(Instrument)
    assert newest().actor == f"sql:{connection.settings_dict['USER']}"
    assert newest().verb == "sql"


def test_a_verb_that_calls_another_stays_itself():
    with acting("system:outer", "passage_culture", "outer reason"):
        with acting("system:inner", "seed_culture", "inner reason"):
            saved(Instrument)
        assert (newest().verb, newest().actor, newest().reason) == ("passage_culture", "system:outer", "outer reason")
        saved(Instrument)
        assert newest().verb == "passage_culture"


def test_an_inner_verb_that_is_refused_leaves_no_trace_in_the_outer():
    with acting("system:outer", "passage_culture"):
        with suppress(ValueError), acting("system:inner", "seed_culture"):
            lost = saved(Instrument)
            raise ValueError
        saved(Instrument)
        assert newest().verb == "passage_culture"
    assert not Entry.objects.filter(table="lims_instrument", record=lost.pk).exists()


def test_after_the_verb_the_same_transaction_is_nobodys():
    with transaction.atomic():
        with acting("system:test", "test_verb"):
            saved(Instrument)
        saved(Instrument)
    assert newest().verb == "sql"


def test_a_refused_verb_is_not_named_afterwards():
    with pytest.raises(ValueError, match="no"), acting("system:test", "test_verb"):
        raise ValueError("no")
    saved(Instrument)
    assert newest().verb == "sql"


@pytest.mark.django_db(transaction=True)
def test_nothing_leaks_to_the_next_writer_on_the_connection():
    with acting("system:test", "test_verb", "because"):
        saved(Instrument)
    saved(Instrument)
    assert (newest().verb, newest().reason) == ("sql", "")
    with pytest.raises(ValueError, match="no"), acting("system:test", "test_verb"):
        raise ValueError("no")
    saved(Instrument)
    assert newest().verb == "sql"


def test_the_rows_of_one_request_are_tied_together():
    token = current_request_id.set("91be47")
    try:
        with acting("system:test", "test_verb"):
            saved(Instrument)
    finally:
        current_request_id.reset(token)
    assert newest().request_id == "91be47"
