"""Whatever goes wrong inside a command, the answer has one shape and nothing is half saved."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import Model

from cultures.passaging import services
from cultures.passaging.models import Discard, VesselType
from lims.errors import NotAllowed
from lims.instruments.models import Instrument
from tests import lab


def refuse(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def violate(model: type[Model], **values: Any) -> Callable[[], Model]:
    return lambda: model.objects.create(**values)


BAD_AREA = {"name": "bucket", "growth_area_cm2": -1, "working_volume_ml": 1}
SAME_NAME = {"name": "T75", "growth_area_cm2": 75, "working_volume_ml": 15}


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (refuse(OperationalError("gone")), 503, "database_down"),
        (refuse(InterfaceError("closed")), 503, "database_down"),
        (refuse(DataError("too large")), 400, "out_of_range"),
        (refuse(NotAllowed("Not yours.")), 403, "not_allowed"),
        (violate(VesselType, **BAD_AREA), 409, "vessel_has_area_and_volume"),
        (violate(VesselType, **SAME_NAME), 409, "already_there"),
        (violate(Instrument, name="Counter 9", kind=""), 409, "instrument_kind_is_known"),
        (refuse(IntegrityError("a fault of ours")), 500, None),
        (refuse(RuntimeError("a fault of ours")), 500, None),
    ],
)
@pytest.mark.parametrize("key", ["", "k1"])
def test_what_fails_after_a_write_leaves_nothing(anna, monkeypatch, failure, status, code, key):
    culture, really = lab.growing(), services.discard_culture

    def discard_and_fail(**arguments: Any) -> Discard:
        made = really(**arguments)
        failure()
        return made

    monkeypatch.setattr(services, "discard_culture", discard_and_fail)
    with lab.nothing_written():
        answer = anna.post(f"/api/v1/cultures/{culture.code}/discard/", {"why": "spilled"}, key=key)
    assert answer.status_code == status, answer.content
    assert lab.again(culture).is_growing
    if code:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == code
    assert ("Retry-After" in answer) == (status == 503)


def test_the_rules_of_the_lab_are_said_by_their_names(anna, monkeypatch):
    monkeypatch.setattr(services, "discard_culture", lambda **_: VesselType.objects.create(**BAD_AREA))
    answer = anna.post(f"/api/v1/cultures/{lab.growing().code}/discard/", {"why": "spilled"})
    said = "A vessel has a growth area and a volume above zero. Correct the numbers."
    assert answer.json() == {"code": "vessel_has_area_and_volume", "detail": said}


def test_an_address_that_does_not_exist_is_refused_as_all_else(anna):
    answer = anna.get("/api/v1/vials/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "end with a slash" in answer.json()["detail"]


def test_a_statement_that_takes_too_long_is_put_off(anna, monkeypatch):
    def slow(**_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")

    monkeypatch.setattr(services, "discard_culture", slow)
    answer = anna.post(f"/api/v1/cultures/{lab.growing().code}/discard/", {"why": "spilled"})
    assert answer.status_code == 503
