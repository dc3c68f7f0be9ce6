"""The mechanism notes in real Chromium: nothing for axe at a desk and at a hood, and a week of thinking by taps."""

import pytest
from django.template.loader import render_to_string

from cultures.dosing import mechanism_panel
from cultures.dosing.models import Hypothesis
from cultures.dosing.services import mechanisms as services
from tests.browser import OpenPage, assert_clean, screenshot
from tests.cultures.dosing.test_mechanisms import DOI, evidence, mechanism, model, proposed, stated
from tests.lab import DAY, FRIDAY, another_technician, manager, technician

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def noted() -> Hypothesis:
    """A model about which much has been thought."""
    services.register_standard_mechanisms(by=manager())
    found = proposed("p95HER2", note="a second band below HER2 in the lysates of March")
    evidence(found, "95 kDa band with the C-terminal antibody, none with the N-terminal one")
    evidence(found, "HER2 truncation confers resistance", kind="reference", doi=DOI)
    evidence(found, "pHER2 Y1248 as in the control", kind="rppa", speaks_for=False)
    first = evidence(found, "a 100 kDa band", kind="assay", at=FRIDAY + DAY)
    services.withdraw_evidence(evidence_id=first.pk, reason="the ladder was read one lane off", by=technician())
    stated(found, "supported", "seen in three lysates, gone with lapatinib", by=another_technician())
    proposed("PTEN loss", note="the array of March shows less than a third")
    stated(proposed("IGF1R"), "refuted", "the inhibitor changes nothing")
    proposed("p95HER2", of="SKBR3-T")
    services.retire_mechanism(mechanism_id=mechanism("HSP90").pk, by=manager())
    return found


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_the_pages_of_the_mechanisms_are_clean(size: str, look: str, open_page: OpenPage, noted: Hypothesis):
    at = f"/models/{noted.model.code}/hypotheses"
    page = open_page("/mechanisms/", size=size, look=look, as_person=manager())
    pages = {
        "vocabulary": "/mechanisms/?retired=1",
        "new-word": "/mechanisms/new/",
        "word": f"/mechanisms/{noted.mechanism_id}/",
        "no-model": f"/mechanisms/{mechanism('EphA2').pk}/",
        "propose": f"{at}/new/",
        "hypothesis": f"{at}/{noted.pk}/",
        "withdraw": f"{at}/{noted.pk}/evidence/{noted.evidence.earliest('pk').pk}/withdraw/",
        "history": f"{at}/{noted.pk}/history/",
    }
    for name, url in pages.items():
        page.goto(url)
        screenshot(page, f"mechanisms-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


@pytest.mark.parametrize("size", ["desk", "hood"])
def test_the_panel_on_a_model_is_clean(size: str, open_page: OpenPage, noted: Hypothesis, rf):
    """Put into a page of ours by hand, so that the panel is looked at by itself."""
    page = open_page("/mechanisms/", size=size, as_person=technician())
    request = rf.get("/")
    request.user = technician()
    panel = render_to_string(mechanism_panel.NOTES, mechanism_panel.notes_of_model(request, noted.model), request)
    page.evaluate("html => { document.querySelector('main').innerHTML = '<h1>A model</h1>' + html; }", panel)
    screenshot(page, f"mechanisms-panel-{size}", full_page=True)
    assert_clean(page)
    page.click("text=Held before: 1")
    page.wait_for_selector("text=a second band below HER2")
    assert_clean(page)


def test_a_technician_proposes_supports_and_withdraws_by_taps(open_page: OpenPage):
    services.register_standard_mechanisms(by=manager())
    page = open_page(f"/models/{model().code}/hypotheses/new/", size="hood", as_person=technician())
    page.select_option("[name=mechanism_id]", label="PTEN loss")
    page.fill("[name=note]", "less than a third in the array of March")
    page.click("button:has-text('Propose')")
    page.wait_for_selector("text=Now add what speaks for it")
    page.select_option("[name=kind]", "reference")
    page.click("button:has-text('Add evidence')")
    page.wait_for_selector(".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    screenshot(page, "mechanisms-refusal-hood")
    assert_clean(page)
    page.fill("[name=doi]", f"https://doi.org/{DOI}")
    page.click("button:has-text('Add evidence')")
    page.wait_for_selector(f"a[href='https://doi.org/{DOI}']")
    page.click("text=supported")
    page.click("button:has-text('State it')")
    page.wait_for_selector("text=PTEN loss is supported now")
    page.click("text=Withdraw")
    page.fill("[name=reason]", "the paper was retracted")
    page.click("button:has-text('Withdraw')")
    page.wait_for_selector("text=The evidence is withdrawn")
    assert_clean(page)
