"""Undo within the time, and corrections that say what they change before they are made."""

from datetime import timedelta

import pytest

from cultures.passaging.models import Count, Culture, Feed, Harvest, Observation, Receipt
from lims.clock import now
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of

pytestmark = pytest.mark.django_db


def correction(kind: str, entry) -> str:
    return f"/entries/{kind}/{entry.pk}/correct/"


def corrected(bench, kind: str, entry, **changes: str):
    """Both steps: look at what it changes, then confirm."""
    url = correction(kind, entry)
    sent = {"reason": "misread", **fields_sent(bench.get(url)), **changes}
    preview = bench.post(url, sent)
    assert preview.status_code == 200, preview.context["form"].errors
    return preview, bench.post(url, sent | {"confirmed": preview.context["seal"]})


def fields_sent(page) -> dict[str, str]:
    form = page.context["form"]
    if not hasattr(form, "parts"):
        form.parts = []
    return fields_of(page)


def test_a_passage_is_undone_from_its_page(bench, flask, technician):
    harvest = lab.harvest(flask, at=now(), by=technician)
    assert b"Undo, 15 min left" in bench.get(f"/harvests/{harvest.pk}/").content
    answer = bench.post(f"/entries/harvest/{harvest.pk}/undo/")
    assert (answer.status_code, answer["Location"]) == (303, f"/cultures/{flask.code}/")
    assert lab.again(flask).is_growing
    assert b"does not stand" in bench.get(f"/harvests/{harvest.pk}/").content


def test_what_cannot_be_undone_any_more_says_so(bench, flask):
    feed = lab.fed(flask, at=now() - timedelta(days=1))
    Feed.objects.filter(pk=feed.pk).update(recorded_at=now() - timedelta(minutes=16))
    with lab.nothing_written():
        answer = bench.post(f"/entries/feed/{feed.pk}/undo/", follow=True)
    assert "Correct it instead" in answer.content.decode()


def test_a_correction_lists_what_changes_downstream_before_it_is_made(bench, flask):
    parent = Culture.objects.exclude(pk=flask.pk).get()
    receipt = Receipt.objects.get(culture=parent)
    preview, answer = corrected(bench, "receipt", receipt, label_passage_number="18")
    listed = [(change.culture_code, change.what, change.new) for change in preview.context["consequences"]]
    assert (flask.code, "passage number", "19") in listed
    assert answer.status_code == 303
    assert lab.again(flask).passage_number == 19


def test_nothing_is_written_by_looking_at_a_correction(bench, flask):
    receipt = Receipt.objects.latest("pk")
    url = correction("receipt", receipt)
    sent = fields_sent(bench.get(url)) | {"reason": "misread", "label_passage_number": "18"}
    with lab.nothing_written():
        assert bench.post(url, sent).status_code == 200
        assert bench.post(url, sent | {"confirmed": "another correction"}).status_code == 200


def test_a_correction_without_a_reason_is_refused(bench, flask):
    count = lab.count_of(flask, at=now() - timedelta(days=1))
    with lab.nothing_written():
        answer = bench.post(correction("count", count), fields_sent(bench.get(correction("count", count))))
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()


def test_a_correction_that_changes_nothing_is_refused(bench, flask):
    count = lab.count_of(flask, at=now() - timedelta(days=1))
    sent = fields_sent(bench.get(correction("count", count))) | {"reason": "to be sure"}
    with lab.nothing_written():
        assert bench.post(correction("count", count), sent).status_code == 422


def test_a_count_is_corrected(bench, flask):
    count = lab.count_of(flask, live=600_000, at=now() - timedelta(days=1))
    _, answer = corrected(bench, "count", count, live_per_ml="0.5")
    assert answer.status_code == 303
    assert Count.objects.standing().get(culture=flask).live_per_ml == 500_000


def test_the_cells_of_a_daughter_are_corrected(bench, flask):
    harvest = Harvest.objects.get()
    _, answer = corrected(bench, "harvest", harvest, **{f"cells_{flask.pk}": "1400000"})
    assert answer.status_code == 303
    assert lab.again(flask).seeded_cells == 1_400_000


def test_a_dose_is_corrected(bench, flask):
    feed = lab.fed(flask, drugs=[lab.drug("trastuzumab", 10)], at=now() - timedelta(days=1))
    _, answer = corrected(bench, "feed", feed, **{"drugs-0-dose": "12"})
    assert answer.status_code == 303
    assert str(Feed.objects.standing().filter(culture=flask).latest("at").drugs.get()) == "trastuzumab 12 µg/mL"


@pytest.mark.parametrize(
    ("kind", "make", "changes"),
    [
        ("observation", lambda flask: lab.observed(flask, 80), {"confluence_pct": "60"}),
        ("move", lambda flask: lab.moved(flask, lab.shelf("shelf B")), {"to_place_id": "shelf C"}),
        ("discard", lambda flask: lab.discarded(flask), {"why": "contaminated"}),
    ],
)
def test_other_entries_are_corrected(bench, flask, kind, make, changes):
    other = lab.shelf("shelf C")
    entry = make(flask)
    changes = {name: str(other.pk) if value == "shelf C" else value for name, value in changes.items()}
    _, answer = corrected(bench, kind, entry, **changes)
    assert answer.status_code == 303
    assert not type(entry).objects.get(pk=entry.pk).stands


def test_an_entry_that_was_corrected_is_not_corrected_again(bench, flask):
    seen = lab.observed(flask, 80)
    corrected(bench, "observation", seen, confluence_pct="60")
    answer = bench.get(correction("observation", seen), follow=True)
    assert "Correct the one that stands" in answer.content.decode()
    assert Observation.objects.standing().get().confluence_pct == 60


@pytest.mark.parametrize("url", ["/entries/nonsense/1/correct/", "/entries/count/999999/correct/"])
def test_what_is_no_entry_is_not_found(bench, url):
    assert bench.get(url).status_code == 404


def test_a_link_to_undo_asks_first(bench, flask):
    feed = lab.fed(flask, at=now() - timedelta(days=1))
    with lab.nothing_written():
        assert b"Undo the medium change" in bench.get(f"/entries/feed/{feed.pk}/undo/").content
    Feed.objects.filter(pk=feed.pk).update(recorded_at=now() - timedelta(minutes=16))
    assert b"Correct it" in bench.get(f"/entries/feed/{feed.pk}/undo/").content
