"""Whatever stands in an address, a query or a field: an answer, and never a fault of ours."""

import re
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from lims.accounts.models import Role
from tests.lims.accounts.test_every_view import ALL, Address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

NUL = "a\x00b"
HOSTILE = (
    NUL,
    "\ud800",  # half a character
    "\u202egpj.exe",  # written from right to left
    "' OR 1=1; --",
    '"><script>alert(1)</script>',
    "{{ 7|add:7 }}",
    "%s %(x)s {0}",
    "9" * 400,
    "-1",
    "NaN",
    "1e999",
    "１２",
    "2026-02-30",
    "../../etc/passwd",
    "x" * 20_000,
)
ASKED = (
    *("q", "sort", "after", "before", "next", "page", "open", "show", "day", "actor", "verb", "table", "line", "kind"),
    *("codes", "reading", "stock", "labels", "round", "place", "keeper", "due", "in_use", "by_hand", "in", "size"),
    *("_connector", "_negated", "password__startswith", "line__name__regex", "order_by", "with"),
)
FIELD = re.compile(r"""\bname="([^"]+)\"""")
EACH_PAGE = [address for address in ALL if not address.is_endpoint]
each_address = pytest.mark.parametrize("address", ALL, ids=[f"{one.route or '/'} {one.pattern.name}" for one in ALL])
WITH_PARTS = [address for address in ALL if "<" in address.route]
each_with_parts = pytest.mark.parametrize(
    "address", WITH_PARTS, ids=[f"{one.route} {one.pattern.name}" for one in WITH_PARTS]
)
each_page = pytest.mark.parametrize("address", EACH_PAGE, ids=[one.route or "/" for one in EACH_PAGE])


@pytest.fixture
def lead() -> Client:
    return signed_in(Role.PI)


def ask(client: Client, method: str, url: str, sent: dict[str, str] | None = None) -> HttpResponse:
    """One request of which nothing stays."""
    with transaction.atomic():
        answer = getattr(client, method)(url, sent) if sent else getattr(client, method)(url)
        transaction.set_rollback(True)
    return answer


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def is_sound(address: Address, status: int) -> bool:
    return status < 500 or (address.pattern.name == "readyz" and status == 503)


@each_address
def test_a_query_may_hold_anything(address: Address, lead: Client):
    url = address.url()
    for text in HOSTILE:
        query = "&".join(f"{name}={encoded(text)}" for name in ASKED)
        answer = ask(lead, "get", f"{url}?{query}")
        assert is_sound(address, answer.status_code), (text[:20], answer.status_code)
        assert b"<script>alert" not in read(answer)


@each_with_parts
def test_the_parts_of_an_address_may_be_anything(address: Address, lead: Client):
    for text in HOSTILE[:-1]:
        url = "/" + re.sub(r"<(?:\w+:)?\w+>", encoded(text), address.route)
        for method in ("get", "post"):
            assert ask(lead, method, url).status_code in (302, 303, 400, 403, 404, 405, 415), (method, url)


@each_page
def test_every_field_may_hold_anything(address: Address, lead: Client):
    """All fields that a page shows are sent back with the same strange text: refused, and never a fault."""
    url = address.url()
    shown = ask(lead, "get", url)
    where = url if "post" in address.methods else None
    names = set(FIELD.findall(read(shown).decode(errors="replace"))) - {"csrfmiddlewaretoken", "viewport", "theme"}
    for text in HOSTILE if where else ():
        sent = dict.fromkeys(names | {"reason", "note", "name", "code", "next"}, NUL if text == HOSTILE[1] else text)
        answer = ask(lead, "post", url, sent)
        assert is_sound(address, answer.status_code), (text[:20], answer.status_code)
        assert b"<script>alert" not in read(answer)


def read(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
