from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lims.audit import triggers


class Command(BaseCommand):
    help = "Install the ledger's triggers anew: after a crashed migrate, or a restore with --disable-triggers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say whether they are installed as they should be"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            triggers.arm()
        if faults := triggers.drift():
            raise CommandError("The ledger is not armed.\n" + "\n".join(faults))
        self.stdout.write(f"Armed: {len(triggers.wanted_triggers())} triggers.")
