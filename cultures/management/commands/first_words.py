from typing import Any

from django.core.management.base import BaseCommand

from cultures.dosing.models import Mechanism
from cultures.dosing.services.mechanisms import register_standard_mechanisms


class Command(BaseCommand):
    help = "Gives a new lab the words of the reviews for mechanisms of resistance; a lab that has words keeps its own."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Mechanism.objects.exists():
            register_standard_mechanisms(by="system:first_words")
