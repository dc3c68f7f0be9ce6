"""The exposure ledger as a page and as CSV: every interval with its dose and lots, totals, gaps, days by dose."""

import csv
import io
from dataclasses import replace

import pytest
from django.test import Client

from cultures.dosing.exposure_table import drug_tables
from cultures.dosing.models import ResistanceModel
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, cost, signed_in, text_of
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


def csv_of(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_every_interval_has_its_dose_its_days_and_its_lot():
    ladder = stories.stepped_back()
    (table,) = drug_tables(ladders.lead(ladder).pk, now())
    assert [(row.sign.word, row.dose_in_words, round(row.interval.days), row.stocks) for row in table.rows] == [
        ("before the first dose", "", 6, []),
        ("in drug", "1 µg/mL", 24, ["S-1"]),
        ("in drug", "2 µg/mL", 6, ["S-1"]),
        ("in drug", "1 µg/mL", 7, ["S-1"]),
    ]
    assert [(row.dose_in_words, row.days_in_words) for row in table.doses] == [
        ("1 µg/mL", "24 d + 6.9 d"),
        ("2 µg/mL", "6.1 d"),
    ]
    assert table.rows[-1].ended is None


def test_a_second_lot_stands_at_the_interval_it_was_used_in():
    ladder = stories.raised()
    flask, second = ladders.lead(ladder), lab.stock("trastuzumab", "S-2")
    drug = replace(lab.drug("trastuzumab", 1), stock_id=second.pk)
    ladders.fed(flask, now() - 2 * HOUR, drugs=(drug,))
    (table,) = drug_tables(flask.pk, now())
    assert table.rows[-1].stocks == ["S-1", "S-2"]


def test_a_gap_is_an_interval_of_its_own_and_no_exposure(bench):
    ladder = ladders.climbing(at=now() - 9 * DAY)
    (table,) = drug_tables(ladders.lead(ladder).pk, now())
    assert [(row.sign.word, round(row.interval.days)) for row in table.rows[1:]] == [("in drug", 7), ("gap", 2)]
    text = text_of(bench, address(ladder, "exposure/"))
    assert "1 gap" in text
    assert "still so" in text


def test_the_page_names_the_flask_the_totals_and_the_dose_table(bench):
    ladder = stories.stepped_back()
    text = text_of(bench, address(ladder, "exposure/"))
    assert ladders.lead(ladder).code in text
    assert "24 d + 6.9 d" in text
    assert "lasts 7 d" in text
    assert "exposure.csv" in text


def test_without_a_dose_the_page_teaches(bench):
    model = ladders.planned()
    assert "No dose was given yet." in text_of(bench, f"{model.get_absolute_url()}exposure/")
    assert csv_of(bench, f"{model.get_absolute_url()}exposure.csv") == []


def test_the_csv_holds_all_ladders_or_the_one_that_is_named(bench):
    ladder = stories.raised()
    ladders.climbing(ladder.model, "B", at=now() - 2 * DAY)
    rows = csv_of(bench, address(ladder, "exposure.csv"))
    assert {row["Ladder"] for row in rows} == {"A", "B"}
    named = csv_of(bench, address(ladder, "exposure.csv?ladder=B"))
    assert [row["What"] for row in named] == ["before the first dose", "in drug"]
    last = named[-1]
    assert (last["Dose"], last["Unit"], last["Stocks"], last["To"]) == ("1", "µg/mL", "S-1", "")
    assert float(last["Days"]) == pytest.approx(2, abs=0.01)
    assert last["From"].endswith("+00:00")


def test_no_cell_of_the_csv_is_a_formula(bench):
    ladder = stories.young()
    ResistanceModel.objects.filter(pk=ladder.model_id).update(name='=HYPERLINK("http://x")')
    assert csv_of(bench, address(ladder, "exposure.csv"))[0]["Model"] == '\'=HYPERLINK("http://x")'


def test_a_ladder_that_was_lost_keeps_its_exposure(bench):
    ladder = stories.young()
    flask = ladders.lead(ladder)
    lab.discarded(flask, at=now() - HOUR)
    ladders.decided(ladder, "lost", at=now() - HOUR / 2, reason="contaminated")
    assert flask.code in text_of(bench, address(ladder, "exposure/"))


def test_a_viewer_may_look_and_take_it_along():
    ladder = stories.young()
    reader = signed_in(lab.viewer())
    assert text_of(reader, address(ladder, "exposure/"))
    assert csv_of(reader, address(ladder, "exposure.csv"))


def test_a_long_story_costs_as_many_queries_as_a_short_one(bench):
    ladder = ladders.climbing(at=now() - 10 * DAY)
    ladders.passaged(ladder, days=1)
    short = cost(bench, address(ladder, "exposure/"))
    for _ in range(4):
        ladders.passaged(ladder, days=2)
    assert cost(bench, address(ladder, "exposure/")) == short < 40
