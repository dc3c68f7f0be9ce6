"""The pages for both arms at once: what they propose, what they save, what they refuse, and the ways to them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cultures.dosing import pair_panels
from cultures.dosing.models import Ladder
from cultures.dosing.services import decide, last_decision
from cultures.passaging.models import Feed, Harvest
from lims.clock import now
from tests import lab, ladders
from tests.cultures.passaging.pages.conftest import fields_of
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def ladder() -> Ladder:
    """Both arms have been in their flasks for six days; trypsin is open."""
    lab.trypsin()
    lab.line("BT474", passage_interval=5 * DAY)
    return ladders.climbing(at=now() - 6 * DAY)


def url(ladder: Ladder, deed: str = "passage") -> str:
    return reverse(f"cultures:{deed}_pair", args=[ladder.model.code, ladder.name])


def form_as_it_is(page, **changes):
    """What the form of a page would send as it stands, with some fields typed over."""
    form, pair = page.context["form"], page.context["pair"]
    sent = fields_of(page) | {"treated": pair.treated.code, "control": pair.control.code}
    for field in form.control:
        if field.html_name.startswith("control-") and field.value() is not None:
            sent[field.html_name] = field.value()
    return sent | changes


def counted(bench, ladder, **changes):
    """The passage as proposed, with plausible counts by hand."""
    counts = {"treated-live": "0.6", "treated-dead": "0.02", "control-live": "0.7", "control-dead": "0.02"}
    volumes = {"treated-volume_ml": "10", "control-volume_ml": "10"}
    return form_as_it_is(bench.get(url(ladder))) | counts | volumes | {"save": "1"} | changes


def posted(bench, ladder, deed="passage", **changes):
    """Sent, and sent again with what was warned of confirmed."""
    sent = (
        counted(bench, ladder, **changes)
        if deed == "passage"
        else form_as_it_is(bench.get(url(ladder, deed)), **changes)
    )
    answer = bench.post(url(ladder, deed), sent)
    if answer.status_code == 422 and answer.context["form"].warnings:
        answer = bench.post(url(ladder, deed), confirmed(answer, sent))
    return answer


def confirmed(answer, sent):
    return sent | {"confirmed": [warning.code for warning in answer.context["form"].warnings]}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


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


def test_a_rung_that_is_decided_but_not_reached_is_said(bench, ladder):
    for _ in range(3):
        ladders.passaged(ladder, days=1)
    decide(
        ladder_id=ladder.pk, kind="escalate", based_on=last_decision(ladder).number, reason="in a hurry",
        at=now() - HOUR, by=lab.technician(),
    )  # fmt: skip
    assert "rung 2 is decided" not in text_of(bench.get(url(ladder)))  # it waits for a second person


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
