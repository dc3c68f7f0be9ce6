"""Settings from the environment: each reader takes what is meant, and refuses the rest in a sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lims import env


@pytest.fixture
def named(monkeypatch):
    """named(value) sets THING; THING_FILE is unset."""
    monkeypatch.delenv("THING_FILE", raising=False)
    return lambda value: monkeypatch.setenv("THING", value)


def test_text_is_trimmed_and_has_its_default(named, monkeypatch):
    named("  lab 3 ")
    assert env.text("THING") == "lab 3"
    monkeypatch.delenv("THING")
    assert (env.text("THING"), env.text("THING", "usual")) == ("", "usual")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", True), ("true", True), (" YES ", True), ("on", True), ("0", False), ("False", False), ("no", False)],
)
def test_a_flag_is_read(named, written, meant):
    named(written)
    assert env.flag("THING", default=not meant) is meant


@pytest.mark.parametrize("default", [True, False])
def test_an_empty_flag_is_its_default(named, default):
    named("")
    assert env.flag("THING", default=default) is default


@pytest.mark.parametrize("written", ["2", "ja", "enabled", "tru"])
def test_a_flag_that_is_neither_is_refused(named, written):
    named(written)
    with pytest.raises(ImproperlyConfigured, match=r"THING is .* write 1 or 0"):
        env.flag("THING")


def test_a_whole_number_is_read(named):
    named(" 25 ")
    assert env.integer("THING", 1) == 25
    named("")
    assert env.integer("THING", 1) == 1


@pytest.mark.parametrize("written", ["1.5", "1e3", "many", "1,000"])
def test_what_is_no_whole_number_is_refused(named, written):
    named(written)
    with pytest.raises(ImproperlyConfigured, match="write a whole number"):
        env.integer("THING", 1)


def test_words_stand_between_commas(named):
    named(" a.example , ,b.example,")
    assert env.words("THING") == ["a.example", "b.example"]
    assert env.words("NOT_THERE", "x,y") == ["x", "y"]


def test_a_secret_may_lie_in_a_file_which_goes_first(named, monkeypatch, tmp_path: Path):
    named("from the environment")
    assert env.secret("THING") == "from the environment"
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "secret"))
    assert env.secret("THING") == "from the file"


def test_a_secret_whose_file_is_missing_is_no_empty_secret(named, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("THING_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE"):
        env.secret("THING")


def test_a_database_address_is_taken_apart(named):
    named("postgres://anna%40lab:p%2Fw%3A@db.example:5433/sub%20line?sslmode=require")
    assert env.database("THING") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "sub line",
        "USER": "anna@lab",
        "PASSWORD": "p/w:",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"options": env.PATIENCE, "sslmode": "require"},
    }


def test_a_socket_is_named_in_the_query(named):
    named("postgresql://subline@/lab?host=%2Frun%2Fsubline")
    found = env.database("THING")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/run/subline", "", "lab")


@pytest.mark.parametrize("written", ["", "sqlite:///lab.db", "mysql://root@db/lab", "subline", "postgres"])
def test_another_database_is_refused_with_what_to_write(named, written):
    named(written)
    with pytest.raises(ImproperlyConfigured, match=r"THING is not set to a PostgreSQL address\. Write postgres://"):
        env.database("THING")


@pytest.mark.parametrize(
    "written", ["postgres://u:p@db:port/lab", "postgres://u:p@db:99999/lab", "postgres://[::1/lab"]
)
def test_a_broken_address_is_refused_without_its_password(named, written):
    named(written)
    with pytest.raises(ImproperlyConfigured, match="THING") as refusal:
        env.database("THING")
    assert written not in str(refusal.value)


def test_the_web_never_hangs_on_a_statement_or_a_lock(named):
    named("postgres://u:p@db/lab")
    assert "statement_timeout=60000" in str(env.database("THING")["OPTIONS"])
    assert "lock_timeout=15000" in str(env.database("THING")["OPTIONS"])
