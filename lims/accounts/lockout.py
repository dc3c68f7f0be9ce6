"""Ten tries in a quarter of an hour per account and address, however many arrive at once.

A try is taken before the password is looked at, so parallel requests cannot share one. The owner on another address
has tries of her own: nobody can lock her out from afar.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest

from lims import clock
from lims.accounts.errors import TooManyTries
from lims.accounts.models import SignInAttempts

TRIES = 10
WINDOW = timedelta(minutes=15)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; a whole IPv6 network counts as one address.

    X-Forwarded-For is written by anybody, so only what our own proxies added is believed: the N-th from the right.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        address = hops[-settings.TRUSTED_PROXIES] or address
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def take_a_try(account: str, address: str) -> int:
    """Use up one try and return how many are left. Raises TooManyTries when none was."""
    account, now = account[:150], clock.now()
    SignInAttempts.objects.filter(window_started_at__lte=now - WINDOW).delete()
    counter = SignInAttempts(account=account, address=address, window_started_at=now)
    SignInAttempts.objects.bulk_create([counter], ignore_conflicts=True)
    mine = SignInAttempts.objects.filter(account=account, address=address)
    taken = mine.filter(failures__lt=TRIES).update(failures=F("failures") + 1)
    counter = mine.first() or counter
    if not taken:
        raise TooManyTries(until=counter.window_started_at + WINDOW)
    return TRIES - counter.failures


def forget_tries(account: str, address: str | None = None) -> None:
    """After the right password, or a new one from a manager, the count begins again."""
    attempts = SignInAttempts.objects.filter(account=account)
    (attempts.filter(address=address) if address else attempts).delete()
