"""The pages of the contamination trace: looked at before anything is done, acted on, and kept as a report."""

import pytest
from django.db import reset_queries
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.passaging.models import Culture
from cultures.quality.models import ContaminationTrace, PlannedTest, QCTest, QuarantineMember
from cultures.quality.reach import TRACE_SOURCES, Other, Source
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR, nothing_written

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def at_the_bench(client: Client) -> Client:
    client.force_login(lab.technician())
    client.get("/quarantine/")  # the lab's settings are remembered from here on
    return client


@pytest.fixture
def family() -> tuple[QCTest, Culture, Culture]:
    """A positive flask, its sister since the last clean sample, and one that got the same bottle."""
    mother = lab.growing("BT474")
    qc.negative(mother)
    flask, sister = lab.split(mother, ("T75", "T75"))
    beside = lab.growing("HCC1954", at=FRIDAY + 6 * DAY)
    return qc.positive(flask), sister, beside


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def after(client: Client, answer: HttpResponse) -> str:
    assert answer.status_code == 303, answer.content.decode()
    return text_of(client, answer["Location"])


def preview_of(test: QCTest) -> str:
    return f"/qc/tests/{test.code}/trace/"


def test_the_preview_shows_window_tiers_and_reasons_and_writes_nothing(at_the_bench: Client, family):
    test, sister, beside = family
    with nothing_written():
        text = text_of(at_the_bench, preview_of(test))
    assert "last clean sample" in text
    for said in ("Tested positive", "Likely", sister.code, "an ancestor of the tested culture", beside.code):
        assert said in text
    assert "kept apart already" in text


def test_one_action_keeps_apart_plans_tests_and_keeps_the_report(at_the_bench: Client, family):
    test, sister, beside = family
    said = {
        "apart_3": "all",
        "test_3": "all",
        "test_4": "chosen",
        "test": [str(beside.pk)],
        "reason": "the round of Monday",
    }
    text = after(at_the_bench, at_the_bench.post(preview_of(test), said))
    assert "The reach as it was known is kept." in text
    assert "the round of Monday" in text
    assert QuarantineMember.objects.filter(quarantine__cause="trace", culture=sister).exists()
    assert not QuarantineMember.objects.filter(culture=beside).exists()
    assert set(PlannedTest.objects.values_list("culture", flat=True)) == {sister.pk, beside.pk}
    assert "not sampled yet" in text


def test_boxes_count_only_where_chosen_below_was_said(at_the_bench: Client, family):
    test, sister, _ = family
    said = {"apart_3": "none", "test_3": "none", "apart": [str(sister.pk)], "test": [str(sister.pk), "x", "9" * 30]}
    after(at_the_bench, at_the_bench.post(preview_of(test), said))
    assert not PlannedTest.objects.exists()
    assert not QuarantineMember.objects.filter(culture=sister).exists()
    assert ContaminationTrace.objects.count() == 1  # that nothing was done is kept too


def test_cultures_that_the_result_keeps_apart_are_not_kept_apart_twice(at_the_bench: Client, family):
    test, _, _ = family
    after(at_the_bench, at_the_bench.post(preview_of(test), {"apart_1": "all", "apart_3": "all"}))
    assert QuarantineMember.objects.filter(culture=test.culture).count() == 1


def test_pressed_twice_it_is_one_trace_and_the_next_look_tells_of_it(at_the_bench: Client, family):
    test, _, _ = family
    for _ in range(2):
        after(at_the_bench, at_the_bench.post(preview_of(test), {"apart_3": "all"}))
    trace = ContaminationTrace.objects.get()
    assert f'Acted on before: <a href="{trace.get_absolute_url()}">' in text_of(at_the_bench, preview_of(test))


def test_a_clean_or_corrected_result_leads_back_to_the_test(at_the_bench: Client, family):
    _test, sister, _ = family
    clean = qc.negative(sister)
    answer = at_the_bench.get(preview_of(clean))
    assert answer.status_code == 303
    assert answer["Location"] == clean.get_absolute_url()
    assert at_the_bench.get("/qc/tests/Q-00000/trace/").status_code == 404
    assert at_the_bench.get("/traces/999999/").status_code == 404


def test_a_report_stays_as_it_was_when_the_result_is_corrected(at_the_bench: Client, family):
    test, sister, _ = family
    after(at_the_bench, at_the_bench.post(preview_of(test), {"apart_3": "all"}))
    qc.voided(test)
    text = text_of(at_the_bench, ContaminationTrace.objects.get().get_absolute_url())
    assert "The result it rests on was corrected since: it is invalid now" in text
    assert sister.code in text
    assert "Trace again" not in text


def test_the_report_shows_what_was_sampled_since(at_the_bench: Client, family):
    test, sister, _ = family
    after(at_the_bench, at_the_bench.post(preview_of(test), {"test_3": "all"}))
    sample = qc.negative(sister, FRIDAY + 20 * DAY)
    text = text_of(at_the_bench, ContaminationTrace.objects.get().get_absolute_url())
    assert sample.code in text
    assert "1 sampled since" in text


def test_vials_and_assays_keep_the_status_they_had(at_the_bench: Client, family, monkeypatch):
    test, _, _ = family
    assay = Other("assay", "A-12", "lapatinib plate", "/assays/12/", 1, f"made of {test.culture.code}", "clean")
    monkeypatch.setitem(TRACE_SOURCES, "assay", Source("assay", "assays", lambda suspected, window: [assay]))
    assert "A-12" in text_of(at_the_bench, preview_of(test))
    text = after(at_the_bench, at_the_bench.post(preview_of(test), {}))
    assert "A-12" in text
    assert "<td>clean</td>" in text
    assert "suspect" in text


def test_a_viewer_reads_reports_and_acts_on_none(client: Client, family):
    test, sister, _ = family
    client.force_login(lab.technician())
    answer = client.post(preview_of(test), {"apart_3": "all"})
    client.force_login(lab.viewer())
    assert client.get(preview_of(test)).status_code == 403
    text = text_of(client, answer["Location"])
    assert sister.code in text
    assert "Trace again" not in text


def test_the_csv_holds_everybody_with_the_reasons(at_the_bench: Client, family):
    test, sister, beside = family
    body = b"".join(at_the_bench.get(f"/qc/tests/{test.code}/trace.csv").streaming_content).decode()
    assert sister.code in body
    assert beside.code in body
    answer = at_the_bench.post(preview_of(test), {"apart_3": "all"})
    body = b"".join(at_the_bench.get(f"{answer['Location']}trace.csv").streaming_content).decode()
    assert f"3,Likely,{sister.code}" in body


def test_long_tiers_are_folded_and_show_their_first_rows(at_the_bench: Client, monkeypatch):
    monkeypatch.setattr("cultures.quality.trace_page.SHOWN", 3)
    monkeypatch.setattr("cultures.quality.trace_page.OPEN_UP_TO", 2)
    flask = lab.growing()
    sample = qc.sampled(flask, at=FRIDAY + HOUR)
    lab.split(flask, [lab.seeding("T75", cells=500_000)] * 5)
    qc.result(sample, a=1000, b=9000)
    text = text_of(at_the_bench, preview_of(sample))
    assert "5 cultures with the reasons; the first 3 here, all in the CSV" in text
    assert '<details class="as-table rows"> <summary>5 cultures' in text


def test_ten_cultures_cost_the_same_as_two(at_the_bench: Client, django_assert_max_num_queries: DjangoAssertNumQueries):
    lab.growing("HCC1954", at=FRIDAY + HOUR)  # there is somebody in every tier
    lab.growing("MDA-MB-361", at=FRIDAY + 12 * HOUR, where=lab.shelf("shelf B"))

    def costs(flasks: int) -> tuple[int, int]:
        flask = lab.growing(f"L{flasks}", where=lab.shelf(f"of {flasks}", "Incubator 9"))
        sample = qc.sampled(flask, at=FRIDAY + HOUR)
        lab.split(flask, [lab.seeding("T75", cells=400_000)] * flasks)
        test = qc.result(sample, a=1000, b=9000)
        reset_queries()  # the log of queries is bounded
        with django_assert_max_num_queries(60) as looked:
            text_of(at_the_bench, preview_of(test))
        answer = at_the_bench.post(preview_of(test), {"test_2": "all"})
        with django_assert_max_num_queries(60) as report:
            text_of(at_the_bench, answer["Location"])
        return len(looked), len(report)

    assert costs(2) == costs(10)
