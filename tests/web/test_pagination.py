"""Keyset pages: every row once, in order, forward and back, whatever is entered meanwhile."""

import itertools
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from cultures.models import Culture
from lims.accounts.models import User
from lims.web.pagination import BadCursor, Keyset, keyset_page

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
SORTS = {"name": "username", "seen": "last_login", "half": "half", "newest": "-date_joined"}


@pytest.fixture
def people():
    """23 people: joined three at a time, every fourth never seen."""
    User.objects.bulk_create(
        User(
            username=f"p{n * 7 % 23:02}",
            initials=f"P{n}",
            date_joined=START + timedelta(days=n // 3),
            last_login=None if n % 4 == 0 else START + timedelta(hours=n // 2),
        )
        for n in range(23)
    )
    return User.objects.annotate(half=F("last_login"))


def page_of(people, query="", size=5, order=("-date_joined",)):
    return keyset_page(people, RequestFactory().get(f"/{query}"), order=order, sorts=SORTS, size=size)


def walk(people, query=""):
    pages = [page_of(people, query)]
    while pages[-1].next_url:
        pages.append(page_of(people, pages[-1].next_url))
    return pages


def names(rows):
    return [person.username for person in rows]


@pytest.mark.parametrize(
    "query", ["", "?sort=name", "?sort=-name", "?sort=seen", "?sort=-seen", "?sort=half", "?sort=newest"]
)
def test_walking_on_and_back_meets_every_row_once_in_the_same_order(people, query):
    pages = walk(people, query)
    forward = [name for page in pages for name in names(page)]
    assert sorted(forward) == sorted(names(people))
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    for earlier, later in itertools.pairwise(pages):
        assert names(page_of(people, later.previous_url)) == names(earlier)
    assert not pages[0].previous_url


@pytest.mark.parametrize("query", ["?sort=seen", "?sort=-seen"])
def test_the_unknown_come_last_in_either_direction(people, query):
    seen = [person.last_login for page in walk(people, query) for person in page]
    known = [at for at in seen if at]
    assert seen == sorted(known, reverse="-" in query) + [None] * 6


def test_a_row_entered_meanwhile_neither_repeats_nor_hides_another(people):
    first = page_of(people)
    User.objects.create(username="new", initials="NN", date_joined=START + timedelta(days=99))
    second = page_of(people, first.next_url)
    assert not set(names(first)) & set(names(second))
    assert len(second) == 5


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "e30",
        "W10",
        *(
            urlsafe_b64encode(json.dumps(texts).encode()).decode()
            for texts in (
                ["2026-01-01", "1"],
                ["2026-01-01T00:00:00", "1"],
                ["2026-01-01T00:00:00+00:00", str(10**30)],
                ["2026-01-01T00:00:00+00:00", "1 OR 1=1"],
                [None, "1"],
                [1, 2],
                ["a\x00b", "1"],
                ["x" * 5000, "1"],
            )
        ),
        "W" * 10_000,
    ],
)
def test_a_cursor_we_did_not_make_gives_the_first_page(people, cursor):
    assert names(page_of(people, f"?after={cursor}")) == names(page_of(people))
    with pytest.raises(BadCursor):
        Keyset(people, ("-date_joined",)).slice(5, after=cursor.replace("%00", "\x00"))


def test_an_unknown_sort_is_the_lists_own(people):
    assert names(page_of(people, "?sort=password")) == names(page_of(people))


def test_sort_links_turn_round_and_drop_the_cursor(people):
    page = page_of(people, "?sort=name&mine=1&after=zz")
    assert page.sort_link("name").direction == "ascending"
    assert page.sort_link("name").url == "?sort=-name&mine=1"
    assert page_of(people, "?sort=-name").sort_link("name").direction == "descending"
    assert page_of(people).sort_link("newest").direction == "ascending"  # newest first is its natural direction


def test_counting_stops_at_five_hundred(people):
    User.objects.bulk_create(User(username=f"q{n}", initials=f"Q{n:03}"[:4], is_active=False) for n in range(600))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert page_of(people).total == "500+"
    assert len(queries) == 2
    assert "LIMIT 501" in queries[1]["sql"]


def test_postgresql_starts_reading_its_index_at_the_row(db):
    rows = Keyset(Culture.objects.growing(), ("-seeded_at",))
    cursor = urlsafe_b64encode(json.dumps([START.isoformat(), "77"]).encode()).decode()
    with CaptureQueriesContext(connection) as queries:
        rows.slice(50, after=cursor)
    with connection.cursor() as db_cursor:
        db_cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )
        db_cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in db_cursor.fetchall())
    assert "Index Cond: (ROW(seeded_at, id) < ROW(" in plan
    assert "Sort" not in plan
