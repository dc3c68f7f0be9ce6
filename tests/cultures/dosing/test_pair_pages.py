"""The pages for both arms at once: what they propose, what they save, what they refuse, and the ways to them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.dosing import pair_panels
from cultures.dosing.models import Ladder
from cultures.passaging.models import Feed, Harvest
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing.pair_forms import (
    confirmed,
    counted,
    pair_at_its_passage,
    posted,
    text_of,
    url,
)
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def ladder() -> Ladder:
    return pair_at_its_passage()


# --- what is proposed ------------------------------------------------------------------------------------------------


def test_both_arms_are_shown_with_the_dose_of_the_rung_and_the_vehicle_in_words(bench, ladder):
    page = bench.get(url(ladder))
    text = text_of(page)
    assert page.status_code == 200
    assert ladders.lead(ladder).code in text
    assert ladders.control(ladder).code in text
    assert page.context["form"].doses_in_words == ["trastuzumab 1 µg/mL"]
    assert page.context["form"].drugs_source == "rung 1 of plan v1"
    assert "vehicle of trastuzumab, 0.1 % water for injection" in text


def test_a_reading_of_each_arm_is_offered_at_that_arm_with_its_source(bench, ladder):
    for culture, live in ((ladders.lead(ladder), 720_000), (ladders.control(ladder), 940_000)):
        lab.count_of(culture, live, at=now() - HOUR / 4, by=lab.counter("Counter 1"))
    form = bench.get(url(ladder)).context["form"]
    assert [one["live"].value() for one in (form, form.control)] == ["0.72", "0.94"]
    assert "Counter 1" in form.control["live"].source
    by_hand = bench.get(f"{url(ladder)}?control-reading=none").context["form"]
    assert [one["live"].value() for one in (by_hand, by_hand.control)] == ["0.72", None]


def test_of_several_flasks_the_youngest_leads_and_others_can_be_taken(bench, ladder):
    ladders.passaged(ladder, days=3, into=2)
    page = bench.get(url(ladder))
    assert page.context["pair"].treated == ladders.lead(ladder)
    (other,) = page.context["pair"].other_treated
    assert f'href="?treated={other.code}"' in page.content.decode()
    assert bench.get(f"{url(ladder)}?treated={other.code}").context["pair"].treated == other


def test_a_rung_that_is_decided_but_not_reached_is_said(bench):
    ladder = ladders.climbing(at=now() - 25 * DAY)
    ladders.climbed(ladder)
    page = bench.get(url(ladder))
    assert "rung 2 is decided, still at 1 µg/mL" in text_of(page)
    assert page.context["form"].doses_in_words == ["trastuzumab 2 µg/mL"]


def test_arms_that_have_drifted_apart_are_said_in_amber_and_need_no_second_tap_for_it(bench, ladder):
    for _ in range(3):
        ladders.passaged(ladder, days=1.5, only="treated")
    text = text_of(bench.get(url(ladder)))
    assert "3 passages and 4 d apart" in text
    assert "at most 2 and 4 d are wanted" in text
    answer = bench.post(url(ladder), counted(bench, ladder))
    assert "control_drift" not in str([warning.code for warning in answer.context["form"].warnings])


def test_on_a_holiday_no_drug_is_proposed_and_the_reason_is(bench, ladder):
    ladders.decided(ladder, "holiday", at=now() - DAY, reason="they shrink")
    page = bench.get(url(ladder, "feed"))
    assert "<b>no drug</b>, drug holiday" in text_of(page)
    assert "no vehicle" in text_of(page)
    assert posted(bench, ladder, "feed").status_code == 303
    assert [feed.without_drug for feed in Feed.objects.order_by("-pk")[:2]] == ["", "holiday"]


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_passage_of_both_is_saved_with_the_labels_of_all_daughters_in_one(bench, ladder):
    answer = posted(bench, ladder, save="labels")
    assert answer.status_code == 303, answer.context["form"].errors
    treated, control = Harvest.objects.order_by("pk").filter(sources__culture__dosing__ladder=ladder)
    assert answer["Location"] == f"{url(ladder)}{treated.pk}/{control.pk}/?labels=1"
    page = bench.get(answer["Location"])
    text = text_of(page)
    for harvest in (treated, control):
        assert harvest.daughters.get().code in text
        assert f"/entries/harvest/{harvest.pk}/undo/" in text
    assert "Print 2 labels" in text
    assert "Each can be undone for 15 minutes" in text
    labels = bench.get(page.context["labels"])
    assert (labels["Content-Type"], labels.content[:4]) == ("application/pdf", b"%PDF")
    assert [harvest.used_count.live_per_ml for harvest in (treated, control)] == [600_000, 700_000]


def test_an_untouched_reading_is_the_count_that_is_used(bench, ladder):
    flask = ladders.lead(ladder)
    reading = lab.count_of(flask, 723_456, 40_000, at=now() - HOUR / 4, by=lab.counter())
    sent = counted(bench, ladder)
    for name in ("treated-live", "treated-dead"):
        del sent[name]
    page = bench.get(url(ladder)).context["form"]
    sent |= {"treated-live": page["live"].value(), "treated-dead": page["dead"].value()}
    answer = bench.post(url(ladder), sent)
    answer = bench.post(url(ladder), confirmed(answer, sent)) if answer.status_code == 422 else answer
    assert answer.status_code == 303
    assert flask.harvest_sources.get().harvest.used_count == reading


def test_the_same_form_sent_twice_is_one_passage_of_the_pair(bench, ladder):
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    sent = counted(bench, ladder)
    first = bench.post(url(ladder), sent)
    if first.status_code == 422:
        sent = confirmed(first, sent)
        first = bench.post(url(ladder), sent)
    second = bench.post(url(ladder), sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert [one.harvest_sources.count() for one in (treated, control)] == [1, 1]


def test_a_feed_of_both_is_saved_and_said(bench, ladder):
    answer = posted(bench, ladder, "feed", **{"control-volume_ml": "12"})
    assert (answer.status_code, answer["Location"]) == (303, ladder.get_absolute_url())
    control, treated = Feed.objects.order_by("-pk")[:2]
    assert [feed.drugs.get().dose for feed in (treated, control)] == [1, 0]
    assert [feed.drugs.get().vehicle_pct for feed in (treated, control)] == [Decimal("0.1")] * 2
    assert [feed.volume_ml for feed in (treated, control)] == [15, 12]


# --- the ways to it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["passage", "feed"])
def test_the_page_of_one_flask_leads_to_both(bench, ladder, deed):
    pair_panels.register()
    for culture in (ladders.lead(ladder), ladders.control(ladder)):
        text = text_of(bench.get(f"/cultures/{culture.code}/{deed}/"))
        assert f"{url(ladder, deed)}?treated={ladders.lead(ladder).code}&amp;control=" in text
    alone = lab.growing("BT474", at=now() - DAY)
    assert "ladders" not in text_of(bench.get(f"/cultures/{alone.code}/{deed}/"))


def test_today_leads_to_the_pairs_of_which_a_flask_is_due(bench, ladder):
    pair_panels.register()
    fresh = ladders.climbing(ladder.model, "B", at=now() - HOUR)
    text = text_of(bench.get("/"))
    assert "Together with its control" in text
    assert f"{url(ladder)}?treated=" in text
    assert url(fresh) not in text


# --- who, and at what cost -------------------------------------------------------------------------------------------


def test_a_viewer_handles_nothing(client, ladder):
    client.force_login(lab.viewer())
    assert [client.get(url(ladder, deed)).status_code for deed in ("passage", "feed")] == [403, 403]


@pytest.mark.parametrize("deed", ["passage", "feed"])
def test_the_page_costs_the_same_whatever_the_lab_holds(bench, ladder, deed):
    bench.get(url(ladder, deed))
    with CaptureQueriesContext(connection) as before:
        bench.get(url(ladder, deed))
    for number in range(3):
        lab.lot("DMEM", f"M-{number}")
        lab.stock("lapatinib", f"L-{number}")
        lab.shelf(f"shelf {number}")
    ladders.climbing(ladder.model, "B", at=now() - 5 * DAY)
    with CaptureQueriesContext(connection) as after:
        bench.get(url(ladder, deed))
    assert len(after) == len(before)
    assert len(after) <= 45
