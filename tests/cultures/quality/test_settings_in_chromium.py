"""The settings of quality control in real Chromium: clean at a desk and at a hood, and rows that come and go."""

import pytest

from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import KitRecord, QCPolicy
from cultures.quality.services import register_standard_kits, retire_method, revise_kit
from cultures.quality.services.policies import STANDARD, Phase, Rule
from tests import lab
from tests.browser import OpenPage, assert_clean, screenshot
from tests.cultures.quality import qc
from tests.lab import DAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "policy": "/qc/policy/",
    "change-policy": "/qc/policy/change/",
    "kits": "/qc/kits/",
    "register-kit": "/qc/kits/new/",
    "methods": "/qc/methods/",
    "define-method": "/qc/methods/new/",
    "receive": "/cultures/receive/",
    "lab-settings": "/settings/",
}


@pytest.fixture
def settled() -> None:
    """A lab that has changed its rules and its kit, and has methods of its own."""
    line = lab.line("SKBR3")
    qc.policy()
    weekly = Rule(family=MYCOPLASMA, phase=Phase.GROWING, line_id=line.pk, every=7 * DAY, after_fail=7 * DAY)
    qc.policy(*STANDARD, weekly)
    register_standard_kits(by="system:first_words")
    kit = KitRecord.objects.get()
    revise_kit(kit_id=kit.pk, changes={"least_reading_a": 500}, reason="our luminometer", by=lab.manager())
    qc.lab_method("Endotoxin", kind="numeric", unit="EU/mL", passes_to=1, on_fail="hold")
    qc.lab_method("Karyotype")
    retire_method(code="karyotype", by=lab.manager())


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark"), ("hood", "light"), ("desk", "dark")])
def test_the_pages_are_clean(size: str, look: str, open_page: OpenPage, settled: None):
    page = open_page("/qc/policy/", size=size, look=look, as_person=lab.manager())
    for name, url in PAGES.items():
        page.goto(url)
        screenshot(page, f"qc-settings-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


@pytest.mark.parametrize("size", ["desk", "hood"])
def test_a_rule_is_added_and_another_taken_out(size: str, open_page: OpenPage, settled: None):
    page = open_page("/qc/policy/change/", size=size, as_person=lab.manager())
    rows = page.locator("[data-rows=rules] > [data-row]")
    before = rows.count()
    page.click("[aria-label='Take out rule 1']")
    page.click("text=Add a rule")
    assert rows.count() == before
    new = f"rules-{before - 1}"
    assert page.evaluate("document.activeElement.name") == f"{new}-phase"
    page.select_option(f"[name={new}-family]", "sterility")
    page.select_option(f"[name={new}-phase]", "thawed")
    assert not page.is_visible(f"[name={new}-every]")
    assert page.is_visible(f"[name={new}-due_by]")
    page.fill(f"[name={new}-due_by]", "21 d")
    assert_clean(page)
    screenshot(page, f"qc-settings-row-{size}", full_page=True)
    page.fill("[name=reason]", "thaws are watched")
    page.press("[name=reason]", "Enter")  # puts in force, and takes no row out
    page.wait_for_url("**/qc/policy/")
    assert QCPolicy.current().version == 3
    assert QCPolicy.current().rules.get(method="sterility").due_by == 21 * DAY
    assert not QCPolicy.current().rules.filter(method=MYCOPLASMA, phase="growing", line=None).exists()


def test_a_refusal_is_clean_and_stands_at_its_row(open_page: OpenPage, settled: None):
    page = open_page("/qc/policy/change/", size="hood", as_person=lab.manager())
    page.fill("[name=rules-0-every]", "30")
    page.fill("[name=reason]", "shorter")
    page.click(".dock button")
    page.wait_for_selector(".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    assert page.locator("[data-row]").first.locator(".err").is_visible()
    screenshot(page, "qc-settings-refusal-hood", full_page=True)
    assert_clean(page)


def test_limits_are_asked_for_a_number_only(open_page: OpenPage):
    page = open_page("/qc/methods/new/", as_person=lab.manager())
    assert not page.is_visible("[name=passes_from]")
    page.check("[name=kind][value=numeric]")
    assert page.is_visible("[name=passes_from]")
