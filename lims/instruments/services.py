"""The verbs of instruments: register, issue and revoke a key, and settle what waits in the inbox."""

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from lims.accounts.access import INSTRUMENT_ACTIONS
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.instruments import tokens
from lims.instruments.errors import (
    DeliveryIsSettled,
    InstrumentIsKnown,
    InstrumentIsRetired,
    NobodyTakesIt,
    TokenRefused,
    TooManyTokens,
)
from lims.instruments.handlers import HANDLERS, Taken
from lims.instruments.models import Delivery, Instrument, Token

MOST_LIVE_TOKENS = 2  # the one in use and, while it is being changed, the next


def register_instrument(*, by: User, name: str, kind: str, maker: str = "", serial_number: str = "") -> Instrument:
    instrument = Instrument(name=name, kind=kind, maker=maker, serial_number=serial_number)
    with acting(by, "register_instrument"):
        try:
            with transaction.atomic():
                instrument.save()
        except IntegrityError:
            raise InstrumentIsKnown(f"There is already an instrument called {name}.", field="name") from None
    return instrument


def issue_token(*, by: User, instrument_id: int, scopes: Collection[str], lifetime: timedelta) -> tuple[Token, str]:
    """A new key, and the only sight of it. The older one stays valid until it is revoked, so that work goes on."""
    if not scopes or not set(scopes) <= INSTRUMENT_ACTIONS:
        raise TokenRefused("Choose at least one thing that the key may do.", field="scopes")
    with acting(by, "issue_token"):
        instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
        if instrument.retired_at:
            raise InstrumentIsRetired(f"{instrument} is retired.")
        if live_tokens(instrument).count() >= MOST_LIVE_TOKENS:
            raise TooManyTokens(f"{instrument} has two live keys. Revoke one of them first.")
        key, moment = tokens.new_key(), now()
        token = Token.objects.create(
            instrument=instrument,
            prefix=key[: tokens.SHOWN],
            digest=tokens.digest_of(key),
            scopes=sorted(scopes),
            created_at=moment,
            created_by=by,
            expires_at=moment + lifetime,
        )
    return token, key


def revoke_token(*, by: User, token_id: int) -> Token:
    """Ends with the next request that bears it. Revoking twice changes nothing."""
    with acting(by, "revoke_token"):
        token = Token.objects.select_for_update(of=("self",)).select_related("instrument").get(pk=token_id)
        if token.revoked_at is None:
            token.revoked_at = now()
            token.save(update_fields=["revoked_at"])
    return token


def live_tokens(instrument: Instrument) -> QuerySet[Token]:
    return Token.objects.filter(instrument=instrument, revoked_at=None, expires_at__gt=now())


def assign_delivery(*, by: User, delivery_id: int, code: str) -> Taken:
    """Take what waits as a record of the thing that bears `code`."""
    with acting(by, "assign_delivery"):
        delivery = _waiting(delivery_id)
        if (handler := HANDLERS.get(delivery.route)) is None:
            raise NobodyTakesIt(f"Nothing here takes deliveries of {delivery.route}. Dismiss it with a reason.")
        taken = handler.assign(delivery=delivery, code=code, by=by)
        _settle(delivery, Delivery.State.SETTLED, by, reason=f"assigned to {code}")
    return taken


def dismiss_delivery(*, by: User, delivery_id: int, reason: str) -> Delivery:
    """It belongs to nothing of ours. It is kept, with the reason."""
    with acting(by, "dismiss_delivery", reason=reason):
        delivery = _waiting(delivery_id)
        _settle(delivery, Delivery.State.DISMISSED, by, reason=reason)
    return delivery


def _waiting(delivery_id: int) -> Delivery:
    """The delivery, locked. Of two people who settle it at once, the second learns who was first."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("settled_by").get(pk=delivery_id)
    if delivery.state != Delivery.State.WAITING:
        who = f" by {delivery.settled_by}" if delivery.settled_by else ""
        raise DeliveryIsSettled(
            f"This delivery was settled meanwhile{who}: {delivery.settled_reason or 'nothing to do'}."
        )
    return delivery


def _settle(delivery: Delivery, state: str, by: User, reason: str) -> None:
    delivery.state, delivery.settled_at, delivery.settled_by = state, now(), by
    delivery.settled_reason = reason[:200]
    delivery.save(update_fields=["state", "settled_at", "settled_by", "settled_reason"])
