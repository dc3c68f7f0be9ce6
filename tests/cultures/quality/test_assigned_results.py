"""A posted result that waited in the inbox: the instrument ran it; who assigned it is who wrote it, and no more."""

import json
from datetime import datetime
from typing import Any

import pytest

from cultures.quality.models import QCTest
from lims.clock import now
from lims.instruments.models import Delivery
from lims.instruments.services import assign_delivery
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

pytestmark = pytest.mark.django_db


def waiting(**said: Any) -> Delivery:
    """What an instrument posted and nobody could place."""
    body = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
    return Delivery.objects.create(
        actor=f"instrument:{lab.counter().pk}",
        instrument=lab.counter(),
        route="tests",
        key="k",
        body_digest="0" * 64,
        body=json.dumps(body),
        status=202,
        state=Delivery.State.WAITING,
        waits_because="no such sample",
    )


def assigned(delivery: Delivery, code: str) -> QCTest:
    assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=code)
    return QCTest.objects.standing().get()


CLEAR = {"growth": "none", "days": 14}


def test_the_instrument_ran_it_and_the_person_assigned_it():
    culture = lab.growing(at=now() - 20 * DAY)
    sample = qc.sampled(culture, "sterility", now() - 15 * DAY, by=lab.another_technician())
    delivery = waiting(sample="Q-00000", readings=CLEAR, resulted_at=now() - HOUR)
    test = assigned(delivery, sample.code)
    assert (test.run_by, test.instrument, test.delivery) == (None, lab.counter(), delivery)
    assert (test.by, test.source, test.taken_by) == (lab.technician(), "instrument", lab.another_technician())
    assert Delivery.objects.get().settled_by == lab.technician()


def test_nobody_is_said_to_have_taken_a_sample_that_was_posted_with_its_result():
    culture = lab.growing(at=now() - 20 * DAY)
    said = {"culture": "C-00000", "method": "sterility", "taken_at": now() - 15 * DAY, "resulted_at": now() - HOUR}
    test = assigned(waiting(readings=CLEAR, **said), culture.code)
    assert (test.taken_by, test.run_by, test.by, test.instrument) == (None, None, lab.technician(), lab.counter())
