"""The pages of the registers in real Chromium: nothing for axe, no sideways overflow, targets for gloves."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cultures.compounds import services as stores
from cultures.compounds.services import Component
from cultures.lines.services import add_synonym, derive_subline, register_line, withdraw_synonym
from cultures.passaging.models import BenchSession
from cultures.places.services import register_place
from lims.clock import now, today
from tests.browser import OpenPage, assert_clean, screenshot
from tests.lab import compound, drug, fed, growing, hood, line, lot, manager, person, recipe, shelf, stock, technician

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
WAYS = [("desk", "light"), ("hood", "dark")]


@pytest.fixture
def pages() -> dict[str, str]:
    """A lab at work, and the pages of its registers by name."""
    ours = manager()
    parental = register_line(
        name="BT474",
        synonyms=["Lasfargues 20", "HTB-20"],
        features=[("HER2", "amplified"), ("PIK3CA", "K111N")],
        rrid="CVCL_0179",
        tissue="breast",
        disease="invasive ductal carcinoma",
        subtype="luminal B, HER2 positive",
        source="repository",
        catalogue_number="HTB-20",
        lot_number="7004-3312",
        default_medium_id=recipe().pk,
        split_ratio_min=Decimal(2),
        split_ratio_max=Decimal(4),
        seeding_density_min_per_cm2=20_000,
        seeding_density_max_per_cm2=40_000,
        reference_doubling_time=timedelta(hours=47),
        passage_interval=timedelta(days=7),
        passage_limit=50,
        by=ours,
    )
    resistant = derive_subline(parent_id=parental.pk, name="BT474-RES", by=ours)
    derive_subline(parent_id=resistant.pk, name="BT474-RES clone 3 with a long name", by=ours)
    withdraw_synonym(name_id=add_synonym(line_id=parental.pk, name="BT474 old", by=ours).pk, by=ours)
    line("SKBR3")
    growing("BT474", at=now() - 5 * DAY)
    fed(growing("BT474-RES", at=now() - 8 * DAY), drugs=[drug("trastuzumab", 10)], at=now() - 6 * DAY)
    second = stores.revise_recipe(
        recipe_id=recipe().pk,
        components=[
            Component(kind="medium", product="DMEM", amount=Decimal(90), unit="% v/v"),
            Component(kind="serum", product="FBS", amount=Decimal("7.5"), unit="% v/v"),
            Component(kind="supplement", product="insulin", amount=Decimal(10), unit="µg/mL"),
        ],
        note="serum is short until spring",
        has_antibiotics=True,
        by=ours,
    )
    bottles = [("FBS, heat inactivated", -3), ("Insulin", 9), ("Trypsin-EDTA", 200)]
    for product, days in bottles:
        lot(product, "S-1", "supplement", expires_on=today() + days * DAY)
    for number, who in enumerate(("AM", "JT", "AM")):
        at = now() - number * DAY
        BenchSession.objects.create(person=person(who), hood=hood(), started_at=at, ended_at=at + timedelta(hours=2))
    register_place(name="shelf B", kind="shelf", parent_id=shelf().parent_id, by=ours)
    return {
        "lines": "/lines/",
        "lines-found": "/lines/?q=BT-474",
        "lines-none": "/lines/?q=xyz",
        "line": parental.get_absolute_url(),
        "line-history": f"{parental.get_absolute_url()}history/",
        "line-new": "/lines/new/",
        "line-derive": f"{parental.get_absolute_url()}derive/",
        "places": "/places/",
        "place": shelf().parent.get_absolute_url(),
        "hood": hood().get_absolute_url(),
        "place-new": f"/places/new/?in={shelf().parent.code}",
        "lots": "/lots/",
        "lot": lot("DMEM").get_absolute_url(),
        "lot-new": "/lots/new/",
        "recipes": "/recipes/",
        "recipe": second.get_absolute_url(),
        "recipe-revise": f"{second.get_absolute_url()}revise/",
        "compounds": "/compounds/",
        "compound": (compound("trastuzumab"), stock("trastuzumab"))[0].get_absolute_url(),
        "vessels": "/vessels/",
    }


@pytest.mark.parametrize(("size", "look"), WAYS)
def test_the_pages_of_the_registers_are_clean(size: str, look: str, open_page: OpenPage, pages: dict[str, str]):
    page = open_page("/lines/", size=size, look=look, as_person=manager())
    for name, url in pages.items():
        page.goto(url)
        screenshot(page, f"registers-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


@pytest.mark.parametrize(("size", "look"), WAYS)
def test_a_refusal_is_clean_and_shows_the_way(size: str, look: str, open_page: OpenPage, pages: dict[str, str]):
    page = open_page("/lines/new/", size=size, look=look, as_person=manager())
    page.fill("[name=name]", "bt 474")
    page.fill("[name=split_ratio_min]", "1,5")
    page.click("text=Register >> nth=-1")
    page.wait_for_selector(".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    screenshot(page, f"registers-refusal-{size}-{look}")
    assert_clean(page)
    page.fill("[name=split_ratio_min]", "")
    page.click("text=Register >> nth=-1")
    page.click("text=Open BT474")
    assert page.url.endswith(pages["line"])


def test_a_technician_opens_and_finishes_a_bottle_with_one_tap_each(open_page: OpenPage):
    bottle = lot("RPMI", "7", opened_on=None, expires_on=today() + 90 * DAY)
    page = open_page(bottle.get_absolute_url(), size="hood", as_person=technician())
    page.click("button:has-text('Open')")
    page.wait_for_selector("text=It is in use now")
    page.click("button:has-text('Finish')")
    page.wait_for_selector("text=It is finished")
    assert_clean(page)
