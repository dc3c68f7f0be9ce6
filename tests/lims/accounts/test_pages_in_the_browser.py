"""The pages of people, settings and history in real Chromium: nothing for axe, nothing for the policy, no overflow."""

import pytest

from lims.accounts.models import User
from lims.accounts.services import create_user, deactivate_user, reactivate_user
from lims.lab.services import change_lab_settings
from tests.browser import assert_clean

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"


@pytest.fixture
def mara() -> User:
    mara, _ = create_user(
        by="system:test", username="mara", initials="MO", first_name="Mara", role="manager", password=PASSWORD
    )
    ben, _ = create_user(by=mara, username="ben", initials="BO", first_name="Ben", last_name="Okafor")
    deactivate_user(by=mara, user_id=ben.pk, reason="left the lab")
    reactivate_user(by=mara, user_id=ben.pk, reason="came back")
    change_lab_settings(by=mara, reason="first", time_zone="Europe/Vienna")
    change_lab_settings(by=mara, reason="older lines", passage_limit=40)
    return mara


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_every_page_is_clean(open_page, mara, size, look):
    page = open_page("/account/", size=size, look=look, as_person=mara)
    assert_clean(page)
    ben = User.objects.get(username="ben").pk
    for path in (
        "/account/password/",
        "/people/",
        "/people/add/",
        f"/people/{ben}/",
        "/settings/",
        f"/history/lims_user/{ben}/",
        "/ledger/",
        "/ledger/?verb=edit_user&day=2020-01-01",
    ):
        page.goto(path)
        assert_clean(page)


def test_refusals_are_clean_too(open_page, mara):
    page = open_page("/people/add/", size="hood", as_person=mara)
    page.fill("[name=username]", "MARA")
    page.fill("[name=first_name]", "Mara")
    page.fill("[name=last_name]", "Two")
    page.fill("[name=initials]", "M2")
    page.click("button.do")
    page.problems.clear()  # the browser itself notes a 422
    assert_clean(page)
    assert "Write two to four letters" in page.content()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_door_is_clean_and_opens(open_page, mara, look):
    page = open_page("/sign-in/?next=/people/", size="hood", look=look)
    assert_clean(page)
    for password in ("wrong", PASSWORD):
        page.fill("[name=username]", "Mara")
        page.fill("[name=password]", password)
        page.click("button.do")
        page.problems.clear()
        assert_clean(page)
    assert page.url.endswith("/people/")


def test_who_may_not_is_told_who_may(open_page, mara):
    viewer, _ = create_user(by=mara, username="viktor", initials="VW", role="viewer", password=PASSWORD)
    page = open_page("/people/", size="hood", as_person=viewer)
    page.problems.clear()
    assert_clean(page)
    assert "lab manager or PI" in page.content()
