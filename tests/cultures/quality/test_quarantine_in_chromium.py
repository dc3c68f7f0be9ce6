"""Quarantine and trace in real Chromium: nothing for axe at a desk and at a hood, and a positive test by taps.

From its entry to the quarantine, to the trace, to the samples, to the release by the lab manager.
"""

import pytest
from playwright.sync_api import Page

from cultures.passaging.models import Culture
from cultures.quality.models import ContaminationTrace, Quarantine, QuarantineMember
from cultures.quality.services import adopt_standard_policy, take_samples, treat_culture
from cultures.quality.services.tracing import act_on_trace
from lims.clock import now
from tests import lab
from tests.browser import OpenPage, assert_clean, screenshot
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AGES_AGO = 60 * DAY


@pytest.fixture
def outbreak() -> Quarantine:
    """A flask tested positive three weeks ago; daughters at every stage, a sister, others that shared its bottles."""
    adopt_standard_policy(by=lab.manager())
    start, apart = now() - AGES_AGO, lab.quarantine_shelf()
    mother = lab.growing("BT474", at=start)
    qc.negative(mother, start + 2 * DAY)
    flask, _sister = lab.split(mother, ("T75", "T75"))
    lab.growing("HCC1954", at=start)
    lab.growing("SKBR3", at=start + 10 * DAY, keeper="JT", where=lab.shelf("shelf B"))
    test = qc.positive(flask, start + 30 * DAY)
    seeding = [lab.seeding("T75", cells=800_000, place_id=apart.pk) for _ in range(4)]
    ready, halfway, waiting, _left = lab.split(flask, seeding, at=start + 32 * DAY)
    for day in (34, 50):
        qc.negative(ready, start + day * DAY)
    qc.negative(halfway, start + 52 * DAY)
    take_samples(culture_ids=[waiting.pk], method="mycoplasma_culture", at=start + 40 * DAY, by=lab.technician())
    spoiled = lab.growing("MDA-MB-361", at=start)
    qc.unsterile(spoiled, start + 40 * DAY)
    return Quarantine.objects.get(test=test)


@pytest.mark.parametrize("size", ["desk", "hood"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_pages_of_quarantine_and_trace_are_clean(size: str, look: str, open_page: OpenPage, outbreak: Quarantine):
    hold = qc.borderline(lab.growing("JIMT-1", at=now() - 5 * DAY), now() - DAY)
    sterility = Quarantine.objects.get(method="sterility")
    treat_culture(
        culture_id=sterility.members.get().culture_id,
        agent="gentamicin 50 µg/mL",
        days=7,
        at=now() - 15 * DAY,
        by=lab.technician(),
    )
    test = outbreak.test
    sister = Culture.objects.get(line=lab.line("BT474"), passage_number=9, ended_at=None)
    trace = act_on_trace(code=test.code, test=[sister.pk], quarantine=[sister.pk], at=now(), by=lab.technician())
    code = QuarantineMember.objects.filter(quarantine=outbreak, culture__ended_at=None).first().culture.code
    page = open_page("/quarantine/", size=size, look=look, as_person=lab.manager())
    pages = {
        "list": "/quarantine/",
        "over": "/quarantine/?over=1&cause=arrival",
        "one": outbreak.get_absolute_url(),
        "sterility": sterility.get_absolute_url(),
        "hold": Quarantine.objects.get(test=hold).get_absolute_url(),
        "put-apart": f"/quarantine/new/?culture={code}",
        "release": f"{outbreak.get_absolute_url()}release/?culture={code}",
        "treat": f"{sterility.get_absolute_url()}treat/?culture={sterility.members.get().culture.code}",
        "plan": f"{outbreak.get_absolute_url()}plan/?culture={code}",
        "trace-preview": f"/qc/tests/{test.code}/trace/",
        "trace": trace.get_absolute_url(),
        "compliance": "/qc/compliance/",
        "place": lab.quarantine_shelf().get_absolute_url(),
        "places": "/places/",
    }
    for name, url in pages.items():
        page.goto(url)
        page.wait_for_load_state("networkidle")
        screenshot(page, f"quarantine-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


def test_a_positive_test_from_entry_to_quarantine_to_release_by_taps(open_page: OpenPage):
    qc.kit()
    lab.quarantine_shelf()
    flask = lab.growing("BT474", at=now() - 40 * DAY)
    (daughter,) = lab.split(flask, at=now() - 30 * DAY)
    quarantine = entered_and_traced(open_page, daughter)
    qc.negative(daughter, now() - 19 * DAY)
    page = open_page(quarantine.get_absolute_url(), size="hood", as_person=lab.manager())
    page.check(f"[name=culture][value='{daughter.code}']")
    released(page, "it looks fine", ".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    screenshot(page, "quarantine-by-taps-refused-hood", full_page=True)
    assert_clean(page)

    qc.negative(daughter, now() - HOUR)
    page.goto(quarantine.get_absolute_url())
    page.wait_for_selector("text=1 of 1 can leave")  # and is chosen already
    released(page, "clean twice, 19 days apart", f"text={daughter.code} left quarantine")
    screenshot(page, "quarantine-by-taps-released-hood", full_page=True)
    assert_clean(page)
    assert not QuarantineMember.objects.filter(culture=daughter, quarantine=quarantine, until=None).exists()


def entered_and_traced(open_page: OpenPage, culture: Culture) -> Quarantine:
    """A technician enters it, sees what became of it, and traces it."""
    entry = f"/cultures/{culture.code}/qc/?method=mycoplasma_luminescence"
    page = open_page(entry, size="hood", as_person=lab.technician())
    page.fill("[name=at]", f"{now() - 20 * DAY:%Y-%m-%dT%H:%M}")
    page.fill("[name=readings-a]", "1000")
    page.fill("[name=readings-b]", "9000")
    page.click("button:has-text('Save the test')")
    page.wait_for_selector("text=quarantine")
    page.goto(culture.get_absolute_url())
    page.wait_for_selector("text=Quarantine since")
    page.goto("/quarantine/")
    page.click("th a:has-text('Quarantine')")
    page.wait_for_selector("text=Sample now")
    screenshot(page, "quarantine-by-taps-fresh-hood", full_page=True)
    assert_clean(page)

    quarantine = Quarantine.objects.get()
    page.goto(f"/qc/tests/{quarantine.test.code}/trace/")
    page.fill("[name=reason]", "positive in the round of Monday")
    page.click("button:has-text('Do it and keep the report')")
    page.wait_for_selector("text=The reach as it was known is kept.")
    assert ContaminationTrace.objects.get().members.count() >= 2
    screenshot(page, "quarantine-by-taps-trace-hood", full_page=True)
    assert_clean(page)
    return quarantine


def released(page: Page, reason: str, then: str) -> None:
    page.click("button:has-text('Release')")
    page.wait_for_selector("h1:has-text('Release')")
    page.fill("[name=reason]", reason)
    page.click(".dock button:has-text('Release')")
    page.wait_for_selector(then)
