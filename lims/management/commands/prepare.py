import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "What `make run` needs before the web opens: migrations, then the demonstration or the first manager."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--load-demonstration", action="store_true", help="the database is new: fill it")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMONSTRATION:
            if options["load_demonstration"]:
                call_command("load_demonstration")
            with (Path(settings.DATA_DIR) / "log-ins.txt").open("w", encoding="utf-8") as log_ins:
                call_command("load_demonstration", "--print-logins", stdout=log_ins)
        else:
            signal.signal(
                signal.SIGINT, signal.default_int_handler
            )  # Ctrl-C at a question gives the terminal its echo back
            call_command("first_words")
            call_command("first_manager")
