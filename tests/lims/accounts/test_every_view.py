"""Every address of the product, every method, every role: against the one table of verbs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils.safestring import SafeString

from lims.accounts.access import ACTIONS
from lims.accounts.models import Role, User
from tests.lims.accounts.samples import sample_for
from tests.lims.audit.instances import saved

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
OTHER_METHODS = {"put", "patch", "delete"}
OPEN = {"sign_in", "healthz", "readyz", "set_look", "no_such_address"}  # need no account, and show nothing of the lab


@dataclass(frozen=True)
class Address:
    route: str  # people/<int:pk>/
    pattern: URLPattern

    @property
    def view(self) -> Any:
        return self.pattern.callback

    def verb(self, method: str) -> str | None:
        """Of a page's function its own; of an endpoint that of the action, or of its class."""
        if not self.is_endpoint:
            return getattr(self.view, "verb", None)
        action = getattr(self.view, "actions", {}).get(method)
        of_actions = getattr(self.view.cls, "verbs", {})
        return of_actions.get(action) or self.view.initkwargs.get("verb") or getattr(self.view.cls, "verb", None)

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that may do something: an endpoint says which, a page is looked at and sent."""
        return tuple(getattr(self.view, "actions", None) or ("get", "post"))

    @property
    def is_open(self) -> bool:
        return bool(getattr(self.view, "public", False))

    @property
    def is_endpoint(self) -> bool:
        """Answers machines with a status. (The documents of the API are a page.)"""
        return hasattr(self.view, "cls") and not hasattr(self.view, "verb")

    def url(self) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(sample_for(self.route, found[1])), self.route)


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + _route(pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif "format" not in pattern.pattern.converters and "(?P<format>" not in route:
            yield Address(route, pattern)


def _route(pattern: URLPattern | URLResolver) -> str:
    """A regular expression of the API's router is brought to the form <name>."""
    text = str(pattern.pattern)
    if isinstance(pattern.pattern, RegexPattern):
        text = (
            re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", text.lstrip("^").rstrip("$")).replace("\\Z", "").replace("\\.", ".")
        )
    return text


ALL = list(addresses())
each_address = pytest.mark.parametrize("address", ALL, ids=[f"{one.route or '/'} {one.pattern.name}" for one in ALL])


@each_address
def test_a_view_names_a_known_verb_or_is_one_of_the_few_open_ones(address: Address):
    verbs = [address.verb(method) for method in address.methods]
    if address.is_open:
        assert address.pattern.name in OPEN
        assert set(verbs) == {None}
    else:
        assert set(verbs) <= set(ACTIONS), f"{address.route} names no verb of ACTIONS: @requires(...)"


@pytest.fixture
def only_the_door(monkeypatch, settings):
    """Pages are decided on but not painted, and sessions cost no query: here only the door is tested."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    monkeypatch.setattr(Template, "render", lambda self, context: SafeString(""))


@pytest.mark.usefixtures("only_the_door")
@each_address
def test_only_who_may_gets_in(address: Address):
    url, people = address.url(), {role: signed_in(role) for role in Role}
    for method in address.methods:
        assert_refused(ask(Client(), method, url), address, anonymous=True)
        for role, client in people.items():
            answer = ask(client, method, url)
            is_down = address.pattern.name == "readyz"  # no worker runs here, and it says so
            assert answer.status_code < 500 or is_down, f"{method} {url} as {role}: {answer.status_code}"
            if address.is_open or role in ACTIONS[address.verb(method)]:
                assert_let_in(answer, address, method)
            else:
                assert_refused(answer, address, anonymous=False)
    for method in OTHER_METHODS - set(address.methods):
        assert ask(people[Role.PI], method, url).status_code in (403, 404, 405)


def signed_in(role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(saved(User, role=role))
    return client


def ask(client: Client, method: str, url: str) -> HttpResponse:
    """One request of which nothing stays."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    return answer


def assert_let_in(answer: HttpResponse, address: Address, method: str) -> None:
    assert answer.status_code not in (401, 403), answer.content[:300]
    assert not answer.get("Location", "").startswith("/sign-in/?") or address.pattern.name == "sign_out"
    if method == "get" and address.pattern.name != "no_such_address":
        assert answer.status_code != 404, f"{address.route}: its sample does not exist"


def assert_refused(answer: HttpResponse, address: Address, *, anonymous: bool) -> None:
    if address.is_open or answer.status_code == 405:
        return
    if address.is_endpoint:
        assert answer.status_code in ((401, 403) if anonymous else (403,))
    elif anonymous:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")
    else:
        assert answer.status_code == 403
