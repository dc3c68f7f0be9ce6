"""The keys by which instruments sign in: made once, shown once, kept only as a digest."""

import hashlib
import hmac
import secrets
import string

from django.conf import settings

from lims.clock import now
from lims.instruments.models import Instrument, Token

START = "sub_"  # lets scanners of secrets know the key for what it is
SIGNS = string.ascii_letters + string.digits
LENGTH = 43  # 43 signs of 62 hold 256 bits
SHOWN = len(START) + 8


def new_key() -> str:
    return START + "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def digest_of(key: str) -> str:
    """Useless without the pepper, which is not in the database."""
    return hmac.new(settings.TOKEN_PEPPER.encode(), key.encode(), hashlib.sha256).hexdigest()


def looks_like_key(text: str) -> bool:
    return len(text) == len(START) + LENGTH and text.startswith(START) and text.isascii() and text.isprintable()


def instrument_of(key: str) -> tuple[Instrument, Token] | None:
    """Who bears this key now: not revoked, not expired, not of a retired instrument. One query."""
    if not looks_like_key(key):
        return None
    token = (
        Token.objects.select_related("instrument")
        .filter(digest=digest_of(key), revoked_at=None, expires_at__gt=now(), instrument__retired_at=None)
        .first()
    )
    if token is None:
        return None
    token.instrument.scopes = frozenset(token.scopes)
    return token.instrument, token
