from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cultures.dosing.models import Mechanism
from cultures.dosing.services.mechanisms import register_standard_mechanisms
from cultures.passaging.models import Culture
from cultures.quality.models import KitRecord, Provenance, QCPolicy
from cultures.quality.services.folding import recompute
from cultures.quality.services.kits import register_standard_kits
from cultures.quality.services.policies import adopt_standard_policy

SYSTEM = "system:first_words"


class Command(BaseCommand):
    help = (
        "Gives a new lab what it starts from: the reviews' words for mechanisms of resistance, the usual rules of "
        "testing, the usual kits. A lab that has its own keeps them."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not Mechanism.objects.exists():
            register_standard_mechanisms(by=SYSTEM)
        if not QCPolicy.objects.exists():
            adopt_standard_policy(by=SYSTEM)
        if not KitRecord.objects.exists():
            register_standard_kits(by=SYSTEM)
        if Culture.objects.exists() and not Provenance.objects.exists():  # from before there was quality control
            with transaction.atomic():
                recompute()
