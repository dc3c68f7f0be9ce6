"""Requests made from the schema, right ones and wrong ones: none breaks us, and every answer is as described."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.schema import OF_INSTRUMENTS
from cultures.quality.models import SharedDonor
from cultures.quality.services import plan_test, state_shared_donor
from lims.clock import now
from tests import lab, ladders
from tests.api.conftest import machine
from tests.cultures.quality import qc
from tests.ledger_db import rolled_back

pytestmark = pytest.mark.thorough

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CSRF = "c" * 32
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
short = hypothesis_settings(max_examples=6, derandomize=True, phases=[Phase.generate], **QUIET)
long = hypothesis_settings(max_examples=150, **QUIET)

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = WSGIHandler()
schema.config.update(base_url="http://localhost")
OPERATIONS = [found.ok() for found in schema.get_all_operations()]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
right_or_wrong = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@dataclass
class Lab:
    """A culture, its sample, a ladder, a harvest in hand, a run and the like, a lead at work, a counter's key."""

    culture: str
    sample: str
    ids: dict[str, int]
    model: str
    harvest: int
    cookies: dict[str, str]
    counter: dict[str, str]

    def send(self, case: schemathesis.Case) -> None:
        """The paths of the schema are met with what exists, most of the time."""
        code = {"models": self.model, "qc": self.sample}.get(case.path.split("/")[3], self.culture)
        pk = next((pk for part, pk in self.ids.items() if f"/{part}/" in case.path), self.harvest)
        known = {"code": code, "name": "A", "number": 1, "pk": pk, "id": pk}
        if len(repr(case.body)) % 4:
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
        if case.path in OF_INSTRUMENTS:
            case.call_and_validate(headers=self.counter, checks=CHECKS)
        else:
            case.call_and_validate(headers={"X-CSRFToken": CSRF}, cookies=self.cookies, checks=CHECKS)


@pytest.fixture(scope="module")
def a_lab(django_db_setup, django_db_blocker) -> Iterator[Lab]:
    """Furnished once for all requests. What one of them does is rolled back to it by `db`.

    Each request would close the connection, and with it the transaction; Django's own client sees to that.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), rolled_back():
        yield furnished()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def db(a_lab, django_db_blocker) -> Iterator[None]:
    """Takes the place of pytest-django's: a savepoint in the lab that stands."""
    with django_db_blocker.unblock(), rolled_back():
        yield


def furnished() -> Lab:
    lab.hood(), lab.stock(), lab.vessel("T25")
    harvest = lab.harvest(lab.growing("BT474"), into=(), discard_rest=False)
    client = Client()
    client.force_login(lab.manager())
    cookies = {name: client.cookies[name].value for name in client.cookies} | {settings.CSRF_COOKIE_NAME: CSRF}
    culture, run = lab.growing(), qc.run_of([lab.growing("HCC1954")])
    failed = qc.positive(culture)
    planned = plan_test(culture_ids=[culture.pk], family="str", due_at=now(), why="fuzz", by=lab.technician())
    ids = {
        "runs": run.pk,
        "quarantines": failed.quarantines.get().pk,
        "planned-tests": planned[0].pk,
        "kits": qc.kit().pk,
        "str-profiles": qc.reference("BT474").pk,
        "shared-donors": shared_donor().pk,
    }
    counter = machine(("post_count", "post_test", "read_bench")).headers
    return Lab(culture.code, failed.code, ids, ladders.climbing().model.code, harvest.pk, cookies, counter)


def shared_donor() -> SharedDonor:
    one, other = lab.line("BT474").pk, lab.line("HCC1954").pk
    return state_shared_donor(line_id=one, other_line_id=other, reason="made up", by=lab.manager())


def meet(operation: schemathesis.APIOperation, mode: GenerationMode, how: hypothesis_settings, a_lab: Lab) -> None:
    @how
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: schemathesis.Case) -> None:
        a_lab.send(case)

    one()


@each_operation
@right_or_wrong
def test_no_request_breaks_us(operation, mode, a_lab):
    meet(operation, mode, short, a_lab)


@pytest.mark.proof
@each_operation
@right_or_wrong
def test_no_request_breaks_us_at_length(operation, mode, a_lab):
    meet(operation, mode, long, a_lab)
