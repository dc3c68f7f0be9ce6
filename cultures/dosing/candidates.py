"""Flasks with which a ladder can start: growing, of the model's line, and in no ladder yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from django.db.models import Exists, OuterRef, Prefetch, Q

from cultures.dosing.models import DosingState, Ladder, ResistanceModel
from cultures.passaging.models import Culture, Descent, DrugInMedium, Feed

MOST_FLASKS = 100
ARM = Culture.Arm


@dataclass(frozen=True)
class Candidate:
    """A flask; harvest is what it was seeded from, None for cells that came in. ladder: another model's it is in."""

    culture: Culture
    harvest: int | None
    drugs: Sequence[DrugInMedium]
    ladder: Ladder | None

    @property
    def group(self) -> object:
        """What it shares with its siblings; cells that came in stand for themselves."""
        return self.harvest or self.culture.code

    @property
    def may_be_treated(self) -> bool:
        return self.culture.arm != ARM.VEHICLE

    @property
    def may_be_control(self) -> bool:
        return self.culture.arm != ARM.TREATED and self.ladder is None


def candidates_for(model: ResistanceModel) -> list[Candidate]:
    """The newest first, and those of one harvest together. Five queries.

    Treated flasks of the model this one is derived from may go on here, so they are among them.
    """
    states = DosingState.objects.exclude(ladder__state__in=Ladder.ENDED)
    elsewhere = states.filter(culture=OuterRef("pk")).exclude(ladder__model=model.derived_from_id or 0)
    of_the_line = Q(line=model.parental_line_id) | Q(line__parent=model.parental_line_id)
    cultures = list(
        Culture.objects.growing()
        .filter(of_the_line, ~Exists(elsewhere))
        .select_related("line", "vessel", "place")
        .order_by("-seeded_at", "-pk")[:MOST_FLASKS]
    )
    ids = [culture.pk for culture in cultures]
    harvests = dict(Descent.objects.filter(daughter__in=ids).values_list("daughter", "harvest"))
    ladders = {one.culture_id: one.ladder for one in states.filter(culture__in=ids).select_related("ladder__model")}
    drugs = _drugs_in(ids)
    found = [Candidate(one, harvests.get(one.pk), drugs.get(one.pk, ()), ladders.get(one.pk)) for one in cultures]
    return _by_harvest(found)


def _drugs_in(culture_ids: Sequence[int]) -> dict[int, list[DrugInMedium]]:
    """What is in each flask's newest medium."""
    newest = Feed.objects.standing().filter(culture__in=culture_ids).order_by("culture", "-at", "-pk")
    named = Prefetch("drugs", DrugInMedium.objects.select_related("compound").order_by("pk"))
    return {feed.culture_id: list(feed.drugs.all()) for feed in newest.distinct("culture").prefetch_related(named)}


def _by_harvest(found: Sequence[Candidate]) -> list[Candidate]:
    """Siblings stand where the newest of them stands, as they were seeded."""
    groups: dict[object, list[Candidate]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    return [one for group in groups.values() for one in sorted(group, key=lambda one: one.culture.pk)]


def proposed_pair(found: Iterable[Candidate]) -> tuple[list[int], int | None]:
    """The treated flasks and the control to begin with: of the newest harvest that was shared out to both arms."""
    of_harvest: dict[int, list[Candidate]] = {}
    for one in found:
        if one.harvest is not None:
            of_harvest.setdefault(one.harvest, []).append(one)
    for siblings in of_harvest.values():
        treated = [one.culture.pk for one in siblings if one.culture.arm == ARM.TREATED]
        controls = [one.culture.pk for one in siblings if one.culture.arm == ARM.VEHICLE and one.may_be_control]
        if treated and controls:
            return treated, controls[0]
    return [], None


def next_name(taken: Iterable[str]) -> str:
    """The next letter after those that ladders of a model bear; nothing after Z.

    >>> next_name([]), next_name(["A", "b"]), next_name(["A", "C"]), next_name(["B2"])
    ('A', 'C', 'B', 'A')
    """
    known = {name.upper() for name in taken}
    return next((letter for letter in ascii_uppercase if letter not in known), "")
