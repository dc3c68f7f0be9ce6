"""Refusals about cells that are kept apart: where they may go, and what lets them out."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from cultures.passaging.errors import day, link
from cultures.passaging.models import Culture
from cultures.quality.models import Quarantine, QuarantineMember
from lims.errors import DomainError

USES = {
    "passage": "Its cells may be seeded only into a quarantine incubator",
    "move": "It may be moved only to a quarantine incubator",
}


class InQuarantine(DomainError):
    """A use of cells that are kept apart."""

    code = "in_quarantine"

    def __init__(self, culture: Culture, member: QuarantineMember, use: str, *, has_places: bool) -> None:
        may = USES.get(use, f"Its cells may not be used for {use.replace('_', ' ')}")
        way_on = "Choose one, or discard or treat the culture." if use in USES else "Discard or treat the culture."
        if use in USES and not has_places:
            way_on = "None is marked as one: ask the lab manager to mark a place, or discard the culture."
        super().__init__(
            f"{culture} is {in_words(member.quarantine)}. {may}. {way_on}",
            field="place" if use in USES else None,
            ways=(link(culture), ("Open the quarantine", member.quarantine.get_absolute_url())),
            extra={"culture": culture.code, "quarantine": member.quarantine_id},
        )


class MixesQuarantine(DomainError):
    code = "mixes_quarantine"

    def __init__(self, clean: Culture, held: Culture, member: QuarantineMember) -> None:
        super().__init__(
            f"{held} is {in_words(member.quarantine)}; {clean.code} is not. Passage them apart.",
            field="cultures",
            ways=(link(held), link(clean)),
        )


class NotInThatQuarantine(DomainError):
    code = "not_in_that_quarantine"

    def __init__(self, culture: Culture, quarantine: Quarantine) -> None:
        super().__init__(
            f"{culture} is not held by {quarantine.get_kind_display()} {quarantine.pk}. Reload to see who is.",
            ways=(link(culture),),
        )


class NotInQuarantine(DomainError):
    code = "not_in_quarantine"

    def __init__(self, culture: Culture) -> None:
        super().__init__(f"{culture} is not in quarantine: there is nothing to treat.", ways=(link(culture),))


class NotCleanYet(DomainError):
    """The samples that would release it are not there."""

    code = "not_clean_yet"

    def __init__(self, culture: Culture, needed: int, found: Sequence[str], next_from: datetime | None) -> None:
        have = f" There {'is' if len(found) == 1 else 'are'} {len(found)}: {', '.join(found)}." if found else ""
        when = f"The next one counts from {day(next_from)} on." if next_from else "Take the next sample."
        super().__init__(
            f"{culture.code} leaves quarantine after {needed} clean sample{'s' if needed > 1 else ''} in a row since "
            f"it was put in.{have} {when}",
            ways=((f"Test {culture.code}", reverse("cultures:culture_qc", args=[culture.code])), link(culture)),
            extra={"needed": needed, "found": list(found)},
        )


class NothingReleasesIt(DomainError):
    code = "nothing_releases_it"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} leaves this quarantine only by disposal, or treated and then tested clean. "
            "Discard it, or record the treatment.",
            ways=(link(culture),),
        )


class NobodyToHold(DomainError):
    code = "nobody_to_hold"

    def __init__(self) -> None:
        super().__init__("Choose the cultures that are to be kept apart.", field="cultures")


class PlanUnknown(DomainError):
    code = "plan_unknown"

    def __init__(self) -> None:
        super().__init__("This planned test is settled already. Reload to see how.")


def in_words(quarantine: Quarantine) -> str:
    """in quarantine since 03 Feb 2026: mycoplasma positive"""
    where = "on hold" if quarantine.kind == Quarantine.Kind.HOLD else "in quarantine"
    return f"{where} since {day(quarantine.started_at)}: {quarantine.reason.rstrip('.')}"
