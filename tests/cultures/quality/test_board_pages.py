"""The board of tests: what is due, what waits, what is to be decided; narrowed, and shown elsewhere."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from cultures.quality.services import abandon_run, adopt_standard_policy, plan_test
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def _policy() -> None:
    adopt_standard_policy(by=lab.manager())


def grown(of: str = "SKBR3", days: float = 40, **fields: object) -> Culture:
    return lab.growing(of, at=now() - days * DAY, **fields)


def clean_since(culture: Culture, days: float) -> Culture:
    qc.negative(culture, now() - days * DAY)
    return culture


def codes_of(page) -> list[str]:
    return [row.due.culture.code for row in page.context["found"]]


def counts_of(page) -> dict[str, int]:
    return {tab.name: tab.count for tab in page.context["tabs"]}


def text(page) -> str:
    return " ".join(page.content.decode().split())


# --- what stands on it ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_policy")
def test_what_is_due_stands_by_day_the_overdue_first(bench):
    late, today, soon = (clean_since(grown(), days) for days in (33, 30, 27))
    clean_since(grown(), 5)
    page = bench.get("/qc/?family=mycoplasma")
    assert codes_of(page) == [late.code, today.code, soon.code]
    assert [day for day, _ in page.context["days"]][:2] == ["Overdue", "Today"]
    assert page.context["tally"].overdue == 1
    assert "3 d over" in text(page)


@pytest.mark.usefixtures("_policy")
def test_a_row_says_since_when_its_cells_are_known_to_be_clean(bench):
    parent = clean_since(grown(days=60), 32)
    (daughter,) = lab.split(parent, at=now() - 3 * DAY)
    page = text(bench.get("/qc/?family=mycoplasma"))
    assert daughter.code in page
    assert f"p{parent.passage_number} <a" in page


@pytest.mark.usefixtures("_policy")
def test_what_falls_due_later_than_a_week_is_shown_when_asked_for(bench):
    later = clean_since(grown(), 10)
    assert codes_of(bench.get("/qc/?family=mycoplasma")) == []
    assert codes_of(bench.get("/qc/?family=mycoplasma&later=1")) == [later.code]


@pytest.mark.usefixtures("_policy")
def test_a_planned_test_says_why(bench):
    flask = clean_since(grown(), 3)
    plan_test(
        culture_ids=[flask.pk],
        family="mycoplasma",
        due_at=now() + DAY,
        why="shared a bottle of serum with C-7K4QX",
        by=lab.technician(),
    )
    assert "shared a bottle of serum with C-7K4QX" in text(bench.get("/qc/?family=mycoplasma"))


@pytest.mark.usefixtures("_policy")
def test_a_sample_stands_under_sampled_until_its_result(bench):
    flask = grown()
    sample = qc.sampled(flask, at=now() - DAY)
    page = bench.get("/qc/?show=sampled")
    assert counts_of(page)["sampled"] == 1
    assert f"/qc/tests/{sample.code}/result/" in text(page)
    qc.result(sample)
    assert counts_of(bench.get("/qc/?show=sampled"))["sampled"] == 0


@pytest.mark.usefixtures("_policy")
def test_a_sample_in_an_open_run_leads_to_the_run(bench):
    run = qc.run_of([grown()], at=now() - DAY)
    page = text(bench.get("/qc/?show=sampled"))
    assert f'href="/qc/runs/{run.pk}/"' in page
    assert "/result/" not in page


@pytest.mark.usefixtures("_policy")
def test_a_result_of_28_days_says_when_it_is_expected_and_that_it_is_late(bench):
    qc.sampled(grown(), qc.CULTURE, at=now() - 29 * DAY)
    qc.sampled(grown(), qc.CULTURE, at=now() - 2 * DAY)
    page = bench.get("/qc/?show=sampled")
    assert [row.is_late for row in page.context["found"]] == [True, False]
    assert "was due" in text(page)


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize("make", [qc.positive, qc.borderline])
def test_a_doubtful_or_positive_result_is_to_be_decided_until_it_is_tested_again(bench, make):
    flask = grown()
    make(flask, now() - 3 * DAY)
    assert counts_of(bench.get("/qc/?show=decide"))["decide"] == 1
    qc.negative(flask, now() - DAY)
    assert counts_of(bench.get("/qc/?show=decide"))["decide"] == 0


@pytest.mark.usefixtures("_policy")
def test_a_positive_parent_is_to_be_decided_through_its_daughters(bench):
    parent = grown()
    lab.split(parent, at=now() - 2 * DAY)
    made = qc.positive(parent, now() - 3 * DAY)
    assert made.code in text(bench.get("/qc/?show=decide"))


@pytest.mark.usefixtures("_policy")
def test_a_positive_result_of_cells_that_are_gone_asks_for_nothing(bench):
    flask = grown()
    qc.positive(flask, now() - 3 * DAY)
    lab.discarded(flask, "contaminated", at=now() - DAY)
    assert counts_of(bench.get("/qc/?show=decide"))["decide"] == 0


@pytest.mark.usefixtures("_policy")
def test_an_invalid_sample_is_to_be_taken_again_and_an_abandoned_one_is_simply_due(bench):
    flask, other = grown(), grown()
    qc.read(qc.run_of([flask], at=now() - 2 * DAY), controls=qc.BAD_CONTROLS)
    abandon_run(run_id=qc.run_of([other], at=now() - DAY).pk, reason="dropped", by=lab.technician())
    page = bench.get("/qc/?show=decide")
    assert [row.test.culture for row in page.context["found"]] == [flask]
    assert {flask.code, other.code} <= set(codes_of(bench.get("/qc/?family=mycoplasma")))
    qc.negative(flask, now() - timedelta(hours=1), method=qc.PCR, readings=PCR_CLEAN)
    assert counts_of(bench.get("/qc/?show=decide"))["decide"] == 0


PCR_CLEAN = {"target": "not_detected", "internal_control": "detected"}


@pytest.mark.usefixtures("_policy")
def test_a_test_that_only_flags_asks_for_no_decision(bench):
    qc.tested(grown(), method="post_thaw_viability", at=now() - DAY, readings={"viability_pct": "40"})
    assert counts_of(bench.get("/qc/?show=decide"))["decide"] == 0


# --- narrowed ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_policy")
def test_it_is_narrowed_by_line_keeper_place_person_and_delay(bench):
    mine = clean_since(grown(), 40)
    shelf = lab.shelf("shelf B")
    theirs = clean_since(grown("BT474", keeper="JT", where=shelf), 30)
    asked = {
        f"line={theirs.line_id}": theirs,
        f"keeper={lab.another_technician().pk}": theirs,
        f"place={shelf.parent_id}&line={theirs.line_id}": theirs,
        f"place={shelf.pk}": theirs,
        "mine=1": mine,
        "overdue=1": mine,
        f"q={theirs.code}": theirs,
        "q=SKBR3": mine,
    }
    for query, flask in asked.items():
        assert codes_of(bench.get(f"/qc/?family=mycoplasma&{query}")) == [flask.code], query


@pytest.mark.usefixtures("_policy")
def test_a_chip_is_taken_away_and_keeps_the_rest_of_the_address(bench):
    page = bench.get("/qc/?family=mycoplasma&overdue=1&show=due")
    assert {chip.label for chip in page.context["filters"].on} == {"Test: mycoplasma", "Overdue only"}
    assert all("show=due" in chip.url for chip in page.context["filters"].on)


@pytest.mark.parametrize("query", ["show=nothing", "family=witchcraft", "after=xyz", "line=x", "keeper=0", "all=2"])
@pytest.mark.usefixtures("_policy")
def test_what_the_address_does_not_know_is_left_out(bench, query):
    grown()
    page = bench.get(f"/qc/?{query}")
    assert page.status_code == 200
    assert page.context["found"]


@pytest.mark.usefixtures("_policy")
def test_pages_go_on_after_the_last_row_and_back(bench):
    flasks = [grown(days=60 - number / 10) for number in range(51)]
    first = bench.get("/qc/?family=mycoplasma")
    assert len(first.context["found"]) == 50
    second = bench.get("/qc/" + first.context["rows"].next_url)
    assert codes_of(second) == [flasks[-1].code]
    assert codes_of(bench.get("/qc/" + second.context["rows"].previous_url)) == codes_of(first)


# --- who may, and what it costs ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_policy")
def test_a_viewer_sees_the_board_and_can_choose_nothing(client):
    grown()
    client.force_login(lab.viewer())
    page = text(client.get("/qc/"))
    assert "mycoplasma" in page
    assert "Start run" not in page
    assert 'type="checkbox"' not in page


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize("tab", ["due", "sampled", "decide"])
def test_the_board_costs_the_same_for_two_flasks_and_for_twenty(bench, tab):
    def some(number: int) -> None:
        for _ in range(number):
            grown()
            qc.positive(grown(), now() - 2 * DAY)
            qc.sampled(grown(), at=now() - DAY)

    some(1)
    bench.get(f"/qc/?show={tab}")
    with CaptureQueriesContext(connection) as few:
        bench.get(f"/qc/?show={tab}")
    some(7)
    with CaptureQueriesContext(connection) as many:
        bench.get(f"/qc/?show={tab}")
    assert len(many) == len(few)


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize(("tab", "head"), [("due", "Clean as of"), ("sampled", "Expected by"), ("decide", "Sentence")])
def test_each_tab_is_exported_as_it_is_narrowed(bench, tab, head):
    flask = clean_since(grown(), 40)
    qc.positive(grown("BT474"), now() - 2 * DAY)
    lines = b"".join(bench.get(f"/qc/qc.csv?show={tab}&line={flask.line_id}")).decode().splitlines()
    assert head in lines[0]
    assert len(lines) > 1 or tab != "due"
    assert not any("BT474" in line for line in lines)


# --- nothing to show --------------------------------------------------------------------------------------------------


def test_an_empty_lab_is_told_what_the_board_is_for(bench):
    assert "Nothing grows yet" in text(bench.get("/qc/"))


def test_a_lab_without_a_policy_is_told_to_make_one(bench):
    grown()
    assert "Nobody has said yet what is tested when" in text(bench.get("/qc/"))


@pytest.mark.usefixtures("_policy")
def test_each_empty_tab_says_what_would_stand_there(bench):
    assert "No sample waits" in text(bench.get("/qc/?show=sampled")) or "Nothing grows" in text(bench.get("/qc/"))
    grown()
    assert "No sample waits" in text(bench.get("/qc/?show=sampled"))
    assert "Nothing is to be decided" in text(bench.get("/qc/?show=decide"))
    assert "Take a filter away" in text(bench.get("/qc/?mine=1&q=nothing"))


# --- where else it shows ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_policy")
def test_the_list_of_cultures_has_a_word_for_each(bench):
    clean_since(grown(), 3)
    qc.borderline(clean_since(grown(), 4), now() - 2 * DAY)
    grown()
    page = text(bench.get("/cultures/"))
    assert '<span class="quiet">clean</span>' not in page  # STR is overdue for all of them
    assert "hold" in page
    assert "over</span>" in page


@pytest.mark.usefixtures("_policy")
def test_a_flask_that_is_only_to_be_tested_is_offered_that_on_today(bench):
    lab.line("HCC1954", feed_interval=300 * DAY)
    flask = grown("HCC1954")
    page = text(bench.get("/"))
    assert f'href="/cultures/{flask.code}/qc/"' in page
    assert "mycoplasma test" in page
    assert "mycoplasma test" in text(bench.get("/?round=bench"))


@pytest.mark.usefixtures("_policy")
def test_today_counts_the_tests_of_the_lab_with_their_runs_and_decisions(bench):
    qc.positive(grown(), now() - 2 * DAY)
    run = qc.run_of([grown()], at=now() - DAY)
    grown()
    page = text(bench.get("/"))
    assert f"{run} of 1 sample is open" in page
    assert "1 result to decide" in page
    assert "mycoplasma test" in page
