"""Feed, count, observe, move, discard, arrivals, pools, further daughters, bench sessions: their pages and forms."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from cultures.passaging.models import BenchSession, Count, Culture, Discard, Feed, Harvest, Move, Observation, Receipt
from cultures.passaging.services import open_session_of
from lims.clock import now
from lims.lab.models import LabSettings
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of

pytestmark = pytest.mark.django_db


def address(flask: Culture, deed: str) -> str:
    return f"/cultures/{flask.code}/{deed}/"


# --- feeding ---


def test_a_feed_as_proposed_repeats_the_medium_of_the_flask(bench, treated):
    page = bench.get(address(treated, "feed"))
    assert "7.1 µL" in page.content.decode()
    assert bench.post(address(treated, "feed"), fields_of(page)).status_code == 303
    feed = Feed.objects.latest("pk")
    assert (feed.volume_ml, str(feed.drugs.get())) == (15, "trastuzumab 10 µg/mL")
    assert feed.lots.count() == 2


def test_a_drug_is_given_with_its_stock_dose_and_unit(bench, treated):
    stock = lab.stock("lapatinib")
    drug = {
        "drugs-0-drug": f"stock:{stock.pk}",
        "drugs-0-dose": "0.5",
        "drugs-0-unit": "µM",
        "drugs-0-vehicle_pct": "",
    }
    page = bench.get(address(treated, "feed"))
    assert bench.post(address(treated, "feed"), fields_of(page) | drug).status_code == 303
    given = Feed.objects.latest("pk").drugs.get()
    assert (given.dose_canonical, given.stock, given.vehicle_pct) == (500, stock, Decimal("0.005"))


def test_a_drug_for_an_untreated_flask_is_asked_about_first(bench, flask):
    drug = {"drugs-0-drug": f"stock:{lab.stock().pk}", "drugs-0-dose": "100", "drugs-0-unit": "nM"}
    sent = fields_of(bench.get(address(flask, "feed"))) | drug
    with lab.nothing_written():
        answer = bench.post(address(flask, "feed"), sent)
    assert "Feed anyway" in answer.content.decode()
    said = [warning.code for warning in answer.context["form"].warnings]
    assert bench.post(address(flask, "feed"), sent | {"confirmed": said}).status_code == 303


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"drugs-0-dose": "10"}, "drug"),
        ({"drugs-0-drug": "stock:{stock}"}, "dose"),
        ({"drugs-0-drug": "stock:{stock}", "drugs-0-dose": "10"}, "unit"),
        ({"drugs-0-drug": "stock:{stock}", "drugs-0-dose": "10", "drugs-0-unit": "furlong"}, "unit"),
        ({"drugs-0-drug": "vehicle:{compound}", "drugs-0-dose": "10"}, "dose"),
        ({"drugs-0-drug": "stock:999999"}, "drug"),
    ],
)
def test_a_half_said_drug_is_refused_at_what_is_missing(bench, flask, row, field):
    ids = {"stock": lab.stock("lapatinib").pk, "compound": lab.compound("lapatinib").pk}
    page = bench.get(address(flask, "feed"))
    with lab.nothing_written():
        answer = bench.post(
            address(flask, "feed"), fields_of(page) | {name: value.format(**ids) for name, value in row.items()}
        )
    assert answer.status_code == 422
    assert field in answer.context["form"].drugs[0].errors


def test_an_expired_lot_is_refused(bench, flask):
    old = lab.lot("DMEM", "old", expires_on=lab.date(2026, 3, 1))
    page = bench.get(address(flask, "feed"))
    assert old.pk not in page.context["form"]["lots"].value()
    with lab.nothing_written():
        answer = bench.post(address(flask, "feed"), fields_of(page) | {"lots": [old.pk]})
    assert answer.status_code == 422
    assert "expired on 1 Mar 2026" in answer.content.decode()


# --- counting, observing ---


def test_several_counts_of_one_flask_are_kept(bench, flask):
    for live in ("0.62", "0.58"):
        sent = fields_of(bench.get(address(flask, "count")), live=live, dead="0.03", next="count")
        answer = bench.post(address(flask, "count"), sent)
        assert (answer.status_code, answer["Location"]) == (303, address(flask, "count"))
    counts = Count.objects.filter(culture=flask).order_by("pk")
    assert list(counts.values_list("live_per_ml", flat=True)) == [620_000, 580_000]
    assert bench.get(address(flask, "count")).content.count(b"/mL live") == 2


def photo(**options) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (64, 48), "white").save(file, "JPEG", **options)
    return SimpleUploadedFile("../../etc/flask.jpg", file.getvalue(), "image/jpeg")


@pytest.mark.parametrize(("said", "kept"), [({"tapped": "80"}, 80), ({"tapped": "80", "confluence_pct": "85"}, 85)])
def test_confluence_is_tapped_or_typed(bench, flask, said, kept):
    sent = fields_of(bench.get(address(flask, "observe"))) | said | {"morphology": "typical"}
    assert bench.post(address(flask, "observe"), sent).status_code == 303
    assert Observation.objects.get(culture=flask).confluence_pct == kept


def test_a_photo_is_kept_and_what_is_none_is_refused(bench, flask, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sent = fields_of(bench.get(address(flask, "observe")))
    with lab.nothing_written():
        answer = bench.post(address(flask, "observe"), sent | {"photo": SimpleUploadedFile("a.jpg", b"GIF89a<script>")})
    assert answer.status_code == 422
    assert bench.post(address(flask, "observe"), sent | {"photo": photo()}).status_code == 303
    assert Observation.objects.get(culture=flask).photo.width_px == 64


def test_an_observation_says_something(bench, flask):
    with lab.nothing_written():
        answer = bench.post(address(flask, "observe"), fields_of(bench.get(address(flask, "observe"))))
    assert answer.status_code == 422


# --- moving, discarding ---


def test_a_place_is_scanned_or_chosen(bench, flask):
    there = lab.shelf("shelf B")
    sent = fields_of(bench.get(address(flask, "move"))) | {"scanned": there.code.lower()}
    assert bench.post(address(flask, "move"), sent).status_code == 303
    assert Move.objects.get(culture=flask).to_place == there
    back = fields_of(bench.get(address(flask, "move"))) | {"place": str(flask.place_id)}
    assert bench.post(address(flask, "move"), back).status_code == 303
    assert lab.again(flask).place == flask.place


@pytest.mark.parametrize(
    ("scanned", "sentence"),
    [("P-00000", "a sign was misread"), ("{flask}", "is not a place"), ("", "Where does it go?")],
)
def test_what_is_no_place_is_refused(bench, flask, scanned, sentence):
    sent = fields_of(bench.get(address(flask, "move"))) | {"scanned": scanned.format(flask=flask.code)}
    with lab.nothing_written():
        answer = bench.post(address(flask, "move"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_discard_names_its_reason(bench, flask):
    sent = fields_of(bench.get(address(flask, "discard")))
    with lab.nothing_written():
        assert bench.post(address(flask, "discard"), sent).status_code == 422
    assert bench.post(address(flask, "discard"), sent | {"why": "contaminated"}).status_code == 303
    assert Discard.objects.get(culture=flask).why == "contaminated"


# --- arrivals ---


def arrival(bench, deed: str) -> dict[str, str]:
    lab.medium()
    there = {"line": lab.line("SKBR3").pk, "vessel": lab.vessel("T25").pk, "place": lab.shelf().pk}
    what = {"came_from": "a vial", "label_passage_number": "27", "recipe": lab.recipe().pk, "viability_pct": "91.5"}
    return fields_of(bench.get(f"/cultures/{deed}/")) | there | what


def test_a_flask_from_outside_keeps_the_passage_of_its_label(bench):
    answer = bench.post("/cultures/receive/", arrival(bench, "receive") | {"seeded_cells": "0.4"})
    culture = Culture.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/cultures/{culture.code}/labels/")
    assert (culture.passage_number, culture.passages_since_thaw, culture.seeded_cells) == (27, 0, 400_000)
    assert bench.get(answer["Location"]).status_code == 200


def test_a_thawed_vial_bears_the_passage_the_page_announced(bench, technician):
    adds = LabSettings.current().thaw_increment
    assert f"becomes p{27 + adds}" in bench.get("/cultures/thaw/").content.decode()
    assert bench.post("/cultures/thaw/", arrival(bench, "thaw")).status_code == 303
    assert Culture.objects.get().passage_number == 27 + adds
    assert Receipt.objects.get().viability_pct == Decimal("91.5")


def test_an_arrival_without_its_line_is_refused(bench):
    sent = arrival(bench, "receive")
    with lab.nothing_written():
        answer = bench.post("/cultures/receive/", sent | {"line": ""})
    assert answer.status_code == 422
    assert "Which line is it?" in answer.content.decode()


# --- pools and further daughters ---


def test_flasks_of_one_line_are_pooled_by_scanning_them(bench, flask):
    other = lab.growing("BT474", at=now() - timedelta(days=5))
    url = f"/cultures/pool/?codes={flask.code}%0A{other.code}"
    assert "Scan each flask" in bench.get("/cultures/pool/").content.decode()
    sent = fields_of(bench.get(url), live="1.2", save="1") | {"daughters-0-amount": "2"}
    answer = bench.post(url, sent)
    assert answer.status_code == 303, answer.context["form"].errors
    assert Harvest.objects.latest("pk").sources.count() == 2


def test_what_is_odd_about_a_pool_is_said_before_it_is_saved(bench, flask):
    other = lab.growing("BT474", at=now() - timedelta(hours=2))
    url = f"/cultures/pool/?codes={flask.code}%0A{other.code}"
    sent = fields_of(bench.get(url), live="1.2", save="1") | {"daughters-0-amount": "2"}
    before = Harvest.objects.count()
    answer = bench.post(url, sent)
    assert answer.status_code == 422
    assert f"{other.code} was seeded only 2 h before" in answer.content.decode()
    assert Harvest.objects.count() == before
    said = [warning.code for warning in answer.context["form"].warnings]
    assert bench.post(url, sent | {"confirmed": said}).status_code == 303


@pytest.mark.parametrize("which", ["one", "another line", "nonsense"])
def test_what_cannot_be_pooled_is_said_at_once(bench, flask, which):
    codes = {"one": "", "another line": lab.growing("HCC1954").code, "nonsense": "C-00000"}[which]
    answer = bench.get("/cultures/pool/", {"codes": f"{flask.code} {codes}"})
    assert answer.status_code == 422
    assert answer.context["which"].errors["codes"]


def test_one_more_daughter_is_seeded_from_what_is_in_hand(bench, flask):
    harvest = lab.harvest(flask, at=now(), discard_rest=False)
    url = f"/harvests/{harvest.pk}/seed/"
    page = bench.get(url)
    sent = fields_of(page) | {
        "daughter-vessel": lab.vessel("T25").pk,
        "daughter-amount": "0.5",
        "by": "cells",
    }
    assert bench.post(url, sent).status_code == 303
    assert harvest.daughters.count() == 2
    with lab.nothing_written():
        answer = bench.post(url, fields_of(bench.get(url)) | {"daughter-vessel": "", "daughter-amount": "99"})
    assert answer.status_code == 422


def test_what_is_in_hand_is_discarded(bench, flask):
    harvest = lab.harvest(flask, at=now(), discard_rest=False)
    assert bench.post(f"/harvests/{harvest.pk}/discard/").status_code == 303
    assert b"Seed another" not in bench.get(f"/harvests/{harvest.pk}/").content
    assert bench.post(f"/harvests/{harvest.pk}/discard/", follow=True).content.count(b"Nothing is left") == 1


def test_labels_are_printed_for_each_daughter(bench, flask):
    harvest = lab.harvest(flask, ["T75", "T25"], at=now())
    page = bench.get(f"/harvests/{harvest.pk}/?labels=1")
    assert b"Print 2 labels" in page.content
    pdf = bench.get(f"/harvests/{harvest.pk}/labels.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert bench.get(f"/cultures/{flask.code}/labels.pdf?stock=nonsense").status_code == 200


# --- who works where ---


def test_a_bench_session_is_started_at_a_hood_and_ended(bench, technician):
    hood = lab.hood("Hood 2")
    assert bench.post("/bench/", {"hood": hood.pk}).status_code == 303
    assert open_session_of(technician).hood == hood
    assert b"Hood 2" in bench.get("/bench/").content
    assert bench.post("/bench/", {"scanned": lab.hood("Hood 1").code}).status_code == 303
    assert open_session_of(technician).hood.name == "Hood 1"
    assert bench.post("/bench/leave/").status_code == 303
    assert open_session_of(technician) is None
    assert BenchSession.objects.count() == 2


def test_what_is_no_hood_is_refused(bench):
    with lab.nothing_written():
        assert bench.post("/bench/", {"scanned": "P-00000"}).status_code == 422
        assert bench.post("/bench/", {"hood": "999999"}).status_code == 422


# --- who may, and at what cost ---


DEEDS = ["passage", "feed", "count", "observe", "move", "discard"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_viewer_looks_and_does_not_touch(client, flask, deed):
    client.force_login(lab.viewer())
    assert client.get(address(flask, deed)).status_code == 403
    assert client.post(address(flask, deed)).status_code == 403


@pytest.mark.parametrize("deed", DEEDS)
def test_an_unknown_code_is_not_found(bench, deed):
    assert bench.get(f"/cultures/C-ZZZZZ/{deed}/").status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_a_page_costs_the_same_after_a_hundred_entries(bench, flask, deed):
    bench.get(address(flask, deed))
    with CaptureQueriesContext(connection) as before:
        bench.get(address(flask, deed))
    for hours in range(20):
        lab.fed(flask, at=now() - timedelta(hours=hours + 1))
        lab.count_of(flask, at=now() - timedelta(hours=hours + 30))
    with CaptureQueriesContext(connection) as after:
        bench.get(address(flask, deed))
    assert len(after) == len(before)
