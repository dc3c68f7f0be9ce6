"""What cells that are kept apart may not be used for. The bench, and the domains above it, ask before they do it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from cultures.passaging.models import Culture
from cultures.passaging.registry import OnRecord, Use
from cultures.quality.errors.quarantine import InQuarantine, MixesQuarantine, in_words
from cultures.quality.models import QCTest
from cultures.quality.standing import clean_places, held, there_are_quarantine_places

ALLOWED = {"qc_sample"}  # of a harvest's destinations: what finds out whether the cells are clean


def bar(cultures: Sequence[Culture], use: Use) -> None:
    """Raises InQuarantine or MixesQuarantine. One query while nothing is kept apart."""
    kept = held(culture.pk for culture in cultures)
    if not kept or use.what in ALLOWED:
        return
    apart = next(culture for culture in cultures if culture.pk in kept)
    member = kept[apart.pk][0]
    if use.what in ("passage", "move"):
        if use.to and (clean := next((one for one in cultures if one.pk not in kept), None)):
            raise MixesQuarantine(clean, apart, member)
        if not clean_places(use.to):
            return
    raise InQuarantine(apart, member, use.what, has_places=there_are_quarantine_places())


def why_not_escalated(culture_ids: Sequence[int]) -> dict[int, str]:
    """By culture: that it is kept apart, in a sentence; for the ladders."""
    return {
        pk: f"It is {in_words(members[0].quarantine)}. Release it first, or discard it."
        for pk, members in held(culture_ids).items()
    }


def last_sample(cultures: Sequence[Culture], at: datetime) -> OnRecord | None:
    """The last sample taken of these cultures after a moment: they had not ended before it."""
    return _first(_samples_of(cultures).filter(at__gt=at).order_by("-at"))


def first_sample(cultures: Sequence[Culture], at: datetime) -> OnRecord | None:
    """The first sample taken of these cultures before a moment: they were seeded by then."""
    return _first(_samples_of(cultures).filter(at__lt=at).order_by("at"))


def _samples_of(cultures: Sequence[Culture]) -> QuerySet[QCTest]:
    return QCTest.objects.standing().filter(culture__in=cultures).exclude(findings__has_key="withdrawn")


def _first(samples: QuerySet[QCTest]) -> OnRecord | None:
    found = samples.values_list("at", "culture").first()
    return OnRecord(*found, "QC sample") if found else None
