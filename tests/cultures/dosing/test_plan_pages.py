"""The pages where models are registered and planned, ladders start and branch, and the rules of readiness stand."""

import pytest
from django.test import Client

from tests import lab, ladders

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(lab.manager())
    return client


def test_smoke(as_manager):
    ladder = ladders.climbing()
    lab.compound("lapatinib")
    code = ladder.model.code
    for url in (
        "/models/new/",
        f"/models/{code}/plan/",
        f"/models/{code}/plan/1/",
        f"/models/{code}/ladders/new/",
        f"/models/{code}/ladders/A/branch/",
        "/readiness-rules/",
        "/readiness-rules/change/",
    ):
        answer = as_manager.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        open(f"/tmp/plans_{url.strip('/').replace('/', '_')}.html", "w").write(answer.content.decode())
