"""A technician at the bench, signed in, with a flask that is ready to be passaged."""

from datetime import timedelta

import pytest
from django.test import Client

from cultures.passaging.models import Culture
from lims.clock import now
from tests import lab


@pytest.fixture
def technician(db):
    return lab.technician()


@pytest.fixture
def bench(client: Client, technician) -> Client:
    """The browser of a signed-in technician."""
    client.force_login(technician)
    return client


@pytest.fixture
def flask(db) -> Culture:
    """A T75 seeded six days ago, itself a daughter of a passage; trypsin is open."""
    lab.trypsin()
    parent = lab.growing("BT474", at=now() - timedelta(days=12))
    (daughter,) = lab.split(parent, into=[lab.seeding("T75", cells=1_500_000)], at=now() - timedelta(days=6))
    return lab.again(daughter)


@pytest.fixture
def treated(db) -> Culture:
    """A flask of the treated arm, received six days ago in trastuzumab."""
    drugs = [lab.drug("trastuzumab", 10)]
    return lab.again(lab.growing("BT474-RES", arm="treated", drugs=drugs, at=now() - timedelta(days=6)))


def fields_of(response, **changes: str) -> dict[str, str]:
    """What the form of a page would send as it stands, with some fields typed over."""
    form = response.context["form"]
    sent: dict[str, object] = {}
    for one in [form, *(row for part in form.parts for row in part), *(part.management_form for part in form.parts)]:
        for field in one:
            value = field.value()
            if value is not None and value != "":
                sent[field.html_name] = value
    return {**sent, **changes}
