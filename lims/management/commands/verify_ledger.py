import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lims.audit import triggers
from lims.audit.seal import verify


class Command(BaseCommand):
    help = "Check the ledger against its seals, and the records against the ledger. Exit code 1 when anything is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", default="", help="digest of a seal that was kept elsewhere")
        parser.add_argument("--json", action="store_true", help="the verdict for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict, unarmed = verify(options["anchor"].strip()), triggers.drift()
        if options["json"]:
            report = asdict(verdict) | {"unarmed": unarmed, "sound": verdict.is_sound and not unarmed}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self.stdout.write(
                f"{verdict.seals} seals over {verdict.entries} entries; {verdict.unsealed} not sealed yet."
            )
            faults = [verdict.broken.sentence] if verdict.broken else []
            for fault in [*faults, *verdict.strayed, *unarmed]:
                self.stdout.write(self.style.ERROR(fault))
        if unarmed or not verdict.is_sound:
            raise CommandError("The ledger is not sound. Keep a copy of this database before anything else is done.")
        if not options["json"]:
            self.stdout.write(self.style.SUCCESS(f"Sound. Anchor: {verdict.anchor or 'none yet'}"))
