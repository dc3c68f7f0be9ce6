"""Compliance over time: counted by hand, by the database, and shown."""

from datetime import UTC, datetime
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from cultures.quality.compliance import compliance, months_until
from cultures.quality.families import MYCOPLASMA, STR
from cultures.quality.figures import compliance_chart
from cultures.quality.models import QCTest
from cultures.quality.services import adopt_standard_policy, change_qc_policy
from cultures.quality.services.policies import Rule
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
APRIL = datetime(2026, 4, 20, 12, tzinfo=UTC)
EVERY = 30 * DAY


@pytest.fixture(autouse=True)
def _rules():
    adopt_standard_policy(by=lab.manager())


def shares(family: str = MYCOPLASMA, at: datetime = APRIL) -> dict[str, tuple[int, int]]:
    return {f"{row.month.start:%b}": (row.shares[family].in_date, row.shares[family].of) for row in compliance(at).rows}


def test_there_are_twelve_months_and_the_last_is_looked_at_now():
    months = months_until(APRIL)
    names = [f"{month.start:%b}" for month in months]
    assert names == ["May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr"]
    assert months[-1].at == APRIL
    assert months[-1].is_current
    assert months[-2].at == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_culture_counts_in_each_month_at_whose_end_it_grew():
    flask = lab.growing()  # 27 February
    lab.growing("BT474", at=datetime(2026, 3, 5, tzinfo=UTC))
    lab.discarded(flask, at=datetime(2026, 3, 20, tzinfo=UTC))
    found = shares()
    assert (found["Jan"], found["Feb"], found["Mar"], found["Apr"]) == ((0, 0), (0, 1), (0, 1), (0, 1))


def test_in_date_is_a_pass_no_older_than_the_interval_at_that_moment():
    flask = lab.growing()
    qc.negative(flask, FRIDAY + HOUR)
    assert shares()["Feb"] == (1, 1)
    assert shares()["Mar"] == (0, 1)  # 33 days old on 1 April
    qc.negative(flask, FRIDAY + 10 * DAY)
    assert shares()["Mar"] == (1, 1)
    assert shares()["Apr"] == (0, 1)


def test_a_fail_after_a_pass_is_not_in_date_and_an_invalid_or_pending_sample_says_nothing():
    one, other, third = (lab.growing() for _ in range(3))
    for flask in (one, other, third):
        qc.negative(flask, FRIDAY + 10 * DAY)
    qc.positive(one, FRIDAY + 12 * DAY)
    qc.sampled(other, at=FRIDAY + 12 * DAY)
    qc.voided(qc.positive(third, FRIDAY + 12 * DAY))
    assert shares()["Mar"] == (2, 3)


def test_daughters_inherit_what_was_sampled_before_they_were_seeded():
    flask = lab.growing(at=FRIDAY + 10 * DAY)
    qc.negative(flask, FRIDAY + 11 * DAY)
    lab.split(flask, ("T75", "T75"), at=FRIDAY + 16 * DAY)
    assert shares()["Mar"] == (2, 2)


def test_a_line_is_measured_by_its_own_interval():
    flask = lab.growing("BT474")
    qc.negative(flask, FRIDAY + HOUR)
    rules = [
        Rule(family=MYCOPLASMA, phase="growing", every=EVERY),
        Rule(family=MYCOPLASMA, phase="growing", every=60 * DAY, line_id=flask.line_id),
    ]
    change_qc_policy(rules=rules, receives_into_quarantine=True, reason="slow", based_on=1, by=lab.manager())
    assert shares()["Mar"] == (1, 1)
    assert shares(STR)["Mar"] == (0, 0)  # no rule asks for it any more


def test_it_is_what_one_counts_by_hand():
    luck = Random(4)
    flasks = [lab.growing(at=FRIDAY + luck.randrange(30) * DAY) for _ in range(12)]
    for flask in flasks:
        for _ in range(luck.randrange(4)):
            taken = flask.seeded_at + luck.uniform(0.1, 40) * DAY
            luck.choice((qc.negative, qc.negative, qc.positive, qc.borderline))(flask, taken)
    for flask in luck.sample(flasks, 4):
        lab.discarded(flask, at=flask.seeded_at + 45 * DAY)
    for row in compliance(APRIL).rows:
        grew = [flask for flask in map(lab.again, flasks) if _grew(flask, row.month.at)]
        share = row.shares[MYCOPLASMA]
        assert (share.of, share.in_date) == (len(grew), sum(_in_date(one, row.month.at) for one in grew))


def _grew(culture: Culture, at: datetime) -> bool:
    return culture.seeded_at <= at and (culture.ended_at is None or culture.ended_at > at)


def _in_date(culture: Culture, at: datetime) -> bool:
    newest = QCTest.objects.standing().filter(culture=culture, at__lte=at).order_by("-at").first()
    return newest is not None and newest.verdict == "pass" and newest.at >= at - EVERY


def test_samples_are_counted_by_verdict_in_the_month_they_were_taken():
    flask = lab.growing()
    qc.negative(flask, FRIDAY + HOUR)
    qc.corrected(qc.positive(flask, FRIDAY + 5 * DAY), "a note", note="swirled")
    qc.borderline(flask, FRIDAY + 6 * DAY)
    tests = {f"{row.month.start:%b}": dict(row.tests) for row in compliance(APRIL).rows}
    assert tests["Feb"] == {"pass": 1}
    assert tests["Mar"] == {"fail": 1, "inconclusive": 1}


def test_the_chart_tells_in_words_what_it_shows():
    lab.growing(at=now() - 5 * DAY)
    qc.negative(lab.growing("BT474", at=now() - 5 * DAY))
    chart = compliance_chart(compliance(now()))
    assert chart.words == "Mycoplasma: 1 of 2 (50 %) today; STR: 0 of 2 (0 %) today. 1 sample in twelve months."


@pytest.fixture
def as_viewer(client: Client) -> Client:
    client.force_login(lab.viewer())
    client.get("/qc/compliance/")
    return client


def test_the_page_has_the_chart_and_its_numbers_at_a_fixed_cost(as_viewer: Client):
    def page() -> str:
        return as_viewer.get("/qc/compliance/").content.decode()

    assert "Nothing grew in the last twelve months." in page()
    qc.negative(lab.growing(at=now() - 5 * DAY))
    before = page()
    assert 'id="compliance-spec"' in before
    assert "by the rules of today (QC policy v1)" in before
    few = _queries(as_viewer)
    for _ in range(5):
        qc.negative(lab.growing(at=now() - 5 * DAY))
    assert _queries(as_viewer) == few


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get("/qc/compliance/").status_code == 200
    return len(found)


def test_the_csv_holds_every_month(as_viewer: Client):
    qc.negative(lab.growing(at=now() - 5 * DAY))
    body = b"".join(as_viewer.get("/qc/compliance.csv").streaming_content).decode()
    assert body.startswith("Month,Looked at,Mycoplasma: growing,Mycoplasma: in date,Mycoplasma: in date (%)")
    assert len(body.strip().splitlines()) == 13
