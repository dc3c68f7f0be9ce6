import re
import pytest
from datetime import timedelta
from lims.clock import now
from tests import lab
from cultures.passaging.models import Harvest

OUT = "/tmp/subline/benchforms/"


def treated_flask():
    lab.trypsin()
    lab.vessel("T25")
    lab.vessel("T175")
    lab.hood()
    lab.hood("Hood 1")
    drug = lab.drug("trastuzumab", 10, "µg/mL", vehicle_pct="0.05")
    parent = lab.growing("BT474-RES", passage=40, at=now() - timedelta(days=12), arm="treated", drugs=[drug])
    m75 = lab.medium(15, drugs=[drug])
    m25 = lab.medium(5, drugs=[drug])
    a, _ = lab.split(
        parent,
        into=[lab.seeding("T75", said=m75, cells=1_500_000), lab.seeding("T25", said=m25, cells=500_000)],
        at=now() - timedelta(days=6),
    )
    lab.count_of(a, live=720000, dead=40000, at=now() - timedelta(minutes=3), by=lab.counter("Counter 1"))
    return lab.again(a)


@pytest.mark.django_db(transaction=True)
def test_shots(open_page):
    flask = treated_flask()
    for size in ("hood", "desk"):
        page = open_page(f"/cultures/{flask.code}/passage/", size=size, as_person=lab.technician())
        page.screenshot(path=f"{OUT}passage-{size}.png")
        page.evaluate('document.querySelectorAll("main details").forEach((d) => { d.open = true; })')
        page.screenshot(path=f"{OUT}open-{size}.png", full_page=True)
        page.reload()
        page.wait_for_load_state("networkidle")
        page.get_by_label("Cells for daughter 1").fill("8")
        page.get_by_text("Save + labels").click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=f"{OUT}refusal-{size}.png")
        page.get_by_role("button", name=re.compile("Seed T75 with")).click()
        page.wait_for_load_state("networkidle")
        page.get_by_label("Dead", exact=True).fill("0.9")
        page.get_by_label("Harvested").focus()
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{OUT}warned-{size}.png", full_page=True)
    page.get_by_text("Save anyway + labels").click()
    page.wait_for_url("**/harvests/**")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=f"{OUT}harvest-desk.png")
    h = Harvest.objects.latest("pk")
    page = open_page(f"/harvests/{h.pk}/?labels=1", size="hood", as_person=lab.technician())
    page.screenshot(path=f"{OUT}harvest-hood.png")
    h = Harvest.objects.earliest("pk")
    page = open_page(
        f"/entries/receipt/{h.sources.get().culture.receipts.get().pk}/correct/",
        size="hood",
        as_person=lab.technician(),
    )
    page.get_by_label("Passage on the label").fill("38")
    page.get_by_label("Why is it corrected?").fill("read from the wrong flask")
    page.get_by_role("button", name="See what it changes").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=f"{OUT}correct-hood.png", full_page=True)
