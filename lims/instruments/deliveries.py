"""Deliveries: what was sent under a key is done once, however often it is sent.

The row that claims the key, the work itself and its answer are one transaction. So an answer is given only for what is
committed, a refusal or a crash leaves no trace, and a twin sent at the same moment waits for the first and then
repeats its answer.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from lims.accounts.models import User
from lims.audit.context import acting, actor_of
from lims.clock import now
from lims.instruments.errors import DeliveryInFlight, KeyReused
from lims.instruments.models import Delivery, Instrument
from lims.rules import Busy, refused_in_words

LONGEST_KEY = 255
TWIN_WAITS = "4s"  # how long a twin waits for the first to finish before it is told to come again
VERB = "take_delivery"

# Django's ignore_conflicts does not tell whether the row is ours, so the claim is spelled out.
CLAIM = """INSERT INTO lims_delivery (actor, instrument_id, route, key, body_digest, body, received_at, state,
                                      answer, waits_because, settled_reason)
           VALUES (%s, %s, %s, %s, %s, %s, %s, 'settled', '', '', '')
           ON CONFLICT (actor, route, key) DO NOTHING RETURNING id"""


@dataclass(frozen=True)
class Answer:
    """What is answered, letter for letter; `repeated` when it was first given to an earlier sending."""

    status: int
    body: str
    repeated: bool = False


def once(
    *,
    by: User | Instrument,
    route: str,
    key: str,
    body: bytes,
    do: Callable[[Delivery], Answer],
    keep_body: bool = False,
) -> Answer:
    """Do what was sent under `key`, unless it has been done; then give the same answer again.

    body        as sent; only its SHA-256 is kept, unless `keep_body`
    do          does the work in our transaction and says the answer; it may set waits_because on the delivery

    Raises KeyReused when the key came before with another body, DeliveryInFlight when a twin takes too long, and
    whatever `do` raises; after each of them nothing is kept.
    """
    digest = hashlib.sha256(body).hexdigest()
    with refused_in_words(), transaction.atomic():
        delivery = _claim(by, route, key, digest, body.decode() if keep_body else "")
        if delivery is None:
            return _answer_again(Delivery.objects.get(actor=actor_of(by)[0], route=route, key=key), digest)
        answer = do(delivery)
        _settle(delivery, answer, by)
        return answer


def _claim(by: User | Instrument, route: str, key: str, digest: str, body: str) -> Delivery | None:
    """Our row, or None when the key is taken. Waits while a twin's transaction is open."""
    actor = actor_of(by)[0]
    instrument_id = by.pk if isinstance(by, Instrument) else None
    try:
        with acting(by, VERB), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [TWIN_WAITS])
            usual_wait = cursor.fetchone()[0]
            cursor.execute(CLAIM, [actor, instrument_id, route, key, digest, body, now()])
            row = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual_wait])
    except Busy:
        raise DeliveryInFlight("The same entry is being saved just now. Send it again in a few seconds.") from None
    return Delivery.objects.get(pk=row[0]) if row else None


def _answer_again(earlier: Delivery, digest: str) -> Answer:
    if earlier.body_digest != digest:
        raise KeyReused("This was saved before with other values. Open the form anew, or give it a key of its own.")
    return Answer(earlier.status or 200, earlier.answer, repeated=True)


def _settle(delivery: Delivery, answer: Answer, by: User | Instrument) -> None:
    delivery.status, delivery.answer = answer.status, answer.body
    if delivery.waits_because:
        delivery.state = Delivery.State.WAITING
    else:
        delivery.settled_at = now()
    with acting(by, VERB):
        delivery.save(update_fields=["status", "answer", "state", "waits_because", "settled_at"])
