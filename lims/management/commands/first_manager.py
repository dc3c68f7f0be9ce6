import os
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from lims.accounts.models import Role, User
from lims.accounts.services import create_user
from lims.errors import DomainError

HOW = """\
Nobody can sign in yet. Start it once on a terminal, or with these variables set:
  SUBLINE_MANAGER_USERNAME, SUBLINE_MANAGER_NAME, SUBLINE_MANAGER_EMAIL, SUBLINE_MANAGER_PASSWORD
"""


class Command(BaseCommand):
    help = "Make the first manager's account, asked for on the terminal or read from SUBLINE_MANAGER_...; only once."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.leads().exists():
            return
        if os.environ.get("SUBLINE_MANAGER_USERNAME") or os.environ.get("SUBLINE_MANAGER_EMAIL"):
            self._make(self._from_environment())
        elif sys.stdin is not None and sys.stdin.isatty():
            try:
                self._ask()
            except (KeyboardInterrupt, EOFError):
                raise CommandError("\nNo account was made; you are asked again at the next start.") from None
        else:
            self.stdout.write(HOW)

    def _from_environment(self) -> dict[str, str]:
        def given(what: str) -> str:
            return os.environ.get(f"SUBLINE_MANAGER_{what}", "").strip()

        username = given("USERNAME") or given("EMAIL").partition("@")[0]
        return {"username": username, "name": given("NAME"), "email": given("EMAIL"), "password": given("PASSWORD")}

    def _ask(self) -> None:
        self.stdout.write("\nThis lab is new. Who manages it? (Ctrl-C stops; nothing is lost.)")
        while True:
            answers = {
                "name": input("  Full name: ").strip(),
                "username": input("  Name to sign in with: ").strip(),
                "email": input("  E-mail (may stay empty): ").strip(),
                "password": getpass("  Password (10 or more characters): "),
            }
            if answers["password"] != getpass("  The same once more: "):
                self.stdout.write("The two passwords differ.\n")
                continue
            try:
                return self._make(answers)
            except CommandError as refusal:
                self.stdout.write(f"{refusal}\n")

    def _make(self, answers: dict[str, str]) -> None:
        first_name, _, last_name = (answers["name"] or answers["username"]).rpartition(" ")
        initials = "".join(word[0] for word in (answers["name"] or answers["username"]).split())[:4]
        try:
            if not answers["username"]:
                raise CommandError("A name to sign in with is needed.")
            User.username_validator(answers["username"])
            if answers["email"]:
                validate_email(answers["email"])
            validate_password(answers["password"], User(username=answers["username"], email=answers["email"]))
            user, _ = create_user(
                by="system:first_start",
                username=answers["username"],
                initials=initials,
                role=Role.MANAGER,
                first_name=first_name,
                last_name=last_name,
                email=answers["email"],
                password=answers["password"],
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user} is the lab's manager and signs in as {user.username}.")
