import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lims.web import health


class Command(BaseCommand):
    help = "Wait until the database (and the broker) answer: the first step of a container."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
        parser.add_argument("--migrated", action="store_true", help="wait also until the migrations are applied")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = [health.database, health.broker, *([health.migrations] if options["migrated"] else [])]
        deadline = time.monotonic() + options["timeout"]
        for check in checks:
            while (state := check()) != health.OK:
                if time.monotonic() > deadline:
                    raise CommandError(state)
                time.sleep(0.5)
