"""What changed from one version of a kit's record to the next."""

from decimal import Decimal

from cultures.quality.models import KitRecord
from cultures.quality.services.kits import CUT_OFFS

LABELS = CUT_OFFS | {"least_reading_a": "Least reading A"}


def changes_of_kit(before: KitRecord | None, after: KitRecord) -> list[str]:
    """Negative below 0.9 → 0.95"""
    if before is None:
        return [f"{label} {_plain(getattr(after, name))}" for name, label in LABELS.items()]
    pairs = ((label, getattr(before, name), getattr(after, name)) for name, label in LABELS.items())
    return [f"{label} {_plain(old)} → {_plain(new)}" for label, old, new in pairs if old != new]


def _plain(number: Decimal | int) -> str:
    return f"{Decimal(number).normalize():f}"
