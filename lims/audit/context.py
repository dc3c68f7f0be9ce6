"""Who is acting, under which verb, and why: said once per transaction, read by the ledger's triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, models, transaction

from lims.rules import refused_in_words

# Set by the request middleware; the ledger then ties the rows of one click together.
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
_in_a_verb: ContextVar[bool] = ContextVar("in_a_verb", default=False)

# `true` makes the setting end with the transaction, so that it can never leak to the next writer on this connection.
SAY = """SELECT set_config('subline.actor', %s, true), set_config('subline.actor_label', %s, true),
                set_config('subline.verb', %s, true), set_config('subline.reason', %s, true),
                set_config('subline.request_id', %s, true)"""


def actor_of(by: models.Model | str) -> tuple[str, str]:
    """The key and the label an actor bears in the ledger: ("user:3", "Anna Meier (AM)"), ("system:sweep", "sweep")."""
    if isinstance(by, str):
        return by, by.partition(":")[2] or by
    initials = getattr(by, "initials", "")
    return f"{by._meta.model_name}:{by.pk}", f"{by} ({initials})" if initials else str(by)


@contextmanager
def acting(by: models.Model | str, verb: str, reason: str = "") -> Iterator[None]:
    """One verb: a transaction whose every write bears this actor, verb and reason in the ledger.

    by   a User, an Instrument, or "system:<what>" for work nobody asked for at that moment

    A verb that calls another verb stays itself: the inner one adds a savepoint and keeps the outer's name, so that
    "passaged by AM" is one act however many services it took. What the database refuses leaves it as a DomainError.
    """
    if _in_a_verb.get():
        with transaction.atomic():
            yield
        return
    actor, label = actor_of(by)
    in_a_longer_transaction = connection.in_atomic_block
    token = _in_a_verb.set(True)
    try:
        with refused_in_words(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SAY, [actor, label, verb, reason, current_request_id.get()])
            yield
            if in_a_longer_transaction:  # what follows in it is not this verb's doing
                cursor.execute(SAY, [""] * 5)
    finally:
        _in_a_verb.reset(token)
