"""The calendar's pages: what they show to whom, and moving what is due by a plain form."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cultures.passaging.models import Culture
from lims.clock import now, today
from lims.reminders.models import Rescheduling
from tests import lab
from tests.cultures.dosing.calendars import model_with
from tests.lab import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def flask() -> Culture:
    """To be passaged in two days."""
    lab.line("SKBR3", passage_interval=6 * DAY, feed_interval=60 * DAY)
    return lab.again(lab.growing("SKBR3", at=now() - 4 * DAY))


def due_of(flask: Culture) -> datetime:
    return flask.seeded_at + 6 * DAY


def mover(flask: Culture, **changes: str) -> str:
    """The address of the page that moves its passage, as the calendar links to it."""
    due = due_of(flask).isoformat().replace("+00:00", "Z")
    query = {"kind": "passage_due", "subject": flask.code, "due": due} | changes
    return "/calendar/move/?" + "&".join(f"{name}={value}" for name, value in query.items())


def as_typed(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def told(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


# --- looking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["month", "week"])
def test_a_flask_is_linked_with_its_work_and_can_be_moved(bench, flask, view):
    page = bench.get("/calendar/", {"view": view, "on": f"{due_of(flask):%Y-%m-%d}"}).content.decode()
    assert f'href="/cultures/{flask.code}/passage/"' in page
    assert f'href="{reverse("lims:scan")}?q={flask.code}"' in page
    assert f"/calendar/move/?kind=passage_due&amp;subject={flask.code}&amp;due=" in page


def test_the_links_of_the_page_that_moves_lead_there(bench, flask):
    page = bench.get("/calendar/", {"view": "week", "on": f"{due_of(flask):%Y-%m-%d}"})
    (item,) = [item for day in page.context["calendar"].days for item in day.items]
    asked = parse_qs(item.slot_query)
    assert bench.get("/calendar/move/", {name: values[0] for name, values in asked.items()}).status_code == 200


def test_a_viewer_sees_it_all_and_can_change_nothing(client, flask):
    client.force_login(lab.viewer())
    page = client.get("/calendar/", {"on": f"{due_of(flask):%Y-%m-%d}"}).content.decode()
    assert flask.code in page
    assert "/passage/" not in page
    assert "/calendar/move/" not in page
    assert client.get(mover(flask)).status_code == 403


def test_what_is_overdue_is_on_top_in_red_with_its_word(bench, flask):
    lab.growing("SKBR3", at=now() - 8 * DAY)
    assert "1 overdue" in bench.get("/calendar/").content.decode()
    other = bench.get("/calendar/", {"on": f"{now() + 90 * DAY:%Y-%m-%d}"}).content.decode()
    assert "1 is overdue</b> and stands on today" in other


@pytest.mark.parametrize(
    "query", [{"on": "31 Feb"}, {"on": "9999-12-31"}, {"on": "0001-01-01"}, {"model": "M-NONE"}, {"view": "year"}]
)
def test_what_the_address_does_not_know_is_left_out(bench, flask, query):
    calendar = bench.get("/calendar/", query).context["calendar"]
    assert calendar.span.on == today()
    assert not calendar.span.is_week
    assert calendar.holds_today


def test_the_first_and_the_last_day_can_be_looked_at(bench, flask):
    for day in ("1990-01-01", "2199-12-31"):
        for view in ("week", "month"):
            assert bench.get("/calendar/", {"on": day, "view": view}).status_code == 200


def test_a_model_is_chosen_by_a_chip_that_keeps_the_week(bench, flask):
    model = model_with(flask)
    other = lab.growing("SKBR3", at=now() - 4 * DAY)
    page = bench.get("/calendar/", {"model": model.code, "view": "week", "on": f"{due_of(flask):%Y-%m-%d}"})
    assert [item.row.subject for day in page.context["calendar"].days for item in day.items] == [flask.code]
    assert other.code not in page.content.decode()
    (chip,) = page.context["filters"].on
    assert chip.label == "Model: BT474-T"
    assert parse_qs(urlsplit(chip.url).query)["view"] == ["week"]
    assert ("view", "week") in page.context["filters"].kept


def test_an_empty_calendar_teaches(bench):
    assert "The calendar fills itself" in bench.get("/calendar/").content.decode()
    assert "The whole lab" in bench.get("/calendar/?mine=1").content.decode()


@pytest.mark.parametrize("view", ["month", "week"])
def test_the_page_costs_the_same_for_two_flasks_and_for_twenty(bench, flask, view):
    lab.growing("SKBR3", at=now() - 8 * DAY)
    asked = {"view": view, "on": f"{due_of(flask):%Y-%m-%d}"}
    bench.get("/calendar/", asked)
    with CaptureQueriesContext(connection) as few:
        bench.get("/calendar/", asked)
    for _ in range(9):
        lab.growing("SKBR3", at=now() - 4 * DAY), lab.growing("SKBR3", at=now() - 8 * DAY)
    with CaptureQueriesContext(connection) as many:
        bench.get("/calendar/", asked)
    assert len(many) == len(few)


# --- moving -----------------------------------------------------------------------------------------------------------


def test_a_thing_is_moved_by_a_form_and_one_is_led_to_its_new_day(bench, flask):
    new = due_of(flask) + 3 * DAY
    form = bench.get(mover(flask, view="week", mine="1")).context["form"]
    assert form["moved_to"].value() == due_of(flask).replace(microsecond=0)
    answer = bench.post(mover(flask, view="week", mine="1"), {"moved_to": as_typed(new), "reason": "hood is serviced"})
    assert (answer.status_code, urlsplit(answer["Location"]).path) == (303, "/calendar/")
    assert parse_qs(urlsplit(answer["Location"]).query) == {
        "view": ["week"], "mine": ["1"], "on": [f"{new:%Y-%m-%d}"]
    }  # fmt: skip
    page = bench.get(answer["Location"])
    assert f"The passage of {flask.code} is to be done on {new:%a %d %b}" in told(page)
    assert "by AM: hood is serviced" in page.content.decode()


def test_a_form_that_is_sent_twice_moves_once(bench, flask):
    key = str(bench.get(mover(flask)).context["form"]["command_key"].value())
    sent = {"moved_to": as_typed(due_of(flask) + DAY), "reason": "hood is serviced", "command_key": key}
    answers = [bench.post(mover(flask), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Rescheduling.objects.count() == 1


def test_a_moved_thing_is_moved_back_with_one_button(bench, flask):
    bench.post(mover(flask), {"moved_to": as_typed(due_of(flask) + DAY), "reason": "hood is serviced"})
    page = bench.get(mover(flask)).content.decode()
    assert "Move back to" in page
    moved_back = {"moved_to": due_of(flask).isoformat(), "reason": "moved back to its own time"}
    answer = bench.post(mover(flask), moved_back)
    assert f"It is due on {due_of(flask):%a %d %b, %H:%M} again." in told(bench.get(answer["Location"]))
    assert not Rescheduling.objects.filter(withdrawn_at=None).exists()
    assert "Move back to" not in bench.get(mover(flask)).content.decode()


@pytest.mark.parametrize(
    ("days", "reason", "refusal"),
    [(70, "holidays", "by at most 60 days"), (-8, "holidays", "is over"), (1, "", "Still empty: it is needed")],
)
def test_a_refusal_keeps_what_was_typed(bench, flask, days, reason, refusal):
    typed = as_typed(due_of(flask) + days * DAY)
    with lab.nothing_written():
        answer = bench.post(mover(flask), {"moved_to": typed, "reason": reason})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert refusal in page
    assert typed in page


def test_what_was_done_meanwhile_is_said_on_the_calendar(bench, flask):
    lab.discarded(flask, at=now() - timedelta(minutes=1))
    sent = {"moved_to": as_typed(due_of(flask) + DAY), "reason": "hood is serviced"}
    for ask in (lambda: bench.get(mover(flask)), lambda: bench.post(mover(flask), sent)):
        answer = ask()
        assert answer["Location"].startswith("/calendar/?on=")
        assert f"No passage of {flask.code} is due on" in told(bench.get(answer["Location"]))


@pytest.mark.parametrize(
    "changes",
    [{"kind": "unheard"}, {"due": "tomorrow"}, {"due": "2026-99-99T00:00Z"}, {"due": "2026-03-05T09:00"},
     {"due": "9999-12-31T23:59:59Z"}, {"subject": "C-%00"}],
)  # fmt: skip
def test_an_address_that_names_nothing_leads_to_the_calendar(bench, flask, changes):
    answer = bench.get(mover(flask, **changes), follow=True)
    assert answer.redirect_chain == [("/calendar/", 302)]
    assert "Choose on the calendar what is to be moved." in told(answer)
