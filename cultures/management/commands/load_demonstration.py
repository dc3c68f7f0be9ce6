from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cultures.demonstration.director import direct
from cultures.demonstration.house import PASSWORD, PEOPLE
from cultures.models import Culture
from lims.accounts.models import User
from lims.clock import now


class Command(BaseCommand):
    help = "Fills an empty database with the demonstration lab: seven lines, eight months of passages, ending today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print-logins", action="store_true", help="only say who may sign in, and how")

    def handle(self, *args: Any, print_logins: bool, **options: Any) -> None:
        if not print_logins:
            self.load()
            return
        for username, _, first, last, role in PEOPLE:
            self.stdout.write(f"  {username:<8} {PASSWORD}   {first} {last}, {role}")

    def load(self) -> None:
        if User.objects.exists() or Culture.objects.exists():
            self.stderr.write("This database is not empty, so nothing was loaded.")
            return
        shown = -1
        for percent in direct(now()):
            if percent // 2 > shown:
                shown = percent // 2
                self.stdout.write(f"\r  demonstration lab [{'#' * shown:<50}] {percent:3d} %", ending="")
                self.stdout.flush()
        self.stdout.write("")
