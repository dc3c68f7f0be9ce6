"""No dead ends: every page leads to what is done next."""

from io import BytesIO

import pytest
from PIL import Image

from cultures.passaging.models import Harvest
from lims.clock import now
from tests import lab

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("deed", ["receive", "thaw"])
def test_the_line_whose_page_led_here_is_chosen_with_its_medium_and_bottles(bench, deed):
    line, bottles = lab.line("SKBR3"), list(lab.medium().lot_ids)
    page = bench.get(f"/cultures/{deed}/?line={line.pk}")
    form = page.context["form"]
    assert (form["line"].value(), form["recipe"].value()) == (line.pk, lab.recipe().pk)
    assert sorted(form["lots"].value()) == sorted(bottles)
    for other in ("receive", "thaw"):
        assert f"/cultures/{other}/?line={line.pk}" in text_of(page)


@pytest.mark.parametrize("asked", ["", "x", "999999", "9" * 30, "-1"])
def test_a_line_that_is_none_is_not_asked_for(bench, asked):
    assert "line" not in bench.get(f"/cultures/receive/?line={asked}").context["form"].sources


def test_a_hood_that_is_scanned_offers_to_work_there(bench, technician):
    hood = lab.hood()
    assert "Work here now" in text_of(bench.get(hood.get_absolute_url()))
    assert bench.post("/bench/", {"hood": hood.pk}).status_code == 303
    assert "Work here now" not in text_of(bench.get(hood.get_absolute_url()))


def test_a_pool_begins_with_the_flask_one_came_from(bench, flask):
    link = f"/cultures/pool/?with={flask.code}"
    assert link in text_of(bench.get(flask.get_absolute_url()))
    assert f"{flask.code}\n</textarea>" in bench.get(link).content.decode()


def test_a_harvest_says_what_is_to_be_done_with_it(bench, flask):
    harvest = lab.harvest(flask, at=now(), discard_rest=False)
    assert "are still in hand" in text_of(bench.get(f"/harvests/{harvest.pk}/"))
    bench.post(f"/harvests/{harvest.pk}/discard/")
    assert f"bring it to {lab.shelf().full_name}" in text_of(bench.get(f"/harvests/{harvest.pk}/"))


def test_an_undone_harvest_leads_back_to_its_flask(bench, flask):
    harvest = lab.harvest(flask, at=now())
    bench.post(f"/entries/harvest/{harvest.pk}/undo/")
    page = text_of(bench.get(f"/harvests/{Harvest.objects.latest('pk').pk}/"))
    assert "Passage again" in page
    assert f"/cultures/{flask.code}/passage/" in page


def test_a_photo_is_seen_at_its_observation(bench, flask):
    picture = BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    picture.seek(0)
    observation = lab.observed(flask, at=now(), photo=picture)
    url = f"/photos/{observation.photo_id}.jpg"
    assert f'src="{url}"' in text_of(bench.get(flask.get_absolute_url()))
    answer = bench.get(url)
    assert answer["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(b"".join(answer.streaming_content))).size == (40, 30)
    observation.photo.file.storage.delete(observation.photo.file.name)
    assert bench.get(url).status_code == 404
