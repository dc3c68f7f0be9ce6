"""A counter with a key, and people who are signed in."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cultures.dosing.models import ResistanceModel
from lims.instruments.models import Instrument
from lims.instruments.services import issue_token
from tests import lab

COUNTS = "/api/v1/instruments/counts/"
TESTS = "/api/v1/instruments/tests/"
MODELS = "/api/v1/models/"
TAKEN_AT = "2026-03-04T14:03:00+01:00"


@dataclass
class Caller:
    """Posts JSON, as a machine or as a person in a browser does."""

    client: Client
    headers: dict[str, str]

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        keyed = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, data, content_type="application/json", headers=self.headers | keyed | headers)

    def get(self, path: str, query: dict[str, Any] | None = None) -> HttpResponse:
        return self.client.get(path, query, headers=self.headers)


def machine(scopes: tuple[str, ...] = ("post_count", "read_bench"), instrument: Instrument | None = None) -> Caller:
    _, key = issue_token(
        by=lab.manager(),
        instrument_id=(instrument or lab.counter()).pk,
        scopes=scopes,
        lifetime=timedelta(days=365),
    )
    return Caller(Client(raise_request_exception=False), {"Authorization": f"Bearer {key}"})


def signed_in(initials: str = "AM") -> Caller:
    client = Client(raise_request_exception=False)
    client.force_login(lab.person(initials))
    return Caller(client, {})


@pytest.fixture
def counter(db: None) -> Caller:
    return machine()


@pytest.fixture
def anna(db: None) -> Caller:
    return signed_in("AM")


@pytest.fixture
def jonas(db: None) -> Caller:
    """Another technician."""
    return signed_in("JT")


@pytest.fixture
def manager(db: None) -> Caller:
    return signed_in("LM")


def of(model: ResistanceModel, rest: str = "") -> str:
    return f"{MODELS}{model.code}/{rest}"


def done(answer: HttpResponse, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return answer.json()


def refused(answer: HttpResponse) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


def a_count(culture: str = "C-0000X", **changes: Any) -> dict[str, Any]:
    """What a counter posts."""
    said = {"culture": culture, "live_per_ml": 720000, "dead_per_ml": 40000, "taken_at": TAKEN_AT} | changes
    return {name: value for name, value in said.items() if value is not None}
