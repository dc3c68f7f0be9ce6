from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cultures.quality.services.folding import differences, recompute


class Command(BaseCommand):
    help = "Folds anew which QC samples speak for which cultures, or with --check compares only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when something differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            with transaction.atomic():
                self.stdout.write(f"The standing of {recompute()} cultures made anew.")
        elif found := differences():
            raise CommandError("\n".join([f"{len(found)} standings differ from the events:", *found[:50]]))
        else:
            self.stdout.write("Every standing is what the events say.")
