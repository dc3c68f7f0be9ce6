from typing import Any

from django.core.management.base import BaseCommand

from lims.audit.seal import seal_now


class Command(BaseCommand):
    help = "Seal the ledger's new entries, and print the anchor: keep it outside this database."

    def handle(self, *args: Any, **options: Any) -> None:
        if seal := seal_now():
            self.stdout.write(
                f"Sealed to entry {seal.last_entry} at {seal.at:%Y-%m-%d %H:%M:%S} UTC. Anchor:\n{seal.digest}"
            )
        else:
            self.stdout.write("The ledger is empty; there is nothing to seal.")
