"""The lab decides about itself: each decision is a version, and the newest is in force."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache

from lims.accounts.models import User
from lims.accounts.services import create_user
from lims.audit.models import Entry
from lims.lab.errors import LimitsOutOfOrder, SettingsChangedMeanwhile, UnknownTimeZone
from lims.lab.forms import LabSettingsForm
from lims.lab.models import LabSettings
from lims.lab.services import change_lab_settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_settings_of_other_tests():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def mara() -> User:
    return create_user(by="system:test", username="mara", initials="MA", role="manager", first_name="Mara")[0]


def filled_in(**changes: object) -> dict[str, object]:
    form = LabSettingsForm(initial=LabSettingsForm.values_of(LabSettings.current()))
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()} | {"reason": "decided"} | changes


@pytest.fixture
def hers(client, mara):
    User.objects.update(must_change_password=False)
    client.force_login(mara)
    return client


def test_a_change_is_a_new_version_and_rules_at_once(mara):
    LabSettings.current()
    first = change_lab_settings(by=mara, reason="first", lab_name="Bench lab", time_zone="Europe/Vienna")
    second = change_lab_settings(by=mara, reason="older lines", passage_limit=40)
    assert LabSettings.current() == second
    assert (second.lab_name, second.passage_limit, second.reason) == ("Bench lab", 40, "older lines")
    first.refresh_from_db()
    assert first.passage_limit == 30
    entry = Entry.objects.filter(table="lims_labsettings").order_by("-pk").first()
    assert (entry.actor, entry.verb, entry.reason) == (f"user:{mara.pk}", "change_lab_settings", "older lines")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe/../Vienna", "/etc/passwd"])
def test_an_unknown_zone_is_refused(mara, zone):
    with pytest.raises(UnknownTimeZone):
        change_lab_settings(by=mara, time_zone=zone)
    assert LabSettings.objects.count() == 0


def test_the_limit_under_drug_is_not_the_lower_one(mara):
    with pytest.raises(LimitsOutOfOrder):
        change_lab_settings(by=mara, passage_limit=90)


def test_two_people_who_saw_the_same_version_do_not_undo_each_other(mara):
    seen = change_lab_settings(by=mara, lab_name="A").pk
    change_lab_settings(by=mara, lab_name="B", based_on=seen)
    with pytest.raises(SettingsChangedMeanwhile):
        change_lab_settings(by=mara, passage_limit=50, based_on=seen)


class TestPage:
    def test_it_shows_what_rules_and_what_each_version_changed(self, hers, mara):
        change_lab_settings(by=mara, reason="first")
        change_lab_settings(by=mara, reason="sparser feeding", feed_interval=timedelta(days=4))
        page = hers.get("/settings/").content.decode()
        assert "sparser feeding" in page
        assert "<dt>Feed after</dt><dd>3 d</dd><dd>4 d</dd>" in page

    def test_a_change_by_the_form(self, hers):
        data = filled_in(viability_warning_pct="82.5", feed_interval="4 d", time_zone="Europe/Vienna", digest_hour="6")
        assert hers.post("/settings/", data).status_code == 303
        now = LabSettings.current()
        assert (now.viability_warning_pct, now.feed_interval) == (Decimal("82.5"), timedelta(days=4))
        assert (now.time_zone, now.digest_hour) == ("Europe/Vienna", 6)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("time_zone", "Mars/Olympus"),
            ("viability_warning_pct", "101"),
            ("viability_warning_pct", "82,5"),
            ("viability_warning_pct", "NaN"),
            ("viability_warning_pct", "1e999"),
            ("passage_limit", "0"),
            ("passage_limit", "-3"),
            ("passage_limit", "90"),
            ("feed_interval", "4"),
            ("feed_interval", "0 d"),
            ("digest_hour", "24"),
            ("thaw_increment", "2"),
            ("lab_name", ""),
            ("lab_name", "x" * 81),
            ("lab_name", "A\x00B"),
            ("reason", ""),
        ],
    )
    def test_what_cannot_be_is_refused(self, hers, field, value):
        response = hers.post("/settings/", filled_in(**{field: value}))
        assert response.status_code == 422
        assert LabSettings.objects.count() == 0

    def test_a_form_that_grew_old_is_refused_with_a_sentence(self, hers, mara):
        change_lab_settings(by=mara, lab_name="A")
        old = filled_in()
        change_lab_settings(by=mara, lab_name="B")
        response = hers.post("/settings/", old)
        assert response.status_code == 422
        assert "Somebody changed the settings" in response.content.decode()

    def test_it_costs_the_same_however_many_versions(self, hers, mara, django_assert_max_num_queries):
        for n in range(25):
            change_lab_settings(by=mara, lab_name=f"Lab {n}")
        with django_assert_max_num_queries(5):
            assert hers.get("/settings/").status_code == 200
