"""The passage screen as a form: what it proposes, what it saves, what it refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture, Harvest
from lims.clock import now
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of

pytestmark = pytest.mark.django_db


def url(flask: Culture) -> str:
    return f"/cultures/{flask.code}/passage/"


def counted(bench, flask, **changes):
    """The page's own form with a plausible count by hand."""
    return fields_of(bench.get(url(flask))) | {"live": "0.6", "dead": "0.02", "save": "1"} | changes


def confirmed(answer, sent):
    """The same again, with what was warned of confirmed."""
    return sent | {"confirmed": [warning.code for warning in answer.context["form"].warnings]}


# --- proposals -------------------------------------------------------------------------------------------------------


def test_the_page_proposes_the_last_passage(bench, flask):
    page = bench.get(url(flask))
    assert page.status_code == 200
    form = page.context["form"]
    assert form["volume_ml"].value() == "10"
    assert [row["amount"].value() for row in form.daughters] == ["1.5"]
    assert "as on " in form.daughters_source


def test_the_latest_reading_of_a_counter_is_offered(bench, flask):
    lab.count_of(flask, live=720_000, dead=40_000, at=now() - timedelta(minutes=3), by=lab.counter("Counter 1"))
    page = bench.get(url(flask))
    assert page.context["form"]["live"].value() == "0.72"
    assert "Counter 1 read this culture" in page.content.decode()
    assert "0.72×10⁶ /mL live, 0.04×10⁶ dead, 94.7 %" in page.content.decode()


def test_another_reading_than_the_offered_is_a_count_by_hand(bench, flask):
    lab.count_of(flask, live=720_000, at=now() - timedelta(minutes=3), by=lab.counter())
    assert bench.get(f"{url(flask)}?reading=none").context["form"]["live"].value() is None


def test_the_page_of_a_flask_that_is_gone_leads_to_the_culture(bench, flask):
    lab.split(flask, at=now())
    answer = bench.get(url(flask))
    assert (answer.status_code, answer["Location"]) == (303, f"/cultures/{flask.code}/")


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_passage_as_proposed_is_saved(bench, flask):
    answer = bench.post(url(flask), counted(bench, flask, save="labels"))
    assert answer.status_code == 303
    harvest = Harvest.objects.latest("pk")
    assert answer["Location"] == f"/harvests/{harvest.pk}/?labels=1"
    daughter = harvest.daughters.get()
    assert (daughter.seeded_cells, daughter.passage_number) == (1_500_000, flask.passage_number + 1)
    assert harvest.used_count.live_per_ml == 600_000
    assert lab.again(flask).fate == Culture.Fate.PASSAGED


def test_an_untouched_reading_is_the_count_that_is_used(bench, flask):
    reading = lab.count_of(flask, live=723_456, dead=40_000, at=now() - timedelta(minutes=3), by=lab.counter())
    answer = bench.post(url(flask), fields_of(bench.get(url(flask)), save="1"))
    assert answer.status_code == 303
    assert Harvest.objects.latest("pk").used_count == reading


def test_a_reading_typed_over_becomes_a_count_of_its_own(bench, flask):
    reading = lab.count_of(flask, live=720_000, dead=40_000, at=now() - timedelta(minutes=3), by=lab.counter())
    sent = fields_of(bench.get(url(flask)), live="0.7", save="1")
    assert bench.post(url(flask), sent).status_code == 303
    used = Harvest.objects.latest("pk").used_count
    assert used != reading
    assert used.live_per_ml == 700_000


def test_the_dilution_of_a_count_by_hand_multiplies_it_once(bench, flask):
    sent = counted(bench, flask, live="0.3", dead="0.01", dilution="2")
    assert bench.post(url(flask), sent).status_code == 303
    assert Harvest.objects.latest("pk").viable_cells == 6_000_000


def test_daughters_by_density_and_by_ratio(bench, flask):
    sent = counted(bench, flask, by="density") | {"daughters-0-amount": "2"}
    assert bench.post(url(flask), sent).status_code == 303
    assert Harvest.objects.latest("pk").daughters.get().seeded_cells == 1_500_000
    again = lab.again(Harvest.objects.latest("pk").daughters.get())
    Culture.objects.filter(pk=again.pk).update(seeded_at=now() - timedelta(days=5))
    sent = counted(bench, again, by="ratio") | {"daughters-0-amount": "4"}
    answer = bench.post(url(again), sent)
    answer = bench.post(url(again), confirmed(answer, sent)) if answer.status_code == 422 else answer
    assert answer.status_code == 303, answer.context["form"].errors
    assert Harvest.objects.latest("pk").reference_ratio == "1:4"


def test_what_is_left_may_stay_in_hand(bench, flask):
    assert bench.post(url(flask), counted(bench, flask, left_over="keep")).status_code == 303
    page = bench.get(f"/harvests/{Harvest.objects.latest('pk').pk}/")
    assert page.context["sheet"].left == 4_500_000
    assert b"Seed another" in page.content


def test_a_vehicle_control_gets_the_vehicle_of_the_same_drugs(bench, flask):
    lab.fed(flask, drugs=[lab.drug("lapatinib", 100)], at=now() - timedelta(days=1))
    sent = counted(bench, flask) | {"daughters-0-arm": "vehicle", "daughters-0-drugs": "vehicle"}
    answer = bench.post(url(flask), sent)
    assert answer.status_code == 303, answer.context["form"].errors
    daughter = Harvest.objects.latest("pk").daughters.get()
    drug = daughter.feeds.get().drugs.get()
    assert (daughter.arm, drug.dose, drug.vehicle_pct, drug.stock) == ("vehicle", 0, Decimal("0.1"), None)


def test_the_same_form_sent_twice_is_one_passage(bench, flask):
    sent = counted(bench, flask)
    first, second = bench.post(url(flask), sent), bench.post(url(flask), sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert flask.harvest_sources.count() == 1


def test_a_form_with_a_reading_sent_twice_is_one_passage(bench, flask):
    lab.count_of(flask, live=720_000, dead=40_000, at=now() - timedelta(minutes=3), by=lab.counter())
    sent = fields_of(bench.get(url(flask)), save="1")
    assert bench.post(url(flask), sent)["Location"] == bench.post(url(flask), sent)["Location"]


# --- refusals --------------------------------------------------------------------------------------------------------


def test_too_few_cells_are_refused_with_the_number_that_would_fit(bench, flask):
    sent = counted(bench, flask) | {"daughters-0-amount": "7.5"}
    with lab.nothing_written():
        answer = bench.post(url(flask), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "the daughters want more cells than you have" in text
    assert "6.00×10⁶ is what is left when the others keep theirs" in text
    assert 'value="7.5"' in text  # what was typed is kept
    fitted = bench.post(url(flask), sent | {"fit": "0"})
    assert fitted.status_code == 200
    assert fitted.context["form"].daughters[0]["amount"].value() == "6"


def test_what_cannot_be_is_refused_at_its_field(bench, flask):
    wrong = {"live": "0,6", "dead": "-1", "volume_ml": "ten", "at": "2026-13-01T10:00"}
    with lab.nothing_written():
        answer = bench.post(url(flask), counted(bench, flask) | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


@pytest.mark.parametrize("number", ["NaN", "inf", "1e999", "٣", "1 000", "", "9" * 4301])
def test_hostile_numbers_of_cells_are_refused(bench, flask, number):
    with lab.nothing_written():
        answer = bench.post(url(flask), counted(bench, flask) | {"daughters-0-amount": number})
    assert answer.status_code == 422
    assert answer.context["form"].daughters[0].errors


@pytest.mark.parametrize(
    ("days", "sentence"), [(1, "has not come yet"), (-8, "was seeded on")], ids=["the future", "before its seeding"]
)
def test_a_time_that_cannot_be_is_refused(bench, flask, days, sentence):
    at = f"{now() + timedelta(days=days):%Y-%m-%dT%H:%M}"
    sent = counted(bench, flask) | {"at": at}
    with lab.nothing_written():
        answer = bench.post(url(flask), sent)
        answer = bench.post(url(flask), confirmed(answer, sent))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_flask_passaged_by_somebody_else_meanwhile_is_refused_with_the_way_on(bench, flask):
    sent = counted(bench, flask)
    (daughter,) = lab.split(flask, at=now(), by=lab.another_technician())
    answer = bench.post(url(flask), sent)
    assert answer.status_code == 422
    assert "was passaged" in answer.content.decode()
    assert f"Open {daughter.code}" in answer.content.decode()


# --- warnings --------------------------------------------------------------------------------------------------------


def test_what_is_odd_is_said_before_it_is_saved_and_takes_one_more_tap(bench, flask):
    sent = counted(bench, flask, live="0.6", dead="0.6")
    with lab.nothing_written():
        answer = bench.post(url(flask), sent)
    assert answer.status_code == 422
    assert "Viability is 50.0 %" in answer.content.decode()
    assert "Save anyway" in answer.content.decode()
    assert bench.post(url(flask), confirmed(answer, sent)).status_code == 303


# --- without script --------------------------------------------------------------------------------------------------


def test_work_it_out_shows_what_the_numbers_come_to_and_saves_nothing(bench, flask):
    sent = counted(bench, flask) | {"work_out": "1", "daughters-0-amount": "1.2"}
    with lab.nothing_written():
        answer = bench.post(url(flask), sent)
    planner = answer.context["planner"]
    assert answer.status_code == 200
    assert (planner.in_hand, planner.left) == (6_000_000, 4_800_000)
    assert (planner.rows[0][1].suspension, planner.rows[0][1].medium) == ("2.00", "13.0")
    assert b"Not saved" not in answer.content


def test_a_daughter_is_added_and_taken_away(bench, flask):
    sent = counted(bench, flask)
    del sent["save"]
    added = bench.post(url(flask), sent | {"add": "daughters"})
    rows = added.context["form"].daughters
    assert [row["amount"].value() for row in rows] == ["1.5", ""]
    assert not any(row.errors for row in rows)
    more = fields_of(added) | {"daughters-1-amount": "0.7", "remove": "daughters-0"}
    left = bench.post(url(flask), more).context["form"].daughters
    assert [row["amount"].value() for row in left] == ["0.7"]


@pytest.mark.parametrize("hostile", [{"remove": "daughters-99"}, {"remove": "x"}, {"add": "y"}, {"fit": "z"}])
def test_buttons_nobody_drew_change_nothing(bench, flask, hostile):
    sent = counted(bench, flask)
    del sent["save"]
    assert bench.post(url(flask), sent | hostile).status_code == 200


def test_a_broken_management_form_is_refused(bench, flask):
    with lab.nothing_written():
        answer = bench.post(url(flask), counted(bench, flask) | {"daughters-TOTAL_FORMS": "many"})
    assert answer.status_code == 422


# --- cost ------------------------------------------------------------------------------------------------------------


def test_the_page_costs_the_same_whatever_the_lab_holds(bench, flask):
    bench.get(url(flask))
    with CaptureQueriesContext(connection) as before:
        bench.get(url(flask))
    for number in range(5):
        lab.lot("DMEM", f"M-{number}")
        lab.stock("lapatinib", f"L-{number}")
        lab.shelf(f"shelf {number}")
        lab.recipe(f"RPMI {number}")
    with CaptureQueriesContext(connection) as after:
        bench.get(url(flask))
    assert len(after) == len(before)
    assert len(after) <= 30
