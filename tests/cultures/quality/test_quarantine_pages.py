"""The pages of quarantine: who sees why and what to do, and who lets cells out."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.passaging.models import Culture
from cultures.quality.models import PlannedTest, Quarantine, QuarantineMember, Treatment
from lims.accounts.models import User
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR, nothing_written

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
REASON = {"reason": "clean twice, 18 days apart"}


def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    client.get("/quarantine/")  # the lab's settings are remembered from here on
    return client


@pytest.fixture
def at_the_bench(client: Client) -> Client:
    return signed_in(client, lab.technician())


@pytest.fixture
def as_manager(client: Client) -> Client:
    return signed_in(client, lab.manager())


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def after(client: Client, answer: HttpResponse) -> str:
    assert answer.status_code == 303, answer.content.decode()
    return text_of(client, answer["Location"])


def apart(culture: Culture | None = None, at: Any = None) -> Quarantine:
    test = qc.positive(culture or lab.growing(), at)
    return Quarantine.objects.get(test=test)


def within(culture: Culture, flasks: int = 1, at: Any = None) -> list[Culture]:
    place = lab.quarantine_shelf()
    return lab.split(culture, [lab.seeding("T75", cells=500_000, place_id=place.pk)] * flasks, at=at)


def at(quarantine: Quarantine, deed: str = "", *cultures: Culture) -> str:
    chosen = "&".join(f"culture={culture.code}" for culture in cultures)
    return f"{quarantine.get_absolute_url()}{f'{deed}/?{chosen}' if deed else ''}"


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_list_says_why_how_many_and_what_lets_them_out(at_the_bench: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    text = text_of(at_the_bench, "/quarantine/")
    assert f"Quarantine {quarantine.pk}" in text
    assert "mycoplasma by luminescence failed" in text
    assert "2 clean samples at least 14 days apart, and a lab manager or PI" in text
    assert "0 of 2 clean samples" in text
    assert flask.code in text


def test_a_quarantine_without_a_growing_culture_is_over(at_the_bench: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    lab.discarded(flask)
    assert "Nothing is kept apart now." in text_of(at_the_bench, "/quarantine/")
    over = text_of(at_the_bench, "/quarantine/?over=1")
    assert f"Quarantine {quarantine.pk}" in over
    assert "all ended" in over


def test_an_empty_list_teaches(at_the_bench: Client):
    assert "A failed test does it by itself" in text_of(at_the_bench, "/quarantine/")


def test_the_page_shows_each_culture_with_its_samples_and_what_is_next(at_the_bench: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    sample = qc.negative(flask, FRIDAY + 5 * DAY)
    text = text_of(at_the_bench, at(quarantine))
    assert "<b>1</b> of 2" in text
    assert f"{sample.code}</a>" in text
    assert "Sample now" in text  # the fourteen days are long over
    assert "Let out by 2 clean samples at least 14 days apart" in text
    assert f"/cultures/{flask.code}/discard/" in text
    assert "move it</a> to a quarantine incubator" in text


def test_before_the_fourteen_days_the_page_says_from_when_on(at_the_bench: Client):
    flask = lab.growing(at=now() - 10 * DAY)
    quarantine = apart(flask)
    qc.negative(flask, now() - 2 * DAY)
    assert "sample from" in text_of(at_the_bench, at(quarantine))


def test_a_technician_is_told_who_lets_them_out(at_the_bench: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    for day in (5, 25):
        qc.negative(flask, FRIDAY + day * DAY)
    text = text_of(at_the_bench, at(quarantine))
    assert "1 of 1 can leave: tell a lab manager or PI." in text
    assert "Release</button>" not in text
    assert at_the_bench.get(at(quarantine, "release", flask)).status_code == 403


def test_a_hold_says_that_the_retest_ends_it(as_manager: Client):
    flask = lab.growing()
    quarantine = Quarantine.objects.get(test=qc.borderline(flask))
    text = text_of(as_manager, at(quarantine))
    assert "Let out by a clean retest." in text
    assert "Release</button>" not in text


def test_a_viewer_sees_and_does_nothing(client: Client):
    quarantine = apart()
    viewer = signed_in(client, lab.viewer())
    text = text_of(viewer, at(quarantine))
    assert 'type="checkbox"' not in text
    for deed in ("release", "treat", "plan"):
        assert viewer.get(at(quarantine, deed)).status_code == 403
    assert viewer.get("/quarantine/new/").status_code == 403


@pytest.mark.parametrize("url", ["/quarantine/", "one"])
def test_ten_cultures_cost_the_same_as_two(
    url: str, as_manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    flask = lab.growing()
    quarantine = apart(flask, FRIDAY + HOUR)
    few, many = within(flask, 2, FRIDAY + DAY)
    where = at(quarantine) if url == "one" else url
    with django_assert_max_num_queries(40) as before:
        text_of(as_manager, where)
    for one in within(few, 5, FRIDAY + 2 * DAY) + within(many, 5, FRIDAY + 2 * DAY):
        qc.negative(one)
    for _ in range(4):
        apart(lab.growing("BT474"))
    with django_assert_max_num_queries(40) as then:
        text_of(as_manager, where)
    assert len(then) == len(before)


def test_the_csv_holds_all_that_were_reached_and_on_what_they_were_let_out(as_manager: Client):
    flask = lab.growing()
    quarantine = apart(flask, FRIDAY + HOUR)
    (daughter,) = within(flask, at=FRIDAY + DAY)
    body = b"".join(as_manager.get(f"{at(quarantine)}members.csv").streaming_content).decode()
    assert flask.code in body
    assert f"descends from {flask.code}" in body
    assert daughter.code in body
    listed = b"".join(as_manager.get("/quarantine/quarantines.csv").streaming_content).decode()
    assert "2 clean samples at least 14 days apart" in listed


# --- put apart -------------------------------------------------------------------------------------------------------


def test_a_technician_puts_cultures_apart_by_scanning_them(at_the_bench: Client):
    one, other = lab.growing(), lab.growing("BT474")
    form = text_of(at_the_bench, f"/quarantine/new/?culture={one.code}")
    assert one.code in form
    said = {"cultures": f"{one.code}\n{other.code}", "family": "mycoplasma", "reason": "cloudy\nand yellow"}
    text = after(at_the_bench, at_the_bench.post("/quarantine/new/", said))
    assert "2 cultures are kept apart." in text
    assert Quarantine.objects.get().reason == "cloudy and yellow"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"cultures": "", "reason": "cloudy"}, "Still empty"),
        ({"cultures": "C-00000", "reason": "cloudy"}, "is not a code of ours"),
        ({"cultures": "", "reason": ""}, "Still empty"),
    ],
)
def test_without_cultures_or_a_reason_nothing_is_put_apart(said: dict, sentence: str, at_the_bench: Client):
    with nothing_written():
        answer = at_the_bench.post("/quarantine/new/", {"family": "mycoplasma", **said})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Quarantine.objects.exists()


# --- let out, treated, planned ---------------------------------------------------------------------------------------


def test_the_lab_manager_lets_out_what_was_clean_twice(as_manager: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    samples = [qc.negative(flask, FRIDAY + day * DAY) for day in (5, 23)]
    asked = text_of(as_manager, at(quarantine, "release", flask))
    assert f"2 of 2 clean samples: {samples[0].code}" in asked
    text = after(as_manager, as_manager.post(at(quarantine, "release", flask), REASON))
    assert f"{flask.code} left quarantine {quarantine.pk}." in text
    assert "Let out" in text
    assert samples[1].code in text
    assert QuarantineMember.objects.get().released_by == lab.manager()


def test_a_refused_release_says_what_is_missing_and_keeps_what_was_typed(as_manager: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    with nothing_written():
        answer = as_manager.post(at(quarantine, "release", flask), REASON)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "leaves quarantine after 2 clean samples in a row since it was put in" in text
    assert REASON["reason"] in text


def test_a_release_says_what_still_keeps_the_culture_apart(as_manager: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    other = Quarantine.objects.get(test=qc.unsterile(flask, FRIDAY + 2 * DAY))
    for day in (5, 23):
        qc.negative(flask, FRIDAY + day * DAY)
    text = after(as_manager, as_manager.post(at(quarantine, "release", flask), REASON))
    assert f"Still kept apart: {flask.code} by quarantine {other.pk}." in text


def test_what_somebody_let_out_meanwhile_is_said(as_manager: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    for day in (5, 23):
        qc.negative(flask, FRIDAY + day * DAY)
    as_manager.post(at(quarantine, "release", flask), REASON)
    answer = as_manager.post(at(quarantine, "release", flask), {"reason": "again"})
    assert answer.status_code == 422
    assert f"is not held by quarantine {quarantine.pk}" in answer.content.decode()


def test_nothing_chosen_leads_back_with_a_sentence(as_manager: Client):
    quarantine = apart()
    answer = as_manager.get(at(quarantine, "release"))
    assert "Choose the cultures first" in after(as_manager, answer)


def test_a_treatment_is_recorded_for_those_that_were_chosen(at_the_bench: Client):
    flask = lab.growing()
    quarantine = Quarantine.objects.get(test=qc.unsterile(flask))
    assert "treat or discard" in text_of(at_the_bench, at(quarantine))
    said = {"agent": "gentamicin 50 µg/mL", "days": "7"}
    text = after(at_the_bench, at_the_bench.post(at(quarantine, "treat", flask), said))
    assert "treatment recorded" in text
    assert "gentamicin 50 µg/mL" in text
    assert Treatment.objects.get().quarantine == quarantine
    answer = at_the_bench.post(at(quarantine, "treat", flask), {"agent": "", "days": "0"})
    assert answer.status_code == 422


def test_tests_are_planned_for_those_that_were_chosen(at_the_bench: Client):
    flask = lab.growing()
    quarantine = apart(flask)
    said = {"family": "mycoplasma", "why": "to leave quarantine"}
    text = after(at_the_bench, at_the_bench.post(at(quarantine, "plan", flask), said))
    assert "1 test is planned" in text
    assert "planned <time" in text
    assert PlannedTest.objects.get().why == "to leave quarantine"


# --- quarantine places -----------------------------------------------------------------------------------------------


def test_the_lab_manager_marks_a_quarantine_place_and_choosers_say_so(as_manager: Client):
    place = lab.shelf("shelf A", "Incubator 7").parent
    text = after(as_manager, as_manager.post(f"{place.get_absolute_url()}quarantine/", {"is_quarantine": "1"}))
    assert "is a quarantine place" in text
    assert "as <a href=" in text_of(as_manager, lab.shelf("shelf A", "Incubator 7").get_absolute_url())
    flask = lab.growing()
    assert "Incubator 7, shelf A (quarantine)" in text_of(as_manager, f"/cultures/{flask.code}/move/")
    assert ">quarantine</span>" in text_of(as_manager, "/places/")
    text = after(as_manager, as_manager.post(f"{place.get_absolute_url()}quarantine/", {"is_quarantine": "0"}))
    assert "is a clean place again" in text


def test_a_hood_is_no_quarantine_place_and_a_technician_marks_none(as_manager: Client):
    with nothing_written():
        answer = as_manager.post(f"{lab.hood().get_absolute_url()}quarantine/", {"is_quarantine": "1"})
    assert answer.status_code == 422
    assert "Cells are kept apart in a room, an incubator or on a shelf" in answer.content.decode()
    as_manager.force_login(lab.technician())
    assert as_manager.post(f"{lab.shelf().get_absolute_url()}quarantine/", {"is_quarantine": "1"}).status_code == 403
