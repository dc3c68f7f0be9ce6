"""Every page of the product, filled by the demonstration lab, in real Chromium at a desk and at a hood.

axe 0, CSP 0, no error in the console, nothing too wide, nothing too small for gloves. With PICTURES=1 the main pages
are also kept for the documents (docs/pictures).
"""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cultures.models import (
    CellLine,
    Compound,
    Culture,
    Harvest,
    Lot,
    Mechanism,
    MediumRecipe,
    Place,
    ResistanceModel,
    VesselType,
)
from lims.accounts.models import User
from lims.models import Delivery, Instrument
from tests.browser import LOOKS, SIZES, WATCH, problems_of, session_cookie, visit, watch
from tests.lims.accounts.test_every_view import ALL, Address

pytestmark = [pytest.mark.browser]
DOCUMENTS = Path(settings.BASE_DIR) / "docs" / "pictures"
NOT_PAGES = re.compile(r"(csv|pdf|photo|labels\.|svg|schema|docs|healthz|readyz|look|sign-out|api/|files/)")


def fillings() -> dict[str, object]:
    """What the parts of an address are in the demonstration lab: by the beginning of its route."""
    flask = Culture.objects.growing().get(line__name="BT474-RES")
    harvest = Harvest.objects.filter(withdrawn_at=None).latest("at")
    return {
        "cultures/<code>": flask.code,
        "lots/<code>": Lot.objects.filter(finished_on=None).first().code,
        "places/<code>": Place.objects.get(name="Hood 1").code,
        "lines/<pk>": CellLine.objects.get(name="BT474").pk,
        "recipes/<pk>": MediumRecipe.objects.first().pk,
        "compounds/<pk>": Compound.objects.first().pk,
        "vessels/<pk>": VesselType.objects.first().pk,
        "people/<pk>": User.objects.get(initials="JT").pk,
        "instruments/<pk>": Instrument.objects.get().pk,
        "inbox/<pk>": Delivery.objects.get(state="waiting").pk,
        "harvests/<harvest_id>": harvest.pk,
        "entries/<kind>/<entry_id>": f"count/{harvest.used_count_id}",
        "history/<table>/<pk>": f"cultures_culture/{flask.pk}",
        "mechanisms/<pk>": Mechanism.objects.get(name="p95HER2").pk,
    } | of_a_model(ResistanceModel.objects.get(name="BT474-RES"))


def of_a_model(model: ResistanceModel) -> dict[str, object]:
    """One part after another: what comes later in an address is known by what stands before it."""
    at = f"models/{model.code}"
    noted = model.hypotheses.get(mechanism__name="PIK3CA mutation")
    in_its_ladders = Harvest.objects.filter(sources__culture__dosing__ladder__model=model)
    treated, control = (in_its_ladders.filter(sources__culture__arm=arm).latest("at") for arm in ("treated", "vehicle"))
    return {
        "models/<code>": model.code,
        f"{at}/plan/<version>": 1,
        f"{at}/decisions/<number>": model.decisions.filter(kind="escalate").latest("at").number,
        f"{at}/hypotheses/<pk>": noted.pk,
        f"{at}/hypotheses/{noted.pk}/evidence/<evidence_pk>": noted.evidence.get().pk,
        f"{at}/ladders/<name>": "A",
        f"{at}/ladders/A/passage/<treated_id>/<control_id>": f"{treated.pk}/{control.pk}",
    }


def url_of(address: Address, known: dict[str, object]) -> str | None:
    route = re.sub(r"<\w+:(\w+)>", r"<\1>", address.route)
    for part, value in known.items():
        if route.startswith(part):
            route = route.replace(part, part[: part.index("<")] + str(value), 1)
    return None if "<" in route else f"/{route}"


def pages() -> list[str]:
    """The addresses that show a page to a manager: all GET views that answer with HTML."""
    known = fillings()
    urls = [
        url_of(address, known) for address in ALL if not address.is_endpoint and not NOT_PAGES.search(address.route)
    ]
    client = Client()
    client.force_login(User.objects.get(initials="MK"))
    answers = {url: client.get(url) for url in sorted(filter(None, urls))}
    shown_or_led_on = (200, 302, 303, 405)
    refused = {url: answer.status_code for url, answer in answers.items() if answer.status_code not in shown_or_led_on}
    assert not refused
    return [url for url, answer in answers.items() if answer.status_code == 200 and "html" in answer["Content-Type"]]


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_every_page_is_clean(served, chromium, size, look):
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=served.url, viewport={"width": width, "height": height}, color_scheme=look, has_touch=size == "hood",
        reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(WATCH)
    context.add_cookies([session_cookie(User.objects.get(initials="MK"), served.url)])
    page, found, seen = context.new_page(), [], 0
    watch(page)
    for url in pages():
        page.problems.clear()
        visit(page, url)
        seen += 1
        found += [f"{url}: {problem}" for problem in problems_of(page)]
    context.close()
    assert seen > 40
    assert not found, "\n".join(found)


SHOWN = {
    "today": "/?round=bench",
    "cultures": "/cultures/",
    "culture": "/cultures/{code}/",
    "passage": "/cultures/{code}/passage/",
    "feed": "/cultures/{code}/feed/",
    "lineage": "/cultures/{code}/lineage/",
    "line": "/lines/{line}/",
    "lots": "/lots/",
    "inbox": "/inbox/",
    "correct": "/entries/count/{count}/correct/",
    "history": "/history/cultures_culture/{pk}/",
    "models": "/models/",
    "model": "/models/{model}/",
    "calendar": "/calendar/",
}


@pytest.mark.skipif(not os.environ.get("PICTURES"), reason="PICTURES=1 makes the pictures of the documents anew")
@pytest.mark.parametrize("size", SIZES)
def test_pictures_for_the_documents(served, chromium, size):
    flask = Culture.objects.growing().get(line__name="BT474-RES")
    harvest = Harvest.objects.filter(withdrawn_at=None).latest("at")
    names = {"code": flask.code, "pk": flask.pk, "line": flask.line_id, "count": harvest.used_count_id}
    names["model"] = ResistanceModel.objects.get(name="SKBR3-T").code
    width, height = SIZES[size]
    DOCUMENTS.mkdir(parents=True, exist_ok=True)
    for name, url in SHOWN.items():
        look = LOOKS[name == "culture" and size == "hood"]
        context = chromium.new_context(
            base_url=served.url, viewport={"width": width, "height": height}, color_scheme=look
        )
        context.add_cookies([session_cookie(User.objects.get(initials="AM"), served.url)])
        page = context.new_page()
        visit(page, url.format(**names))
        page.screenshot(path=DOCUMENTS / f"{name}-{width}.png")
        context.close()
