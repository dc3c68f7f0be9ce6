"""The pages for both arms at once: what they refuse, what they say first, and how they work without script."""

import pytest
from django.test import Client

from cultures.dosing.models import Ladder
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing.pair_forms import confirmed, counted, form_as_it_is, pair_at_its_passage, text_of, url
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def ladder() -> Ladder:
    return pair_at_its_passage()


# --- refusing --------------------------------------------------------------------------------------------------------


def test_too_few_cells_in_one_arm_are_refused_with_the_number_that_fits_both(bench, ladder):
    sent = counted(bench, ladder) | {"daughters-0-amount": "6.5"}
    with lab.nothing_written():
        answer = bench.post(url(ladder), sent)
        answer = bench.post(url(ladder), confirmed(answer, sent)) if answer.context["form"].warnings else answer
    assert answer.status_code == 422
    assert f"Not saved: Treated {ladders.lead(ladder).code}: The plan takes 6.50×10⁶" in text_of(answer)
    assert "6.00×10⁶ is what both arms can spare" in text_of(answer)
    fitted = bench.post(url(ladder), sent | {"fit": "0"})
    assert fitted.status_code == 200
    assert fitted.context["form"].daughters[0]["amount"].value() == "6"


def test_a_number_that_cannot_be_is_refused_at_its_arm(bench, ladder):
    with lab.nothing_written():
        answer = bench.post(url(ladder), counted(bench, ladder) | {"control-live": "0,7"})
    assert answer.status_code == 422
    assert set(answer.context["form"].control.errors) == {"live"}
    assert "some numbers of the control need another look" in text_of(answer)
    assert answer.context["form"]["live"].errors == []


def test_what_was_typed_for_a_flask_is_never_done_to_its_daughter(bench, ladder):
    flask, sent = ladders.lead(ladder), counted(bench, ladder)
    ladders.passage(flask, now() - HOUR, ladders.Grown())
    with lab.nothing_written():
        answer = bench.post(url(ladder), sent)
        answer = bench.post(url(ladder), confirmed(answer, sent)) if answer.context["form"].warnings else answer
    assert answer.status_code == 422
    assert f"Treated: {flask.code}" in text_of(answer)
    assert "was passaged" in text_of(answer)
    assert f"Open {ladders.lead(ladder).code}" in text_of(answer)


def test_what_is_odd_names_its_arm_and_takes_one_more_tap(bench, ladder):
    sent = counted(bench, ladder, **{"treated-dead": "0.6"})
    with lab.nothing_written():
        answer = bench.post(url(ladder), sent)
    text = text_of(answer)
    assert answer.status_code == 422
    assert f"Treated {ladders.lead(ladder).code}: Viability is 50.0 %" in text
    assert "verdict would be hold" in text
    assert "Save anyway" in text
    assert bench.post(url(ladder), confirmed(answer, sent)).status_code == 303


def test_a_lost_control_is_said_with_the_ways_on(bench, ladder):
    lab.discarded(ladders.control(ladder), at=now() - DAY)
    for deed in ("passage", "feed"):
        page = bench.get(url(ladder, deed))
        assert page.status_code == 200
        assert "This ladder has lost its vehicle control" in text_of(page)
        assert f"/cultures/{ladders.lead(ladder).code}/{deed}/" in text_of(page)
        assert bench.post(url(ladder, deed), {"save": "1"}).status_code == 422


def test_a_ladder_without_a_living_treated_flask_leads_to_the_model(bench, ladder):
    lab.discarded(ladders.lead(ladder), at=now() - DAY)
    assert "No treated flask of this ladder is alive" in text_of(bench.get(url(ladder)))


def test_a_ladder_that_has_ended_leads_to_its_model(bench, ladder):
    ladders.decided(ladder, "lost", at=now() - DAY, reason="mould")
    answer = bench.get(url(ladder))
    assert (answer.status_code, answer["Location"]) == (303, ladder.get_absolute_url())


@pytest.mark.parametrize("path", ["/models/M-NONE/ladders/A/passage/", "/models/{}/ladders/Z/feed/"])
def test_an_unknown_ladder_is_not_found(bench, ladder, path):
    assert bench.get(path.format(ladder.model.code)).status_code == 404


def test_harvests_of_another_ladder_are_not_shown_as_a_pair_of_this_one(bench, ladder):
    one, other = lab.harvest(lab.growing(at=now() - 6 * DAY)), lab.harvest(lab.growing(at=now() - 6 * DAY))
    assert bench.get(f"{url(ladder)}{one.pk}/{other.pk}/").status_code == 404
    assert bench.get(f"{url(ladder)}{one.pk}/{other.pk}/labels.pdf").status_code == 404


# --- without script --------------------------------------------------------------------------------------------------


def test_work_it_out_says_what_it_comes_to_in_each_arm_and_saves_nothing(bench, ladder):
    sent = counted(bench, ladder) | {"work_out": "1", "daughters-0-amount": "1.2"}
    with lab.nothing_written():
        answer = bench.post(url(ladder), sent)
    planner = answer.context["planner"]
    assert answer.status_code == 200
    assert [one.in_hand for one in (planner.treated, planner.control)] == [6_000_000, 7_000_000]
    ((_, treated, control),) = planner.rows
    assert [one.suspension for one in (treated, control)] == ["2.00", "1.71"]
    assert "The rung would be" in text_of(answer)


def test_what_is_missing_while_it_is_worked_out_is_no_mistake(bench, ladder):
    sent = form_as_it_is(bench.get(url(ladder))) | {"work_out": "1"}
    answer = bench.post(url(ladder), sent)
    form = answer.context["form"]
    assert answer.status_code == 200
    assert (dict(form.errors), dict(form.control.errors), form.is_complete) == ({}, {}, False)


def test_a_daughter_of_both_is_added_and_taken_away(bench, ladder):
    sent = counted(bench, ladder)
    del sent["save"]
    added = bench.post(url(ladder), sent | {"add": "daughters"})
    assert [row["amount"].value() for row in added.context["form"].daughters] == ["1", ""]
    more = form_as_it_is(added) | {"daughters-1-amount": "0.7", "remove": "daughters-0"}
    assert [row["amount"].value() for row in bench.post(url(ladder), more).context["form"].daughters] == ["0.7"]


@pytest.mark.parametrize("deed", ["passage", "feed"])
def test_the_fragment_holds_no_second_page(bench, ladder, deed):
    sent = form_as_it_is(bench.get(url(ladder, deed))) | {"work_out": "1"}
    answer = bench.post(url(ladder, deed), sent, headers={"HX-Request": "true"})
    assert "<!doctype" not in answer.content.decode()
    assert 'id="drugs-in-words" hx-swap-oob="true"' in text_of(answer)
