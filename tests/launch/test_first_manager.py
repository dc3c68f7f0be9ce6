"""The account without which a new lab has no way in."""

import io

import pytest
from django.core.management import CommandError, call_command

from lims.accounts.models import User
from tests.launch.running import MANAGER

pytestmark = pytest.mark.django_db


def run() -> str:
    said = io.StringIO()
    call_command("first_manager", stdout=said)
    return said.getvalue()


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MANAGER.items():
        monkeypatch.setenv(name, value)


def test_the_environment_makes_the_first_manager_once():
    assert "Anna Meier is the lab's manager" in run()
    assert run() == ""
    anna = User.objects.get()
    assert (anna.username, anna.initials, anna.role, anna.must_change_password) == ("anna", "AM", "manager", False)
    assert anna.check_password(MANAGER["SUBLINE_MANAGER_PASSWORD"])


def test_a_weak_password_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUBLINE_MANAGER_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        run()
    assert not User.objects.exists()


def test_the_mail_address_alone_names_the_account(monkeypatch: pytest.MonkeyPatch):
    for name in ("USERNAME", "NAME"):
        monkeypatch.delenv(f"SUBLINE_MANAGER_{name}")
    monkeypatch.setenv("SUBLINE_MANAGER_EMAIL", "ben@example.org")
    run()
    assert User.objects.get().username == "ben"


def test_without_a_terminal_it_is_explained(monkeypatch: pytest.MonkeyPatch):
    for name in MANAGER:
        monkeypatch.delenv(name)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    said = run()
    assert "Nobody can sign in yet" in said
    assert "SUBLINE_MANAGER_PASSWORD" in said


def test_on_a_terminal_it_asks_until_the_answers_hold(monkeypatch: pytest.MonkeyPatch):
    for name in MANAGER:
        monkeypatch.delenv(name)
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    module = "lims.management.commands.first_manager"
    answers = iter(["Anna Meier", "anna", ""] * 3)
    passwords = iter(["incubator-7-humid", "a slip of the finger", "short", "short", *["incubator-7-humid"] * 2])
    monkeypatch.setattr(f"{module}.input", lambda question: next(answers), raising=False)
    monkeypatch.setattr(f"{module}.getpass", lambda question: next(passwords))
    said = run()
    assert "The two passwords differ." in said
    assert "too short" in said
    assert User.objects.get().username == "anna"
