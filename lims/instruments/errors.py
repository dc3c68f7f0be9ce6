"""Refusals about deliveries and tokens."""

from lims.errors import DomainError


class KeyReused(DomainError):
    """The same key came with another body: two different things cannot both be the one thing."""

    code = "key_reused"


class DeliveryInFlight(DomainError):
    """The same key is being dealt with at this moment, on another connection."""

    code = "delivery_in_flight"
    retry_after_s = 2


class DeliveryIsSettled(DomainError):
    """Somebody has assigned or dismissed it already."""

    code = "delivery_is_settled"


class NobodyTakesIt(DomainError):
    """No domain has registered for this route."""

    code = "nobody_takes_it"


class InstrumentIsRetired(DomainError):
    code = "instrument_is_retired"


class InstrumentIsKnown(DomainError):
    code = "instrument_is_known"


class TooManyTokens(DomainError):
    """Two live tokens are enough to change from one to the next."""

    code = "too_many_tokens"


class TokenRefused(DomainError):
    code = "token_refused"
