"""The ledger in the lab's words: of one record, and of the whole lab."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from cultures.models import Culture
from lims.accounts.models import User
from lims.audit import words
from lims.audit.context import acting
from lims.audit.history import history_of
from lims.audit.models import Entry
from lims.lab.services import change_lab_settings
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lab_in_vienna():
    change_lab_settings(by="system:test", time_zone="Europe/Vienna")
    yield
    cache.clear()


@pytest.fixture
def anna() -> User:
    return saved(User, first_name="Anna", last_name="Meier", initials="AM", role="manager")


@pytest.fixture
def culture(anna) -> Culture:
    with acting(anna, "receive_culture"):
        return saved(Culture, keeper=anna)


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("passage_culture", "Passaged culture"),
        ("feed_culture", "Fed culture"),
        ("pool_cultures", "Pooled cultures"),
        ("undo_entry", "Undid entry"),
        ("change_lab_settings", "Changed lab settings"),
        ("sign_in", "Signed in"),
        ("thaw_culture", "Thawed culture"),
        ("sql", "Typed in the database"),
    ],
)
def test_verbs_are_said_in_the_past(verb, said):
    assert words.in_words(verb) == said


def test_a_change_is_told_field_by_field_in_words(anna, culture):
    with acting(anna, "discard_culture", "contaminated flask"):
        Culture.objects.filter(pk=culture.pk).update(
            fate="entered_in_error", ended_at=culture.seeded_at + timedelta(hours=1)
        )
    newest, _ = history_of(culture)
    assert (newest.verb, newest.entry.reason, newest.change) == ("Discarded culture", "contaminated flask", "changed")
    assert {(change.label, change.old, change.new) for change in newest.changes} == {
        ("ended at", "–", "5 Mar 2026, 11:00 CET"),
        ("fate", "–", "entered in error"),
    }


def test_a_new_record_shows_what_was_filled_in_with_names_for_keys(anna, culture):
    (line,) = history_of(culture)
    shown = {change.label: change.new for change in line.changes}
    assert shown["keeper"] == "Anna Meier"
    assert shown["line"] == culture.line.name
    assert "id" not in {change.label.lower() for change in line.changes}
    assert all(change.old == "–" for change in line.changes)


def test_a_secret_is_not_shown_but_its_change_is(anna):
    User.objects.filter(pk=anna.pk).update(password="pbkdf2$another")
    newest, *_ = history_of(anna)
    assert [change.label for change in newest.changes] == ["password"]
    assert newest.changes[0].new.startswith("hidden ")


def test_several_records_are_told_together_at_a_constant_cost(anna, django_assert_num_queries):
    def cost(records: list[Culture]) -> int:
        with django_assert_num_queries(len(POINTED_TO) + 1):
            return len(history_of(*records))

    POINTED_TO = {field.related_model for field in Culture._meta.concrete_fields if field.related_model}  # noqa: N806
    history_of(saved(Culture))  # the lab's zone is read once and kept
    few, many = [saved(Culture) for _ in range(2)], [saved(Culture) for _ in range(12)]
    assert cost(few) == 2
    assert cost(many) == 12


class TestPages:
    @pytest.fixture
    def hers(self, client, anna):
        client.force_login(anna)
        return client

    def test_the_history_of_a_culture(self, hers, culture):
        page = hers.get(f"/history/cultures_culture/{culture.pk}/").content.decode()
        assert f"History of culture {culture.code}" in page
        assert "Received culture" in page
        assert "Anna Meier (AM)" in page

    @pytest.mark.parametrize(
        "path",
        [
            "lims_entry/1",
            "django_session/1",
            "nothing/1",
            "cultures_culture/0",
            "cultures_culture/x",
            "cultures_culture/%00",
        ],
    )
    def test_there_is_no_history_of_what_is_not_recorded(self, hers, path):
        assert hers.get(f"/history/{path}/").status_code == 404

    def test_the_history_of_accounts_is_for_managers(self, client, anna):
        viewer = saved(User, role="viewer")
        client.force_login(viewer)
        assert client.get(f"/history/lims_user/{anna.pk}/").status_code == 403

    def test_the_ledger_is_filtered_by_person_verb_table_and_day(self, hers, anna, culture):
        today = words.lab_time(Entry.objects.latest("pk").at).date().isoformat()
        for query, found in (
            (f"actor=user:{anna.pk}", True),
            ("verb=receive_culture", True),
            ("table=cultures_culture", True),
            (f"day={today}", True),
            (f"actor=user:{anna.pk}&verb=receive_culture&table=cultures_culture&day={today}", True),
            ("table=lims_labsettings", False),
            ("day=2020-01-01", False),
            ("by_hand=1", False),
        ):
            page = hers.get(f"/ledger/?{query}").content.decode()
            assert (f"culture {culture.pk}<" in page) is found, query

    @pytest.mark.parametrize(
        "query",
        [
            "day=yesterday",
            "day=9999-12-31",
            "day=0001-01-01",
            "day=%00",
            "actor=user:x",
            "verb=%00",
            "after=%F0%9F",
            "table=lims_entry",
        ],
    )
    def test_a_filter_nobody_offers_is_left_out(self, hers, query):
        assert hers.get(f"/ledger/?{query}").status_code == 200

    def test_the_ledger_is_paged_at_a_constant_cost(self, hers, django_assert_max_num_queries):
        for _ in range(6):
            saved(Culture)
        with django_assert_max_num_queries(22):
            page = hers.get("/ledger/")
        assert b"after=" in page.content

    def test_the_csv_has_whole_images_and_no_formula(self, hers, anna):
        with acting(anna, "edit_user", "=HYPERLINK(1)"):
            User.objects.filter(pk=anna.pk).update(last_name="Maier")
        text = b"".join(hers.get("/ledger/csv/?verb=edit_user").streaming_content).decode()
        head, row = text.splitlines()
        assert head.startswith("No.,At (UTC),Actor")
        assert "'=HYPERLINK(1)" in row
        assert '""last_name"": ""Maier""' in row
