"""Who asks, and whether they may: instruments by key, people by their session. One table of verbs decides for both."""

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from lims.accounts.access import may, who_may
from lims.accounts.models import User
from lims.instruments.models import Instrument, Token
from lims.instruments.tokens import instrument_of

if TYPE_CHECKING:
    from rest_framework.views import APIView  # not while loading: its settings name this module

SCHEMES = {"bearer", "token"}


class InstrumentTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer sub_...`. A revoked key ends with the next request, for it is looked up each time."""

    def authenticate(self, request: Request) -> tuple[Instrument, Token] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in SCHEMES:
            return None
        if (found := instrument_of(key.strip())) is None:
            raise AuthenticationFailed(
                "This key is unknown, revoked or expired. Issue a new one on the instrument's page."
            )
        return found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Subline"'


class PersonSessionAuthentication(SessionAuthentication):
    """A person who is signed in with the browser; what writes needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        if found and found[0].must_change_password:
            raise PermissionDenied("Set a password of your own first.", code="password_is_temporary")
        return found


def verb_of(view: "APIView") -> str | None:
    """The verb that a view, or the action of a viewset, names."""
    verbs: dict[str, str] = getattr(view, "verbs", {})
    return verbs.get(getattr(view, "action", "")) or getattr(view, "verb", None)


class MayDoItsVerb(BasePermission):
    """Every view names its verb; one that names none is closed to all."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        if request.method not in view.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        verb = verb_of(view)
        if verb is None:
            return False
        if not may(request.user, verb):
            raise PermissionDenied(_who(request.user, verb), code="not_allowed")
        return True


def _who(actor: Any, verb: str) -> str:
    deed = verb.replace("_", " ")
    if isinstance(actor, Instrument):
        return f"The scopes of this key do not include: {deed}."
    return f"To {deed} is for {who_may(verb)}."
