"""The pages of cultures in a real browser: clean in light and dark, at a desk and at a hood; the keyboard walk."""

import pytest

from tests.browser import assert_clean, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("desk", "light"), ("hood", "dark")]


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_no_page_has_a_finding(open_page, story, technician, size, look):
    here = story.treated.get_absolute_url()
    paths = ("/cultures/", "/cultures/?q=nothing", here, story.pool.get_absolute_url())
    page = open_page(here, size=size, look=look, as_person=technician)
    assert page.locator("figure[data-drawn]").count()
    for path in (*paths, f"{here}growth/", f"{here}lineage/", f"{here}history/"):
        assert_clean(visit(page, path))


def test_arrow_keys_walk_the_family_and_enter_opens(open_page, story, technician):
    page = open_page(f"{story.treated.get_absolute_url()}lineage/", as_person=technician)
    page.locator("a.kin[aria-current]").focus()

    def press(key: str) -> str:
        page.keyboard.press(key)
        return page.evaluate("document.activeElement.id")

    run = press("ArrowLeft")
    assert press("ArrowRight") == f"m-{story.treated.code}"
    assert press("ArrowLeft") == run
    below = press("ArrowDown")
    assert below != run
    assert press("ArrowUp")
    page.locator(f"#{run}").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**open=*")
    assert page.locator("a.kin").count() > 11
    page.locator("a.kin[aria-current]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{story.treated.get_absolute_url()}")


def test_tab_passes_the_drawing_in_one_step(open_page, story, technician):
    page = open_page(f"{story.treated.get_absolute_url()}lineage/", as_person=technician)
    assert page.locator('a.kin[tabindex="0"]').count() == 1
    assert page.locator('a.kin[tabindex="0"]').get_attribute("id") == f"m-{story.treated.code}"


def test_the_current_culture_is_in_view(open_page, story, technician):
    page = open_page(f"{story.treated.get_absolute_url()}lineage/", size="hood", as_person=technician)
    region, mark = (page.locator(one).bounding_box() for one in ("[data-lineage]", "a.kin[aria-current]"))
    assert region["x"] <= mark["x"]
    assert mark["x"] + mark["width"] <= region["x"] + region["width"] + 1


def test_the_shortcut_p_opens_the_passage(open_page, story, technician):
    page = open_page(story.treated.get_absolute_url(), as_person=technician)
    page.keyboard.press("p")
    page.wait_for_url("**/passage/")
