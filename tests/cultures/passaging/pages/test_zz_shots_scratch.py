"""Scratch: screenshots. Usage: pytest this file from /work/main with rootdir."""

from datetime import timedelta

import pytest

from lims.clock import now
from tests import lab
from tests.browser import problems_of

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
    a, b = lab.split(
        parent,
        into=[lab.seeding("T75", said=m75, cells=1_500_000), lab.seeding("T25", said=m25, cells=500_000)],
        at=now() - timedelta(days=6),
    )
    c = lab.count_of(a, live=720000, dead=40000, at=now() - timedelta(minutes=3), by=lab.counter("Counter 1"))
    return lab.again(a)


@pytest.mark.django_db(transaction=True)
def test_shots(open_page):
    import os

    which = os.environ.get("WHICH", "passage").split()
    flask = treated_flask()
    sizes = os.environ.get("SIZES", "desk hood").split()
    for w in which:
        path = {
            "receive": "/cultures/receive/",
            "thaw": "/cultures/thaw/",
            "bench": "/bench/",
            "pool": "/cultures/pool/",
        }.get(w, f"/cultures/{flask.code}/{w}/")
        for size in sizes:
            page = open_page(path, size=size, as_person=lab.technician())
            print(w, size, problems_of(page))
            page.screenshot(path=f"{OUT}{w}-{size}.png", full_page=os.environ.get("FULL") == "1")
