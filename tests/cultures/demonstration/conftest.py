"""The demonstration lab, loaded once for all tests of this folder and served to a browser."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django.live_server_helper import LiveServer

from cultures.demonstration.director import direct
from lims.clock import now
from tests.ledger_db import empty_database


@pytest.fixture(scope="package")
def lab(django_db_setup, django_db_blocker) -> Iterator[datetime]:
    """The moment until which the story was played."""
    with django_db_blocker.unblock():
        moment = now()
        list(direct(moment))
        yield moment
        empty_database()


@pytest.fixture(scope="package")
def served(lab) -> Iterator[LiveServer]:
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def db(lab, django_db_blocker) -> Iterator[None]:
    """Takes the place of pytest-django's: here nothing is rolled back, all tests look at the one lab."""
    with django_db_blocker.unblock():
        yield
